//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// pinRootfs keeps a file without a name open in the rootfs for as long as the
// container runs. A file system with such a file cannot be made read-only, which
// root of a container without a user namespace could do to the host's.
//
// LXC makes a file .lxc_keep and removes it; a file that never had a name needs no
// removal and cannot be in anybody's way. A read-only file system needs no pin.
func (m *Monitor) pinRootfs(step string, op plan.RootfsPin) error {
	fd, err := unix.Open(op.Path, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.EISDIR) {
		fd, err = openRemoved(op.Path)
	}
	if errors.Is(err, unix.EROFS) {
		return nil
	}
	if err != nil {
		return &os.PathError{Op: "open a file in", Path: op.Path, Err: err}
	}
	m.laterClose(step, os.NewFile(uintptr(fd), "pin"))
	return nil
}

// openRemoved makes a file and removes it at once, for file systems that know no
// file without a name (open(2), O_TMPFILE).
func openRemoved(dir string) (int, error) {
	at, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	defer unix.Close(at)
	id, err := randomUUID()
	if err != nil {
		return -1, err
	}
	name := ".lxc_keep." + id // no name that could be taken, by LXC or by the container
	fd, err := unix.Openat(at, name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return -1, err
	}
	if err := unix.Unlinkat(at, name, 0); err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("remove %s: %w", name, err)
	}
	return fd, nil
}
