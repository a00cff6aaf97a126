//go:build linux

package conformance

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// proxy is a seccomp proxy as a launcher sees one: it listens on a socket that keeps
// messages apart, writes down what it is told, and answers as a test says.
type proxy struct {
	t      *testing.T
	socket int
	// answer gets a call and returns the message to send back, nil for none; closed
	// hangs up.
	answer func(c notified) (reply []byte, closed bool)

	ended chan struct{} // closed when it listens no more

	mu   sync.Mutex
	told []string   // the messages, without what differs from launch to launch
	seen []notified // the calls
}

// notified is a call that a launcher asks about.
type notified struct {
	message  []byte
	monitor  int32
	init     int32
	id       uint64
	pid      uint32
	number   int32
	args     [6]uint64
	memory   int // of the caller, open for writing
	listener int
}

// The sizes of the messages' parts on x86-64: LXC's head, and the kernel's structures.
const (
	proxyHead    = 32
	proxyRequest = 80
	proxyAnswer  = 24
)

// listen starts a proxy at an address in LXC's form. It ends with the test.
func listen(t *testing.T, address string, answer func(c notified) ([]byte, bool)) *proxy {
	t.Helper()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrUnix{Name: strings.TrimPrefix(address, "unix:")})
	}
	if err == nil {
		err = unix.Listen(fd, 8)
	}
	if err != nil {
		t.Fatalf("listen at %s: %v", address, err)
	}
	p := &proxy{t: t, socket: fd, answer: answer, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		for {
			conn, _, err := unix.Accept4(fd, unix.SOCK_CLOEXEC)
			if err != nil {
				return
			}
			p.write("connected")
			p.serve(conn)
		}
	}()
	t.Cleanup(func() {
		p.end()
		unix.Close(fd)
	})
	return p
}

// end waits until the proxy has heard all that the launchers have told it: they are
// gone.
func (p *proxy) end() {
	_ = unix.Shutdown(p.socket, unix.SHUT_RDWR)
	<-p.ended
}

// write writes down what has happened.
func (p *proxy) write(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, fmt.Sprintf(format, args...))
}

// calls are those that were asked about until now.
func (p *proxy) calls() []notified {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]notified(nil), p.seen...)
}

// serve answers over one connection.
func (p *proxy) serve(conn int) {
	defer unix.Close(conn)
	for {
		message, control := make([]byte, 4096), make([]byte, 1024)
		n, length, _, _, err := unix.Recvmsg(conn, message, control, unix.MSG_CMSG_CLOEXEC)
		if err != nil || n == 0 {
			p.write("disconnected")
			return
		}
		reply, closed := p.take(message[:n], control[:length])
		if closed {
			// Before the launcher has the answer: it cannot send the next call here then.
			_ = unix.Shutdown(conn, unix.SHUT_RD)
		}
		if reply != nil {
			// A launcher whose container has ended meanwhile, answered through the listener,
			// is gone.
			if err := unix.Send(conn, reply, unix.MSG_NOSIGNAL); err != nil && !errors.Is(err, unix.EPIPE) {
				p.t.Errorf("the proxy cannot answer: %v", err)
			}
		}
		if closed {
			return
		}
	}
}

// take reads a message and writes it down.
func (p *proxy) take(message, control []byte) (reply []byte, closed bool) {
	var fds []int
	if parsed, err := unix.ParseSocketControlMessage(control); err == nil {
		for i := range parsed {
			rights, _ := unix.ParseUnixRights(&parsed[i])
			fds = append(fds, rights...)
		}
	}
	defer func() {
		for _, fd := range fds {
			unix.Close(fd)
		}
	}()
	if len(message) < proxyHead+proxyRequest+proxyAnswer || len(fds) != 3 {
		p.t.Errorf("the launcher sends %d bytes and %d descriptors", len(message), len(fds))
		return nil, true
	}
	word := binary.NativeEndian
	c := notified{
		message: message,
		monitor: int32(word.Uint32(message[8:])), init: int32(word.Uint32(message[12:])),
		id: word.Uint64(message[32:]), pid: word.Uint32(message[40:]), number: int32(word.Uint32(message[48:])),
		memory: fds[1], listener: fds[2],
	}
	for i := range c.args {
		c.args[i] = word.Uint64(message[64+8*i:])
	}
	p.writeMessage(c, fds)
	p.mu.Lock()
	p.seen = append(p.seen, c)
	p.mu.Unlock()
	return p.answer(c)
}

// writeMessage writes a message down: all of its bytes but process ids, the call's
// id, its instruction pointer and arguments, and what its descriptors are.
func (p *proxy) writeMessage(c notified, fds []int) {
	plain := append([]byte(nil), c.message...)
	for _, part := range [][2]int{{8, 16}, {32, 44}, {56, 112}, {112, 120}} {
		clear(plain[part[0]:part[1]])
	}
	p.write("call %d: %x", c.number, plain)
	if same := binary.NativeEndian.Uint64(c.message[112:]) == c.id; !same {
		p.write("the answer is not for the call")
	}
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.init))
	p.write("the monitor is init's parent: %v", strings.Contains(string(status), fmt.Sprintf("\nPPid:\t%d\n", c.monitor)))
	for _, fd := range fds {
		link, _ := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
		flags, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
		p.write("descriptor %s %#o", strings.ReplaceAll(link, fmt.Sprintf("/proc/%d", c.pid), "/proc/PID"), flags&^unix.O_NONBLOCK)
	}
}

// reply is a message as launchers expect it: theirs without the cookie, with an
// answer.
func (c notified) reply(value int64, errno unix.Errno, flags uint32) []byte {
	message := append([]byte(nil), c.message[:proxyHead+proxyRequest]...)
	message = binary.NativeEndian.AppendUint64(message, c.id)
	message = binary.NativeEndian.AppendUint64(message, uint64(value))
	message = binary.NativeEndian.AppendUint32(message, uint32(-int32(errno)))
	return binary.NativeEndian.AppendUint32(message, flags)
}

// goesOn lets the kernel carry the call out (SECCOMP_USER_NOTIF_FLAG_CONTINUE).
func (c notified) goesOn() []byte { return c.reply(0, 0, 1) }
