//go:build linux

// Package launch executes plans: it runs the monitor's steps, lets the payload run
// its own in between, waits for init and takes everything down again.
//
// It knows plans and nothing of configurations.
package launch

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/monitor"
	"lxcfg/launch/payload"
	"lxcfg/launch/program"
	"lxcfg/launch/rlimit"
)

// Options says how a plan is executed.
type Options struct {
	Stdin, Stdout *os.File // the console is connected to; nil Stdin: no input

	// Fault names a step that is made to fail, to rehearse what a failure there
	// leaves behind. Empty: none.
	Fault string
}

// Result is how a launch and the container's life went.
type Result struct {
	Status monitor.Status // how init ended, when the launch succeeded
	Report Report
}

// Start executes a plan and returns when the container has ended. The calling
// goroutine keeps its thread: the kernel kills the container when the thread that
// made it ends (PR_SET_PDEATHSIG, prctl(2)).
//
// A failing launch is a *StepError, and leaves nothing behind.
func Start(p plan.Plan, o Options) (Result, error) {
	if err := p.Launchable(); err != nil {
		return Result{}, err
	}
	l := &launch{plan: p, options: o, monitor: monitor.New(p, monitor.Streams{In: o.Stdin, Out: o.Stdout}), report: newReport(p)}
	defer l.monitor.Close()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	l.lower()
	// The container inherits our limits; the Go runtime has raised one of them.
	if err := rlimit.Restore(); err != nil {
		return Result{}, err
	}

	if err := l.run(); err != nil {
		return Result{Report: l.fail(err)}, err
	}
	status, err := l.monitor.Wait()
	l.report.finish(status)
	undone, undoErr := l.monitor.Undo()
	l.report.Undone = undone
	return Result{Status: status, Report: l.report}, errors.Join(err, undoErr)
}

// launch is one execution of a plan.
type launch struct {
	plan    plan.Plan
	options Options
	monitor *monitor.Monitor
	report  Report
	program func() (*program.Program, error) // what the payload runs; waits until it is lowered
}

// lower has the payload's program made on another processor, while this one makes
// cgroups and the console.
func (l *launch) lower() {
	type result struct {
		program *program.Program
		err     error
	}
	done := make(chan result, 1)
	go func() {
		prog, err := payload.Lower(l.plan)
		if err == nil && l.options.Fault != "" {
			prog = prog.WithFault(l.options.Fault)
		}
		done <- result{prog, err}
	}()
	l.program = func() (*program.Program, error) {
		r := <-done
		return r.program, r.err
	}
}

// run executes everything up to the payload's execve.
func (l *launch) run() error {
	segments := payload.Segments(l.plan)
	for i, seg := range segments {
		if seg.Side == plan.Payload {
			if err := l.awaitPayload(i == lastPayload(segments)); err != nil {
				return l.explain(seg, err)
			}
			continue
		}
		for n := seg.From; n < seg.To; n++ {
			if err := l.step(l.plan.At(n)); err != nil {
				return err
			}
		}
		// The payload waits for us whenever it has run before, or was told to.
		if i > 0 && i < lastPayload(segments) {
			if err := l.monitor.Go(); err != nil {
				return l.explain(segments[i+1], err)
			}
		}
	}
	return nil
}

// step executes one of the monitor's steps.
func (l *launch) step(s plan.Step) error {
	began := time.Now()
	err := error(nil)
	if s.Name == l.options.Fault {
		err = errRehearsal
	} else {
		err = l.monitor.Do(s, l.program)
	}
	l.report.step(s, err, time.Since(began))
	if err == nil {
		return nil
	}
	return newStepError(s, err)
}

// awaitPayload waits for the payload to have done its steps: up to the next
// barrier, or all of them.
func (l *launch) awaitPayload(last bool) error {
	if !last {
		return l.monitor.AwaitReady()
	}
	if err := l.monitor.AwaitExec(); err != nil {
		return err
	}
	if _, failed := l.monitor.Image().Failure(); failed {
		return monitor.ErrPayloadGone
	}
	if !l.monitor.ReachedExec() {
		return monitor.ErrPayloadGone
	}
	return nil
}

// explain turns the end of the payload into what it died of.
func (l *launch) explain(seg payload.Segment, err error) error {
	if !errors.Is(err, monitor.ErrPayloadGone) {
		return err
	}
	failure, ok := l.monitor.Image().Failure()
	if !ok {
		at := l.monitor.Image().Where()
		return l.payloadError(seg, program.Failure{Step: at.Step, Call: at.Call}, l.monitor.KilledBy())
	}
	return l.payloadError(seg, failure, failure.Errno)
}

func (l *launch) payloadError(seg payload.Segment, f program.Failure, cause error) error {
	for _, s := range l.plan.Steps() {
		if s.Name == f.Step {
			l.report.step(s, cause, 0)
			return &StepError{Step: s, Call: f.Call, Object: f.Object, Cause: cause}
		}
	}
	// A barrier is no step: it stands before the segment's first.
	return &StepError{Step: l.plan.At(seg.From), Call: f.Call, Object: f.Object, Cause: cause}
}

// fail takes back what was made, and reports.
func (l *launch) fail(err error) Report {
	undone, undoErr := l.monitor.Undo()
	l.report.Undone = undone
	var step *StepError
	if errors.As(err, &step) {
		step.Undo = undoErr
		l.report.fail(step)
	}
	return l.report
}

func lastPayload(segments []payload.Segment) int {
	last := -1
	for i, seg := range segments {
		if seg.Side == plan.Payload {
			last = i
		}
	}
	return last
}

var errRehearsal = fmt.Errorf("made to fail: %w", unix.ECANCELED)
