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
	"lxcfg/launch/command"
	"lxcfg/launch/daemon"
	"lxcfg/launch/life"
	"lxcfg/launch/monitor"
	"lxcfg/launch/payload"
	"lxcfg/launch/program"
	"lxcfg/launch/rlimit"
	"lxcfg/launch/terminal"
)

// Options says how a plan is executed.
type Options struct {
	Stdin, Stdout *os.File // the console is connected to; nil Stdin: no input
	// HookTimeout is how long each hook may take, 0 for ever.
	HookTimeout time.Duration
	// HelperTimeout is how long each other program of the host may take that the launch
	// runs, such as newuidmap and apparmor_parser, 0 for ever.
	HelperTimeout time.Duration
	// Fault names a step that is made to fail, to rehearse what a failure there
	// leaves behind. Empty: none.
	Fault string
	// Settings are those of the configuration, for who asks at the command socket; nil:
	// they are not known.
	Settings func() []plan.Setting
	// PIDFile is where the process id of the monitor stands for as long as it lives,
	// as LXC's --pidfile; empty: nowhere.
	PIDFile string
	PIDLine bool // with a line feed behind it, as LXC before 3.1 wrote it
	// Running is called once the container runs, before who waits for a daemon is
	// told; nil: nobody wants to know.
	Running func(Report)
	// Daemon is the process itself when it is to stay in the background: it works in
	// the root directory, and lets go of who has started it once the container runs.
	// nil: it stays in the foreground.
	Daemon *daemon.Daemon
	// Note is what Resume hands to the program again, when a daemon executes itself.
	Note []byte
	// Observe is told what the launch does, while it does it; nil: nobody. It is called
	// by one goroutine at a time.
	Observe func(Event)
	// AtBarrier is called wherever the launch changes sides, with the step that is next
	// and the payload's process id, 0 before there is one. It lets a test end a process
	// just there. Nil: nothing is called.
	AtBarrier func(next plan.Step, payload int)
}

// Event is something that a step did.
type Event struct {
	Step   plan.Step
	Done   bool   // it was carried out
	Output string // the end of what its hook printed, empty for other steps
}

// Result is how a launch and the container's life went.
type Result struct {
	Status monitor.Status // how init ended, when the launch succeeded
	// Late are the steps after init's end, or after a failed launch, that failed as
	// well: hooks. They change nothing of how the container ended.
	Late   []*StepError
	Report Report
}

// Start executes a plan and returns when the container has ended and everything is
// taken down. While it runs it keeps its thread: the kernel kills the container
// when the thread that made it ends (PR_SET_PDEATHSIG, prctl(2)).
//
// A failing launch is a *StepError, and leaves nothing behind.
func Start(p plan.Plan, o Options) (Result, error) {
	if err := p.Launchable(); err != nil {
		return Result{}, err
	}
	if _, _, ok := plan.Find[plan.MonitorUnshare](p); !ok {
		return start(p, o)
	}
	// The thread that the launch runs on changes its mount namespace for good. A
	// goroutine that ends while it is bound to its thread takes it along.
	type outcome struct {
		result Result
		err    error
	}
	ended := make(chan outcome)
	go func() {
		runtime.LockOSThread()
		result, err := start(p, o)
		ended <- outcome{result, err}
	}()
	end := <-ended
	return end.result, end.err
}

func start(p plan.Plan, o Options) (Result, error) {
	signals := monitor.Listen()
	defer signals.End()
	l, err := life.Begin(monitor.Describe(p), o.items())
	if err != nil {
		return Result{}, err
	}
	defer l.End()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// The container inherits our limits; the Go runtime has raised one of them.
	if err := rlimit.Restore(); err != nil {
		return Result{}, err
	}
	if o.Daemon != nil {
		// As LXC: it must not hold on to a directory of the host.
		if err := os.Chdir("/"); err != nil {
			return Result{}, err
		}
	}
	if err := writePIDFile(o.PIDFile, o.PIDLine); err != nil {
		return Result{}, err
	}
	defer removePIDFile(o.PIDFile)
	result, reboots, err := boot(p, o, l, signals)
	if reboots {
		return rebootOn(p, o, l, signals)
	}
	return result, err
}

