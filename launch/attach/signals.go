//go:build linux

package attach

import (
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// signals passes what the caller is sent on to the command, and to what that has started in
// its process group, as a terminal would.
type signals struct {
	joining *joining
	caught  chan os.Signal
	passed  chan struct{} // closed when no more are passed on

	mu      sync.Mutex
	running bool        // the child is the command
	cause   unix.Signal // ended a child that did not become it, 0 for none
}

// ending are those that end a process unless it catches them.
var ending = []os.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM}

// reluctance is how long a child may take to end on a signal before it is the command. One
// in a cgroup of v1 that is frozen does not end at all.
const reluctance = time.Second

// InterruptedError says that a signal came before there was a command to pass it on to.
type InterruptedError struct{ Signal unix.Signal }

func (e *InterruptedError) Error() string {
	return fmt.Sprintf("interrupted by signal %d (%v) before the command began", e.Signal, e.Signal)
}

// catch begins to keep the signals.
func (j *joining) catch() *signals {
	s := &signals{joining: j, caught: make(chan os.Signal, 64), passed: make(chan struct{})}
	for _, number := range append([]os.Signal{unix.SIGUSR1, unix.SIGUSR2, unix.SIGWINCH}, ending...) {
		// What the caller ignores, as below nohup(1), the command ignores as well.
		if !signal.Ignored(number) {
			signal.Notify(s.caught, number)
		}
	}
	return s
}

// pass passes them on, once there is a child.
func (s *signals) pass() {
	go func() {
		defer close(s.passed)
		for number := range s.caught {
			s.handle(number.(unix.Signal))
		}
	}()
}

func (s *signals) handle(number unix.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if number == unix.SIGWINCH {
		if s.joining.shown != nil {
			s.joining.shown.resize()
		}
		return
	}
	child := s.joining.child
	if unix.Kill(-child.PID, number) != nil { // it does not lead a group yet, or has ended
		_ = unix.PidfdSendSignal(child.PIDFD, number, nil, 0)
	}
	if !s.running && slices.Contains(ending, os.Signal(number)) {
		time.AfterFunc(reluctance, func() { s.giveUp(number) })
	}
}

// giveUp ends the conversation with a child that did not become the command.
func (s *signals) giveUp(number unix.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running {
		return
	}
	s.cause = number
	_ = unix.PidfdSendSignal(s.joining.child.PIDFD, unix.SIGKILL, nil, 0)
	_ = unix.Shutdown(int(s.joining.talk.Fd()), unix.SHUT_RDWR)
}

// begun says that the conversation has ended, and tells whether by a signal.
func (s *signals) begun() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cause != 0 {
		return &InterruptedError{s.cause}
	}
	s.running = true
	return nil
}

// end ends the passing.
func (s *signals) end() {
	signal.Stop(s.caught)
	close(s.caught)
	<-s.passed
}
