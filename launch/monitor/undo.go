//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/netlink"
)

// undo says how to take back what a step has made. It is data: a monitor that stays in
// the background executes itself anew, to be small, and takes it along (keep.go).
type undo struct {
	Step  string        `json:"step"`
	How   undoing       `json:"how"`
	FD    int           `json:"fd,omitempty"`
	Words []string      `json:"words,omitempty"`
	Link  *netlink.Link `json:"link,omitempty"`
}

// undoing is a way to take a step back.
type undoing string

// The ways.
const (
	undoClose       undoing = "close"         // FD
	undoKill        undoing = "kill"          // the payload
	undoCloseAll    undoing = "close-all"     // what a launch keeps open
	undoCgroup      undoing = "cgroup"        // of the hierarchy Words[0]
	undoAside       undoing = "cgroup-aside"  // the monitor goes back
	undoIDHelper    undoing = "id-helper"     // its namespace
	undoLog         undoing = "console-log"   // Words[0]: "made" by the launch
	undoProfile     undoing = "profile"       // of AppArmor, Words: name, namespace
	undoNBD         undoing = "nbd"           // Words: program, directory in /sys
	undoRBD         undoing = "rbd"           // Words: program, device
	undoEnd         undoing = "end"           // of a pair, Words[0]; Words[1]: its name is "fixed"
	undoInside      undoing = "inside"        // Link, in the container
	undoUserVeth    undoing = "user-veth"     // Words[0]: its end on the host; FD: namespace, or -1
	undoDevice      undoing = "device"        // Link goes back; Words: name in the container, number, radio
	undoOnLink      undoing = "on-link"       // what the step did to Link
	undoOpenVSwitch undoing = "open-v-switch" // Words: program, bridge, port
	undoListener    undoing = "listener"      // of the seccomp filter
	undoScript      undoing = "script"        // the step itself, at the end
)

// later registers how to take a step back.
func (m *Monitor) later(step string, u undo) {
	u.Step = step
	m.undos = append(m.undos, u)
}

// laterClose registers that a file is to be closed.
func (m *Monitor) laterClose(step string, f *os.File) {
	fd := int(f.Fd())
	m.files[fd] = f
	m.later(step, undo{How: undoClose, FD: fd})
}

// close closes a file, unless it was closed before: its number may be another's then.
func (m *Monitor) close(fd int) error {
	f, ok := m.files[fd]
	delete(m.files, fd)
	if !ok {
		return nil
	}
	if err := f.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// UndoError says of a step why what it made could not be taken back.
type UndoError struct {
	Step  string
	Cause error
}

func (e *UndoError) Error() string { return fmt.Sprintf("undo %s: %v", e.Step, e.Cause) }
func (e *UndoError) Unwrap() error { return e.Cause }

// Undo takes back everything that was made, the last first, and returns the names of
// the steps taken back and what could not be.
func (m *Monitor) Undo() (undone []string, failed []*UndoError) {
	m.signals.takeDown()
	for i := len(m.undos) - 1; i >= 0; i-- {
		u := m.undos[i]
		if err := m.takeBack(u); err != nil {
			failed = append(failed, &UndoError{u.Step, err})
			continue
		}
		undone = append(undone, u.Step)
	}
	m.undos = nil
	return undone, failed
}

// takeBack takes one thing back. Every way has its case here.
func (m *Monitor) takeBack(u undo) error {
	switch u.How {
	case undoClose:
		return m.close(u.FD)
	case undoKill:
		return m.kill()
	case undoCloseAll:
		return m.closeAll()
	case undoCgroup:
		return m.removeCgroup(m.cgroups[u.Words[0]])
	case undoAside:
		return m.stepBack(m.aside)
	case undoListener:
		return m.filter.close()
	case undoIDHelper:
		return m.idHelper.close()
	case undoLog:
		return m.closeLog(u.Words[0] == "made")
	case undoProfile:
		return removeProfile(u.Words[0], u.Words[1])
	case undoNBD:
		return m.detachNBD(u.Words[0], u.Words[1])
	case undoRBD:
		return m.unmapRBD(u.Words[0], u.Words[1])
	case undoEnd:
		return m.deleteEnd(u.Words[0], u.Words[1] == "fixed")
	case undoInside:
		return m.deleteInside(*u.Link)
	case undoDevice:
		return m.giveBack(u)
	case undoOpenVSwitch:
		return m.deletePort(u.Words[0], u.Words[1], u.Words[2])
	}
	return m.takeStepBack(u)
}

// takeStepBack takes back what the step itself tells best.
func (m *Monitor) takeStepBack(u undo) error {
	for _, s := range m.plan.Steps() {
		if s.Name != u.Step {
			continue
		}
		switch op := s.Op.(type) {
		case plan.UserVeth:
			return m.deleteUserVeth(op, u.Words[0], u.FD)
		case plan.NetScript:
			return m.runNetScript(s.Name, op)
		case plan.HostRoute:
			return m.undoOnLink(func(c *netlink.Conn) error { return deleteRoute(c, *u.Link, op.To) })
		case plan.ProxyNeighbour:
			return m.undoOnLink(func(c *netlink.Conn) error { return deleteProxy(c, *u.Link, op.Address) })
		}
	}
	return fmt.Errorf("the monitor does not know how to take back %s", u.How)
}

// undoOnLink takes something back that was done to a link of the host, unless somebody
// else has.
func (m *Monitor) undoOnLink(undo func(*netlink.Conn) error) error {
	c, err := m.outside()
	if err == nil {
		err = undo(c)
	}
	return ignoreTaken(err)
}

// ignoreTaken drops the error of something that somebody else has taken away.
func ignoreTaken(err error) error {
	if gone(err) || errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ESRCH) {
		return nil
	}
	return err
}
