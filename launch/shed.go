//go:build linux

package launch

import (
	"encoding/json"
	"errors"
	"os"
	"runtime/debug"
	"time"

	"lxcfg/compile/plan"
	"lxcfg/launch/daemon"
	"lxcfg/launch/life"
	"lxcfg/launch/monitor"
)

// A monitor in the background stays as long as its container, which may be years, and is
// to be small. What a launch has needed of memory, and the parser before it, the Go runtime
// does not give back whole. So once the container runs, the monitor executes itself anew and
// takes along what it needs to wait, and, unread until then, what it needs at the end.

// kept is a launch as it is taken along.
type kept struct {
	PIDFile       string          `json:"pid_file"`
	HookTimeout   time.Duration   `json:"hook_timeout"`
	HelperTimeout time.Duration   `json:"helper_timeout"`
	Note          []byte          `json:"note"`
	Monitor       json.RawMessage `json:"monitor"`
	Life          json.RawMessage `json:"life"`
}

// most is how many bytes a monitor may have come to before it collects garbage after all:
// it has not rested for long.
const most = 16 << 20

// The notes that a monitor takes along.
const (
	noteLaunch = iota
	notePlan
)

// shed executes the monitor anew. It returns, without an error, when that cannot be: then
// it goes on as it is. When it is only busy, it tries again.
func (l *launch) shed() error {
	l.life.StopBeside()
	own, fds, err := l.monitor.Keep()
	if errors.Is(err, monitor.ErrBusy) {
		l.life.OnRest(func() bool { return true })
		return nil
	}
	if err != nil {
		return err
	}
	thePlan, err := l.planNote()
	if err != nil {
		return err
	}
	of, more, err := l.life.Keep()
	if err != nil {
		return err
	}
	text, err := json.Marshal(kept{PIDFile: l.options.PIDFile, HookTimeout: l.options.HookTimeout, HelperTimeout: l.options.HelperTimeout, Note: l.options.Note, Monitor: own, Life: of})
	if err != nil {
		return err
	}
	note, err := daemon.NewNote("launch", text)
	if err != nil {
		return err
	}
	defer note.Close()
	_ = l.options.Daemon.Execute(append(fds, more...), note, thePlan)
	return l.monitor.GoOn()
}

// planNote is the plan as it is taken along: unread, when it has been before.
func (l *launch) planNote() (*os.File, error) {
	if l.taken != nil {
		return l.taken, nil
	}
	text, err := l.plan.JSON()
	if err != nil {
		return nil, err
	}
	l.taken, err = daemon.NewNote("plan", text)
	return l.taken, err
}

// Resume goes on as the monitor that has executed itself: it waits for the container's
// end, as Start does. The program is told its note before the container is taken down, and
// says who observes that.
func Resume(d *daemon.Daemon, observer func(note []byte) func(Event)) (Result, error) {
	var k kept
	text, err := daemon.ReadNote(d.Notes[noteLaunch])
	if err == nil {
		err = json.Unmarshal(text, &k)
	}
	if err != nil {
		return Result{}, err
	}
	around, err := life.Restore(k.Life)
	if err != nil {
		return Result{}, err
	}
	defer around.End()
	defer removePIDFile(k.PIDFile)
	signals := monitor.Listen()
	defer signals.End()
	l := &launch{options: Options{PIDFile: k.PIDFile, HookTimeout: k.HookTimeout, HelperTimeout: k.HelperTimeout, Note: k.Note, Daemon: d}, life: around, begun: true, taken: d.Notes[notePlan]}
	read := func() (p plan.Plan, err error) {
		d.Grow()
		l.options.Observe = observer(k.Note)
		text, err := daemon.ReadNote(l.taken)
		if err == nil {
			p, err = plan.Read(text)
		}
		l.plan, l.report = p, newReport(p)
		l.report.running()
		return p, err
	}
	if l.monitor, err = monitor.Restore(k.Monitor, read, around, signals); err != nil {
		return Result{}, err
	}
	defer l.monitor.Close()
	l.monitor.HookTimeout, l.monitor.HelperTimeout, l.monitor.Interrupted = k.HookTimeout, k.HelperTimeout, l.shed
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(most)
	around.OnRest(daemon.Rest())
	d.Running()
	if err := os.Chdir("/"); err != nil {
		return Result{}, err
	}
	result, reboots, err := l.outlive()
	if reboots {
		return rebootOn(l.plan, l.options, around, signals)
	}
	return result, err
}
