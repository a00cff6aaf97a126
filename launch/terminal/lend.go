//go:build linux

package terminal

import (
	"errors"
	"slices"

	"golang.org/x/sys/unix"
)

// Lend lends the console: it makes a pty that shows all that the console shows, and whose
// input is the console's, and returns its master, which is for who borrows, and its slave.
// Several can borrow.
func (c *Console) Lend() (master, slave int, err error) {
	if master, err = OpenMaster(); err != nil {
		return -1, -1, err
	}
	if slave, err = OpenPeer(master); err == nil {
		_, err = makeRaw(slave)
		if err == nil {
			err = unix.SetNonblock(slave, true)
		}
		if err == nil {
			copySize(slave, c.master)
			err = c.Renew(slave)
		}
		if err != nil {
			unix.Close(slave)
		}
	}
	if err != nil {
		return -1, -1, errors.Join(err, unix.Close(master))
	}
	return master, slave, nil
}

// Renew goes on to lend by a slave that there is.
func (c *Console) Renew(slave int) error {
	unix.CloseOnExec(slave)
	if err := c.loop.Add(slave, unix.EPOLLIN, func(uint32) { c.readBorrower(slave) }); err != nil {
		return err
	}
	c.borrowers = append(c.borrowers, slave)
	return nil
}

// Return takes the console back from who has borrowed it by a slave.
func (c *Console) Return(slave int) {
	c.loop.Remove(slave)
	unix.Close(slave)
	c.borrowers = slices.DeleteFunc(c.borrowers, func(other int) bool { return other == slave })
}

// readBorrower gives the container the input of who has borrowed. What the console does
// not take now is lost: nobody must be able to hold up another's input.
func (c *Console) readBorrower(slave int) {
	var buf [256]byte
	n, err := unix.Read(slave, buf[:])
	switch {
	case n > 0:
		_, _ = unix.Write(c.master, buf[:n])
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
	default:
		c.loop.Remove(slave) // its master is closed: it will be returned
	}
}

// TTYs are the masters of a container's ttys, from tty1.
type TTYs struct {
	masters []int
	lent    []bool
}

// NewTTYs takes the masters.
func NewTTYs(masters []int) *TTYs { return &TTYs{masters, make([]bool, len(masters))} }

// Lend lends one that is free, any for -1, and returns its master and number.
func (t *TTYs) Lend(number int) (master, lent int, ok bool) {
	i := number - 1
	if number < 0 {
		i = slices.Index(t.lent, false)
	}
	if i < 0 || i >= len(t.masters) || t.lent[i] {
		return -1, 0, false
	}
	t.lent[i] = true
	return t.masters[i], i + 1, true
}

// Renew goes on to lend one.
func (t *TTYs) Renew(number int) (ok bool) {
	_, _, ok = t.Lend(number)
	return ok
}

// Return takes one back.
func (t *TTYs) Return(number int) { t.lent[number-1] = false }
