//go:build !elsewhere

package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
	"lxcfg/launch"
	"lxcfg/launch/daemon"
	"lxcfg/launch/doctor"
	"lxcfg/launch/keepcaps"
	"lxcfg/launch/payload"
	"lxcfg/launch/probe"
)

// probeHost looks at this machine.
func probeHost() (plan.Facts, error) { return probe.Host(), nil }

// probeNeeds looks at the parts of this machine that a configuration names.
func probeNeeds(f *plan.Facts, n plan.Needs) { probe.Add(f, n) }

// allLinks lists the network links of this machine.
func allLinks() []string { return probe.Links() }

// systemCalls are the calls of the container's side by the step they belong to, those
// of a process that a step makes further in.
func systemCalls(p plan.Plan) (map[string][]string, error) {
	prog, err := payload.Lower(p, payload.Options{})
	if err != nil {
		return nil, err
	}
	calls := make(map[string][]string)
	for _, line := range prog.Lines() {
		text := line.Text
		if line.Forked {
			text = "    " + text
		}
		calls[line.Step] = append(calls[line.Step], text)
	}
	return calls, nil
}

// examineHost looks for what the steps of a plan need of this machine, and counts
// what it looked for.
func examineHost(p plan.Plan) (lacks []lack, looked int) {
	findings, looked := doctor.Examine(p)
	for _, f := range findings {
		severity := map[doctor.Severity]diag.Severity{doctor.Info: diag.Info, doctor.Warning: diag.Warning, doctor.Error: diag.Error}[f.Severity]
		lacks = append(lacks, lack{f.Code, severity, f.Step, f.Summary, f.Help})
	}
	return lacks, looked
}

// clearRemains takes back what a launcher of the container has left that was killed, and
// says so. It is false when that container still runs; anything else that is left keeps
// none from being started.
func (a *app) clearRemains(lxcPath, name string) bool {
	return a.clearRemainsTelling(lxcPath, name, func(what string) { fmt.Fprintf(a.messages(), "lxcfg: %s\n", what) })
}

// clearRemainsTelling is clearRemains that says elsewhere what it has found.
func (a *app) clearRemainsTelling(lxcPath, name string, tell func(what string)) bool {
	cleared, err := launch.ClearRemains(lxcPath, name)
	if len(cleared) > 0 {
		tell(fmt.Sprintf("an earlier launch of %s was killed; taken back: %s", diag.Visible(name), strings.Join(cleared, ", ")))
	}
	var running *launch.RunningError
	if errors.As(err, &running) {
		a.errorWithHint(err.Error(), "Whoever started it set lxc.monitor.signal.pdeath, or the signal did not reach it.")
		return false
	}
	if err != nil {
		a.error(err)
	}
	return true
}

// run executes a plan, tells what went wrong, and returns the exit status.
func (a *app) run(p plan.Plan, stdin *os.File, lo launchOptions) int {
	j, err := a.configuredJournal(p.Container(), lo.log)
	if err != nil {
		a.error(err)
		return exitLaunch
	}
	result, err := a.launch(p, stdin, lo, launch.Options{Observe: j.observe, Note: j.note()})
	j.ended(result, err)
	if err != nil {
		return exitLaunch
	}
	return result.Status.ExitStatus()
}

