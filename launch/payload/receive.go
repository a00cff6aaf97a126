//go:build linux

package payload

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Message is what one message of the payload brings, with the tag that says what it is
// (Sends…, or SaysReady).
type Message struct {
	Tag    byte   // 0: there are no more
	Number uint32 // of a tree
	Files  []int
}

// Close lets the descriptors go.
func (m Message) Close() {
	for _, fd := range m.Files {
		unix.Close(fd)
	}
}

// Receive takes the payload's next message (unix(7), SCM_RIGHTS). At the end, when
// execve has closed the payload's socket, it has no tag.
func Receive(socket *os.File) (Message, error) {
	var data [5]byte
	control := make([]byte, unix.CmsgSpace(4*maxSentFDs))
	for {
		n, length, _, _, err := unix.Recvmsg(int(socket.Fd()), data[:], control, unix.MSG_CMSG_CLOEXEC)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return Message{}, fmt.Errorf("receive what the payload has opened: %w", err)
		}
		if n == 0 {
			return Message{}, nil
		}
		files, err := parseFDs(control[:length])
		return Message{data[0], binary.NativeEndian.Uint32(data[1:]), files}, err
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
