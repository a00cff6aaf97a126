//go:build linux

package command

import (
	"golang.org/x/sys/unix"

	"lxcfg/launch/epoll"
)

// Kept is a Server as a program takes it along that executes itself anew: what it knows,
// and its descriptors.
type Kept struct {
	Listener    int              `json:"listener"`
	State       State            `json:"state"`
	Container   Container        `json:"container"`
	Connections []KeptConnection `json:"connections"`
}

// KeptConnection is a connection of somebody who waits, or has not asked yet.
type KeptConnection struct {
	FD     int               `json:"fd"`
	Kind   kind              `json:"kind"`
	Wanted [stateCount]int32 `json:"wanted"`
	Loan   Loan              `json:"loan"`
}

// Keep returns what there is to take along, and the descriptors that have to stay open.
// Who has begun to ask has to ask again; the others do not notice anything.
func (s *Server) Keep() (k Kept, fds []int) {
	k = Kept{Listener: s.listener, State: s.state, Container: s.container}
	c := s.container
	fds = []int{s.listener, c.InitPIDFD, c.Devpts, c.Notify}
	for _, c := range s.connections {
		if c.kind == takes || len(c.in) > 0 {
			continue
		}
		k.Connections = append(k.Connections, KeptConnection{c.fd, c.kind, c.wanted, c.loan})
		fds = append(fds, c.fd)
		if c.kind == borrows && c.loan.Number == 0 {
			fds = append(fds, c.loan.Slave)
		}
	}
	kept := fds[:0]
	for _, fd := range fds {
		if fd >= 0 {
			kept = append(kept, fd)
		}
	}
	return k, kept
}

// Restore makes a server of what was kept.
func Restore(k Kept, loop *epoll.Loop, host Host) (*Server, error) {
	s, err := Serve(k.Listener, loop, host, k.Container, k.State)
	if err != nil {
		return nil, err
	}
	for _, fd := range []int{k.Listener, k.Container.InitPIDFD, k.Container.Devpts, k.Container.Notify} {
		if fd >= 0 {
			unix.CloseOnExec(fd)
		}
	}
	for _, kc := range k.Connections {
		c := &connection{fd: kc.FD, kind: kc.Kind, keep: kc.Kind, wanted: kc.Wanted, loan: kc.Loan}
		unix.CloseOnExec(c.fd)
		s.connections = append(s.connections, c)
		if err := s.watch(c); err != nil {
			s.hangUp(c)
			continue
		}
		if c.kind != asks {
			s.settle(c)
		}
	}
	return s, nil
}

// RenewLoans goes on to lend the terminals that were lent, when there are any again.
func (s *Server) RenewLoans() {
	for _, c := range append([]*connection(nil), s.connections...) {
		if c.kind != borrows {
			continue
		}
		if err := s.host.Renew(c.loan); err != nil {
			s.hangUp(c)
			continue
		}
		loan := c.loan
		c.ended = func() { s.host.Return(loan) }
	}
}
