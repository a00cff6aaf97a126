//go:build linux

package monitor

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// proxy is the program that decides about calls, at the other end of a socket that
// keeps messages apart. The protocol is LXC's (src/lxc/lxcseccomp.h): one message for
// a call, one back, one call at a time.
type proxy struct {
	address string // "unix:/path" or "unix:@name"
	cookie  []byte
	gone    func(within time.Duration) bool // waits, and reports that the payload is gone

	// The goroutine that serves has the socket; others only interrupt it and look at
	// how it went.
	mu     sync.Mutex
	socket int  // 0: not connected
	ended  bool // interrupted
	went   Asked
}

// Asked is how asking a seccomp proxy about calls went.
type Asked struct {
	Proxy      string
	Calls      int
	Unanswered int   // calls that failed with ENOSYS instead
	Last       error // why the last of these did
}

// count records how asking about a call went.
func (p *proxy) count(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.went.Calls++
	if err != nil && !p.ended {
		p.went.Unanswered++
		p.went.Last = err
	}
}

// patience is how long a message to or from the proxy may take, as in LXC.
const patience = 30 // seconds

// connect connects, or connects anew.
func (p *proxy) connect() error {
	p.close()
	// Not blocking, because a connection may have to wait until there is room for it,
	// which nothing would end.
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("make a socket for the seccomp proxy: %w", err)
	}
	if err := p.reach(fd); err != nil {
		unix.Close(fd)
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		unix.Close(fd)
		return ErrPayloadGone
	}
	p.socket = fd
	return nil
}

// retryConnect is how long after a connection that the proxy has no room for the next
// one is tried.
const retryConnect = 10 * time.Millisecond

// reach connects a socket, and makes it one that waits.
func (p *proxy) reach(fd int) error {
	// A name with @ in front is an abstract one (unix(7)), for the package as well.
	to := &unix.SockaddrUnix{Name: strings.TrimPrefix(p.address, "unix:")}
	for until := time.Now().Add(patience * time.Second); ; {
		_, err := retry(func() (int, error) { return 0, unix.Connect(fd, to) })
		if err == nil {
			break
		}
		switch {
		case !errors.Is(err, unix.EAGAIN):
			return fmt.Errorf("connect to the seccomp proxy %s: %w", p.address, err)
		case time.Now().After(until):
			return fmt.Errorf("the seccomp proxy %s has not accepted a connection for %d seconds", p.address, patience)
		case p.gone(retryConnect):
			return ErrPayloadGone
		}
	}
	if err := unix.SetNonblock(fd, false); err != nil {
		return fmt.Errorf("have the socket to the seccomp proxy wait: %w", err)
	}
	for _, direction := range []int{unix.SO_RCVTIMEO, unix.SO_SNDTIMEO} {
		if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, direction, &unix.Timeval{Sec: patience}); err != nil {
			return fmt.Errorf("limit the wait for the seccomp proxy: %w", err)
		}
	}
	return nil
}

// interrupted waits, and reports whether the container is being taken down.
func (p *proxy) interrupted(within time.Duration) bool {
	time.Sleep(within)
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

// interrupt ends a wait for the proxy, and every one to come.
func (p *proxy) interrupt() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	if p.socket != 0 {
		_ = unix.Shutdown(p.socket, unix.SHUT_RDWR)
	}
}

// close lets the connection go.
func (p *proxy) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.socket != 0 {
		unix.Close(p.socket)
		p.socket = 0
	}
}

// headSize is that of LXC's struct seccomp_notify_proxy_msg: eight reserved bytes,
// the monitor's and init's process ids, the sizes of three structures, padding, and
// the length of the cookie.
const headSize = 32

// ask sends a call to the proxy and returns its answer, the kernel's struct
// seccomp_notif_resp. With the message go /proc/PID of the caller, its memory and the
// listener.
func (p *proxy) ask(l *filterListener, request, answer []byte, fds [3]int) error {
	head := make([]byte, 0, headSize)
	head = binary.NativeEndian.AppendUint64(head, 0)
	head = binary.NativeEndian.AppendUint32(head, uint32(l.pids[0]))
	head = binary.NativeEndian.AppendUint32(head, uint32(l.pids[1]))
	head = binary.NativeEndian.AppendUint16(head, l.sizes.Request)
	head = binary.NativeEndian.AppendUint16(head, l.sizes.Answer)
	head = binary.NativeEndian.AppendUint16(head, l.sizes.Data)
	head = append(head, 0, 0)
	head = binary.NativeEndian.AppendUint64(head, uint64(len(p.cookie)))
	if err := p.send([][]byte{head, request, answer, p.cookie}, unix.UnixRights(fds[:]...)); err != nil {
		return err
	}
	return p.receive(len(head)+len(request), answer)
}

// send sends a message. When the proxy is gone it may be there again: as LXC does,
// one that cannot be sent is sent once more over a new connection.
func (p *proxy) send(parts [][]byte, rights []byte) error {
	for again := false; ; again = true {
		if p.socket == 0 {
			if err := p.connect(); err != nil {
				return err
			}
		}
		_, err := retry(func() (int, error) { return unix.SendmsgBuffers(p.socket, parts, rights, nil, unix.MSG_NOSIGNAL) })
		switch {
		case err == nil:
			return nil
		case again:
			return fmt.Errorf("send a call to the seccomp proxy %s: %w", p.address, err)
		}
		p.close()
	}
}

// receive takes the proxy's message, of which the answer counts: it stands behind
// the head and the request. LXC takes a message of this size only, without the
// cookie.
func (p *proxy) receive(before int, answer []byte) error {
	message := make([]byte, before+len(answer)+1)
	n, err := retry(func() (int, error) {
		n, _, err := unix.Recvfrom(p.socket, message, 0)
		return n, err
	})
	switch {
	case errors.Is(err, unix.EAGAIN):
		// The answer may still come, and must not be taken for that of the next call.
		p.close()
		return fmt.Errorf("the seccomp proxy %s has not answered for %d seconds", p.address, patience)
	case err != nil:
		p.close()
		return fmt.Errorf("hear from the seccomp proxy %s: %w", p.address, err)
	case n == 0:
		p.close()
		return fmt.Errorf("the seccomp proxy %s has closed the connection", p.address)
	case n != before+len(answer):
		return fmt.Errorf("the seccomp proxy %s has answered with %d bytes instead of %d", p.address, n, before+len(answer))
	}
	copy(answer, message[before:])
	return nil
}

// retry makes a call until no signal comes in between.
func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}
