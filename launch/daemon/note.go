//go:build linux

package daemon

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// NewNote makes a file in memory (memfd_create(2)) with something for the program that
// is executed next.
func NewNote(name string, content []byte) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("make a file for the daemon's %s: %w", name, err)
	}
	note := os.NewFile(uintptr(fd), name)
	if _, err := note.WriteAt(content, 0); err != nil {
		note.Close()
		return nil, err
	}
	return note, nil
}

// ReadNote reads such a file. It can be read again.
func ReadNote(note *os.File) ([]byte, error) {
	info, err := note.Stat()
	if err != nil {
		return nil, err
	}
	content := make([]byte, info.Size())
	_, err = note.ReadAt(content, 0)
	return content, err
}
