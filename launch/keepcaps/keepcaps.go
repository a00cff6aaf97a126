//go:build linux

// Package keepcaps turns a program that runs as root because its file is set-user-ID
// root into one that runs as who called it and has root's capabilities. LXC's programs
// do so first of all, which makes them usable as set-user-ID programs.
package keepcaps

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// FromSetUID gives the process the ids of who called it when it runs with root's, and
// keeps its capabilities, permitted and effective ones. Other processes it leaves alone.
func FromSetUID() error {
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 || uid == os.Geteuid() {
		return nil
	}
	// Without this the kernel takes the effective capabilities away when the effective
	// uid stops being 0, and all of them when no uid is (SECBIT_NO_SETUID_FIXUP,
	// capabilities(7)). Every thread has its own.
	const noSetUIDFixup = 1 << 2 // SECBIT_NO_SETUID_FIXUP, linux/securebits.h
	if err := secureBits(noSetUIDFixup); err != nil {
		return err
	}
	// The group first: with another uid it could not be changed.
	if err := syscall.Setresgid(gid, gid, gid); err != nil {
		return fmt.Errorf("take on gid %d of the caller: %w", gid, err)
	}
	if err := syscall.Setresuid(uid, uid, uid); err != nil {
		return fmt.Errorf("take on uid %d of the caller: %w", uid, err)
	}
	// What is executed from here on is judged as usual.
	return secureBits(0)
}

func secureBits(bits uintptr) error {
	if _, _, errno := syscall.AllThreadsSyscall(syscall.SYS_PRCTL, unix.PR_SET_SECUREBITS, bits, 0); errno != 0 {
		return fmt.Errorf("keep the capabilities of a set-user-ID program: %w", errno)
	}
	return nil
}
