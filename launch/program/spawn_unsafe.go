//go:build linux

package program

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// CloneArgs says what kind of process the child is.
type CloneArgs struct {
	Namespaces uint64 // CLONE_NEW* flags
	CgroupFD   int    // v2 cgroup directory to start in, -1 for the caller's
}

// Child is the process made by Spawn.
type Child struct {
	PID   int
	PIDFD int // to wait for and to signal, pidfd_open(2)
}

// Spawn clones the child that executes the image. The caller has to stay on its
// thread for as long as the child's parent-death signal must not fire: it is sent
// when the thread that made the child ends (prctl(2)).
func (img *Image) Spawn(a CloneArgs) (Child, error) {
	h := img.header()
	h.clone = cloneArgs{
		flags:      unix.CLONE_PIDFD | unix.CLONE_CLEAR_SIGHAND | a.Namespaces,
		pidFD:      uint64(uintptr(unsafe.Pointer(&h.pidFD))),
		exitSignal: uint64(unix.SIGCHLD),
	}
	if a.CgroupFD >= 0 {
		h.clone.flags |= unix.CLONE_INTO_CGROUP
		h.clone.cgroup = uint64(a.CgroupFD)
	}
	pid, errno := clone(h, uint64(len(img.program.instructions)))
	if errno != 0 {
		return Child{}, fmt.Errorf("clone3: %w", errno)
	}
	return Child{PID: int(pid), PIDFD: int(h.pidFD)}, nil
}
