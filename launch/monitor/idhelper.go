//go:build linux

package monitor

import (
	"os"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

// The ids of the namespace that makeIDHelper makes.
const (
	helperRoot   = 0 // the container's root
	helperCaller = 1
)

// makeIDHelper makes the user namespace that holds the container's root and the
// caller. A child has to be there for newuidmap to write the map; it waits until
// that is done, and the namespace lives on in a descriptor.
func (m *Monitor) makeIDHelper(step string, op plan.IDHelper) (err error) {
	ours, theirs, err := program.SocketPair("id helper")
	if err != nil {
		return err
	}
	defer theirs.Close()
	defer ours.Close()
	child, err := spawnWaiting(ours, theirs)
	if err != nil {
		return err
	}
	defer func() {
		_ = unix.PidfdSendSignal(child.PIDFD, unix.SIGKILL, nil, 0)
		_, waitErr := program.Wait(child.PID)
		unix.Close(child.PIDFD)
		if err == nil {
			err = waitErr
		}
	}()
	for _, helper := range [...]struct {
		program             string
		container, ofCaller uint32
	}{{"newuidmap", op.UID, op.CallerUID}, {"newgidmap", op.GID, op.CallerGID}} {
		maps := []plan.IDMap{{Container: helperRoot, Host: helper.container, Range: 1}}
		if helper.ofCaller != helper.container {
			maps = append(maps, plan.IDMap{Container: helperCaller, Host: helper.ofCaller, Range: 1})
		}
		if err := m.runIDMapHelper(helper.program, child.PID, plan.ListOf(maps...)); err != nil {
			return err
		}
	}
	if m.idHelper, err = openUserNamespace(child.PID); err != nil {
		return err
	}
	m.later(step, undo{How: undoIDHelper})
	return nil
}

// spawnWaiting makes a child in a user namespace of its own that waits to be
// killed, or for the monitor to be gone.
func spawnWaiting(ours, theirs *os.File) (program.Child, error) {
	var b program.Builder
	b.Step("id helper")
	const own, peer = "own", "peer"
	b.Call("close", unix.SYS_CLOSE, []program.Operand{program.InputFD(peer)})
	b.Call("read", unix.SYS_READ, []program.Operand{program.InputFD(own), program.Blob([]byte{0}, "<buffer>"), program.Int(1)})
	b.Call("exit_group", unix.SYS_EXIT_GROUP, []program.Operand{program.Int(0)})
	p, err := b.Build()
	if err != nil {
		return program.Child{}, err
	}
	image, err := p.Load(program.Inputs{FDs: map[string]int{own: int(theirs.Fd()), peer: int(ours.Fd())}})
	if err != nil {
		return program.Child{}, err
	}
	defer image.Close()
	return image.Spawn(program.CloneArgs{Namespaces: unix.CLONE_NEWUSER, CgroupFD: -1})
}

// unchangedID tells chown(2) to leave an id as it is.
var unchangedID = program.Word(^uint64(0), "-1")

func chown(b *program.Builder, path string, uid, gid program.Operand, options ...program.Option) {
	b.Call("fchownat", unix.SYS_FCHOWNAT, []program.Operand{program.AtFDCWD, program.Str(path), uid, gid, program.Int(0)}, options...)
}
