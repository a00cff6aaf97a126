//go:build linux

package conformance

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// sendAnswer sends an answer through the listener of a filter
// (SECCOMP_IOCTL_NOTIF_SEND, seccomp_unotify(2)).
func sendAnswer(listener int, answer []byte) error {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(unsafe.SliceData(answer))))
	if errno != 0 {
		return errno
	}
	return nil
}
