//go:build linux

// Package rlimit gives back the limit of open files that this process was started
// with. The Go runtime raises it for itself, and a container would inherit the raised
// one.
package rlimit

import (
	"syscall"

	"lxcfg/launch/rlimit/started"
)

// Restore sets the limit of open files to what it was when the process started.
func Restore() error {
	if !started.Read {
		return nil
	}
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: started.NoFile[0], Max: started.NoFile[1]})
}
