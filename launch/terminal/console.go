//go:build linux

package terminal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/launch/epoll"
)

// Console carries bytes between a container's console and everything it is connected to.
type Console struct {
	loop   *epoll.Loop
	master int
	peer   int         // a slave of its own, -1 when the container's end is awaited
	sinks  []io.Writer // which do not wait: a log, a buffer
	buf    []byte

	in      *os.File // nil: no input
	isFile  bool     // it can be read at any time, and not be waited for
	ended   bool     // it has nothing more
	saved   *unix.Termios
	pending []byte // of the input, not yet taken by the console

	out       chan []byte // to the writer of who started the container, nil: none
	written   chan struct{}
	outBusy   bool
	borrowers []int // slaves of ptys whose masters were lent

	drained func() // called when everything is through, once init has ended
	idle    *epoll.Timer
}

// Streams are what a console is connected to. A nil In gives no input, a nil Out takes
// no output.
type Streams struct {
	In, Out *os.File
}

// bufferSize is how much is carried at a time: what a pty holds at most.
const bufferSize = 4096

// drainTime is how long a console that a process outside init's pid namespace still
// holds open is listened to after init's end.
const drainTime = 50 * time.Millisecond

// NewConsole begins to carry. The lock is the loop's.
func NewConsole(loop *epoll.Loop, lock sync.Locker, master int, s Streams, sinks ...io.Writer) (*Console, error) {
	c := &Console{loop: loop, master: master, sinks: sinks, in: s.In, buf: make([]byte, bufferSize)}
	if err := unix.SetNonblock(master, true); err != nil {
		return nil, fmt.Errorf("prepare the console: %w", err)
	}
	// While the container has its end closed, ours keeps the console from hanging up:
	// that would be reported without end.
	var err error
	if c.peer, err = OpenPeer(master); err != nil {
		return nil, fmt.Errorf("open the console's pty: %w", err)
	}
	if err := c.connect(lock, s); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	if err := loop.Add(master, c.interest(), c.event); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// connect connects the streams.
func (c *Console) connect(lock sync.Locker, s Streams) (err error) {
	if s.Out != nil {
		c.out, c.written = make(chan []byte, 1), make(chan struct{})
		go c.write(lock, s.Out)
	}
	if s.In == nil {
		return nil
	}
	if IsTerminal(s.In) {
		copySize(c.master, int(s.In.Fd()))
		// The container's terminal does the line editing, so ours must not.
		if c.saved, err = makeRaw(int(s.In.Fd())); err != nil {
			return err
		}
	}
	err = c.loop.Add(int(s.In.Fd()), unix.EPOLLIN, func(uint32) { c.readInput() })
	if errors.Is(err, unix.EPERM) {
		c.isFile = true
		c.readInput()
		return nil
	}
	return err
}

// write writes to who started the container, who may take his time.
func (c *Console) write(lock sync.Locker, out *os.File) {
	defer close(c.written)
	for data := range c.out {
		// When the reader is gone the output has nowhere to go, but the container must
		// not stand still for it.
		_, _ = out.Write(data)
		lock.Lock()
		c.outBusy = false
		c.update()
		lock.Unlock()
	}
}

// interest is what is waited for at the master.
func (c *Console) interest() uint32 {
	events := uint32(unix.EPOLLIN)
	if c.outBusy {
		events = unix.EPOLLET // that it hangs up would be reported again and again
	}
	if len(c.pending) > 0 {
		events |= unix.EPOLLOUT
	}
	return events
}

// update sets what is waited for.
func (c *Console) update() {
	if c.master >= 0 {
		_ = c.loop.Change(c.master, c.interest()) // it is there until the end
	}
	if c.in != nil && !c.ended && !c.isFile {
		events := uint32(unix.EPOLLIN)
		if len(c.pending) > 0 {
			events = unix.EPOLLET
		}
		_ = c.loop.Change(int(c.in.Fd()), events)
	}
}

// event is called when the container has written something, or reads.
func (c *Console) event(events uint32) {
	if events&unix.EPOLLOUT != 0 {
		c.feed()
	}
	if events&(unix.EPOLLIN|unix.EPOLLHUP|unix.EPOLLERR) != 0 && !c.outBusy {
		n, err := unix.Read(c.master, c.buf)
		switch {
		case n > 0:
			c.show(c.buf[:n])
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		default:
			c.finish() // EIO: nobody has the slave open any more
			return
		}
	}
	c.update()
}

// show hands output on.
func (c *Console) show(data []byte) {
	for _, sink := range c.sinks {
		_, _ = sink.Write(data) // what cannot be kept is lost
	}
	for _, slave := range c.borrowers {
		_, _ = unix.Write(slave, data) // who does not read misses it
	}
	if c.out != nil {
		c.outBusy = true
		c.out <- slices.Clone(data)
	}
	if c.idle != nil {
		c.loop.Cancel(c.idle)
		c.idle = c.loop.After(drainTime, c.expire)
	}
}

// expire ends carrying when nothing has come for a while, unless it is us who are slow.
func (c *Console) expire() {
	if c.outBusy {
		c.idle = c.loop.After(drainTime, c.expire)
		return
	}
	c.finish()
}

// feed gives the container what it takes of the input.
func (c *Console) feed() {
	if n, err := unix.Write(c.master, c.pending); err == nil {
		c.pending = c.pending[n:]
	}
	if c.isFile {
		c.readInput()
	}
}

// readInput reads from who started the container. At the end of a file or pipe the
// container gets the end-of-file character; a device such as /dev/null has no input at
// all.
func (c *Console) readInput() {
	if c.in == nil || c.ended || len(c.pending) > 0 {
		return
	}
	buf := make([]byte, bufferSize)
	n, err := unix.Read(int(c.in.Fd()), buf)
	switch {
	case n > 0:
		c.pending = buf[:n]
	case errors.Is(err, unix.EINTR), errors.Is(err, unix.EAGAIN):
		return
	default:
		c.loop.Remove(int(c.in.Fd()))
		c.ended = true
		var info unix.Stat_t
		if unix.Fstat(int(c.in.Fd()), &info) == nil && info.Mode&unix.S_IFMT != unix.S_IFCHR {
			c.pending = []byte{EndOfFile}
		}
	}
	c.update()
}

// EndOfFile is the VEOF character of a new pty, ^D (termios(3)).
const EndOfFile = 0x04

// Resize gives the console the size of the terminal it is connected to.
func (c *Console) Resize() {
	if c.in != nil {
		copySize(c.master, int(c.in.Fd()))
	}
	for _, slave := range c.borrowers {
		copySize(c.master, slave)
	}
}

// Drain lets the container's last output through, and calls when that is done: when
// every process that had the console open is gone.
func (c *Console) Drain(done func()) {
	c.drained = done
	unix.Close(c.peer)
	c.peer = -1
	c.idle = c.loop.After(drainTime, c.expire)
}

// IsDraining tells whether the last output is not through yet.
func (c *Console) IsDraining() bool { return c.drained != nil }

// finish ends carrying.
func (c *Console) finish() {
	if c.drained == nil {
		return
	}
	done := c.drained
	c.drained = nil
	c.loop.Cancel(c.idle)
	c.loop.Remove(c.master)
	done()
}

// Flush waits until who started the container has taken all output. The lock must not
// be held.
func (c *Console) Flush() {
	if c.out != nil {
		close(c.out)
		<-c.written
		c.out = nil
	}
}

// Close gives the terminal of who started the container its modes back. The master
// stays open.
func (c *Console) Close() error {
	c.loop.Remove(c.master)
	if c.in != nil {
		c.loop.Remove(int(c.in.Fd()))
	}
	if c.saved != nil {
		_ = unix.IoctlSetTermios(int(c.in.Fd()), unix.TCSETSW, c.saved)
	}
	c.master = -1
	if c.peer >= 0 {
		return unix.Close(c.peer)
	}
	return nil
}
