//go:build linux

package command

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/launch/epoll"
)

// Server answers at the command socket of a container. What it does, it does in its
// loop and with the loop's lock held; so have its methods to be called.
//
// Anybody on the host can connect, and may say anything, or nothing. So it waits for
// nobody, each connection has little time for its request, and when there are too many
// the oldest without one has to go.
type Server struct {
	loop      *epoll.Loop
	listener  int
	host      Host
	container Container
	state     State

	connections []*connection // the oldest first
	paused      bool          // there was no descriptor for one more connection
}

const (
	backlog        = 100             // connections that may come while nobody looks, as in LXC
	requestTimeout = 5 * time.Second // for a request to come in whole, or an answer to be taken
	maxStrangers   = 128             // connections that have brought no request yet
	pause          = 50 * time.Millisecond
)

// RunningError says that a container of this name has a monitor already.
type RunningError struct{ Container string }

func (e *RunningError) Error() string {
	return fmt.Sprintf("container %q is running already", e.Container)
}

// Listen takes a container's address, which only one monitor can have: the error is a
// *RunningError when there is one.
func Listen(lxcPath, container string) (listener int, err error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	address := Address(lxcPath, container)
	err = unix.Bind(fd, &unix.SockaddrUnix{Name: address})
	if err == nil {
		// Connections inherit it: each message comes with the ids of who sent it.
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PASSCRED, 1)
	}
	if err == nil {
		err = unix.Listen(fd, backlog)
	}
	if err != nil {
		unix.Close(fd)
		if errors.Is(err, unix.EADDRINUSE) {
			return -1, &RunningError{container}
		}
		return -1, &os.PathError{Op: "bind", Path: address, Err: err}
	}
	return fd, nil
}

// Serve answers in a loop for a container that is in a state.
func Serve(listener int, loop *epoll.Loop, host Host, c Container, state State) (*Server, error) {
	s := &Server{loop: loop, listener: listener, host: host, container: c, state: state}
	if err := loop.Add(listener, unix.EPOLLIN, func(uint32) { s.accept() }); err != nil {
		return nil, err
	}
	return s, nil
}

// Describe sets what there is to tell of the container from now on.
func (s *Server) Describe(c Container) { s.container = c }

// Close closes the socket and all connections: for who waits, the container has
// stopped.
func (s *Server) Close() {
	s.loop.Remove(s.listener)
	unix.Close(s.listener)
	for len(s.connections) > 0 {
		s.hangUp(s.connections[0])
	}
	s.report(messageTypeState, uint32(Stopped))
}

// EndLoans takes all terminals back: they go with the container.
func (s *Server) EndLoans() {
	for _, c := range slices.Clone(s.connections) {
		if c.keep == borrows {
			s.hangUp(c)
		}
	}
}

// endGoneLoans takes back the terminals of those who have hung up. Of an end and of a
// request that have come since the loop looked last, the later may be seen first: who
// returns a terminal and asks for it again is to get it.
func (s *Server) endGoneLoans() {
	for _, c := range slices.Clone(s.connections) {
		if c.keep != borrows {
			continue
		}
		ended := []unix.PollFd{{Fd: int32(c.fd), Events: unix.POLLIN | unix.POLLRDHUP}}
		if n, err := unix.Poll(ended, 0); err == nil && n > 0 {
			s.hangUp(c)
		}
	}
}

// accept takes the connections that have come.
func (s *Server) accept() {
	for {
		fd, _, err := unix.Accept4(s.listener, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
		switch {
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.ECONNABORTED):
			continue
		case errors.Is(err, unix.EMFILE), errors.Is(err, unix.ENFILE), errors.Is(err, unix.ENOBUFS), errors.Is(err, unix.ENOMEM):
			if !s.evict() {
				s.takeABreak()
				return
			}
			continue
		case err != nil:
			return // EAGAIN: that was all
		}
		s.add(fd)
	}
}

// add takes a connection on. Its request is mostly there already.
func (s *Server) add(fd int) {
	c := &connection{fd: fd}
	s.connections = append(s.connections, c)
	if err := s.watch(c); err != nil {
		s.hangUp(c)
		return
	}
	s.read(c)
	strangers := 0
	for _, other := range s.connections {
		if other.kind == asks {
			strangers++
		}
	}
	if strangers > maxStrangers {
		s.evict()
	}
}

// watch waits for a connection's request.
func (s *Server) watch(c *connection) error {
	if c.kind == asks {
		c.timer = s.loop.After(requestTimeout, func() { s.hangUp(c) })
	}
	return s.loop.Add(c.fd, unix.EPOLLIN|unix.EPOLLRDHUP, func(uint32) { s.event(c) })
}

// evict closes the oldest connection that has not brought its request.
func (s *Server) evict() bool {
	for _, c := range s.connections {
		if c.kind == asks {
			s.hangUp(c)
			return true
		}
	}
	return false
}

// takeABreak stops to accept connections for a moment, in which some may end: those
// that wait would be reported again and again.
func (s *Server) takeABreak() {
	if s.paused || s.loop.Change(s.listener, 0) != nil {
		return
	}
	s.paused = true
	s.loop.After(pause, func() {
		s.paused = false
		_ = s.loop.Change(s.listener, unix.EPOLLIN) // it is there until Close, which removes it
	})
}
