//go:build linux

package command

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// What a monitor is asked by who enters its container.

// OpenInit takes hold of the container's init by a pidfd, and returns its process id. The
// id means that process for as long as the pidfd says that it lives (Alive).
func (p Peer) OpenInit() (init *os.File, pid int, err error) {
	init, err = p.file(getInitPIDFD, nil, "init")
	switch {
	case errors.Is(err, ErrNotRunning):
		return nil, 0, err
	case err != nil:
		return p.openInitByID() // LXC before 4.0.5 lends none
	}
	if pid, err = pidOf(init); err != nil {
		init.Close()
		return nil, 0, err
	}
	return init, pid, nil
}

// openInitByID opens it by its id, which is asked for once more: in between init could
// have ended, and its id be another process'.
func (p Peer) openInitByID() (init *os.File, pid int, err error) {
	if pid, err = p.InitPID(); err != nil {
		return nil, 0, err
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return nil, 0, ErrNotRunning
	}
	if again, err := p.InitPID(); err != nil || again != pid {
		unix.Close(fd)
		return nil, 0, ErrNotRunning
	}
	return os.NewFile(uintptr(fd), "init"), pid, nil
}

// pidOf is the process id behind a pidfd (proc_pid_fdinfo(5)).
func pidOf(init *os.File) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", init.Fd()))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		number, ok := strings.CutPrefix(line, "Pid:")
		if !ok {
			continue
		}
		// -1 for one that has ended, 0 for one that our pid namespace does not show.
		if pid, err := strconv.Atoi(strings.TrimSpace(number)); err == nil && pid > 0 {
			return pid, nil
		}
	}
	return 0, ErrNotRunning
}

// Alive tells whether the process of a pidfd has not ended.
func Alive(init *os.File) bool {
	return unix.PidfdSendSignal(int(init.Fd()), 0, nil, 0) == nil
}

// OpenCgroups opens the cgroups of the container's processes, one of each hierarchy.
func (p Peer) OpenCgroups() ([]*os.File, error) {
	a, err := p.ask(getCgroupContext, 0, make([]byte, cgroupContextSize))
	if err != nil {
		return nil, err
	}
	dirs := make([]*os.File, 0, len(a.files))
	for _, fd := range a.files {
		dirs = append(dirs, os.NewFile(uintptr(fd), "cgroup"))
	}
	return dirs, nil
}

// OpenDevpts opens the root of the container's devpts.
func (p Peer) OpenDevpts() (*os.File, error) { return p.file(getDevptsFD, nil, "devpts") }

// GiveListener gives the listener of a filter to the monitor, to have the container's proxy
// asked. It comes behind the request, with a byte of its own.
func (p Peer) GiveListener(listener int) error {
	socket, err := p.connect()
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	if err := send(socket, addSeccompListener, 0, nil); err != nil {
		return &os.PathError{Op: "sendmsg", Path: p.socketAddress(), Err: err}
	}
	if err := sendWhole(socket, []byte{0}, unix.UnixRights(listener)); err != nil {
		return &os.PathError{Op: "sendmsg", Path: p.socketAddress(), Err: err}
	}
	_, err = p.answerOver(socket)
	return err
}
