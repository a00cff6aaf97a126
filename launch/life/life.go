//go:build linux

// Package life is what a monitor does for as long as there is a container: it answers at
// the command socket, carries the console, lends terminals, and waits for init to end.
//
// All of it is one loop. While the container is made or taken down, the monitor has
// other things to do, and the loop is run beside it, when that takes a moment.
package life

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/launch/command"
	"lxcfg/launch/epoll"
	"lxcfg/launch/terminal"
)

// Life is that of one container, with all its reboots.
type Life struct {
	mu     sync.Mutex // held in the loop
	loop   *epoll.Loop
	server *command.Server

	items   func() [][2]string // nil: they are not known
	console *terminal.Console  // nil: none, or not yet
	ttys    *terminal.TTYs
	buffer  *terminal.Ring // of what the console shows, nil: none
	filters Filters        // nil: the container does not run

	awaits  bool        // init's end
	rest    func()      // called when there is nothing to do, nil: nothing is
	soon    *time.Timer // begins to run the loop beside, nil: nothing is to begin
	beside  chan struct{}
	ignored error // of the loop that was run beside
}

// patience is how long a launch may take before who asks is answered while it goes on.
// Most are over by then, and spared another thread.
const patience = 10 * time.Millisecond

// Begin takes the container's address, at which it is answered from now on. There must be
// no other monitor of the container: else the error is a *command.RunningError. The items
// are keys of the configuration and their values, nil: they are not known.
func Begin(c command.Container, items func() [][2]string) (*Life, error) {
	listener, err := command.Listen(c.LXCPath, c.Name)
	if err != nil {
		return nil, err
	}
	l := &Life{items: items}
	if l.loop, err = epoll.New(&l.mu); err != nil {
		return nil, errors.Join(err, unix.Close(listener))
	}
	if l.server, err = command.Serve(listener, l.loop, (*host)(l), c, command.Starting); err != nil {
		return nil, errors.Join(err, l.loop.Close(), unix.Close(listener))
	}
	l.SetState(command.Starting)
	l.ServeBeside()
	return l, nil
}

// Describe sets what there is to tell of the container.
func (l *Life) Describe(c command.Container) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.server.Describe(c)
}

// SetState tells what the container does now.
func (l *Life) SetState(s command.State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.server.SetState(s)
}

// ReportExit tells how init has ended.
func (l *Life) ReportExit(status unix.WaitStatus) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.server.ReportExit(status)
}

// Dismiss tells who waits that the container has stopped; when it reboots, not those who
// wait for it to run again.
func (l *Life) Dismiss(reboots bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.server.Dismiss(reboots)
}

// ServeBeside has the loop run by another thread, when it is not stopped before that is
// worth while.
func (l *Life) ServeBeside() {
	l.mu.Lock()
	defer l.mu.Unlock()
	var timer *time.Timer
	timer = time.AfterFunc(patience, func() {
		done := make(chan struct{})
		defer close(done)
		l.mu.Lock()
		calledOff := l.soon != timer
		if !calledOff {
			l.beside = done
		}
		l.mu.Unlock()
		if calledOff {
			return
		}
		err := l.loop.Run()
		l.mu.Lock()
		l.ignored = errors.Join(l.ignored, err)
		l.mu.Unlock()
	})
	l.soon = timer
}

// StopBeside takes the loop back: nothing is answered until the monitor waits.
func (l *Life) StopBeside() {
	l.mu.Lock()
	if l.soon != nil {
		l.soon.Stop()
		l.soon = nil
	}
	done := l.beside
	l.beside = nil
	l.mu.Unlock()
	if done != nil {
		l.loop.Stop()
		<-done
	}
}

// OnRest calls when the monitor, which waits for init's end, has had nothing to do for a
// moment. When it says so, Await is interrupted.
func (l *Life) OnRest(call func() (interrupt bool)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = func() {
		if l.awaits && call() {
			l.loop.Stop()
		}
	}
	l.loop.OnRest(l.rest)
}

// Rest calls that now.
func (l *Life) Rest() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rest != nil {
		l.rest()
	}
}

// Terminals are a container's terminals, as the monitor has them.
type Terminals struct {
	Console *os.File // its master, nil: there is none
	Streams terminal.Streams
	Log     io.Writer // nil: none
	Buffer  *terminal.Ring
	TTYs    []int // masters
}

// Filters are what a container that runs may do, which can be changed.
type Filters interface {
	// AddListener takes over the listener of a seccomp filter, unless it fails.
	AddListener(fd int) error
	// AddDeviceRule lets the container use a device, or not.
	AddDeviceRule(command.DeviceRule) error
}

// Connect begins to carry the console, to lend terminals, and to have filters changed.
func (l *Life) Connect(t Terminals, f Filters) (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ttys, l.buffer, l.filters = terminal.NewTTYs(t.TTYs), t.Buffer, f
	if t.Console == nil {
		l.server.RenewLoans()
		return nil
	}
	var sinks []io.Writer
	if t.Log != nil {
		sinks = append(sinks, t.Log)
	}
	if t.Buffer != nil {
		sinks = append(sinks, t.Buffer)
	}
	if l.console, err = terminal.NewConsole(l.loop, &l.mu, int(t.Console.Fd()), t.Streams, sinks...); err != nil {
		return err
	}
	l.server.RenewLoans()
	return nil
}

// Resize gives the console the size of the terminal it is connected to.
func (l *Life) Resize() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.console != nil {
		l.console.Resize()
	}
}

// Await waits until a container's init has ended, and until what it has written last is
// through. It is to be reaped then. ended is false when the wait was interrupted. Every so
// often it calls look, when there is one.
func (l *Life) Await(pidfd int, every time.Duration, look func()) (ended bool, err error) {
	l.StopBeside()
	l.mu.Lock()
	err = l.loop.Add(pidfd, unix.EPOLLIN, func(uint32) {
		l.loop.Remove(pidfd)
		ended = true
		if l.console == nil {
			l.loop.Stop()
			return
		}
		l.console.Drain(l.loop.Stop)
	})
	again := l.repeat(every, look)
	l.awaits = true
	l.mu.Unlock()
	if err == nil {
		err = l.loop.Run()
	}
	for err == nil && ended && l.isDraining() { // it was interrupted just then
		err = l.loop.Run()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.awaits = false
	l.loop.Remove(pidfd)
	l.loop.Cancel(*again)
	return ended, err
}

func (l *Life) isDraining() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.console != nil && l.console.IsDraining()
}

// repeat calls every so often, until the timer that is current is cancelled.
func (l *Life) repeat(every time.Duration, look func()) **epoll.Timer {
	var timer *epoll.Timer
	var call func()
	call = func() {
		look()
		timer = l.loop.After(every, call)
	}
	if look != nil {
		timer = l.loop.After(every, call)
	}
	return &timer
}

// Disconnect ends what Connect has begun, once who has started the container has taken its
// output.
func (l *Life) Disconnect() error {
	l.mu.Lock()
	console := l.console
	l.server.EndLoans()
	l.console, l.ttys, l.filters = nil, nil, nil
	l.mu.Unlock()
	if console == nil {
		return nil
	}
	console.Flush()
	l.mu.Lock()
	defer l.mu.Unlock()
	return console.Close()
}

// End closes the command socket: the container has stopped.
func (l *Life) End() error {
	l.StopBeside()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server == nil {
		return nil
	}
	l.server.Close()
	l.server = nil
	return errors.Join(l.ignored, l.loop.Close())
}
