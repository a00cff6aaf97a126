package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"lxcfg/compile/config"
	"lxcfg/compile/keys"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

func startCommand() command {
	return command{
		name: "start", usage: "(" + sourceUsage + " | --plan FILE) [OPTION]… [-- COMMAND…]", summary: "launch a container", run: runStart,
		detail: "The container runs in the background: the exit status is 0 when it does, and 125 when the launch failed; then nothing is left of it. " +
			"With -F lxcfg stays until it ends, its console is connected to lxcfg's standard input and output, and the exit status is init's, " +
			"128 and the signal's number when it was killed by one. A plan file is executed only on a host like the one it was made on.",
	}
}

// launchOptions says how start and execute launch.
type launchOptions struct {
	foreground bool
	daemon     bool
	planFile   string
	force      bool
	report     string
	fault      string
	timeout    time.Duration // for each hook
	helper     time.Duration // for each other program of the host
	pidFile    string
	log        config.Log            // what the configuration says of it
	settings   func() []plan.Setting // of the configuration
}

// options returns the options that start and execute share.
func (lo *launchOptions) options() options {
	return options{
		{"hook-timeout", "", "DURATION", "end a hook that takes longer than, say, 30s or 2m, and with it the launch; the default is to wait for ever", duration(&lo.timeout)},
		{"helper-timeout", "", "DURATION", "the same for other programs that a launch runs: newuidmap, apparmor_parser, lxc-user-nic …", duration(&lo.helper)},
		{"report", "", "FILE", "write what each step did, and what hooks printed, as JSON; - for standard error", reportFile(&lo.report)},
		{"rehearse-failure", "", "STEP", "make a step of the plan fail, to see what a failure there does", text(&lo.fault)},
	}
}

func runStart(a *app, c command, args []string) int {
	var o common
	var t target
	var lo launchOptions
	opts := append(append(t.options(), o.options()...),
		option{"foreground", "F", "", "stay until the container ends", toggle(&lo.foreground)},
		option{"daemon", "d", "", "leave the container running in the background, which is the default", toggle(&lo.daemon)},
		option{"pidfile", "p", "FILE", "write the process id of the container's monitor there, for as long as it lives", absolute(&lo.pidFile)},
		option{"plan", "", "FILE", "execute a plan that `lxcfg plan -o` has stored; - for standard input", text(&lo.planFile)},
		option{"force", "", "", "execute a plan although facts have changed that it does not rest on, such as the release of the kernel", toggle(&lo.force)})
	opts = append(opts, lo.options()...)
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, argv, err := opts.parse(args)
	stays := lo.foreground || a.daemon != nil
	var here *host
	lxcPath := ""
	if stays {
		here = thisHost() // looks at it while configurations are read
		lxcPath = here.lxcPath
	} else {
		lxcPath = systemConf().LXCPath
	}
	switch {
	case err != nil:
	case lo.daemon && lo.foreground:
		err = errors.New("-d leaves the container in the background and -F in the foreground: give one of them")
	case lo.planFile == "" && lo.force:
		err = errors.New("--force goes with --plan: a plan that is made now fits this host")
	case lo.planFile == "":
		t.argv = argv
		err = t.resolve(words, lxcPath)
	case t.name != "" || t.file != "" || len(words)+len(argv)+len(t.defines) > 0:
		err = errors.New("--plan FILE is the whole container: no name, file, define or command goes with it")
	}
	switch {
	case err != nil:
		return a.usageError(c, err)
	case !stays:
		return a.toBackground(cmp.Or(t.lxcPath, lxcPath), cmp.Or(t.name, lo.planFile), append([]string{c.name}, args...))
	}
	if lo.planFile != "" {
		return a.startPlan(here, lo)
	}
	return a.planAndLaunch(here, t, o, lo)
}

