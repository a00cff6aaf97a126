//go:build !elsewhere

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
	"lxcfg/launch"
	lxcsocket "lxcfg/launch/command"
	"lxcfg/launch/lxclog"
	"lxcfg/launch/ondisk"
)

// standIn is one run of a personality. Its methods are the stages of LXC's program in
// LXC's order, because the order decides what an exit status tells: a running
// container, for one, is told before a mistake in a -s option.
type standIn struct {
	app         *app
	personality personality
	request     *request
	host        *host
	target      target
	reading     common
	log         *journal
	loaded      *compile.Loaded
	pidFile     string
	ownPidFile  bool // it was not there before
	listen      compile.Listen
}

// exitFailure is the status of everything that goes wrong before a container starts.
const exitFailure = 1

// errRunning says that there is nothing to start. What scripts look for is said in LXC's
// words, here and below, capitals included.
var errRunning = errors.New("Container is already running")

// personality does what the program of LXC does with a command line.
func (a *app) personality(p personality, args []string) int {
	a.program = p.program
	if err := p.byEnvironment(); err != nil {
		a.error(err)
		return exitFailure
	}
	r, err := p.parse(args)
	switch {
	case errors.Is(err, errHelp):
		p.help(a.stderr)
		return exitOK
	case errors.Is(err, errShortUsage):
		p.shortUsage(a.stderr)
		return exitOK
	case errors.Is(err, errVersion):
		fmt.Fprintf(a.stdout, "%s.0\n", p.version)
		return exitOK
	case err != nil:
		a.errorWithHint(err.Error(), fmt.Sprintf("`%s --help` lists the options.", p.program))
		return exitFailure
	}
	if p.inBackground(r) && a.daemon == nil {
		return p.toBackground(a, r, args)
	}
	s := &standIn{app: a, personality: p, request: r, listen: a.listening(target{execute: p.execute})}
	if r.closeFDs {
		// Nobody else is executed with what the caller has left open: init is in no case.
		if err := unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
			a.error(fmt.Errorf("close what the caller has left open: %w", err))
			return exitFailure
		}
	}
	for _, stage := range s.stages() {
		if err := stage(); errors.Is(err, errRunning) && !p.execute {
			a.error(err)
			return exitOK
		} else if err != nil {
			s.tell(err)
			s.dropPidFile()
			return exitFailure
		}
	}
	return s.start()
}

// toBackground has the container started by a process that stays, which says of itself
// what there is to say. It has the command line again, and the version that was not on it.
func (p *personality) toBackground(a *app, r *request, args []string) int {
	if p.stated {
		args = append([]string{"--" + versionOption, p.version.String()}, args...)
	}
	lxcPath := r.lxcPath
	if lxcPath == "" {
		lxcPath = trimSlashes(systemConf().LXCPath)
	}
	return a.toBackground(lxcPath, r.name, append([]string{p.program}, args...))
}

// stages are what comes before the launch, in LXC's order.
func (s *standIn) stages() []func() error {
	return []func() error{s.openLog, s.findContainer, s.readConfiguration, s.checkRunning, s.checkSettings, s.ensurePidFile, s.checkComplete}
}

// tell prints what went wrong; findings have been printed already.
func (s *standIn) tell(err error) {
	if !errors.Is(err, errFindings) {
		s.app.error(err)
	}
}

// errFindings says that a configuration has mistakes, which have been printed.
var errFindings = errors.New("the configuration has mistakes")

// openLog begins to log where the command line says.
func (s *standIn) openLog() error {
	r := s.request
	s.app.program += ": " + r.name
	s.app.silent = r.quiet
	s.host = thisHost()
	if r.lxcPath == "" {
		r.lxcPath = trimSlashes(s.host.lxcPath)
	}
	var err error
	s.log, err = s.app.openJournal(s.personality, r)
	return err
}

// findContainer looks whether there are containers, and waits until nobody else changes
// this one.
func (s *standIn) findContainer() error {
	r := s.request
	if !s.personality.execute {
		// LXC asks whether the directory is there, not whether it can be read.
		if err := unix.Access(r.lxcPath, unix.F_OK); err != nil {
			return fmt.Errorf("You lack access to %s: %w", r.lxcPath, err)
		}
	}
	if r.name == "" || strings.ContainsRune(r.name, 0) {
		return errors.New("the name of a container has a letter at least")
	}
	return nil
}

