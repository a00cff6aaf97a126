//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
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

	stop *os.File      // closed to end the serving
	done chan struct{} // closed when it has ended
}

// takeListener takes the listener over from the payload, which has loaded its filter
// and waits without making a call, and begins to serve it: the filter may ask about
// the very calls that make the payload init.
//
// The listener is copied out of the payload (pidfd_getfd(2), Linux 5.6). Sending it,
// as LXC does, is a call for the filter to refuse, or to ask about.
func (m *Monitor) takeListener(step string, op plan.SeccompListener) error {
	number, err := m.awaitListener()
	if err != nil {
		return err
	}
	fd, err := unix.PidfdGetfd(m.child.PIDFD, number, 0)
	if err != nil {
		return fmt.Errorf("take the listener over from the payload: pidfd_getfd: %w", err)
	}
	l := &filterListener{fd: fd, pids: [2]int32{int32(os.Getpid()), int32(m.initPID)}}
	m.filter = l
	m.later(step, undo{How: undoListener})
	if op.Proxy != "" {
		if err := l.serve(op, m.payloadGone); err != nil {
			return err
		}
	}
	return nil
}

// glance is how long the monitor looks away while it waits for a listener: about
// what loading a filter takes.
const glance = 50 * time.Microsecond

// awaitListener waits until the payload has loaded its filter, and returns the
// listener's number there. Of a payload that fails the end of the conversation tells.
func (m *Monitor) awaitListener() (number int, err error) {
	for {
		if number := m.image.Slot(payload.SlotListener); number >= 0 {
			return number, nil
		}
		if m.payloadGone(glance) {
			return 0, ErrPayloadGone
		}
	}
}

// payloadGone waits, and reports whether a payload that has nothing more to say has
// ended the conversation.
func (m *Monitor) payloadGone(within time.Duration) bool {
	fds := []unix.PollFd{{Fd: int32(m.barrier.Fd()), Events: unix.POLLIN}}
	timeout := unix.NsecToTimespec(within.Nanoseconds())
	n, err := unix.Ppoll(fds, &timeout, nil)
	return err == nil && n > 0
}

// serve connects to the proxy and begins to hand it what the filter asks about.
func (l *filterListener) serve(op plan.SeccompListener, payloadGone func(time.Duration) bool) error {
	var err error
	if l.sizes, err = readNotifySizes(); err != nil {
		return err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make a pipe for the listener: %w", err)
	}
	p := &proxy{address: op.Proxy, cookie: []byte(op.Cookie), gone: payloadGone, went: Asked{Proxy: op.Proxy}}
	if err := p.connect(); err != nil {
		read.Close()
		write.Close()
		return err
	}
	p.gone = p.interrupted // becoming init ends the conversation as well
	l.proxy, l.stop, l.done = p, write, make(chan struct{})
	go func() {
		defer close(l.done)
		defer read.Close()
		defer p.close()
		l.run(int(read.Fd()))
	}()
	return nil
}

// close ends the serving. A call that is still asked about gets no answer: whoever
// made it is dying, or finds the listener gone (ENOSYS).
func (l *filterListener) close() error {
	if l.stop != nil {
		l.stop.Close()
		l.proxy.interrupt()
		// Before Linux 6.11 a read waits for ever that comes when the caller has just
		// gone: then it does so until we end.
		select {
		case <-l.done:
		case <-time.After(drainTime):
		}
	}
	unix.Close(l.fd)
	return nil
}

// run serves until it is told to stop, or until nobody is left who has the filter.
func (l *filterListener) run(stop int) {
	request := make([]byte, l.sizes.Request)
	for {
		fds := []unix.PollFd{{Fd: int32(l.fd), Events: unix.POLLIN}, {Fd: int32(stop), Events: unix.POLLIN}}
		_, err := unix.Poll(fds, -1)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil || fds[1].Revents != 0 || fds[0].Revents&unix.POLLIN == 0:
			return
		}
		clear(request) // as the kernel demands
		if err := notifyReceive(l.fd, request); err != nil {
			continue // who made the call is gone, or was interrupted
		}
		l.answer(request)
	}
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
