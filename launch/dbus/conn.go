//go:build linux

// Package dbus is as much of a D-Bus client as it takes to ask the user's systemd
// for a scope: method calls with a few types of arguments, and signals.
//
// ARCHITECTURE.md, "Dependencies", says why it is no library.
package dbus

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Conn is a connection to a message bus.
type Conn struct {
	fd     int
	serial uint32
	wait   Wait
	queue  []message // signals that came while a reply was awaited
}

// Wait says how long answers are waited for.
type Wait struct {
	Most    time.Duration
	Stopped func() error // asked while waiting: an error ends it; nil: nothing does
}

// Call is a method call.
type Call struct {
	Destination, Path, Interface, Member string
	Body                                 Body
}

// Error is an answer that says no.
type Error struct {
	Name    string // "org.freedesktop.systemd1.UnitExists"
	Message string
}

func (e *Error) Error() string {
	if e.Message == "" {
		return e.Name
	}
	return e.Message
}

// step is how often Wait.Stopped is asked.
const step = 100 * time.Millisecond

// Dial connects to the bus at a socket, as the user of the process.
func Dial(socket string, wait Wait) (*Conn, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("make a socket for the message bus: %w", err)
	}
	c := &Conn{fd: fd, wait: wait}
	if err := c.begin(socket); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func (c *Conn) begin(socket string) error {
	timeout := unix.NsecToTimeval(step.Nanoseconds())
	if err := unix.SetsockoptTimeval(c.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout); err != nil {
		return fmt.Errorf("limit the wait for the message bus: %w", err)
	}
	if err := unix.Connect(c.fd, &unix.SockaddrUnix{Name: socket}); err != nil {
		return &os.PathError{Op: "connect", Path: socket, Err: err}
	}
	if err := c.authenticate(); err != nil {
		return fmt.Errorf("%s: %w", socket, err)
	}
	_, err := c.Call(Call{Destination: "org.freedesktop.DBus", Path: "/org/freedesktop/DBus", Interface: "org.freedesktop.DBus", Member: "Hello"})
	return err
}

// Close ends the connection.
func (c *Conn) Close() error { return unix.Close(c.fd) }

// authenticate tells who we are; the kernel vouches for it (D-Bus specification,
// "Authentication Protocol", EXTERNAL).
func (c *Conn) authenticate() error {
	uid := hex.EncodeToString([]byte(strconv.Itoa(os.Geteuid())))
	if err := c.send([]byte("\x00AUTH EXTERNAL " + uid + "\r\n")); err != nil {
		return err
	}
	var line []byte
	for !strings.HasSuffix(string(line), "\r\n") {
		next, err := c.receive(1)
		if err != nil {
			return err
		}
		if line = append(line, next...); len(line) > 512 {
			break
		}
	}
	if !strings.HasPrefix(string(line), "OK ") {
		return fmt.Errorf("the message bus does not let us in: %q", strings.TrimSpace(string(line)))
	}
	return c.send([]byte("BEGIN\r\n"))
}

// Call calls a method and returns the string its answer begins with, if it does.
func (c *Conn) Call(call Call) (string, error) {
	c.serial++
	if err := c.send(encodeCall(c.serial, call)); err != nil {
		return "", err
	}
	for {
		m, err := c.next()
		switch {
		case err != nil:
			return "", err
		case m.kind == signal:
			c.queue = append(c.queue, m)
		case m.replySerial != c.serial:
		case m.kind == errorReply:
			return "", &Error{Name: m.errorName, Message: firstString(m)}
		case m.kind == methodReturn:
			return firstString(m), nil
		}
	}
}

// firstString is the text that a message begins with, empty when it has none.
func firstString(m message) string {
	s := m.body.string()
	if m.body.err != nil {
		return ""
	}
	return s
}

// Signal waits for a signal of a name for which match returns true.
func (c *Conn) Signal(member string, match func(Arguments) bool) error {
	for {
		var m message
		if len(c.queue) > 0 {
			m, c.queue = c.queue[0], c.queue[1:]
		} else {
			var err error
			if m, err = c.next(); err != nil {
				return err
			}
		}
		if m.kind != signal || m.member != member {
			continue
		}
		args := Arguments{&m.body}
		if match(args) {
			return nil
		}
		if m.body.err != nil {
			return m.body.err
		}
	}
}

// Arguments takes a message's arguments, in order.
type Arguments struct{ r *reader }

// Uint32 takes a number.
func (a Arguments) Uint32() uint32 { return a.r.uint32() }

// Text takes a string or an object path.
func (a Arguments) Text() string { return a.r.string() }

// next receives a message.
func (c *Conn) next() (message, error) {
	fixed, err := c.receive(headerSize)
	if err != nil {
		return message{}, err
	}
	size, err := bodySize(fixed)
	if err != nil {
		return message{}, err
	}
	rest, err := c.receive(size)
	if err != nil {
		return message{}, err
	}
	return decode(append(fixed, rest...))
}

func (c *Conn) send(data []byte) error {
	for len(data) > 0 {
		n, err := unix.SendmsgN(c.fd, data, nil, nil, unix.MSG_NOSIGNAL)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return fmt.Errorf("write to the message bus: %w", err)
		}
		data = data[n:]
	}
	return nil
}

// receive reads so many bytes.
func (c *Conn) receive(n int) ([]byte, error) {
	data := make([]byte, n)
	deadline := time.Now().Add(c.wait.Most)
	for at := 0; at < n; {
		got, err := unix.Read(c.fd, data[at:])
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			if c.wait.Stopped != nil {
				if err := c.wait.Stopped(); err != nil {
					return nil, err
				}
			}
			if time.Now().After(deadline) {
				return nil, fmt.Errorf("the message bus does not answer within %v: %w", c.wait.Most, unix.ETIMEDOUT)
			}
		case err != nil:
			return nil, fmt.Errorf("read from the message bus: %w", err)
		case got == 0:
			return nil, errors.New("the message bus hung up")
		}
		at += max(got, 0)
	}
	return data, nil
}
