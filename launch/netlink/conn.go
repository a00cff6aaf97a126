//go:build linux

package netlink

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Conn is a NETLINK_ROUTE socket. It is used by one goroutine at a time.
type Conn struct {
	fd       int
	sequence uint32
	buffer   []byte
}

// FD is the descriptor of the socket.
func (c *Conn) FD() int { return c.fd }

// answerSize is the most the kernel puts into one answer to a dump; to be read
// whole, it has to fit.
const answerSize = 32 << 10

// Open opens a socket in the network namespace of the calling thread.
func Open() (*Conn, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("open a netlink socket: %w", err)
	}
	return Adopt(fd)
}

// Adopt takes over a socket that another process has opened, perhaps in another
// network namespace. The kernel judges requests by the rights of both: who opened
// the socket and who sends.
func Adopt(fd int) (*Conn, error) {
	for _, option := range [...]int{
		unix.NETLINK_EXT_ACK,        // explain errors in words (Linux 4.12)
		unix.NETLINK_CAP_ACK,        // do not send the request back with them (4.2)
		unix.NETLINK_GET_STRICT_CHK, // honour what a dump is to be limited to (4.20)
	} {
		// A kernel without one of them answers less well, but it answers.
		if err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, option, 1); err != nil && !errors.Is(err, unix.ENOPROTOOPT) {
			unix.Close(fd)
			return nil, fmt.Errorf("prepare a netlink socket: %w", err)
		}
	}
	return &Conn{fd: fd}, nil
}

// Close closes the socket. A network namespace lives for as long as a socket of it
// is open.
func (c *Conn) Close() error { return unix.Close(c.fd) }

// Namespace opens the socket's network namespace, as /proc/PID/ns/net would.
func (c *Conn) Namespace() (fd int, err error) {
	fd, err = unix.IoctlRetInt(c.fd, unix.SIOCGSKNS)
	if err != nil {
		return -1, fmt.Errorf("open the network namespace of a socket: %w", err)
	}
	return fd, nil
}

// do sends a request and waits until it is carried out.
func (c *Conn) do(r *request) error {
	return c.exchange(r, unix.NLM_F_ACK, func(answer) {})
}

// get sends a request that has one message as its answer.
func (c *Conn) get(r *request) (body []byte, err error) {
	err = c.exchange(r, unix.NLM_F_ACK, func(a answer) { body = bytes.Clone(a.body) })
	return body, err
}

// dump sends a request that has any number of messages as its answer.
func (c *Conn) dump(r *request, each func(body []byte)) error {
	return c.exchange(r, unix.NLM_F_DUMP, func(a answer) { each(a.body) })
}

// exchange sends a request and reads answers up to the one that ends them. Answers
// to an earlier request, whose reading was given up, are passed over.
func (c *Conn) exchange(r *request, flags uint16, each func(answer)) error {
	c.sequence++
	message := r.finish(flags, c.sequence)
	for {
		err := unix.Sendto(c.fd, message, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return fmt.Errorf("send %s: %w", requestName(r.kind()), err)
		}
		break
	}
	for {
		answers, err := c.receive()
		if err != nil {
			return fmt.Errorf("receive the answer to %s: %w", requestName(r.kind()), err)
		}
		for _, a := range answers {
			switch {
			case a.sequence != c.sequence:
			case a.kind == unix.NLMSG_ERROR:
				return acknowledgement(a, r)
			case a.kind == unix.NLMSG_DONE:
				return nil
			default:
				each(a)
			}
		}
	}
}

// receive reads what the kernel has to say next.
func (c *Conn) receive() ([]answer, error) {
	if c.buffer == nil {
		c.buffer = make([]byte, answerSize)
	}
	for {
		n, _, flags, _, err := unix.Recvmsg(c.fd, c.buffer, nil, 0)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return nil, err
		case flags&unix.MSG_TRUNC != 0:
			return nil, fmt.Errorf("it is longer than %d bytes", answerSize)
		}
		return split(c.buffer[:n]), nil
	}
}
