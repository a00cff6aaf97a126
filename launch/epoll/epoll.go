//go:build linux

// Package epoll is a loop that waits for many files and for times at once (epoll(7)),
// in one thread: a monitor waits for as long as its container lives, and is to be small.
package epoll

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Loop waits for files. Its functions and what it calls run with its lock held.
type Loop struct {
	lock    sync.Locker
	fd      int
	wake    int // eventfd(2) that ends Run
	watched map[int]*watch
	number  int32 // of the watch that was made last
	timers  []*Timer
	rest    func()    // called when nothing has come for a while, nil: nothing is
	came    time.Time // when something has come last
	rested  int       // how often that was called since
	stopped bool
}

// watch is a file that is waited for.
type watch struct {
	number int32 // tells it from an earlier one of the same descriptor
	call   func(events uint32)
}

// Timer is a call that is to come.
type Timer struct {
	at   time.Time
	call func()
}

// New makes a loop that holds a lock while it calls.
func New(lock sync.Locker) (*Loop, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("eventfd2", err)
	}
	l := &Loop{lock: lock, fd: fd, wake: wake, watched: make(map[int]*watch)}
	if err := l.Add(wake, unix.EPOLLIN, func(uint32) { l.stopped = true }); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// Close lets go of the loop. Files that are still waited for stay open.
func (l *Loop) Close() error {
	return errors.Join(unix.Close(l.fd), unix.Close(l.wake))
}

// Add waits for events of a file from now on, and calls for each.
func (l *Loop) Add(fd int, events uint32, call func(events uint32)) error {
	l.number++
	if err := l.control(unix.EPOLL_CTL_ADD, fd, events, l.number); err != nil {
		return err
	}
	l.watched[fd] = &watch{l.number, call}
	return nil
}

// Change waits for other events of a file. None but its end is 0.
func (l *Loop) Change(fd int, events uint32) error {
	w, ok := l.watched[fd]
	if !ok {
		return fmt.Errorf("descriptor %d is not waited for", fd)
	}
	return l.control(unix.EPOLL_CTL_MOD, fd, events, w.number)
}

// Remove waits for a file no more. It is to be called before the file is closed.
func (l *Loop) Remove(fd int) {
	if _, ok := l.watched[fd]; !ok {
		return
	}
	delete(l.watched, fd)
	_ = unix.EpollCtl(l.fd, unix.EPOLL_CTL_DEL, fd, nil)
}

func (l *Loop) control(how, fd int, events uint32, number int32) error {
	event := unix.EpollEvent{Events: events, Fd: int32(fd), Pad: number}
	if err := unix.EpollCtl(l.fd, how, fd, &event); err != nil {
		return fmt.Errorf("wait for descriptor %d: %w", fd, err)
	}
	return nil
}

// After calls when a time has passed.
func (l *Loop) After(d time.Duration, call func()) *Timer {
	t := &Timer{time.Now().Add(d), call}
	l.timers = append(l.timers, t)
	return t
}

// Cancel takes a call back that has not come yet.
func (l *Loop) Cancel(t *Timer) {
	l.timers = slices.DeleteFunc(l.timers, func(other *Timer) bool { return other == t })
}

// OnRest calls when nothing has come for a while, once more after a longer while, because
// the process itself may not have come to rest at the first, and behind each call at a time,
// until something comes.
func (l *Loop) OnRest(call func()) { l.rest, l.came, l.rested = call, time.Now(), 0 }

// restAfter are those whiles.
var restAfter = [...]time.Duration{300 * time.Millisecond, 3 * time.Second}

// Stop ends Run, from wherever it is called: the one that runs, or the next.
func (l *Loop) Stop() {
	// The counter cannot overflow: an eventfd counts to 2^64.
	_, _ = unix.Write(l.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
}

// Run waits and calls until it is stopped.
func (l *Loop) Run() error {
	events := make([]unix.EpollEvent, 32)
	for {
		l.lock.Lock()
		timeout := l.timeout()
		l.lock.Unlock()
		n, err := unix.EpollWait(l.fd, events, timeout)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("epoll_wait", err)
		}
		if l.dispatch(events[:max(n, 0)]) {
			return nil
		}
	}
}

// dispatch calls for events and for times that have come, and reports whether the loop
// was stopped.
func (l *Loop) dispatch(events []unix.EpollEvent) (stopped bool) {
	l.lock.Lock()
	defer l.lock.Unlock()
	for _, e := range events {
		// An earlier call may have closed the file, and opened another one.
		if w, ok := l.watched[int(e.Fd)]; ok && w.number == e.Pad {
			w.call(e.Events)
		}
	}
	now := time.Now()
	if len(events) > 0 {
		l.came, l.rested = now, 0
	}
	called := false
	for {
		due := slices.IndexFunc(l.timers, func(t *Timer) bool { return !t.at.After(now) })
		if due < 0 {
			break
		}
		t := l.timers[due]
		l.timers = slices.Delete(l.timers, due, due+1)
		t.call()
		called = true
	}
	if l.rest != nil && l.isResting(now, called) {
		l.rest()
	}
	if l.stopped {
		var count [8]byte
		_, _ = unix.Read(l.wake, count[:])
		l.stopped = false
		return true
	}
	return false
}

// isResting reports whether it is time to say that nothing has come.
func (l *Loop) isResting(now time.Time, called bool) bool {
	if l.rested < len(restAfter) && now.Sub(l.came) >= restAfter[l.rested] {
		l.rested++
		return true
	}
	return called && l.rested > 0
}

// timeout is how many milliseconds there are until the next call, -1 for ever.
func (l *Loop) timeout() int {
	var next time.Time
	if l.rest != nil && l.rested < len(restAfter) {
		next = l.came.Add(restAfter[l.rested])
	}
	for _, t := range l.timers {
		if next.IsZero() || t.at.Before(next) {
			next = t.at
		}
	}
	if next.IsZero() {
		return -1
	}
	// Rounded up: a moment too early would be a turn for nothing.
	return int(max(0, (time.Until(next)+time.Millisecond-1)/time.Millisecond))
}
