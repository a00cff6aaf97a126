//go:build linux

package launch

import (
	"errors"

	"github.com/hashicorp/go-multierror"

	"lxcfg/compile/plan"
	"lxcfg/launch/command"
	"lxcfg/launch/monitor"
)

// outlive waits for the container's end, and takes it down. A container that reboots is
// to be launched again.
func (l *launch) outlive() (r Result, reboots bool, err error) {
	status, err := l.monitor.Wait()
	l.report.finish(status)
	if went, ok := l.monitor.Asked(); ok {
		l.report.Asked = &went
	}
	reboots, undoErr := l.takeDown()
	if err == nil && undoErr == nil && !reboots {
		// What is left mounted may be the host's.
		l.runLate(plan.PhaseDestroy)
	}
	return Result{Status: status, Late: l.late, Report: l.report}, reboots && err == nil && undoErr == nil, errors.Join(err, undoErr)
}

// takeDown runs what stands in the plan behind init's end, and between the two
// phases takes back what the launch has made. Hooks that fail are reported, and
// nothing else: the container is gone whatever they say. But a container does not reboot
// then, as in LXC.
func (l *launch) takeDown() (reboots bool, err error) {
	l.life.SetState(command.Stopping)
	reboots = l.monitor.Reboots()
	undoErr := l.monitor.TakeDown()
	for _, s := range l.plan.Steps() {
		if _, ok := s.Op.(plan.Hook); ok {
			output := l.monitor.Output(s.Name)
			l.report.output(s, output)
			l.observe(Event{Step: s, Output: output})
		}
	}
	l.runLate(plan.PhaseStop)
	undone, failed := l.monitor.Undo()
	l.report.Undone = undone
	undoErr = errors.Join(undoErr, l.sortUndo(failed))
	if undoErr == nil {
		undoErr = l.monitor.List.Remove()
	} else {
		l.monitor.List.Close() // the next launch tries again
	}
	if reboots {
		l.life.SetState(command.Stopped)
		l.life.Dismiss(true)
	} else {
		// Whoever is told that it has stopped may start it again.
		undoErr = errors.Join(undoErr, l.life.End())
	}
	before := len(l.late)
	l.runLate(plan.PhaseStopped)
	return reboots && len(l.late) == before, undoErr
}

// sortUndo returns what is left behind because it could not be taken back. A script of
// an interface that is run when the container goes is a hook like others.
func (l *launch) sortUndo(failed []*monitor.UndoError) error {
	scripts := make(map[string]plan.Step)
	for _, s := range l.plan.Steps() {
		if _, ok := s.Op.(plan.NetScript); ok {
			scripts[s.Name] = s
			l.report.output(s, l.monitor.Output(s.Name))
		}
	}
	var left *multierror.Error
	for _, e := range failed {
		if s, ok := scripts[e.Step]; ok {
			l.addLate(newStepError(s, e.Cause))
			continue
		}
		left = multierror.Append(left, e)
	}
	return left.ErrorOrNil()
}

// addLate notes a step that failed when the container was to end.
func (l *launch) addLate(e *StepError) {
	e.explain(l.plan)
	l.late = append(l.late, e)
	l.report.Late = l.late
}

// runLate runs the steps of one of the last phases, up to the first that fails. A
// launch that has not begun has nothing for them to do.
func (l *launch) runLate(phase plan.Phase) {
	if !l.begun {
		return
	}
	for _, s := range l.plan.Steps() {
		if s.Phase() != phase {
			continue
		}
		if err := l.step(s); err != nil {
			var step *StepError
			if errors.As(err, &step) {
				l.addLate(step)
			}
			return
		}
	}
}
