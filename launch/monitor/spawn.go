//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/payload"
	"lxcfg/launch/program"
)

// spawn makes the two sockets, lays out the payload's program and clones the
// child that runs it.
func (m *Monitor) spawn(step string, op plan.Spawn, lowered func() (*program.Program, error)) error {
	prog, err := lowered()
	if err != nil {
		return err
	}
	ours, theirs, err := program.SocketPair("barrier")
	if err != nil {
		return err
	}
	// The child has its own copies of all descriptors; ours of its ends go, so
	// that its death is an end of file.
	defer theirs.Close()
	m.barrier = ours
	fds, fdsTheirs, err := program.SocketPair("descriptors")
	if err != nil {
		return err
	}
	defer fdsTheirs.Close()
	m.fds = fds
	m.later(step, undo{How: undoCloseAll})

	in, err := m.inputs(theirs, fdsTheirs)
	if err != nil {
		return err
	}
	given, err := m.give(&in)
	defer closeFiles(given)
	if err != nil {
		return err
	}
	if m.image, err = prog.Load(in); err != nil {
		return err
	}
	args := program.CloneArgs{Namespaces: payload.CloneFlags(op.Namespaces), CgroupFD: -1}
	if cg := m.cgroups[op.IntoCgroup]; cg != nil {
		args.CgroupFD = cg.dir
	}
	joined, err := m.openJoins(op)
	defer closeFiles(joined)
	if err != nil {
		return err
	}
	for i, j := range op.Join.All() {
		args.Join = append(args.Join, program.Join{FD: int(joined[i].Fd()), Namespace: payload.CloneFlags(plan.SetOf(j.Namespace)), Name: j.String()})
	}
	<-m.signals.catching // whatever is sent once the container runs is for its init
	if m.child, err = m.image.Spawn(args); err != nil {
		return err
	}
	m.initPID = m.child.PID
	m.signals.target(m.child.PIDFD, int(m.barrier.Fd()))
	m.later(step, undo{How: undoKill})
	if err := m.holdFirst(op); err != nil {
		return err
	}
	for _, cg := range m.cgroups {
		cg.close()
	}
	return nil
}

// give makes what the payload's program takes along: pipes for its hooks, the file
// of its init. What is returned is the monitor's copy of it.
func (m *Monitor) give(in *program.Inputs) (given []*os.File, err error) {
	if given, err = m.listen(in); err != nil {
		return given, err
	}
	if _, _, ok := plan.Find[plan.Init](m.plan); ok {
		file, err := initFile()
		if err != nil {
			return given, err
		}
		given = append(given, file)
		in.FDs[payload.InputInit] = int(file.Fd())
	}
	return given, nil
}

func closeFiles(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}

// kill ends the payload and everything in its pid namespace, and reaps it.
func (m *Monitor) kill() error {
	if m.child.PID == 0 {
		return nil // it has been reaped
	}
	if err := unix.PidfdSendSignal(m.child.PIDFD, unix.SIGKILL, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("kill the payload: %w", err)
	}
	if cg := m.freezerCgroup(); cg != nil {
		if err := m.thaw(cg.limits); err != nil {
			return err
		}
	}
	_, err := m.reap()
	return err
}

// TakeDown begins to take the container down: what is left of the payload ends, and
// signals end nothing more than a hook that is waited for.
func (m *Monitor) TakeDown() error {
	m.signals.takeDown()
	return m.kill()
}

// reap waits for the payload to end.
func (m *Monitor) reap() (unix.WaitStatus, error) {
	status, err := program.Wait(m.child.PID)
	if err == nil {
		m.child.PID = 0
	}
	return status, err
}

// closeAll lets go of what a launch keeps open.
func (m *Monitor) closeAll() error {
	open := slices.Concat([]*os.File{m.barrier, m.fds}, m.terminals, m.peers, m.handOver, slices.Collect(maps.Values(m.trees)))
	for _, f := range open {
		if f != nil {
			f.Close()
		}
	}
	m.closeNetwork()
	m.devices.close()
	for step := range m.listening {
		m.Output(step)
	}
	for _, n := range m.namespaces {
		n.file.Close()
	}
	m.signals.target(0, 0)
	if m.child.PIDFD > 0 {
		unix.Close(m.child.PIDFD)
	}
	if m.image != nil {
		return m.image.Close()
	}
	return nil
}

// ErrPayloadGone says that the payload ended where it should have answered.
var ErrPayloadGone = errors.New("the payload is gone")

// AwaitReady waits until the payload has done the steps of a segment.
func (m *Monitor) AwaitReady(seg payload.Segment) error {
	if err := m.collectTrees(seg); err != nil {
		return err
	}
	n, err := m.readByte()
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrPayloadGone
	}
	return nil
}

// AwaitExec waits until the payload has become init: execve closes its end of
// the conversation. So does its death; the caller looks which it was.
func (m *Monitor) AwaitExec() error {
	n, err := m.readByte()
	if err == nil && n != 0 {
		err = errors.New("the payload says it is ready where nothing is left to wait for")
	}
	return err
}

func (m *Monitor) readByte() (int, error) {
	var buf [1]byte
	for {
		n, err := unix.Read(int(m.barrier.Fd()), buf[:])
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if errors.Is(err, unix.ECONNRESET) {
			return 0, nil // it died with a byte of ours unread
		}
		if err != nil {
			return 0, fmt.Errorf("hear from the payload: %w", err)
		}
		return n, nil
	}
}

// Go lets the payload go on, and gives it the mounts that were made for it. One that
// has a filter, and no way to hear from us, is released in its memory.
func (m *Monitor) Go() error {
	if m.filter != nil {
		m.image.Release()
		return nil
	}
	err := payload.GoOn(m.barrier)
	switch {
	case errors.Is(err, unix.EPIPE):
		return ErrPayloadGone
	case err != nil:
		return fmt.Errorf("tell the payload to go on: %w", err)
	}
	return m.giveMounts()
}

// ReachedExec reports whether the payload's last instruction was an execve: the
// end of its conversation is then its start as init.
func (m *Monitor) ReachedExec() bool {
	call := m.image.Where().Call
	return call == "execve" || call == "execveat"
}
