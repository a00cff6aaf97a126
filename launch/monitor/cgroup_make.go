//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lxcfg/compile/plan"
	"lxcfg/launch/remains"
)

// mkdirAll makes the directories from the base down to the leaf. On v2 it enables
// controllers in every directory above the leaf; on v1 a cpuset gets what it takes
// to hold a process.
func (m *Monitor) mkdirAll(cg *cgroup, op plan.CgroupCreate) error {
	cg.limits = filepath.Join(cg.base, op.Name+m.suffix)
	cg.leaf = filepath.Join(cg.limits, op.Inner)
	dir := cg.base
	rest, err := filepath.Rel(cg.base, cg.leaf)
	if err != nil {
		return fmt.Errorf("place cgroup %q: %w", cg.leaf, err)
	}
	for _, part := range strings.Split(rest, "/") {
		if err := m.enableControllers(dir, op); err != nil {
			return err
		}
		dir = filepath.Join(dir, part)
		made, err := m.mkdir(cg, dir)
		if err != nil {
			return err
		}
		if made && op.Version == 1 && holdsCPUSet(op.Hierarchy) {
			if err := fillCPUSet(dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// mkdir makes one of the directories and remembers what it has made. The one with
// the limits is the container's alone; those above it may be there already.
func (m *Monitor) mkdir(cg *cgroup, dir string) (made bool, err error) {
	kind := remains.CgroupAbove
	if dir == cg.limits {
		kind = remains.Cgroup
	}
	if len(dir) <= len(cg.limits) { // those below go with it
		if err := m.note(kind, dir); err != nil {
			return false, err
		}
	}
	err = os.Mkdir(dir, 0o755)
	if err != nil && len(dir) <= len(cg.limits) {
		if err := m.List.Withdraw(kind, dir); err != nil {
			return false, err
		}
	}
	switch {
	case dir == cg.limits:
		cg.own = err == nil
	case errors.Is(err, os.ErrExist):
		return false, nil
	case err == nil && len(dir) < len(cg.limits):
		cg.above = append(cg.above, dir)
	}
	return err == nil, err
}

func holdsCPUSet(hierarchy string) bool {
	return strings.Contains(","+hierarchy+",", ",cpuset,")
}

// fillCPUSet gives a new cpuset the processors and memory of the one above
// (cpuset(7)). The cgroups that the container makes below it get theirs by
// themselves, as stock LXC arranges it.
func fillCPUSet(dir string) error {
	for _, file := range [...]string{"cpuset.cpus", "cpuset.mems"} {
		own, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			return err
		}
		if strings.TrimSpace(string(own)) != "" {
			continue
		}
		above, err := os.ReadFile(filepath.Join(filepath.Dir(dir), file))
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(dir, file), strings.TrimSpace(string(above))); err != nil {
			return err
		}
	}
	return writeFile(filepath.Join(dir, "cgroup.clone_children"), "1")
}
