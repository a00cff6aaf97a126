//go:build linux

package monitor

import (
	"fmt"
	"os"
	"path/filepath"

	"lxcfg/compile/plan"
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

// delegateCgroup gives the container's root its cgroup: the directory, to make
// cgroups in, and the files that move processes. The limits stay the host's.
func (m *Monitor) delegateCgroup(op plan.CgroupDelegate) error {
	cg, err := m.cgroupOf(op.Hierarchy)
	if err != nil {
		return err
	}
	if err := giveAway(cg.leaf, op, 0o775); err != nil {
		return err
	}
	for _, file := range op.Files.All() {
		err := giveAway(filepath.Join(cg.leaf, file), op, 0o664)
		if err != nil && !os.IsNotExist(err) { // the kernel's list names files of every controller
			return err
		}
	}
	return nil
}

func giveAway(path string, op plan.CgroupDelegate, mode os.FileMode) error {
	if err := os.Chown(path, -1, int(op.GID)); err != nil {
		return err
	}
	return os.Chmod(path, mode)
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