// readConfiguration loads the configuration, and before one that an option names the
// container's own: it has to be valid as well.
func (s *standIn) readConfiguration() error {
	r := s.request
	unlock, err := ondisk.Lock(r.lxcPath, r.name)
	if err != nil {
		return err
	}
	defer unlock()
	s.reading = common{color: "auto", dialect: "auto", version: s.personality.version, stated: s.personality.stated}
	own := filepath.Join(r.lxcPath, r.name, "config")
	if r.rcfile != "" {
		if err := s.load(own, nil); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("the container's own configuration is read before %s: %w", r.rcfile, err)
		}
		if err := s.load(r.rcfile, r.settings()); err != nil {
			return fmt.Errorf("Failed to load rcfile: %w", err)
		}
		return nil
	}
	err = s.load(own, r.settings())
	if errors.Is(err, fs.ErrNotExist) {
		return s.withoutConfiguration(err)
	}
	return err
}

// load reads a configuration and refuses what LXC would refuse to load.
func (s *standIn) load(file string, settings []string) error {
	r := s.request
	s.target = target{name: r.name, lxcPath: r.lxcPath, file: file, defines: settings, argv: r.command, execute: s.personality.execute, now: true}
	s.target.listen = s.listen
	text, err := s.app.readConfig(file)
	if err != nil {
		return err
	}
	s.target.text = &text
	if s.loaded, err = s.app.load(s.target, s.reading); err != nil {
		return err
	}
	return s.refuse(func(f diag.Diagnostic) bool { return f.Effect == diag.RejectedAtLoad && !isDefine(f) })
}

// isDefine tells whether a finding is about an option of the command line.
func isDefine(f diag.Diagnostic) bool { return strings.HasPrefix(f.Subject.File, "<define:") }

// refuse prints those errors of the configuration that are meant.
func (s *standIn) refuse(meant func(diag.Diagnostic) bool) error {
	list := filter(launchFindings(s.loaded), func(f diag.Diagnostic) bool { return f.Severity == diag.Error && meant(f) })
	if len(list) == 0 {
		return nil
	}
	return s.report(list)
}

// report prints findings that end the run.
func (s *standIn) report(list diag.List) error {
	s.log.findings(list)
	if !s.app.silent {
		if err := s.app.printFindings(s.app.stderr, list, s.reading, s.loaded.Text); err != nil {
			return err
		}
	}
	return errFindings
}

// withoutConfiguration is what happens to a container that has none. The LXC of before
// 3.0 ran a command with the host's files then, and drew the line at the host's init.
func (s *standIn) withoutConfiguration(missing error) error {
	command := s.request.command
	switch {
	case !s.personality.manners().volatile:
		if s.personality.execute {
			return fmt.Errorf("Executing a container with no configuration file may crash the host: %w", s.target.explain(missing))
		}
		return fmt.Errorf("No container config specified: %w", s.target.explain(missing))
	case s.personality.execute && len(command) == 0:
		return errors.New("missing command to execute")
	case len(command) == 0 || command[0] == "/sbin/init":
		return errors.New("Executing '/sbin/init' with no configuration file may crash the host")
	}
	nothing := ""
	s.target.text = &nothing
	var err error
	s.loaded, err = s.app.load(s.target, s.reading)
	return err
}

// checkComplete refuses a container that is not all there.
func (s *standIn) checkComplete() error {
	r := s.request
	err := ondisk.Complete(r.lxcPath, r.name)
	switch {
	case errors.Is(err, ondisk.ErrBeingCreated):
		return fmt.Errorf("Ongoing container creation detected: %w", err)
	case errors.Is(err, ondisk.ErrHalfCreated):
		return fmt.Errorf("%w: remove it with `lxc-destroy -P %s -n %s`, or, to use what there is, the file %s",
			err, r.lxcPath, r.name, ondisk.PartialFile(r.lxcPath, r.name))
	}
	return err
}

// checkRunning asks the monitor of the container, when it has one.
func (s *standIn) checkRunning() error {
	r := s.request
	state, err := lxcsocket.Peer{LXCPath: r.lxcPath, Container: r.name}.State()
	switch {
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("Insufficient privileges to control %s: it runs, and somebody else has started it", r.name)
	case err != nil:
		return err
	case state != lxcsocket.Stopped:
		return errRunning
	}
	return nil
}