// launch executes a plan and tells what went wrong. The container's console is connected
// to stdin and standard output. The options of the launch are what the command line's do
// not say.
func (a *app) launch(p plan.Plan, stdin *os.File, lo launchOptions, o launch.Options) (launch.Result, error) {
	in, out, err := a.console(p, stdin)
	if err != nil {
		a.error(err)
		return launch.Result{}, err
	}
	o.Stdin, o.Stdout, o.HookTimeout, o.HelperTimeout = in, out, lo.timeout, lo.helper
	o.Fault, o.PIDFile, o.Daemon, o.Settings = lo.fault, lo.pidFile, a.daemon, lo.settings
	var reportErr error
	o.Running = func(r launch.Report) {
		if a.daemon != nil {
			reportErr = a.writeReport(r.WriteJSON, lo.report) // nobody waits for its end
		}
	}
	result, err := launch.Start(p, o)
	if err != nil {
		a.launchError(err)
	}
	for _, late := range result.Late {
		a.launchError(late)
	}
	if went := result.Report.Asked; went != nil && went.Unanswered > 0 {
		a.errorWithHint(fmt.Sprintf("%d of %d calls that the seccomp policy asks about failed with ENOSYS, because of their proxy", went.Unanswered, went.Calls),
			"The last of them: "+went.Last.Error())
	}
	if a.daemon == nil || err != nil {
		reportErr = a.writeReport(result.Report.WriteJSON, lo.report)
	}
	if reportErr != nil {
		a.error(reportErr)
		return result, reportErr
	}
	return result, err
}

// background is a process that stays in the background.
type background = daemon.Daemon

// arrive has a set-user-ID program go on as its caller, before it does anything for him,
// tells whether this process was started to stay in the background, and returns the
// arguments it has to do with.
func (a *app) arrive(args []string) ([]string, error) {
	if err := keepcaps.FromSetUID(); err != nil {
		return args, err
	}
	d, err := daemon.Arrive()
	if d == nil || err != nil {
		return args, err
	}
	if d.Remembers() {
		os.Exit(a.resume(d))
	}
	a.daemon, a.stdin, a.stdout, a.stderr = d, d.Stdin, d.Stdout, d.Stderr
	return d.Args, nil
}

// resume goes on as the monitor of a container that runs.
func (a *app) resume(d *daemon.Daemon) int {
	if d.Stderr != nil {
		a.stderr = d.Stderr
	}
	var j *journal
	result, err := launch.Resume(d, func(note []byte) func(launch.Event) {
		j = a.reopenJournal(note)
		return j.observe
	})
	if err != nil {
		a.launchError(err)
	}
	for _, late := range result.Late {
		a.launchError(late)
	}
	if j != nil {
		j.ended(result, err)
	}
	if err != nil {
		return exitLaunch
	}
	return result.Status.ExitStatus()
}

// toBackground has a command done by a process that stays in the background, and
// returns the exit status when the container runs, or could not be started.
func (a *app) toBackground(lxcPath, container string, args []string) int {
	status, err := daemon.Spawn(daemon.Title(lxcPath, container), args)
	if err != nil {
		a.error(err)
		return exitLaunch
	}
	return status
}

// console is what the container's console is connected to. A command below the minimal
// init uses those of lxcfg's streams itself that are no terminals; the console then has
// what is left of the caller's terminal.
func (a *app) console(p plan.Plan, stdin *os.File) (in, out *os.File, err error) {
	if a.daemon != nil {
		return nil, nil, nil // as LXC: a console is connected to by lxc-console(1)
	}
	if stdio, _, _ := plan.Find[plan.Stdio](p); !stdio.Terminals {
		return stdin, a.stdout, nil
	}
	if stdin != nil && isTerminal(stdin) {
		in = stdin
	}
	for _, f := range []*os.File{a.stdout, a.stderr} {
		if isTerminal(f) {
			return in, f, nil
		}
	}
	// What is written to the console must go somewhere, or its writer would wait.
	out, err = os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	return in, out, err
}

// launchError says which step failed, what it was about on both sides, what a hook
// has printed, and what to do.
func (a *app) launchError(err error) {
	a.error(err)
	var e *launch.StepError
	if !errors.As(err, &e) {
		return
	}
	switch {
	case e.Host != "" && e.Container != "":
		fmt.Fprintf(a.messages(), "       %s in the container, %s on the host\n", e.Container, e.Host)
	case e.Container != "":
		fmt.Fprintf(a.messages(), "       %s in the container\n", e.Container)
	}
	a.quote("it printed:", e.Output)
	if e.Advice != "" {
		for _, line := range wrap(e.Advice, 90) {
			fmt.Fprintf(a.messages(), "       %s\n", line)
		}
	}
}
