//go:build linux

package monitor

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// readNotifySizes asks the kernel for the sizes of its structures.
func readNotifySizes() (s notifySizes, err error) {
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_GET_NOTIF_SIZES, 0, uintptr(unsafe.Pointer(&s)))
	if errno != 0 {
		return s, fmt.Errorf("ask the kernel how calls are told: seccomp: %w", errno)
	}
	return s, nil
}

// notifyReceive reads a call that waits.
func notifyReceive(fd int, request []byte) error {
	return notifyControl(fd, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(unsafe.SliceData(request)))
}

// notifyAnswer lets a call go on.
func notifyAnswer(fd int, answer []byte) error {
	return notifyControl(fd, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(unsafe.SliceData(answer)))
}

// notifyValid is an error when a call does not wait any more.
func notifyValid(fd int, id uint64) error {
	return notifyControl(fd, unix.SECCOMP_IOCTL_NOTIF_ID_VALID, unsafe.Pointer(&id))
}

func notifyControl(fd int, request uint, argument unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(request), uintptr(argument)); errno != 0 {
		return errno
	}
	return nil
}
