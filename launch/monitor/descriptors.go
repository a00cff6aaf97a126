//go:build linux

package monitor

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// descriptors are what one message of the payload brings, with the tag that says
// what they are (payload.Sends…).
type descriptors struct {
	tag    byte
	number uint32 // of a tree
	files  []int
}

// close lets them go.
func (d descriptors) close() {
	for _, fd := range d.files {
		unix.Close(fd)
	}
}

// receive takes the payload's next message (unix(7), SCM_RIGHTS). At the end, when
// execve has closed the payload's socket, it has no tag.
func (m *Monitor) receive() (descriptors, error) {
	const most = 253 // SCM_MAX_FD
	var data [5]byte
	control := make([]byte, unix.CmsgSpace(4*most))
	for {
		n, length, _, _, err := unix.Recvmsg(int(m.fds.Fd()), data[:], control, unix.MSG_CMSG_CLOEXEC)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return descriptors{}, fmt.Errorf("receive what the payload has opened: %w", err)
		}
		if n == 0 {
			return descriptors{}, nil
		}
		files, err := parseFDs(control[:length])
		return descriptors{data[0], binary.NativeEndian.Uint32(data[1:]), files}, err
	}
}

func parseFDs(control []byte) ([]int, error) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return nil, fmt.Errorf("receive what the payload has opened: %w", err)
	}
	var files []int
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			return files, fmt.Errorf("receive what the payload has opened: %w", err)
		}
		files = append(files, fds...)
	}
	return files, nil
}
