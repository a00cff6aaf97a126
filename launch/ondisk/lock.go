//go:build linux

package ondisk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"lxcfg/launch/command"
)

// LockFile is the lock of a container.
func LockFile(lxcPath, container string) string {
	return filepath.Join(command.RuntimeDir(), "lxc/lock", lxcPath, "."+container)
}

// Lock takes a container's lock for reading its configuration, and waits as long as
// another program has it: one of LXC's that changes it. Whoever may not make the lock
// goes without, as long as it may read the configuration.
func Lock(lxcPath, container string) (unlock func(), err error) {
	name := LockFile(lxcPath, container)
	none := func() {}
	err = os.MkdirAll(filepath.Dir(name), 0o755)
	var file *os.File
	if err == nil {
		file, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	}
	if errors.Is(err, os.ErrPermission) || errors.Is(err, unix.EROFS) {
		return none, nil
	}
	if err != nil {
		return none, fmt.Errorf("lock the container: %w", err)
	}
	// A lock of the open file and not of the process, as LXC has it (fcntl(2)): it goes
	// with the descriptor, whatever else of the process is open on the file.
	for {
		err := unix.FcntlFlock(file.Fd(), unix.F_OFD_SETLKW, &unix.Flock_t{Type: unix.F_WRLCK})
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			file.Close()
			return none, fmt.Errorf("lock the container: %w", &os.PathError{Op: "fcntl", Path: name, Err: err})
		}
		return func() { file.Close() }, nil
	}
}
