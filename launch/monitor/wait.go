//go:build linux

package monitor

import (
	"os"

	"golang.org/x/sys/unix"
)

// Streams are the caller's standard streams that the console is connected to.
// A nil In gives the container no input, a nil Out leaves the console unconnected.
type Streams struct {
	In, Out *os.File
}

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

// Wait carries the console and forwards signals until init ends.
func (m *Monitor) Wait() (Status, error) {
	m.launched = true
	m.signals.pass()
	if err := m.receiveTerminals(); err != nil {
		return Status{}, err
	}
	stop := func() error { return nil }
	if m.console != nil && len(m.consoleSinks()) > 0 {
		var err error
		if stop, err = m.startRelay(); err != nil {
			return Status{}, err
		}
	}
	stopWatching := m.watchFreezer()
	ws, err := m.reap()
	stopWatching()
	if stopErr := stop(); err == nil {
		err = stopErr
	}
	if ws.Signaled() {
		return Status{Signal: ws.Signal()}, err
	}
	return Status{Code: ws.ExitStatus()}, err
}
