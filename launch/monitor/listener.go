//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/payload"
)

// filterListener is the monitor's hold on a seccomp filter that asks about calls
// (seccomp_unotify(2)), and who is asked.
type filterListener struct {
	fd    int
	sizes notifySizes
	pids  [2]int32 // the monitor's and init's, which the proxy is told
	proxy *proxy   // nil: nobody is asked

	mu   sync.Mutex
	more []int // listeners of programs that were attached with the filter

	turn   chan struct{} // full while a call is asked about, or must not be
	notice *os.File      // written to when there is another listener, closed to end the serving
	done   chan struct{} // closed when it has ended
	rest   func()        // called now and then: a monitor that is to be small looks at its size
}

// takeListener takes the listener over from the payload, which has loaded its filter
// and waits without making a call, and begins to serve it: the filter may ask about
// the very calls that make the payload init.
//
// The listener is copied out of the payload (pidfd_getfd(2), Linux 5.6). Sending it,
// as LXC does, is a call for the filter to refuse, or to ask about.
func (m *Monitor) takeListener(step string, op plan.SeccompListener) error {
	number, ok := payload.AwaitListener(m.image, m.barrier)
	if !ok {
		return ErrPayloadGone
	}
	fd, err := unix.PidfdGetfd(m.child.PIDFD, number, 0)
	if err != nil {
		return fmt.Errorf("take the listener over from the payload: pidfd_getfd: %w", err)
	}
	l := m.newListener(fd)
	m.filter = l
	m.later(step, undo{How: undoListener})
	if op.Proxy == "" {
		return nil
	}
	p := &proxy{address: op.Proxy, cookie: []byte(op.Cookie), gone: m.payloadGone, went: Asked{Proxy: op.Proxy}}
	if err := p.connect(); err != nil {
		return err
	}
	return l.serve(p)
}

func (m *Monitor) newListener(fd int) *filterListener {
	return &filterListener{fd: fd, pids: [2]int32{int32(os.Getpid()), int32(m.initPID)}, rest: m.life.Rest}
}

// payloadGone waits, and reports whether the payload has ended the conversation.
func (m *Monitor) payloadGone(within time.Duration) bool { return payload.HasEnded(m.barrier, within) }

// serve begins to hand a proxy what the filter asks about.
func (l *filterListener) serve(p *proxy) (err error) {
	if l.sizes, err = readNotifySizes(); err != nil {
		p.close()
		return err
	}
	read, write, err := os.Pipe()
	if err != nil {
		p.close()
		return fmt.Errorf("make a pipe for the listener: %w", err)
	}
	p.gone = p.interrupted // becoming init ends the conversation as well
	l.proxy, l.turn, l.notice, l.done = p, make(chan struct{}, 1), write, make(chan struct{})
	go func() {
		defer close(l.done)
		defer read.Close()
		defer p.close()
		l.run(int(read.Fd()))
	}()
	return nil
}

// AddListener takes over the listener of a program that was attached to the container with
// its filter (lxc-attach(1)): it asks the container's proxy. Without one it is refused, as
// by LXC.
func (m *Monitor) AddListener(fd int) error {
	if m.filter == nil || m.filter.proxy == nil {
		return unix.EINVAL
	}
	return m.filter.add(fd)
}

func (l *filterListener) add(fd int) error {
	// Anything can come over the socket.
	const noCall = 0
	if err := notifyValid(fd, noCall); !errors.Is(err, unix.ENOENT) {
		return unix.EINVAL
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.more = append(l.more, fd)
	_, err := l.notice.Write([]byte{'+'})
	return err
}

// close ends the serving. A call that is still asked about gets no answer: whoever
// made it is dying, or finds the listener gone (ENOSYS).
func (l *filterListener) close() error {
	if l.proxy != nil {
		l.notice.Close()
		l.proxy.interrupt()
		// Before Linux 6.11 a read waits for ever that comes when the caller has just
		// gone: then it does so until we end.
		select {
		case <-l.done:
		case <-time.After(drainTime):
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, fd := range append(l.more, l.fd) {
		unix.Close(fd)
	}
	return nil
}

// restAfter is how many calls are asked about before the monitor looks at its size: what
// they take of memory is not given back.
const restAfter = 256

// run serves until it is told to stop, one call at a time, as the proxy is used to.
func (l *filterListener) run(notices int) {
	request := make([]byte, l.sizes.Request)
	served := []int{l.fd}
	calls := 0
	for {
		l.mu.Lock()
		fds := []unix.PollFd{{Fd: int32(notices), Events: unix.POLLIN}}
		for _, fd := range append(served, l.more...) {
			fds = append(fds, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
		}
		l.mu.Unlock()
		_, err := retry(func() (int, error) { return unix.Poll(fds, -1) })
		if err != nil {
			return
		}
		if fds[0].Revents != 0 {
			var notice [1]byte
			if n, err := retry(func() (int, error) { return unix.Read(notices, notice[:]) }); err != nil || n == 0 {
				return
			}
		}
		l.turn <- struct{}{}
		for _, f := range fds[1:] {
			fd := int(f.Fd)
			switch {
			case f.Revents == 0:
			case f.Revents&unix.POLLIN == 0: // nobody is left who has this filter
				if fd == l.fd {
					served = nil
				} else {
					l.drop(fd)
				}
			default:
				clear(request) // as the kernel demands
				if notifyReceive(fd, request) == nil {
					calls++
					l.answer(fd, request)
				} // else who made the call is gone, or was interrupted
			}
		}
		<-l.turn
		if calls >= restAfter {
			calls = 0
			l.rest()
		}
	}
}

// drop lets go of the listener of a program that has ended.
func (l *filterListener) drop(fd int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.more = slices.DeleteFunc(l.more, func(other int) bool { return other == fd })
	unix.Close(fd)
}

// Asked says how asking a seccomp proxy went, ok false when none was to be asked.
func (m *Monitor) Asked() (went Asked, ok bool) {
	if m.filter == nil || m.filter.proxy == nil {
		return Asked{}, false
	}
	m.filter.proxy.mu.Lock()
	defer m.filter.proxy.mu.Unlock()
	return m.filter.proxy.went, true
}
