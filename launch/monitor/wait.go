//go:build linux

package monitor

import (
	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/command"
	"lxcfg/launch/life"
)

// Status is how init ended.
type Status struct {
	Code   int         // exit status, when Signal is 0
	Signal unix.Signal // what killed it, 0 for none
}

// ExitStatus is the status as a shell gives it: 128 and the signal's number for
// a process that was killed.
func (s Status) ExitStatus() int {
	if s.Signal != 0 {
		return 128 + int(s.Signal)
	}
	return s.Code
}

// Begin begins the container's life: its init runs.
func (m *Monitor) Begin() error {
	m.launched = true
	m.signals.pass()
	if err := m.receiveTerminals(); err != nil {
		return err
	}
	if err := m.Connect(); err != nil {
		return err
	}
	m.life.Describe(m.description())
	m.life.SetState(command.Running)
	return nil
}

// GoOn goes on as before, when a monitor that was to be executed anew was not.
func (m *Monitor) GoOn() error {
	m.signals.notify() // they were ignored meanwhile
	m.filter.goOn()
	return m.Connect()
}

// Connect begins to carry the console, to lend the terminals, and to have filters changed.
func (m *Monitor) Connect() error {
	t := life.Terminals{Console: m.console, Streams: m.streams, Buffer: m.buffer}
	if m.log != nil {
		t.Log = m.log
	}
	for _, tty := range m.terminals {
		t.TTYs = append(t.TTYs, int(tty.Fd()))
	}
	m.signals.onResize(m.life.Resize)
	return m.life.Connect(t, m)
}

// Wait carries the console, answers and forwards signals until init ends.
func (m *Monitor) Wait() (Status, error) {
	look, every := m.thawTheEnding()
	ended, err := m.life.Await(m.child.PIDFD, every, look)
	for err == nil && !ended {
		if err = m.Interrupted(); err == nil {
			ended, err = m.life.Await(m.child.PIDFD, every, look)
		}
	}
	m.signals.onResize(nil)
	if err == nil && m.read != nil {
		m.plan, err = m.read()
	}
	if err != nil {
		return Status{}, err
	}
	ws, err := m.reap()
	if disconnected := m.life.Disconnect(); err == nil {
		err = disconnected
	}
	m.life.Describe(m.description())
	m.life.ReportExit(ws)
	m.life.ServeBeside()
	m.ended = ws
	if ws.Signaled() {
		return Status{Signal: ws.Signal()}, err
	}
	return Status{Code: ws.ExitStatus()}, err
}

// Reboots tells whether init has ended to begin again: who calls reboot(2) in a pid
// namespace has its init killed by SIGHUP, or by SIGINT to halt. From the host no such
// signal kills an init.
func (m *Monitor) Reboots() bool {
	spawn, _, _ := plan.Find[plan.Spawn](m.plan)
	return spawn.Namespaces.Has(plan.NamespacePID) && m.ended.Signaled() && m.ended.Signal() == unix.SIGHUP
}
