//go:build linux

// Package rlimit remembers the limit of open files that this process was started
// with. Package os raises it to the hard limit when it is initialised, and a
// container would inherit the raised one.
//
// Go initialises packages in the order of their import paths as soon as their
// imports are ready (Go specification, "Program initialization"; sorted since Go
// 1.21). This package imports syscall only, and its path sorts before "os".
package rlimit

import "syscall"

var started, err = read()

func read() (syscall.Rlimit, error) {
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return limit, err
}

// Restore sets the limit of open files to what it was when the process started.
func Restore() error {
	if err != nil {
		return err
	}
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &started)
}
