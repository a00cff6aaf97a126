//go:build linux

package command

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"
)

// A client can wait for states (LXC_CMD_ADD_STATE_CLIENT). It says for each whether it
// wants it, and with survivesReboot instead of 1 that it is not satisfied with the state
// there is, and stays when the container reboots. When a state has come the connection is
// closed; without a message before, that is how it hears that the container has stopped.
const survivesReboot = 2

// addWaiter takes a client's wishes. It is answered with the state, or with the number
// of states when it has to wait.
func (s *Server) addWaiter(c *connection, r request) reply {
	for i := range c.wanted {
		c.wanted[i] = r.int32(4 * i)
	}
	if c.wanted[s.state] != 0 && c.wanted[s.state] != survivesReboot {
		return reply{result: int32(s.state), value: uint64(s.state)}
	}
	return reply{result: stateCount, value: stateCount, keep: waits}
}

// SetState says what the container does now, to all who wait for that, and to
// lxc-monitord(1).
func (s *Server) SetState(state State) {
	s.tellWaiters(state)
	s.report(messageTypeState, uint32(state))
}

// tellWaiters sets the state. A container that was thawed runs.
func (s *Server) tellWaiters(state State) {
	s.state = state
	if state == Thawed {
		s.state = Running
	}
	message := stateMessage(messageTypeState, s.container.Name, uint32(state))
	for _, c := range s.waiters() {
		if c.wanted[state] != 0 {
			// It fits: the answer before it was short. Who has gone does not need it.
			_, _ = unix.SendmsgN(c.fd, message, nil, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
			s.hangUp(c)
		}
	}
}

// Dismiss closes the connections of all who wait, which tells them that the container
// has stopped. When it reboots those stay who wait for it to run again.
func (s *Server) Dismiss(reboots bool) {
	for _, c := range s.waiters() {
		if !reboots || c.wanted[Running] != survivesReboot {
			s.hangUp(c)
		}
	}
}

func (s *Server) waiters() []*connection {
	var list []*connection
	for _, c := range s.connections {
		if c.kind == waits || c.kind == takes && c.keep == waits {
			list = append(list, c)
		}
	}
	return list
}

// takeState is told a state by who has brought it about, lxc-freeze(1). It tells
// lxc-monitord by itself.
func (s *Server) takeState(_ *connection, r request) reply {
	if r.value >= stateCount {
		return refusal(unix.EINVAL)
	}
	s.tellWaiters(State(r.value))
	return reply{}
}

// ReportExit tells lxc-monitord(1) how init has ended, as wait(2) has it.
func (s *Server) ReportExit(status unix.WaitStatus) {
	s.report(messageTypeExitStatus, uint32(status))
}

// report writes a message for lxc-monitor(1) to the fifo that lxc-monitord(1) reads, one
// for each LXCPATH. Mostly there is none.
func (s *Server) report(kind, value uint32) {
	fd, err := unix.Open(monitorFIFO(s.container.LXCPath), unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	var info unix.Stat_t
	if unix.Fstat(fd, &info) == nil && info.Mode&unix.S_IFMT == unix.S_IFIFO {
		// A message is written whole: it is shorter than PIPE_BUF (pipe(7)).
		_, _ = unix.Write(fd, stateMessage(kind, s.container.Name, value))
	}
}

// monitorFIFO is where lxc-monitord(1) reads.
func monitorFIFO(lxcPath string) string {
	return fmt.Sprintf("%s/lxc/%s/monitor-fifo", RuntimeDir(), lxcPath)
}

// decodeStateMessage reads what a waiter is told.
func decodeStateMessage(b []byte) (kind uint32, container string, value uint32) {
	return binary.NativeEndian.Uint32(b), unix.ByteSliceToString(b[4 : 4+stateMessageName]), binary.NativeEndian.Uint32(b[stateMessageSize-4:])
}
