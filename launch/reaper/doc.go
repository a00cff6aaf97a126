//go:build linux

// Package reaper is the minimal init that a container's command runs below: a few
// hundred bytes of machine code, written in Go's assembler, and the file around
// them that makes a program of them.
//
// The init is entered by execve, so nothing of the launcher stays mapped in the
// container, and lies in memory, so the container needs no file of it. It makes
// system calls only:
//
//	reap:   wait4 without waiting, until there is nothing to reap
//	        no child is left ─▶ exit with the command's status, 128+n after signal n
//	wait:   rt_sigtimedwait for any signal; all are blocked
//	        SIGCHLD ─▶ reap
//	        SIGTERM, SIGPWR ─▶ SIGTERM to all processes, alarm in a second
//	        SIGALRM after that ─▶ SIGKILL to all processes
//	        any other ─▶ to the command
//
// All processes are those of the pid namespace, when the init is the first in it.
// Elsewhere they are the command's process group: kill(-1) would reach the host.
//
// LXC's own init works the same way: the alarm begins anew whenever a process has
// been reaped, and the init stays until the last orphan is gone.
package reaper
