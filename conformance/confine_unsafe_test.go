//go:build linux

package conformance

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// confineVariable makes the test binary a program that executes its arguments below
// a seccomp filter.
const confineVariable = "LXCFG_TEST_CONFINE"

// confine loads a filter that allows everything, and executes the arguments.
func confine() {
	runtime.LockOSThread()
	filter := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW}
	program := unix.SockFprog{Len: 1, Filter: &filter}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		fmt.Fprintln(os.Stderr, "load a filter:", errno)
		os.Exit(1)
	}
	if err := os.Unsetenv(confineVariable); err != nil {
		os.Exit(1)
	}
	err := syscall.Exec(os.Args[1], os.Args[1:], os.Environ())
	fmt.Fprintln(os.Stderr, "execute:", err)
	os.Exit(1)
}
