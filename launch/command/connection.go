//go:build linux

package command

import (
	"encoding/binary"
	"errors"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"lxcfg/launch/epoll"
)

// connection is one of somebody who asks.
type connection struct {
	fd    int
	kind  kind
	timer *epoll.Timer // ends it when it takes too long

	in     []byte // of the request
	files  []int  // what came along
	denied bool   // it comes from somebody who may not ask
	out    []byte // of the answer, not yet sent
	keep   kind   // what the connection is there for then; asks: for nothing more

	wanted [stateCount]int32 // of who waits for a state
	loan   Loan              // of who has borrowed a terminal
	ended  func()            // what there is to do when it is closed
}

// kind is what a connection is there for.
type kind int

const (
	asks    kind = iota // its request has not come yet
	takes               // it has still to take the answer
	waits               // for a state
	borrows             // a terminal
	stays               // until the monitor ends
)

// event is called when something has come, or there is room for more of an answer.
func (s *Server) event(c *connection) {
	switch c.kind {
	case asks:
		s.read(c)
	case takes:
		s.flush(c)
	default:
		s.hangUp(c) // it is only its end that is waited for
	}
}

// hangUp closes a connection.
func (s *Server) hangUp(c *connection) {
	i := slices.Index(s.connections, c)
	if i < 0 {
		return
	}
	s.connections = slices.Delete(s.connections, i, i+1)
	s.loop.Remove(c.fd)
	s.quiet(c)
	closeAll(c.files)
	unix.Close(c.fd)
	if c.ended != nil {
		c.ended()
	}
}

// quiet ends the time that a connection has.
func (s *Server) quiet(c *connection) {
	if c.timer != nil {
		s.loop.Cancel(c.timer)
		c.timer = nil
	}
}

func closeAll(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}

// read takes what has come, and answers once the request is whole.
func (s *Server) read(c *connection) {
	for c.need() > 0 {
		switch n, err := c.receive(); {
		case errors.Is(err, unix.EAGAIN):
			return
		case err != nil || n == 0:
			s.hangUp(c)
			return
		}
		if r, ok := c.objection(); ok {
			s.answer(c, r)
			return
		}
	}
	r := request{number: binary.NativeEndian.Uint32(c.in), value: binary.NativeEndian.Uint64(c.in[8:]), data: c.in[headerSize : headerSize+c.length()], file: -1}
	if len(c.files) > 0 {
		r.file, c.files = c.files[0], c.files[1:]
	}
	s.answer(c, s.handle(c, r))
}

// need is how many bytes of the request are still to come.
func (c *connection) need() int {
	if len(c.in) < headerSize {
		return headerSize - len(c.in)
	}
	length := c.length()
	if requests[binary.NativeEndian.Uint32(c.in)].file {
		length++
	}
	return headerSize + length - len(c.in)
}

// length is how much data the request says it brings.
func (c *connection) length() int { return int(int32(binary.NativeEndian.Uint32(c.in[4:]))) }

// objection is the answer to who may not ask, as LXC judges: by who has sent the request,
// not by who has connected. It is also that to requests that there are not.
func (c *connection) objection() (r reply, ok bool) {
	switch {
	case c.denied:
		return refusal(unix.EPERM), true
	case len(c.in) < headerSize:
		return reply{}, false
	case binary.NativeEndian.Uint32(c.in) >= requestCount:
		return refusal(unix.ENOSYS), true
	case c.length() < 0 || c.length() > maxData:
		return refusal(unix.EINVAL), true
	}
	return reply{}, false
}

// receive takes what has come of the request, and what comes along.
func (c *connection) receive() (n int, err error) {
	data := make([]byte, c.need())
	control := make([]byte, unix.CmsgSpace(unix.SizeofUcred)+unix.CmsgSpace(4*maxDescriptors))
	for {
		n, length, _, _, err := unix.Recvmsg(c.fd, data, control, unix.MSG_DONTWAIT|unix.MSG_CMSG_CLOEXEC)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || n == 0 {
			return 0, err
		}
		sender, files := parseControl(control[:length])
		c.files = append(c.files, files...)
		c.in = append(c.in, data[:n]...)
		c.denied = c.denied || sender == nil || !mayAsk(*sender)
		return n, nil
	}
}

// mayAsk tells whether a user may ask: root, and who the monitor belongs to.
func mayAsk(u unix.Ucred) bool {
	return u.Uid == 0 || int(u.Uid) == os.Getuid() && int(u.Gid) == os.Getgid()
}

// parseControl reads who has sent a message, and what came along.
func parseControl(control []byte) (sender *unix.Ucred, files []int) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return nil, nil
	}
	for i := range messages {
		if u, err := unix.ParseUnixCredentials(&messages[i]); err == nil {
			sender = u
		}
		if fds, err := unix.ParseUnixRights(&messages[i]); err == nil {
			files = append(files, fds...)
		}
	}
	return sender, files
}

// answer answers a request, and does with the connection what goes with the answer.
func (s *Server) answer(c *connection, r reply) {
	defer closeAll(r.given)
	c.in = nil
	c.keep = r.keep
	switch {
	case r.silent && r.keep == asks:
		s.hangUp(c)
		return
	case r.silent:
		s.settle(c)
		return
	}
	var rights []byte
	if fds := slices.Concat(r.lent, r.given); len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	// It fits: nothing was sent before.
	n, err := unix.SendmsgN(c.fd, r.header(), rights, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
	if err != nil || n < headerSize {
		s.hangUp(c)
		return
	}
	c.out = r.data
	s.flush(c)
}

// flush sends what is left of an answer.
func (s *Server) flush(c *connection) {
	for len(c.out) > 0 {
		n, err := unix.SendmsgN(c.fd, c.out, nil, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			c.kind = takes
			if s.loop.Change(c.fd, unix.EPOLLOUT) != nil {
				s.hangUp(c)
			}
			return
		case err != nil:
			s.hangUp(c)
			return
		default:
			c.out = c.out[n:]
		}
	}
	if c.keep == asks {
		s.hangUp(c)
		return
	}
	s.settle(c)
}

// settle keeps a connection. From now on only its end is of interest: one request a
// connection.
func (s *Server) settle(c *connection) {
	c.kind = c.keep
	s.quiet(c)
	if s.loop.Change(c.fd, unix.EPOLLRDHUP) != nil {
		s.hangUp(c)
	}
}
