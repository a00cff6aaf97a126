package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// hostFiles is the host's file system for the loader.
type hostFiles struct{}

// maxConfig is the size of file LXC reads, in bytes.
const maxConfig = 1<<31 - 1

// ReadFile reads a regular file or /dev/null, which is what people name for an
// empty one. LXC would also wait for a pipe's end and read a device without one.
func (hostFiles) ReadFile(name string) (string, error) {
	return readWhole(name, unix.O_NONBLOCK)
}

// readNamed reads a file that the command line names. It may be a pipe as well:
// `lxcfg lint <(generate)`.
func readNamed(name string) (string, error) {
	return readWhole(name, 0)
}

// readWhole reads a file to its end. With O_NONBLOCK it takes no pipe, whose end
// may never come.
func readWhole(name string, flags int) (string, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|flags, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var info unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &info); err != nil {
		return "", &os.PathError{Op: "stat", Path: name, Err: err}
	}
	switch mode := info.Mode & unix.S_IFMT; {
	case mode == unix.S_IFREG, mode == unix.S_IFIFO && flags == 0:
	case mode == unix.S_IFCHR && info.Rdev == unix.Mkdev(1, 3): // null(4)
		return "", nil
	case mode == unix.S_IFDIR:
		return "", fmt.Errorf("%s is a directory", name)
	default:
		return "", fmt.Errorf("%s is no regular file", name)
	}
	if info.Size > maxConfig {
		return "", fmt.Errorf("%s has %d bytes; LXC reads files of up to %d", name, info.Size, maxConfig)
	}
	var text strings.Builder
	text.Grow(int(info.Size) + 1)
	n, err := io.Copy(&text, io.LimitReader(f, maxConfig+1))
	if err == nil && n > maxConfig {
		err = fmt.Errorf("%s has more than the %d bytes LXC reads", name, maxConfig)
	}
	return text.String(), err
}

// ReadDir lists a directory in the order the file system has, which is LXC's.
func (hostFiles) ReadDir(name string) ([]string, error) {
	dir, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.Readdirnames(-1)
}

// IsDir reports whether a name is a directory.
func (hostFiles) IsDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
