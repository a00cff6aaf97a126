//go:build linux

package ondisk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Errors about a creation that is not finished.
var (
	ErrBeingCreated = errors.New("the container is being created")
	ErrHalfCreated  = errors.New("the container was not created to its end")
)

// PartialFile is the mark that lxc-create keeps, and keeps locked, until a container
// is complete.
func PartialFile(lxcPath, container string) string {
	return filepath.Join(lxcPath, container, "partial")
}

// Complete is an error for a container that is still being created, or whose creation
// ended before it was complete. LXC 5.0 and 7.0 take the latter for the former, and
// LXC 1.0 destroys such a container: here it stays, because what there is may be wanted.
func Complete(lxcPath, container string) error {
	name := PartialFile(lxcPath, container)
	file, err := os.OpenFile(name, os.O_RDWR|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
	switch {
	case errors.Is(err, os.ErrNotExist), errors.Is(err, unix.ENOTDIR):
		return nil
	case errors.Is(err, os.ErrPermission):
		return nil // who may not create it may start it
	case err != nil:
		return fmt.Errorf("look whether the container is complete: %w", err)
	}
	defer file.Close()
	lock := unix.Flock_t{Type: unix.F_WRLCK}
	if err := unix.FcntlFlock(file.Fd(), unix.F_OFD_GETLK, &lock); err != nil {
		return fmt.Errorf("look whether the container is complete: %w", &os.PathError{Op: "fcntl", Path: name, Err: err})
	}
	if lock.Type != unix.F_UNLCK {
		return ErrBeingCreated
	}
	return ErrHalfCreated
}
