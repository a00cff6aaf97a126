//go:build !elsewhere

package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	socket "lxcfg/launch/command"
	"lxcfg/launch/terminal"
)

func runConsole(a *app, c command, args []string) int {
	number, escape := -1, byte('a')
	p, done, status := a.control(c, args, options{
		{"tty", "t", "NUMBER", "the tty to use, 0 for the console; the default is the first that is free", terminalNumber(&number)},
		{"escape", "e", "LETTER", "the letter that, with Ctrl, begins a command to lxcfg; the default is a", letter(&escape)},
	})
	if done {
		return status
	}
	if !isTerminal(a.stdin) {
		a.error(errors.New("standard input is no terminal to connect with"))
		return exitControl
	}
	master, connection, lent, err := p.Borrow(number)
	switch {
	case errors.Is(err, socket.ErrNotRunning):
		err = fmt.Errorf("container %s is not running", p.Container)
	case errors.Is(err, unix.EBADF):
		err = errors.New("there is no such terminal, or somebody else has it")
	}
	if err != nil {
		a.error(err)
		return exitControl
	}
	defer connection.Close()
	defer master.Close()
	fmt.Fprintf(a.stderr, "connected to tty %d of %s; Ctrl+%c q leaves it, Ctrl+%c Ctrl+%c sends Ctrl+%c\r\n", lent, p.Container, escape, escape, escape, escape)
	if err := a.useTerminal(master, connection, escape&0x1f); err != nil {
		a.error(err)
		return exitControl
	}
	return exitOK
}

// useTerminal connects the caller's terminal to another until he leaves it, or it ends.
func (a *app) useTerminal(master, connection *os.File, escape byte) error {
	restore, err := terminal.Raw(a.stdin)
	if err != nil {
		return err
	}
	defer restore()
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, unix.SIGWINCH)
	defer signal.Stop(resized)
	terminal.CopySize(master, a.stdin)
	go func() {
		for range resized {
			terminal.CopySize(master, a.stdin)
		}
	}()
	var escaped bool
	buf := make([]byte, 4096)
	fds := []unix.PollFd{{Fd: int32(a.stdin.Fd()), Events: unix.POLLIN}, {Fd: int32(master.Fd()), Events: unix.POLLIN}, {Fd: int32(connection.Fd()), Events: unix.POLLRDHUP}}
	for {
		if _, err := unix.Poll(fds, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("poll", err)
		}
		if fds[1].Revents != 0 {
			n, err := unix.Read(int(master.Fd()), buf)
			if n <= 0 && !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
				return nil // the container has ended
			}
			if _, err := a.stdout.Write(buf[:max(n, 0)]); err != nil {
				return err
			}
		}
		if fds[2].Revents != 0 && fds[1].Revents == 0 {
			return nil
		}
		if fds[0].Revents != 0 {
			n, err := unix.Read(int(a.stdin.Fd()), buf)
			if n <= 0 && !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
				return nil
			}
			typed, leave := unescape(buf[:max(n, 0)], escape, &escaped)
			if _, err := master.Write(typed); err != nil || leave {
				return err
			}
		}
	}
}

// unescape takes commands out of what was typed: the escape character and q leaves, and
// twice it is itself.
func unescape(typed []byte, escape byte, escaped *bool) (rest []byte, leave bool) {
	for _, b := range typed {
		switch {
		case *escaped && b == 'q':
			return rest, true
		case *escaped:
			*escaped = false
			if b != escape {
				rest = append(rest, escape)
			}
			rest = append(rest, b)
		case b == escape:
			*escaped = true
		default:
			rest = append(rest, b)
		}
	}
	return rest, false
}

// terminalNumber sets the number of a tty.
func terminalNumber(into *int) func(string) error {
	return func(value string) error {
		if n, err := fmt.Sscanf(value, "%d", into); n != 1 || err != nil || *into < 0 {
			return fmt.Errorf("%q is no number of a tty", value)
		}
		return nil
	}
}

// letter sets a letter, which may be written as LXC's tool takes it, "^a".
func letter(into *byte) func(string) error {
	return func(value string) error {
		if len(value) == 2 && value[0] == '^' {
			value = value[1:]
		}
		if len(value) != 1 || value[0]|0x20 < 'a' || value[0]|0x20 > 'z' {
			return fmt.Errorf("%q is no letter", value)
		}
		*into = value[0] | 0x20
		return nil
	}
}
