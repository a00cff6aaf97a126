//go:build linux

package attach

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/epoll"
	"lxcfg/launch/payload"
	"lxcfg/launch/terminal"
)

// openTerminal decides what takes the place of the streams that are terminals: a pty of the
// container's devpts, which the child allocates, or one of the host's where the container
// has none, or its file systems are not joined.
func (j *joining) openTerminal() (payload.Terminal, error) {
	r := &j.request
	if !terminal.IsTerminal(r.Stdin) && !terminal.IsTerminal(r.Stdout) && !terminal.IsTerminal(r.Stderr) {
		return payload.NoTerminal, nil
	}
	if j.joined.Has(plan.NamespaceMnt) || !j.container.others.Has(plan.NamespaceMnt) {
		if devpts, err := j.container.peer.OpenDevpts(); err == nil {
			j.devpts = devpts
			return payload.ContainerTerminal, nil
		}
	}
	master, err := terminal.OpenMaster()
	if err != nil {
		return payload.NoTerminal, err
	}
	j.master = os.NewFile(uintptr(master), "terminal")
	slave, err := terminal.OpenPeer(master)
	if err != nil {
		return payload.NoTerminal, fmt.Errorf("open a pty: %w", err)
	}
	j.pty = os.NewFile(uintptr(slave), "terminal")
	if j.joined.Has(plan.NamespaceUser) {
		// An ordinary user cannot give it away; then it is nobody's in the container.
		_ = unix.Fchown(slave, int(j.container.onHost[0]), -1)
	}
	return payload.HostTerminal, nil
}

// carrier carries what the command's terminal shows and is told.
type carrier struct {
	mu      sync.Mutex
	loop    *epoll.Loop
	console *terminal.Console
	own     *os.File // opened to be typed on, nil: a stream is
}

// connect connects the terminal with the caller's. That one passes on everything from now
// on, Ctrl-C as well: the command's terminal makes signals of it.
func (j *joining) connect() error {
	if _, err := unix.IoctlGetUint32(int(j.master.Fd()), unix.TIOCGPTN); err != nil {
		return fmt.Errorf("use what the container has given for a terminal: %w", err)
	}
	c := &carrier{}
	var err error
	if c.loop, err = epoll.New(&c.mu); err != nil {
		return err
	}
	var sinks []io.Writer
	if j.request.Log != nil {
		sinks = append(sinks, j.request.Log)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.console, err = terminal.NewConsole(c.loop, &c.mu, int(j.master.Fd()), c.streams(&j.request), sinks...)
	if err != nil {
		return errors.Join(err, c.loop.Close())
	}
	j.shown = c
	return nil
}

// streams are those that the terminal is connected to. What is redirected is the
// command's own, so the caller's terminal may have to be opened for the rest.
func (c *carrier) streams(r *Request) (s terminal.Streams) {
	var first *os.File
	for _, f := range []*os.File{r.Stdin, r.Stdout, r.Stderr} {
		if first == nil && terminal.IsTerminal(f) {
			first = f
		}
	}
	s.In, s.Out = first, first
	if first == r.Stdin {
		return s
	}
	if own, err := os.OpenFile("/dev/tty", os.O_RDWR|unix.O_NOCTTY, 0); err == nil {
		c.own, s.In = own, own
	}
	return s
}

// carry carries until the process of a pidfd has ended and everything is shown.
func (c *carrier) carry(pidfd int) error {
	c.mu.Lock()
	err := c.loop.Add(pidfd, unix.EPOLLIN, func(uint32) {
		c.loop.Remove(pidfd)
		c.console.Drain(c.loop.Stop)
	})
	c.mu.Unlock()
	if err != nil {
		return err
	}
	return c.loop.Run()
}

// resize gives the command's terminal the size of the caller's.
func (c *carrier) resize() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.console.Resize()
}

// close gives the caller's terminal its modes back.
func (c *carrier) close() {
	c.console.Flush()
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.console.Close()
	_ = c.loop.Close()
	if c.own != nil {
		c.own.Close()
	}
}
