package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// hostFiles is the host's file system for the loader.
type hostFiles struct{}

// maxConfig is the size of file LXC reads, in bytes.
const maxConfig = 1<<31 - 1

// ReadFile reads a regular file. What is none (a directory, a device, a pipe) has
// no end to wait for, and LXC would load nothing from it without a word.
func (hostFiles) ReadFile(name string) (string, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	switch {
	case info.IsDir():
		return "", fmt.Errorf("%s is a directory", name)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is no regular file", name)
	case info.Size() > maxConfig:
		return "", fmt.Errorf("%s has %d bytes; LXC reads files of up to %d", name, info.Size(), int64(maxConfig))
	}
	data, err := os.ReadFile(name)
	return string(data), err
}

// ReadDir lists a directory.
func (hostFiles) ReadDir(name string) ([]string, error) {
	entries, err := os.ReadDir(name)
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// IsDir reports whether a name is a directory.
func (hostFiles) IsDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
