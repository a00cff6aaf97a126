package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"lxcfg/compile/plan"
	"lxcfg/launch"
	"lxcfg/launch/probe"
)

func startCommand() command {
	return command{
		name: "start", usage: "-F (" + sourceUsage + " | --plan FILE) [OPTION]… [-- COMMAND…]", summary: "launch a container in the foreground", run: runStart,
		detail: "The container's console is connected to lxcfg's standard input and output. The exit status is init's, 128 and the signal's number " +
			"when it was killed by one, and 125 when the launch failed: then nothing is left of it. A plan file is executed only on a host like the one it was made on.",
	}
}

// launchOptions says how start launches.
type launchOptions struct {
	foreground bool
	daemon     bool
	planFile   string
	report     string
	fault      string
}

func runStart(a *app, c command, args []string) int {
	var o common
	var t target
	var lo launchOptions
	opts := append(append(t.options(), o.options()...),
		option{"foreground", "F", "", "stay until the container ends", toggle(&lo.foreground)},
		option{"daemon", "d", "", "leave the container running in the background; not supported yet", toggle(&lo.daemon)},
		option{"plan", "", "FILE", "execute a plan that `lxcfg plan -o` has stored", text(&lo.planFile)},
		option{"report", "", "FILE", "write what each step did as JSON; - for standard error", text(&lo.report)},
		option{"rehearse-failure", "", "STEP", "make a step of the plan fail, to see what a failure there does", text(&lo.fault)})
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, argv, err := opts.parse(args)
	switch {
	case err != nil:
	case lo.daemon || !lo.foreground:
		err = errors.New("containers can be started in the foreground only so far: give -F")
	case lo.planFile == "":
		err = t.resolve(words)
	case t.name != "" || t.file != "" || len(words)+len(argv)+len(t.defines) > 0:
		err = errors.New("--plan FILE is the whole container: no name, file, define or command goes with it")
	}
	if err != nil {
		return a.usageError(c, err)
	}
	p, ok, err := a.planToStart(t, o, lo, argv)
	if err != nil {
		a.error(err)
		return exitLaunch
	}
	if !ok {
		a.errorWithHint(fmt.Sprintf("container %s was not started because of the errors above", t.name), "")
		return exitLaunch
	}
	return a.launch(p, lo)
}

// planToStart compiles the target, or reads the plan file and makes sure that it
// still fits this host.
func (a *app) planToStart(t target, o common, lo launchOptions, argv []string) (plan.Plan, bool, error) {
	if lo.planFile == "" {
		return a.plan(t, o, argv)
	}
	data, err := hostFiles{}.ReadFile(lo.planFile)
	if err != nil {
		return plan.Plan{}, false, err
	}
	p, err := plan.Read([]byte(data))
	if err != nil {
		return p, false, fmt.Errorf("%s: %w", lo.planFile, err)
	}
	now := probe.Host()
	probe.Add(&now, p.Facts().Needs())
	if err := launch.Check(p, now); err != nil {
		return p, false, fmt.Errorf("%s: %w", lo.planFile, err)
	}
	return p, true, nil
}

// launch executes a plan.
func (a *app) launch(p plan.Plan, lo launchOptions) int {
	result, err := launch.Start(p, launch.Options{Stdin: a.stdin, Stdout: a.stdout, Fault: lo.fault})
	if err != nil {
		a.error(err)
	}
	if reportErr := a.writeReport(result.Report, lo.report); reportErr != nil {
		a.error(reportErr)
		return exitLaunch
	}
	if err != nil {
		return exitLaunch
	}
	return result.Status.ExitStatus()
}

func (a *app) writeReport(r launch.Report, file string) error {
	var w io.Writer = a.stderr
	switch file {
	case "":
		return nil
	case "-":
	default:
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		defer f.Close()
		w = f
	}
	return r.WriteJSON(w)
}
