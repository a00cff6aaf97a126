//go:build linux

// Package program is a launch's container side as a flat list of system calls,
// and the few dozen lines that run it in a raw child.
//
// A Program is built by a Builder: each instruction is one system call with its
// arguments, a slot for its result, the errors to let pass and where to go on
// after any other. What only the launch knows (a descriptor, the path of a pty)
// is an input, named now and given later. Load lays a program out in one block of
// memory together with every string and structure it points to; Spawn clones
// a child that executes it, instruction by instruction, and ends in execve.
//
// A program can fork: a few of its calls are then made by a process of their own,
// which ends in execve as well, and whose failures are the program's.
//
// The child is a fork of a threaded Go process with one thread left. It runs no
// Go code but the loop in run_unsafe.go, which allocates nothing, grows no stack
// and takes no lock, and it has its own copy of memory: code of the container
// that runs before execve cannot reach into the launcher.
package program
