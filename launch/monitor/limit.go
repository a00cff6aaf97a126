//go:build linux

package monitor

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

// writeLimit writes a limit where the plan says. The value is the kernel's to
// judge.
func (m *Monitor) writeLimit(op plan.CgroupLimit) error {
	cg, err := m.cgroupOf(op.Hierarchy)
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(cg.limits, op.File), op.Value)
}

// setLimit sets a resource limit of the payload, from outside: what it executes later
// may have no right to raise it.
func (m *Monitor) setLimit(op plan.Prlimit) error {
	limit := unix.Rlimit{Cur: op.Soft, Max: op.Hard}
	if err := unix.Prlimit(m.child.PID, int(op.Number), &limit, nil); err != nil {
		return &os.PathError{Op: "prlimit", Path: op.Resource, Err: err}
	}
	return nil
}

// writeProcFile writes a file of the payload's directory in /proc. Links there lead
// to what the payload has open, its root among them: they are not followed.
func (m *Monitor) writeProcFile(op plan.ProcFile) error {
	dir, err := openPath(fmt.Sprintf("/proc/%d", m.child.PID), unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	defer unix.Close(dir)
	fd, err := unix.Openat2(dir, op.File, &unix.OpenHow{Flags: unix.O_WRONLY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS})
	if err != nil {
		return &os.PathError{Op: "openat2", Path: op.File, Err: err}
	}
	_, err = unix.Write(fd, []byte(op.Value))
	if closeErr := unix.Close(fd); err == nil {
		err = closeErr
	}
	if err != nil {
		return &os.PathError{Op: "write", Path: op.File, Err: err}
	}
	return nil
}

// delegateCgroup gives the container's root its cgroup: the directory, to make
// cgroups in, and the files that move processes. The limits stay the host's.
func (m *Monitor) delegateCgroup(op plan.CgroupDelegate) error {
	cg, err := m.cgroupOf(op.Hierarchy)
	if err != nil {
		return err
	}
	files := make([]string, 0, op.Files.Len())
	for _, file := range op.Files.All() { // the kernel's list names files of every controller
		if path := filepath.Join(cg.leaf, file); unix.Access(path, unix.F_OK) == nil {
			files = append(files, path)
		}
	}
	if err := m.giveGroup(op, append(files, cg.leaf)); err != nil {
		return err
	}
	for _, file := range files {
		if err := os.Chmod(file, 0o664); err != nil {
			return err
		}
	}
	return os.Chmod(cg.leaf, 0o775)
}

func (m *Monitor) giveGroup(op plan.CgroupDelegate, paths []string) error {
	if op.ByHelper {
		return m.idHelper.asRoot(func(b *program.Builder) {
			for _, path := range paths {
				chown(b, path, unchangedID, program.Int(helperRoot))
			}
		})
	}
	for _, path := range paths {
		if err := os.Chown(path, -1, int(op.GID)); err != nil {
			return err
		}
	}
	return nil
}

// cgroupOf returns the payload's cgroup of a hierarchy, which an earlier step
// has made.
func (m *Monitor) cgroupOf(hierarchy string) (*cgroup, error) {
	cg := m.cgroups[hierarchy]
	if cg == nil {
		return nil, fmt.Errorf("the plan makes no cgroup in the hierarchy %q", hierarchy)
	}
	return cg, nil
}
