//go:build linux

package monitor

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// Streams are the caller's standard streams that the console is connected to.
// A nil In gives the container no input.
type Streams struct {
	In, Out *os.File
}

// Status is how init ended.
type Status struct {
	Code   int         // exit status, when Signal is 0
	Signal unix.Signal // what killed it, 0 for none
}

// ExitStatus is the status as a shell gives it: 128 and the signal's number for
// a process that was killed.
func (s Status) ExitStatus() int {
	if s.Signal != 0 {
		return 128 + int(s.Signal)
	}
	return s.Code
}

// Wait carries the console and forwards signals until init ends.
func (m *Monitor) Wait(streams Streams, signals chan os.Signal) (Status, error) {
	if err := m.receiveTerminals(); err != nil {
		return Status{}, err
	}
	stop := func() error { return nil }
	var console *relay
	if m.console != nil && streams.Out != nil {
		var err error
		if console, stop, err = startRelay(m.console, streams.In, streams.Out); err != nil {
			return Status{}, err
		}
	}
	ended := make(chan struct{})
	forwarding := make(chan struct{})
	go func() {
		defer close(forwarding)
		signal.Notify(signals, passedOn()...)
		m.forward(signals, console, ended)
	}()
	ws, err := m.reap()
	close(ended)
	<-forwarding
	if stopErr := stop(); err == nil {
		err = stopErr
	}
	if ws.Signaled() {
		return Status{Signal: ws.Signal()}, err
	}
	return Status{Code: ws.ExitStatus()}, err
}

// forward passes signals on to init until it has ended. SIGHUP asks the container
// to terminate, as in LXC; a new window size is for the console.
func (m *Monitor) forward(signals <-chan os.Signal, console *relay, ended <-chan struct{}) {
	pidfd := m.child.PIDFD
	for {
		select {
		case <-ended:
			return
		case s := <-signals:
			number, ok := s.(unix.Signal)
			if !ok {
				continue
			}
			switch number {
			case unix.SIGWINCH:
				if console != nil {
					console.resize()
				}
				continue
			case unix.SIGHUP:
				number = unix.SIGTERM
			}
			// The only error is that init has just ended.
			_ = unix.PidfdSendSignal(pidfd, number, nil, 0)
		}
	}
}

// Signals catches the signals that end a launch, from before it begins: one that
// comes while the container is made must not leave half of it behind. Those that
// only init has a use for are caught by Wait; each costs a handful of context
// switches to catch.
func Signals() (signals chan os.Signal, stop func()) {
	signals = make(chan os.Signal, 64)
	signal.Notify(signals, unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM)
	return signals, func() { signal.Stop(signals) }
}

// passedOn are the other signals that are forwarded to init. SIGRTMIN+3 and its
// neighbours are how systemd is asked to halt, power off, reboot and kexec.
func passedOn() []os.Signal {
	const sigRTMin = unix.Signal(34)
	return []os.Signal{unix.SIGWINCH, unix.SIGUSR1, unix.SIGUSR2, unix.SIGPWR, unix.SIGALRM, unix.SIGCONT,
		sigRTMin + 3, sigRTMin + 4, sigRTMin + 5, sigRTMin + 6}
}
