//go:build linux

package program

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Wait waits for a child to end.
func Wait(pid int) (unix.WaitStatus, error) {
	var status unix.WaitStatus
	for {
		_, err := unix.Wait4(pid, &status, 0, nil)
		switch {
		case err == nil:
			return status, nil
		case !errors.Is(err, unix.EINTR):
			return status, fmt.Errorf("wait for process %d: %w", pid, err)
		}
	}
}

// SocketPair makes two connected sockets that keep messages apart.
func SocketPair(name string) (a, b *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("make the %s sockets: %w", name, err)
	}
	return os.NewFile(uintptr(fds[0]), name), os.NewFile(uintptr(fds[1]), name), nil
}
