//go:build linux

package daemon

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// setName sets the name of the calling thread, PR_SET_NAME (prctl(2)): of the process,
// when that is its first.
func setName(name string) error {
	text := append([]byte(name), 0)
	return unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(&text[0])), 0, 0, 0)
}