// planAndLaunch compiles a target for this host and executes the plan.
func (a *app) planAndLaunch(here *host, t target, o common, lo launchOptions) int {
	t.now, t.listen = true, a.listening(t)
	// Before the host is looked at: a device may have to get its name back.
	if !a.clearRemains(t.lxcPath, t.name) {
		return exitLaunch
	}
	l, err := a.load(t, o)
	var p plan.Plan
	ok := false
	if err == nil {
		p, ok, err = a.planLoaded(here, l, t, o, toldAtStart)
	}
	if err != nil {
		a.error(err)
		return exitLaunch
	}
	if !ok {
		a.errorWithHint(fmt.Sprintf("container %s was not started because of the errors above", t.name), "")
		return exitLaunch
	}
	lo.log = l.Config.Log
	lo.settings = func() []plan.Setting { return settings(l.Config) }
	return a.run(p, a.stdin, lo)
}

// toldAtStart reports whether a launch tells a finding: what keeps the container from
// being what the text says. Advice is for `lxcfg lint`; whoever starts the container
// again and again has read it.
func toldAtStart(f diag.Diagnostic) bool {
	return f.Severity == diag.Error || f.Severity == diag.Warning && f.Effect != diag.Advice
}

// settings are those of a configuration, as who asks its monitor is told.
func settings(c *config.Config) (list []plan.Setting) {
	for _, s := range keys.Show(c) {
		if s.Default && strings.HasPrefix(s.Key, "lxc.signal.") {
			s.Value = "0" // as LXC: which signal is meant depends on the container
		}
		list = append(list, plan.Setting{Key: s.Key, Value: s.Value})
	}
	return list
}

// storedLog is what the settings of a stored plan say of the log.
func storedLog(list plan.List[plan.Setting]) (log config.Log) {
	for _, s := range list.All() {
		value := config.Of(s.Value, config.Origin{Key: s.Key})
		switch s.Key {
		case "lxc.log.file":
			log.File = value
		case "lxc.log.level":
			log.Level = value
		case "lxc.log.syslog":
			log.Syslog = value
		}
	}
	return log
}

// startPlan executes a stored plan, when it still fits this host.
func (a *app) startPlan(here *host, lo launchOptions) int {
	p, err := a.readPlan(lo.planFile)
	if err != nil {
		a.error(err)
		return exitLaunch
	}
	if !a.clearRemains(p.LXCPath(), p.Container()) {
		return exitLaunch
	}
	now, err := here.factsFor(p.Facts().Needs())
	if err != nil {
		a.error(err)
		return exitLaunch
	}
	var stale *plan.StaleError
	switch err := p.Fits(now); {
	case !errors.As(err, &stale):
	case !stale.Harmless():
		a.errorWithHint(fmt.Sprintf("%s: %v", lo.planFile, err), "Make the plan again with `lxcfg plan -o`, and look at what it does now.")
		return exitLaunch
	case !lo.force:
		a.errorWithHint(fmt.Sprintf("%s: %v", lo.planFile, err), "Nothing of the plan rests on that: --force executes it all the same.")
		return exitLaunch
	}
	stdin := a.stdin
	if lo.planFile == "-" {
		stdin = nil // it has been read to its end
	}
	lo.log, lo.settings = storedLog(p.Settings()), p.Settings().Slice
	return a.run(p, stdin, lo)
}

// readPlan reads a stored plan, or one from standard input.
func (a *app) readPlan(file string) (plan.Plan, error) {
	data, err := a.readConfig(file)
	if err != nil {
		return plan.Plan{}, err
	}
	p, err := plan.Read([]byte(data))
	if err != nil {
		return p, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

// reportFile sets where a report goes.
func reportFile(into *string) func(string) error {
	return func(value string) error {
		if value == "-" {
			*into = value
			return nil
		}
		return absolute(into)(value)
	}
}

// writeReport writes a launch's report to where it was asked for.
func (a *app) writeReport(write func(io.Writer) error, file string) error {
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
	return write(w)
}