// items are the settings as the command socket tells them.
func (o Options) items() func() [][2]string {
	if o.Settings == nil {
		return nil
	}
	return func() (items [][2]string) {
		for _, s := range o.Settings() {
			items = append(items, [2]string{s.Key, s.Value})
		}
		return items
	}
}

// rebootOn launches a container again until it ends for good.
func rebootOn(p plan.Plan, o Options, l *life.Life, signals *monitor.Signals) (Result, error) {
	o.Running, o.Fault = nil, ""
	for {
		signals.Again()
		l.SetState(command.Starting)
		result, reboots, err := boot(p, o, l, signals)
		if !reboots {
			return result, err
		}
	}
}

// boot is one launch and what comes of it, up to the container's end. A container that
// reboots is to be launched again.
func boot(p plan.Plan, o Options, life *life.Life, signals *monitor.Signals) (r Result, reboots bool, err error) {
	l := &launch{plan: p, options: o, life: life, monitor: monitor.New(p, life, signals, terminal.Streams{In: o.Stdin, Out: o.Stdout}), report: newReport(p)}
	l.monitor.HookTimeout, l.monitor.HelperTimeout = o.HookTimeout, o.HelperTimeout
	defer l.monitor.Close()
	l.lower()
	if err := l.run(); err != nil {
		return l.fail(err), false, err
	}
	if err := l.monitor.Begin(); err != nil {
		return l.fail(err), false, err
	}
	l.report.running()
	if o.Running != nil {
		o.Running(l.report)
	}
	if o.Daemon != nil {
		l.monitor.Interrupted = l.shed
		if err := l.shed(); err != nil {
			return l.fail(err), false, err
		}
		o.Daemon.Running()
	}
	return l.outlive()
}

// launch is one execution of a plan.
type launch struct {
	plan    plan.Plan
	options Options
	life    *life.Life
	monitor *monitor.Monitor
	report  Report
	begun   bool     // a step was begun
	taken   *os.File // the plan, as a monitor that executes itself takes it along; nil: not yet
	late    []*StepError
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
		prog, err := payload.Lower(l.plan, payload.Options{HookTimeout: l.options.HookTimeout})
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
		if l.options.AtBarrier != nil {
			l.options.AtBarrier(l.plan.At(seg.From), l.monitor.Payload())
		}
		if seg.Side == plan.Payload {
			if err := l.awaitPayload(seg, i == lastPayload(segments)); err != nil {
				return l.explain(seg, err)
			}
			for n := seg.From; n < seg.To; n++ {
				l.observe(Event{Step: l.plan.At(n), Done: true})
			}
			continue
		}
		for n := seg.From; n < seg.To; n++ {
			s := l.plan.At(n)
			if isLate(s) {
				return nil
			}
			err := l.step(s)
			if errors.Is(err, monitor.ErrPayloadGone) {
				return l.explain(segments[i-1], err)
			}
			if err != nil {
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

// isLate reports whether a step belongs to the time after init's end.
func isLate(s plan.Step) bool {
	switch s.Phase() {
	case plan.PhaseStop, plan.PhaseStopped, plan.PhaseDestroy:
		return true
	}
	return false
}

// step executes one of the monitor's steps.
func (l *launch) step(s plan.Step) error {
	l.begun = true
	began := time.Now()
	err := error(nil)
	if s.Name == l.options.Fault {
		err = fmt.Errorf("made to fail: %w", unix.ECANCELED)
	} else {
		err = l.monitor.Do(s, l.program)
	}
	if errors.Is(err, monitor.ErrPayloadGone) {
		return err // it is the payload's step that has failed
	}
	l.report.step(s, err, time.Since(began))
	l.report.output(s, l.monitor.Output(s.Name))
	if err == nil {
		l.observe(Event{Step: s, Done: true, Output: l.monitor.Output(s.Name)})
		return nil
	}
	return newStepError(s, err)
}

// observe tells who wants to know.
func (l *launch) observe(e Event) {
	if l.options.Observe != nil {
		l.options.Observe(e)
	}
}

// awaitPayload waits for the payload to have done its steps: up to the next
// barrier, or all of them.
func (l *launch) awaitPayload(seg payload.Segment, last bool) error {
	if !last {
		return l.monitor.AwaitReady(seg)
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

func lastPayload(segments []payload.Segment) int {
	last := -1
	for i, seg := range segments {
		if seg.Side == plan.Payload {
			last = i
		}
	}
	return last
}
