//go:build linux

package program

import (
	"errors"
	"fmt"

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
