//go:build linux

package program

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Sealed are the seals of a file that nobody can change any more (fcntl(2), F_ADD_SEALS).
const Sealed = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE

// MemoryFile makes a file in memory that can be executed, and sealed (memfd_create(2)).
func MemoryFile(name string) (*os.File, error) {
	const flags = unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	fd, err := unix.MemfdCreate(name, flags|unix.MFD_EXEC)
	if errors.Is(err, unix.EINVAL) {
		fd, err = unix.MemfdCreate(name, flags) // before Linux 6.3 every such file can be executed
	}
	if err != nil {
		return nil, &os.PathError{Op: "memfd_create", Path: name, Err: err}
	}
	return os.NewFile(uintptr(fd), name), nil
}
