//go:build !linux || elsewhere

package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// What lxcfg needs of a system that is not Linux. With the build tag elsewhere it
// does the same on Linux, which is how the tests get to see it.

// terminalWidth is how many columns a terminal has: it cannot be told.
func terminalWidth(*os.File) int { return 0 }

// isTerminal reports whether a file is a terminal.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&fs.ModeCharDevice != 0
}

// openWithoutWaiting opens a file to read.
func openWithoutWaiting(name string) (*os.File, error) { return os.Open(name) }

// isNull reports whether a file is the null device.
func isNull(info fs.FileInfo) bool {
	return info.Mode()&fs.ModeCharDevice != 0 && info.Name() == filepath.Base(os.DevNull)
}

// isShellPipe reports whether a pipe has no name: it cannot be told.
func isShellPipe(*os.File) bool { return true }

// likeFile gives a new file the mode of another.
func likeFile(f *os.File, other string, info fs.FileInfo) error {
	if err := f.Chmod(info.Mode()); err != nil {
		return fmt.Errorf("keep the mode of %s: %w", other, err)
	}
	return nil
}
