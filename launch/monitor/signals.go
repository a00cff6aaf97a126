//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// Signals listens to the caller's signals for the whole of a launch. While the
// container is made, those that end a process end the launch: one must not leave
// half a container behind. Once init runs they are passed on to it. While the
// container is taken down they end no more than the hook that is waited for.
//
// Signals that only init has a use for are kept until it runs: it may tell others
// that it is ready before the monitor has heard of it.
//
// One goroutine does both and nobody waits for it: the goroutine of the launch is
// bound to its thread, and each time it waits for another costs context switches.
type Signals struct {
	caught   chan os.Signal
	catching chan struct{} // closed when all of them are caught

	mu      sync.Mutex
	pidfd   int         // of the payload, 0 before it was spawned and after it was let go
	talk    int         // our end of the conversation with it
	group   int         // process group of the program the monitor waits for, 0 for none
	asked   bool        // it has been asked to end
	starts  bool        // such a program is being started
	missed  unix.Signal // came meanwhile to end it, 0 for none
	running bool
	taking  bool          // the container is being taken down
	early   []unix.Signal // for init, when it runs
	cause   os.Signal     // what ended the launch
	resize  func()        // gives the console the size of the caller's terminal
}

// ending are the signals that end a process unless it catches them, and that a
// person or a supervisor sends to have a launch end.
var ending = [...]os.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM}

// Listen starts to catch what ends a launch, and what is passed on. That costs a
// handful of context switches for each signal, and more on a goroutine that is bound to
// its thread, so another one does the latter.
func Listen() *Signals {
	s := &Signals{caught: make(chan os.Signal, 64), catching: make(chan struct{})}
	s.notify()
	go func() {
		signal.Notify(s.caught, passedOn()...)
		close(s.catching)
	}()
	go func() {
		for {
			number, ok := (<-s.caught).(unix.Signal)
			if !ok {
				return // what end has sent
			}
			s.handle(number)
		}
	}()
	return s
}

// notify catches what ends a launch.
func (s *Signals) notify() { signal.Notify(s.caught, ending[:]...) }

// Again begins another launch, of a container that reboots. What has come meanwhile to
// end it does that.
func (s *Signals) Again() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pidfd, s.running, s.taking, s.early = 0, false, false, nil
}

// End stops listening, in a moment: nobody waits for that either.
func (s *Signals) End() {
	go func() {
		<-s.catching
		signal.Stop(s.caught)
		s.caught <- nil
	}()
}

// handle acts on one signal. That the payload is gone already is no error.
func (s *Signals) handle(number unix.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(ending[:], os.Signal(number)) {
		switch {
		case s.group > 0:
			s.endProgram(number)
			return
		case s.starts:
			s.missed = number
			return
		}
	}
	switch {
	case s.taking:
		if slices.Contains(ending[:], os.Signal(number)) {
			s.cause = number // a container that is to reboot does not
		}
		return
	case number == unix.SIGWINCH:
		if s.resize != nil {
			s.resize()
		}
		return
	case !s.running && !s.executed() && slices.Contains(ending[:], os.Signal(number)):
		s.cause = number
		number = unix.SIGKILL
	case !s.running && !slices.Contains(ending[:], os.Signal(number)):
		s.early = append(s.early, number)
		return
	case number == unix.SIGHUP:
		number = unix.SIGTERM // as LXC does: who hangs up wants the container to end
	}
	if s.pidfd > 0 {
		_ = unix.PidfdSendSignal(s.pidfd, number, nil, 0)
	}
}

// executed reports whether init runs already and the monitor has not heard of it: init
// may tell others that it is ready, and be sent what ends it. Its execve has closed the
// other end of the conversation, as does the payload's death.
func (s *Signals) executed() bool {
	if s.pidfd == 0 {
		return false
	}
	fds := []unix.PollFd{{Fd: int32(s.talk)}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n > 0 && fds[0].Revents&unix.POLLHUP != 0
}

// endProgram asks the program that the monitor waits for to end, and makes it end
// when asked again.
func (s *Signals) endProgram(number unix.Signal) {
	if !s.running && !s.taking {
		s.cause = number
	}
	if s.asked {
		number = unix.SIGKILL
	}
	s.asked = true
	_ = unix.Kill(-s.group, number)
}

// starting says that a program is about to be started that the monitor will wait for:
// it may run, and be the reason for a signal, before anybody knows its process group.
func (s *Signals) starting() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.starts = true
}

// program sets the process group of the program that the monitor waits for, 0 for
// none: signals go there. One that was started too late to be asked is killed, but
// for those that run because the launch was ended.
func (s *Signals) program(group int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	missed := s.missed
	s.group, s.asked, s.starts, s.missed = group, false, false, 0
	launching := !s.running && !s.taking
	switch {
	case group > 0 && missed != 0:
		s.endProgram(missed)
	case group > 0 && launching && s.cause != nil:
		_ = unix.Kill(-group, unix.SIGKILL)
	case missed != 0 && launching:
		s.cause = missed // it could not be started
	}
}

// takeDown begins the time after init's end, or after the launch was given up.
func (s *Signals) takeDown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taking = true
}

// pass passes signals on to init from now on, those first that have come for it.
func (s *Signals) pass() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = true
	for _, number := range s.early {
		_ = unix.PidfdSendSignal(s.pidfd, number, nil, 0)
	}
	s.early = nil
}

// passedOn are the signals beside those of listen that are passed on. SIGRTMIN+3
// and its neighbours are how systemd is asked to halt, power off, reboot and kexec.
func passedOn() []os.Signal {
	const sigRTMin = unix.Signal(34)
	return []os.Signal{unix.SIGWINCH, unix.SIGUSR1, unix.SIGUSR2, unix.SIGPWR, unix.SIGALRM, unix.SIGCONT,
		sigRTMin + 3, sigRTMin + 4, sigRTMin + 5, sigRTMin + 6}
}

// target sets the payload to signal, 0 for none, and the conversation with it. One
// whose launch was ended before it existed is killed at once.
func (s *Signals) target(pidfd, talk int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pidfd, s.talk = pidfd, talk
	if pidfd > 0 && s.cause != nil {
		_ = unix.PidfdSendSignal(pidfd, unix.SIGKILL, nil, 0)
	}
}

// onResize sets what a new size of the caller's terminal is told to.
func (s *Signals) onResize(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resize = fn
}

// ErrInterrupted says that the caller ended the launch.
var ErrInterrupted = errors.New("interrupted")

// interruption is an error once a signal has ended the launch.
func (s *Signals) interruption() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cause == nil || s.taking {
		return nil
	}
	return fmt.Errorf("%w by signal %d (%v)", ErrInterrupted, s.cause, s.cause)
}
