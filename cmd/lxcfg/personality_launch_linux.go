//go:build !elsewhere

package main

import (
	"errors"

	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
	"lxcfg/launch"
	"lxcfg/launch/lxclog"
)

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
