//go:build !elsewhere

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// terminalWidth is how many columns a terminal has, 0 for anything else.
func terminalWidth(f *os.File) int {
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Col)
}

// isTerminal reports whether a file is a terminal.
func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// openWithoutWaiting opens a file to read. LXC would wait at a named pipe for
// somebody to write.
func openWithoutWaiting(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK, 0)
}

// isNull reports whether a file is null(4).
func isNull(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.Mode()&fs.ModeCharDevice != 0 && st.Rdev == unix.Mkdev(1, 3)
}

// isShellPipe reports whether a pipe has no name: whoever made it writes to it.
func isShellPipe(f *os.File) bool {
	const pipeFS = 0x50495045 // PIPEFS_MAGIC, linux/magic.h
	var info unix.Statfs_t
	return unix.Fstatfs(int(f.Fd()), &info) == nil && info.Type == pipeFS
}

// likeFile gives a new file the owner, the extended attributes and the mode of
// another.
func likeFile(f *os.File, other string, info fs.FileInfo) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	if ok && (int(st.Uid) != os.Geteuid() || int(st.Gid) != os.Getegid()) {
		if err := f.Chown(int(st.Uid), int(st.Gid)); err != nil {
			return fmt.Errorf("keep the owner of %s: %w", other, err)
		}
	}
	if err := copyAttributes(f, other); err != nil {
		return fmt.Errorf("keep the extended attributes of %s: %w", other, err)
	}
	// Last, because a change of the owner clears bits of the mode (chown(2)).
	if err := f.Chmod(info.Mode()); err != nil {
		return fmt.Errorf("keep the mode of %s: %w", other, err)
	}
	return nil
}

// copyAttributes copies extended attributes, among them access control lists and
// SELinux labels (xattr(7)).
func copyAttributes(f *os.File, from string) error {
	list := make([]byte, 1<<16) // as long as the kernel lets a list be
	n, err := unix.Listxattr(from, list)
	if err != nil {
		return unlessUnsupported(err)
	}
	value := make([]byte, 1<<16)
	for name := range strings.SplitSeq(strings.TrimSuffix(string(list[:n]), "\x00"), "\x00") {
		if name == "" {
			return nil // there are none
		}
		size, err := unix.Getxattr(from, name, value)
		if err == nil {
			err = unix.Fsetxattr(int(f.Fd()), name, value[:size], 0)
		}
		if err := unlessUnsupported(err); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// unlessUnsupported drops the error of a file system without extended attributes.
func unlessUnsupported(err error) error {
	if errors.Is(err, unix.ENOTSUP) {
		return nil
	}
	return err
}
