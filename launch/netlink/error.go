//go:build linux

package netlink

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"
)

// Error is a request that the kernel refused.
type Error struct {
	Request string // "RTM_NEWLINK"
	Object  string // what it was about
	Errno   unix.Errno
	Text    string // the kernel's explanation, empty where it gives none
}

// Error names the request, its object and the reason.
func (e *Error) Error() string { return fmt.Sprintf("%s %q: %v", e.Request, e.Object, e.Reason()) }

// Unwrap returns the errno.
func (e *Error) Unwrap() error { return e.Errno }

// Reason is the errno with the kernel's explanation.
func (e *Error) Reason() error {
	if e.Text == "" {
		return e.Errno
	}
	return fmt.Errorf("%w (%s)", e.Errno, e.Text)
}

// requestName is what rtnetlink(7) calls a request of this package.
func requestName(kind uint16) string {
	switch kind {
	case unix.RTM_NEWLINK:
		return "RTM_NEWLINK"
	case unix.RTM_DELLINK:
		return "RTM_DELLINK"
	case unix.RTM_GETLINK:
		return "RTM_GETLINK"
	case unix.RTM_SETLINK:
		return "RTM_SETLINK"
	case unix.RTM_NEWADDR:
		return "RTM_NEWADDR"
	case unix.RTM_GETADDR:
		return "RTM_GETADDR"
	case unix.RTM_NEWROUTE:
		return "RTM_NEWROUTE"
	case unix.RTM_DELROUTE:
		return "RTM_DELROUTE"
	case unix.RTM_NEWNEIGH:
		return "RTM_NEWNEIGH"
	case unix.RTM_DELNEIGH:
		return "RTM_DELNEIGH"
	case unix.RTM_NEWLINKPROP:
		return "RTM_NEWLINKPROP"
	case unix.RTM_DELLINKPROP:
		return "RTM_DELLINKPROP"
	}
	return fmt.Sprintf("netlink request %d", kind)
}

// acknowledgement reads struct nlmsgerr (netlink(7)): what became of a request, nil
// when it was carried out. Behind the errno stands the request, its header only
// where NLM_F_CAPPED says so, and then attributes, one of them the explanation.
func acknowledgement(a answer, r *request) error {
	if len(a.body) < 4+headerSize {
		return fmt.Errorf("the kernel's answer to %s is cut short", requestName(r.kind()))
	}
	code := int32(binary.NativeEndian.Uint32(a.body))
	if code == 0 {
		return nil
	}
	e := &Error{Request: requestName(r.kind()), Object: r.object, Errno: unix.Errno(-code)}
	rest := a.body[4:]
	echoed := headerSize
	if a.flags&unix.NLM_F_CAPPED == 0 {
		echoed = int(binary.NativeEndian.Uint32(rest))
	}
	if a.flags&unix.NLM_F_ACK_TLVS == 0 || echoed > len(rest) {
		return e
	}
	attributes(rest[min(aligned(echoed), len(rest)):], func(kind uint16, value []byte) {
		if kind == unix.NLMSGERR_ATTR_MSG {
			e.Text = text(value)
		}
	})
	return e
}
