package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lxcfg/compile"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
	"lxcfg/launch/payload"
	"lxcfg/launch/probe"
)

func planCommand() command {
	return command{
		name: "plan", usage: sourceUsage + " [OPTION]… [-- COMMAND…]", summary: "print the launch plan; nothing is executed", run: runPlan,
		detail: "The plan is made for this host and this user and needs no privilege. Every step is printed with the configuration lines it " +
			"comes from. With -o it is stored in a file that `lxcfg start --plan` executes. The exit status is 1 when findings stop the launch.",
	}
}

func runPlan(a *app, c command, args []string) int {
	var o common
	var t target
	var syscalls bool
	var file string
	opts := append(append(t.options(), o.options()...),
		option{"syscalls", "", "", "print the exact system calls of the container's side", toggle(&syscalls)},
		option{"output", "o", "FILE", "write the plan to a file, readable by the caller only", text(&file)})
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, argv, err := opts.parse(args)
	if err == nil {
		err = t.resolve(words)
	}
	if err != nil {
		return a.usageError(c, err)
	}
	p, ok, err := a.plan(t, o, argv)
	switch {
	case err != nil:
		a.error(err)
		return exitUsage
	case !ok:
		return exitFindings
	}
	if err := a.printPlan(p, o, syscalls, file); err != nil {
		a.error(err)
		return exitUsage
	}
	return exitOK
}

// plan compiles a target for this host. Findings go to standard error; ok is
// false when they stop a launch.
func (a *app) plan(t target, o common, argv []string) (p plan.Plan, ok bool, err error) {
	// The host is looked at while the configuration is read.
	facts := make(chan plan.Facts, 1)
	go func() { facts <- probe.Host() }()
	l, err := a.load(t, o)
	if err != nil {
		return p, false, err
	}
	findings := launchFindings(l)
	if !findings.Has(diag.Error) {
		host := <-facts
		probe.Add(&host, l.Needs())
		var more diag.List
		p, more = compile.Compile(l, compile.Options{Name: t.name, LXCPath: t.lxcPath, Argv: argv}, host)
		findings = append(findings, more...)
	}
	o.format = "text"
	if err := a.printFindings(a.stderr, findings, o, l.Text); err != nil {
		return p, false, err
	}
	return p, !findings.Has(diag.Error), nil
}

// launchFindings are the findings that matter to a launch by lxcfg, which knows
// the keys of every LXC: what another LXC would refuse is no obstacle. What a
// seccomp policy means on this machine, compiling it says.
func launchFindings(l *compile.Loaded) diag.List {
	var list diag.List
	for _, f := range l.Findings {
		switch {
		case f.Code == "key/legacy", f.Code == "key/removed", f.Code == "key/too-new":
		case strings.HasPrefix(f.Code, "seccomp/"):
		default:
			list = append(list, f)
		}
	}
	return list
}

// printPlan prints or stores a plan.
func (a *app) printPlan(p plan.Plan, o common, syscalls bool, file string) error {
	if file == "" && o.format == "text" {
		v := planView{color: o.colored(a.stdout), width: width(a.stdout)}
		if syscalls {
			prog, err := payload.Lower(p)
			if err != nil {
				return err
			}
			v.calls = prog.Lines()
		}
		return v.print(a.stdout, p)
	}
	data, err := p.JSON()
	if err != nil {
		return err
	}
	if file == "" {
		_, err = a.stdout.Write(data)
		return err
	}
	return writeAtomically(file, data)
}

// writeAtomically puts data into a file that is there as a whole or not at all.
// Plans hold the environment, so nobody else may read them.
func writeAtomically(name string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err := errors.Join(err, tmp.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return os.Rename(tmp.Name(), name)
}
