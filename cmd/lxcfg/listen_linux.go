//go:build !elsewhere

package main

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"lxcfg/compile"
)

// listening are the sockets that systemd has started this process with, for init to
// have (sd_listen_fds(3)). They are not for hooks: nothing else that is executed gets
// them. A command below the minimal init gets none, because nobody can tell it that
// they are meant for it: its process id is not known beforehand.
func (a *app) listening(t target) compile.Listen {
	n, err := strconv.ParseUint(os.Getenv("LISTEN_FDS"), 10, 16)
	if err != nil || n == 0 || t.execute || !a.isMeant(os.Getenv("LISTEN_PID")) {
		return compile.Listen{}
	}
	listen := compile.Listen{Names: os.Getenv("LISTEN_FDNAMES")}
	for fd := 3; listen.Count < uint32(n); fd++ {
		// What the runtime has opened itself is closed on execution.
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC != 0 {
			break
		}
		unix.CloseOnExec(fd)
		listen.Count++
	}
	return listen
}

// isMeant tells whether a process id is that of this process, or of the one that has put
// it into the background and waits.
func (a *app) isMeant(pid string) bool {
	return pid == strconv.Itoa(os.Getpid()) || a.daemon != nil && pid == strconv.Itoa(os.Getppid())
}
