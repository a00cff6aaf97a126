//go:build linux

package life

import (
	"encoding/json"
	"errors"

	"golang.org/x/sys/unix"

	"lxcfg/launch/command"
	"lxcfg/launch/epoll"
)

// kept is a Life as a program takes it along that executes itself anew.
type kept struct {
	Server command.Kept `json:"server"`
	Items  [][2]string  `json:"items"`
}

// Keep returns what there is to take along, and the descriptors that have to stay open.
// Nothing is answered from now on.
func (l *Life) Keep() (data []byte, fds []int, err error) {
	l.StopBeside()
	l.mu.Lock()
	defer l.mu.Unlock()
	var k kept
	k.Server, fds = l.server.Keep()
	if l.console != nil {
		if err := l.console.Close(); err != nil {
			return nil, nil, err
		}
		l.console = nil
	}
	if l.items != nil {
		k.Items = l.items()
	}
	data, err = json.Marshal(k)
	return data, fds, err
}

// Restore makes a life of what was kept.
func Restore(data []byte) (*Life, error) {
	var k kept
	if err := json.Unmarshal(data, &k); err != nil {
		return nil, err
	}
	l := &Life{items: func() [][2]string { return k.Items }}
	var err error
	if l.loop, err = epoll.New(&l.mu); err != nil {
		return nil, err
	}
	if l.server, err = command.Restore(k.Server, l.loop, (*host)(l)); err != nil {
		return nil, errors.Join(err, l.loop.Close())
	}
	return l, nil
}

// Renew goes on to lend a terminal.
func (h *host) Renew(loan command.Loan) error {
	if loan.Number > 0 {
		if h.ttys == nil || !h.ttys.Renew(loan.Number) {
			return unix.EBADF
		}
		return nil
	}
	if h.console == nil {
		return unix.EBADF
	}
	return h.console.Renew(loan.Slave)
}
