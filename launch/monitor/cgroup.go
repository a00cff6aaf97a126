//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// cgroup is the payload's cgroup in one hierarchy.
type cgroup struct {
	version int
	base    string   // directory that the plan's name is below
	limits  string   // directory the limits are written in
	leaf    string   // directory of the processes, below limits with an inner cgroup
	above   []string // directories made above limits, outermost first: others may use them too
	own     bool     // limits has been made here
	dir     int      // leaf, open for clone3 (v2), or -1
	tasks   int      // leaf's tasks file, open for the payload (v1), or -1
}

// maxSuffix is the last number LXC tries behind a cgroup's name that is taken.
const maxSuffix = 999

// createCgroup makes the payload's cgroup in one hierarchy.
func (m *Monitor) createCgroup(step string, op plan.CgroupCreate) error {
	cg := &cgroup{version: op.Version, base: m.baseOf(op.Mount, op.Base, op.InScope), dir: -1, tasks: -1}
	first := len(m.cgroups) == 0
	m.cgroups[op.Hierarchy] = cg
	m.later(step, undo{How: undoCgroup, Words: []string{op.Hierarchy}})
	for again := 0; ; again++ {
		if first {
			if err := m.chooseSuffix(); err != nil {
				return err
			}
		}
		err := m.mkdirAll(cg, op)
		switch {
		case err == nil:
			return cg.open()
		case cg.own || again == maxSuffix:
			return err
		case first && errors.Is(err, os.ErrExist):
			// Who makes the first cgroup of a name has the name: every launch begins
			// with the same hierarchy. A launch that came second takes the next one.
		case errors.Is(err, os.ErrNotExist):
			// A neighbour that ended has taken a directory above, empty so far, away.
		default:
			return err
		}
	}
}

// baseOf is the directory of a cgroup of the host that others are made below: one
// that the plan knows, or the scope's.
func (m *Monitor) baseOf(mount, base string, inScope bool) string {
	if inScope {
		base = m.scope
	}
	return filepath.Join(mount, base)
}

// chooseSuffix finds a name that is free in every hierarchy, so that the
// container has the same one in all.
func (m *Monitor) chooseSuffix() error {
	for n := range maxSuffix + 1 {
		suffix := ""
		if n > 0 {
			suffix = "-" + strconv.Itoa(n)
		}
		taken, exact := m.nameTaken(suffix)
		switch {
		case taken == "":
			m.suffix = suffix
			return nil
		case exact:
			return fmt.Errorf("the cgroup %q exists already", taken)
		}
	}
	return errors.New("every name for the container's cgroups is taken: remove the leftovers of lxc.payload.*")
}

// nameTaken returns a cgroup of the plan that exists already under a suffix.
func (m *Monitor) nameTaken(suffix string) (dir string, exact bool) {
	for _, s := range m.plan.Steps() {
		if op, ok := s.Op.(plan.CgroupCreate); ok {
			dir := filepath.Join(m.baseOf(op.Mount, op.Base, op.InScope), op.Name+suffix)
			if _, err := os.Lstat(dir); err == nil {
				return dir, op.Exact
			}
		}
	}
	return "", false
}

// open gets the leaf ready to be entered: by clone3 on v2, by the payload's own
// write to tasks on v1.
func (cg *cgroup) open() (err error) {
	if cg.version == 2 {
		cg.dir, err = openPath(cg.leaf, unix.O_PATH|unix.O_DIRECTORY)
		return err
	}
	cg.tasks, err = openPath(filepath.Join(cg.leaf, "tasks"), unix.O_WRONLY)
	return err
}

// close lets go of what only the clone needed.
func (cg *cgroup) close() {
	for _, fd := range []*int{&cg.dir, &cg.tasks} {
		if *fd >= 0 {
			unix.Close(*fd)
			*fd = -1
		}
	}
}
