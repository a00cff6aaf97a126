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
	var po planOutput
	var facts string
	opts := append(append(t.options(), o.options()...),
		factsOption(&facts), executeOption(&t),
		option{"syscalls", "", "", "print the exact system calls of the container's side, and what its seccomp filter does", toggle(&po.syscalls)},
		showValuesOption(&po.showValues),
		outputOption(&po.file, "write the plan to a file, readable by the caller only"))
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, argv, err := opts.parse(args)
	if err != nil {
		return a.usageError(c, err)
	}
	t.argv = argv
	host, err := a.openHost(facts)
	if err != nil {
		a.error(err)
		return exitUsage
	}
	if err := t.resolve(words, host.lxcPath); err != nil {
		return a.usageError(c, err)
	}
	p, ok, err := a.plan(host, t, o)
	switch {
	case err != nil:
		a.error(err)
		return exitUsage
	case !ok:
		return exitFindings
	}
	if err := a.printPlan(p, o, po); err != nil {
		a.error(err)
		return exitUsage
	}
	return exitOK
}

// plan compiles a target for a host, to be shown or stored. Findings go to standard error; ok is false when they
// stop a launch.
func (a *app) plan(h *host, t target, o common) (p plan.Plan, ok bool, err error) {
	l, err := a.load(t, o)
	if err != nil {
		return p, false, err
	}
	p, ok, err = a.planLoaded(h, l, t, o, func(diag.Diagnostic) bool { return true })
	return p.WithSettings(plan.ListOf(settings(l.Config)...)), ok, err
}

// planLoaded compiles a configuration that was loaded, and prints those findings that are
// to be told.
func (a *app) planLoaded(h *host, l *compile.Loaded, t target, o common, told func(diag.Diagnostic) bool) (p plan.Plan, ok bool, err error) {
	p, findings, err := compileOn(h, l, t)
	if err != nil {
		return p, false, err
	}
	o.format = "text"
	if err := a.printFindings(a.stderr, filter(findings, told), o, l.Text); err != nil {
		return p, false, err
	}
	return p, !findings.Has(diag.Error), nil
}

// filter are the findings for which keep returns true.
func filter(list diag.List, keep func(diag.Diagnostic) bool) (kept diag.List) {
	for _, f := range list {
		if keep(f) {
			kept = append(kept, f)
		}
	}
	return kept
}

// compileOn makes the plan of what was loaded for a host. With an error among the
// findings there is none.
func compileOn(h *host, l *compile.Loaded, t target) (p plan.Plan, findings diag.List, err error) {
	findings = launchFindings(l)
	if findings.Has(diag.Error) {
		return p, findings, nil
	}
	facts, err := h.factsFor(l.Needs())
	if err != nil {
		return p, findings, err
	}
	p, more := compile.Compile(l, t.launch(), facts)
	return p, append(findings, more...), nil
}

// launchFindings are the findings that matter to a launch by lxcfg, which knows
// the keys of every LXC: what another LXC would refuse is no obstacle. Of two lines
// the one that counts is carried out, which of them is lint's to tell. What a seccomp
// policy means on this machine, compiling it says.
func launchFindings(l *compile.Loaded) diag.List {
	return filter(l.Findings, func(f diag.Diagnostic) bool {
		switch f.Code {
		case "key/legacy", "key/removed", "key/too-new", "key/repeated", "key/undone":
			return false
		}
		return !strings.HasPrefix(f.Code, "seccomp/")
	})
}

// planOutput says how a plan is printed, or where it is stored.
type planOutput struct {
	syscalls   bool
	showValues bool
	file       string
}

// showValuesOption is how a command is told to print what may be secret.
func showValuesOption(show *bool) option {
	return option{"show-values", "", "", "print the values of variables and passwords, which are masked otherwise", toggle(show)}
}

// printPlan prints or stores a plan. What is printed leaves out what may be secret:
// output is pasted, logged and sent around. A file is the plan as it is.
func (a *app) printPlan(p plan.Plan, o common, po planOutput) error {
	v := planView{paint: paint(o.colored(a.stdout)), width: terminalWidth(a.stdout)}
	toFile := po.file != "" && po.file != "-"
	if !toFile && !po.showValues {
		var masked int
		if p, masked = p.Masked(); masked > 0 {
			v.note = count(masked, "value") + " masked, and the digest is that of the masked plan; --show-values prints all"
		}
	}
	if po.file == "" && o.format == "text" {
		if po.syscalls {
			var err error
			if v.calls, err = systemCalls(p); err != nil {
				return err
			}
		}
		return v.print(a.stdout, p)
	}
	data, err := p.JSON()
	if err != nil {
		return err
	}
	return a.output(po.file, data)
}

// output prints what a command has made, or puts it into a file that is there as a
// whole or not at all. Plans hold the environment, so nobody else may read it.
func (a *app) output(file string, data []byte) error {
	if file == "" || file == "-" {
		_, err := a.stdout.Write(data)
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err := errors.Join(err, tmp.Close()); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return os.Rename(tmp.Name(), file)
}
