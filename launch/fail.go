//go:build linux

package launch

import (
	"errors"
	"fmt"

	"lxcfg/compile/plan"
	"lxcfg/launch/command"
	"lxcfg/launch/monitor"
	"lxcfg/launch/payload"
	"lxcfg/launch/program"
)

// explain turns the end of the payload into what it died of.
func (l *launch) explain(seg payload.Segment, err error) error {
	if !errors.Is(err, monitor.ErrPayloadGone) {
		return err
	}
	failure, ok := l.monitor.Image().Failure()
	if !ok {
		at, cause := l.monitor.Image().Where(), l.monitor.KilledBy()
		if errors.Is(cause, monitor.ErrInterrupted) {
			at.Call = "" // it has nothing to do with it
		}
		return l.payloadError(seg, program.Failure{Step: at.Step, Call: at.Call}, cause)
	}
	switch {
	case failure.Exit != nil:
		cause := monitor.ExitError(failure.Object, *failure.Exit, l.monitor.Output(failure.Step))
		return l.payloadError(seg, program.Failure{Step: failure.Step}, cause)
	case failure.Call == "ppoll":
		cause := &monitor.ProgramError{Program: failure.Object, Status: fmt.Sprintf("did not end within %v and was killed", l.options.HookTimeout)}
		return l.payloadError(seg, program.Failure{Step: failure.Step}, cause)
	}
	return l.payloadError(seg, failure, failure.Errno)
}

func (l *launch) payloadError(seg payload.Segment, f program.Failure, cause error) error {
	filter := "" // that is in force
	for _, s := range l.plan.Steps() {
		if s.Name == f.Step {
			if op, ok := s.Op.(plan.Hook); ok && op.Pivoted && f.Call == "execve" {
				// The hook has loaded init's filter by then.
				ofInit, _, _ := plan.Find[plan.Seccomp](l.plan)
				filter = ofInit.Policy
			}
			l.report.step(s, cause, 0)
			return &StepError{Step: s, Call: f.Call, Object: f.Object, Output: l.monitor.Output(s.Name), Cause: cause, Filter: filter}
		}
		if op, ok := s.Op.(plan.Seccomp); ok {
			filter = op.Policy
		}
	}
	// A barrier is no step: it stands before the segment's first.
	return &StepError{Step: l.plan.At(seg.From), Call: f.Call, Object: f.Object, Cause: cause}
}

// fail takes back what was made, and reports.
func (l *launch) fail(err error) Result {
	l.life.SetState(command.Aborting)
	_, undoErr := l.takeDown()
	var step *StepError
	if errors.As(err, &step) {
		step.Undo = undoErr
		step.explain(l.plan)
		l.report.Failed = step
	}
	return Result{Late: l.late, Report: l.report}
}