// checkSettings refuses what is wrong on the command line, and chooses where to log.
func (s *standIn) checkSettings() error {
	if err := s.refuse(isDefine); err != nil {
		return err
	}
	return s.log.configure(s.loaded.Config.Log)
}

// ensurePidFile makes the pidfile, so that a path that cannot be written is told before
// anything is started. A container in the background runs in another directory.
func (s *standIn) ensurePidFile() error {
	name := s.request.pidFile
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	s.ownPidFile = err == nil
	if errors.Is(err, fs.ErrExist) {
		f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|unix.O_NONBLOCK, 0o600)
	}
	if err == nil {
		f.Close()
		s.pidFile, err = filepath.EvalSymlinks(name)
	}
	if err == nil {
		s.pidFile, err = filepath.Abs(s.pidFile)
	}
	if err != nil {
		return fmt.Errorf("Failed to ensure pidfile '%s': %w", name, err)
	}
	return nil
}

// dropPidFile takes the pidfile away again when nothing comes to be started.
func (s *standIn) dropPidFile() {
	if s.ownPidFile {
		_ = os.Remove(s.pidFile)
	}
}

// start launches the container and returns the exit status.
func (s *standIn) start() int {
	// LXC's programs say nothing about what they find: that is for the log.
	told := func(what string) { s.log.log.Write(lxclog.Notice, "start", lxclog.Place{What: "remains"}, what) }
	if !s.app.clearRemainsTelling(s.target.lxcPath, s.target.name, told) {
		s.advise()
		return exitFailure
	}
	p, findings, err := compileOn(s.host, s.loaded, s.target)
	var result launch.Result
	switch {
	case err != nil:
		s.app.error(err)
		s.dropPidFile()
	case findings.Has(diag.Error):
		err = s.report(filter(findings, func(f diag.Diagnostic) bool { return f.Severity == diag.Error }))
		s.dropPidFile()
	default:
		s.log.findings(findings)
		result, err = s.launch(p)
	}
	if err != nil {
		s.advise()
		return s.failure(err)
	}
	return s.success(result)
}

// success is the exit status of a container that has run.
func (s *standIn) success(result launch.Result) int {
	status := result.Status
	switch {
	case s.personality.manners().initStatus && status.Signal != 0:
		return exitOK // LXC 1 and 2 told nothing of signals
	case s.personality.execute, s.personality.manners().initStatus:
		return status.ExitStatus()
	}
	return exitOK
}

// failure is the exit status of a launch that failed.
func (s *standIn) failure(err error) int {
	const exitNoCommand = 255
	var step *launch.StepError
	isStep := errors.As(err, &step)
	switch {
	case s.personality.execute && isStep && isExec(step) && s.background():
		return exitOK // LXC's init runs, and only the command does not
	case s.personality.execute && isStep && isExec(step):
		return exitNoCommand
	case s.personality.manners().initStatus && s.background():
		return exitOK // the parent of LXC's daemon never hears of it
	case s.personality.manners().initStatus && !s.personality.execute && isStep:
		return exitNoCommand
	}
	return exitFailure
}

// isExec tells whether it was the command that could not be executed.
func isExec(e *launch.StepError) bool {
	switch e.Step.Op.(type) {
	case plan.Exec, plan.Init:
		return true
	}
	return false
}

// advise says what to do about a launch that failed, in LXC's words first: scripts look
// for them.
func (s *standIn) advise() {
	what, hint := "The container failed to start", "What each step does is logged with --logfile=FILE --logpriority=DEBUG."
	if s.personality.execute {
		what = "Failed run an application inside container"
	}
	if s.log.log.Wants(lxclog.Debug) {
		hint = "What each step did is in the log: " + s.log.file()
	}
	s.app.errorWithHint(what, hint)
}

// launch executes the plan.
func (s *standIn) launch(p plan.Plan) (launch.Result, error) {
	lo := launchOptions{pidFile: s.pidFile, settings: func() []plan.Setting { return settings(s.loaded.Config) }}
	o := launch.Options{Observe: s.log.observe, Note: s.log.note(), PIDLine: s.personality.manners().pidLine}
	result, err := s.app.launch(p, s.app.stdin, lo, o)
	s.log.ended(result, err)
	return result, err
}

func (s *standIn) background() bool { return s.personality.inBackground(s.request) }
