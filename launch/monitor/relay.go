//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// relay carries bytes between the container's console and the caller's standard
// input and output until the container is gone.
type relay struct {
	master *os.File
	in     *os.File    // nil: no input
	out    []io.Writer // the caller's standard output, a log, a buffer
	stop   *os.File    // read end of a pipe: closed at the other end when init is gone
	done   chan error
	saved  *unix.Termios // of in, to be restored
}

// relayBuffer is how much is carried at a time: what a pty holds at most.
const relayBuffer = 4096

// startRelay begins to carry the console. What it returns ends that, once all
// that init has written is through.
func (m *Monitor) startRelay() (stop func() error, err error) {
	r := &relay{master: m.console, in: m.streams.In, out: m.consoleSinks(), done: make(chan error, 1)}
	if err := r.prepare(); err != nil {
		return nil, err
	}
	var ended *os.File
	if r.stop, ended, err = os.Pipe(); err != nil {
		r.restore()
		return nil, fmt.Errorf("make a pipe for the console: %w", err)
	}
	m.signals.onResize(r.resize)
	go func() { r.done <- r.run() }()
	return func() error {
		m.signals.onResize(nil)
		ended.Close()
		err := <-r.done
		r.stop.Close()
		r.restore()
		return err
	}, nil
}

// consoleSinks is where the console's output goes.
func (m *Monitor) consoleSinks() []io.Writer {
	var sinks []io.Writer
	if m.streams.Out != nil {
		sinks = append(sinks, m.streams.Out)
	}
	if m.log != nil {
		sinks = append(sinks, m.log)
	}
	if m.buffer != nil {
		sinks = append(sinks, m.buffer)
	}
	return sinks
}

// prepare makes the caller's terminal pass everything on.
func (r *relay) prepare() error {
	if r.in == nil || !isTerminal(r.in) {
		return nil
	}
	r.resize()
	// The container's terminal does the line editing, so ours must not.
	saved, err := unix.IoctlGetTermios(int(r.in.Fd()), unix.TCGETS)
	if err != nil {
		return fmt.Errorf("read the terminal's modes: %w", err)
	}
	raw := *saved
	raw.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	raw.Oflag &^= unix.OPOST
	raw.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	raw.Cflag = raw.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
	raw.Cc[unix.VMIN], raw.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(int(r.in.Fd()), unix.TCSETS, &raw); err != nil {
		return fmt.Errorf("set the terminal's modes: %w", err)
	}
	r.saved = saved
	return nil
}

// restore gives the caller's terminal its modes back.
func (r *relay) restore() {
	if r.saved != nil {
		_ = unix.IoctlSetTermios(int(r.in.Fd()), unix.TCSETSW, r.saved)
	}
}

// resize gives the console the size of the caller's terminal.
func (r *relay) resize() {
	if r.in == nil {
		return
	}
	if size, err := unix.IoctlGetWinsize(int(r.in.Fd()), unix.TIOCGWINSZ); err == nil {
		_ = unix.IoctlSetWinsize(int(r.master.Fd()), unix.TIOCSWINSZ, size)
	}
}

// run carries bytes until the console has nothing more to give: when every
// process that had it open is gone, or init is and all it wrote has been carried.
func (r *relay) run() error {
	master := int(r.master.Fd())
	if err := unix.SetNonblock(master, true); err != nil {
		return fmt.Errorf("prepare the console: %w", err)
	}
	buf := make([]byte, relayBuffer)
	var pending []byte // read from the caller, not yet taken by the console
	in, stop := r.inputFD(), int(r.stop.Fd())
	for {
		fds := []unix.PollFd{{Fd: int32(master), Events: unix.POLLIN}, {Fd: int32(stop), Events: unix.POLLIN}, {Fd: -1}}
		if len(pending) > 0 {
			fds[0].Events |= unix.POLLOUT
		} else if in >= 0 {
			fds[2] = unix.PollFd{Fd: int32(in), Events: unix.POLLIN}
		}
		timeout := -1
		if stop < 0 {
			timeout = drainTimeout
		}
		n, err := unix.Poll(fds, timeout)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return fmt.Errorf("wait for the console: %w", err)
		case n == 0:
			return nil
		}
		if fds[0].Revents&(unix.POLLIN|unix.POLLHUP|unix.POLLERR) != 0 {
			n, err := unix.Read(master, buf)
			if err == nil && n > 0 {
				// When our reader is gone the output has nowhere to go, but the
				// container must not stand still for it.
				for _, out := range r.out {
					_, _ = out.Write(buf[:n])
				}
			} else if !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
				return nil // EIO: nobody has the slave open any more
			}
		}
		if fds[0].Revents&unix.POLLOUT != 0 {
			pending = writeSome(master, pending)
		}
		if fds[2].Revents != 0 {
			var more bool
			if pending, more = readInput(in, buf); !more {
				in = -1
			}
		}
		if fds[1].Revents != 0 {
			stop = -1 // init is gone: what is left comes at once, or never
		}
	}
}

// drainTimeout is how long, in milliseconds, a console that a process outside
// init's pid namespace still holds open is listened to after init's end.
const drainTimeout = 50

// inputFD is where input comes from, -1 for nowhere.
func (r *relay) inputFD() int {
	if r.in == nil {
		return -1
	}
	return int(r.in.Fd())
}

// readInput reads from the caller. At the end of a file or pipe the container
// gets the end-of-file character; a device such as /dev/null has no input at all.
func readInput(in int, buf []byte) (data []byte, more bool) {
	n, err := unix.Read(in, buf)
	switch {
	case n > 0:
		return append([]byte(nil), buf[:n]...), true
	case errors.Is(err, unix.EINTR), errors.Is(err, unix.EAGAIN):
		return nil, true
	}
	var info unix.Stat_t
	if unix.Fstat(in, &info) == nil && info.Mode&unix.S_IFMT != unix.S_IFCHR {
		return []byte{endOfFile}, false
	}
	return nil, false
}

// endOfFile is the VEOF character of a new pty, ^D (termios(3)).
const endOfFile = 0x04

// writeSome writes what fits and returns the rest.
func writeSome(fd int, data []byte) []byte {
	n, err := unix.Write(fd, data)
	if err != nil {
		return data
	}
	return data[n:]
}

func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}
