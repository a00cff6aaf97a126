//go:build linux

package program

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// CloneArgs says what kind of process the child is.
type CloneArgs struct {
	Namespaces uint64 // CLONE_NEW* flags
	CgroupFD   int    // v2 cgroup directory to start in, -1 for the caller's
	Join       []Join // namespaces of others to make it in, in the order they are joined
}

// Join is a namespace of another process.
type Join struct {
	FD        int    // open file of it
	Namespace uint64 // its CLONE_NEW* flag
	Name      string // for errors
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
	if len(a.Join) > maxJoins {
		return Child{}, fmt.Errorf("%d namespaces cannot be joined", len(a.Join))
	}
	if len(a.Join) > 0 {
		// The joiner lives until it has made the child, which is the caller's all the
		// same and takes over its exit signal. It shares the caller's descriptors, where
		// the one of the child is to be, but no memory: that would make it one of the
		// caller's threads.
		h.clone.flags |= unix.CLONE_PARENT
		h.clone.exitSignal = 0
		h.joiner.clone = cloneArgs{flags: unix.CLONE_VFORK | unix.CLONE_FILES | unix.CLONE_CLEAR_SIGHAND, exitSignal: uint64(unix.SIGCHLD)}
	}
	for i, j := range a.Join {
		h.joiner.joins[i].fd, h.joiner.joins[i].namespace = uint32(j.FD), uint32(j.Namespace)
	}
	h.joiner.count = uint32(len(a.Join))

	pid, errno := clone(h, uint64(len(img.program.instructions)))
	if errno != 0 {
		return Child{}, fmt.Errorf("clone3: %w", errno)
	}
	if len(a.Join) == 0 {
		return Child{PID: int(pid), PIDFD: int(h.pidFD)}, nil
	}
	if _, err := Wait(int(pid)); err != nil { // for the joiner; its status tells nothing
		return Child{}, err
	}
	switch failed := h.joiner.failed; {
	case failed > 0:
		return Child{}, &os.PathError{Op: "setns", Path: a.Join[failed-1].Name, Err: unix.Errno(h.joiner.errno)}
	case h.joiner.errno != 0:
		return Child{}, fmt.Errorf("clone3: %w", unix.Errno(h.joiner.errno))
	case h.pid <= 0:
		return Child{}, errors.New("the process that joins namespaces was killed")
	}
	return Child{PID: int(h.pid), PIDFD: int(h.pidFD)}, nil
}
