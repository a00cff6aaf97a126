//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// cgroup is the payload's cgroup in one hierarchy.
type cgroup struct {
	version int
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
	cg := &cgroup{version: op.Version, dir: -1, tasks: -1}
	first := len(m.cgroups) == 0
	m.cgroups[op.Hierarchy] = cg
	m.later(step, cg.remove)
	for again := 0; ; again++ {
		if first {
			if err := m.chooseSuffix(); err != nil {
				return err
			}
		}
		err := cg.mkdirAll(op, m.suffix)
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
			dir := filepath.Join(op.Mount, op.Base, op.Name+suffix)
			if _, err := os.Lstat(dir); err == nil {
				return dir, op.Exact
			}
		}
	}
	return "", false
}

// mkdirAll makes the directories from the base down to the leaf. On v2 it enables
// the controllers that the limits need, in every directory above the one with
// the limits; on v1 a cpuset gets its parent's cpus and mems, without which it
// takes no process.
func (cg *cgroup) mkdirAll(op plan.CgroupCreate, suffix string) error {
	base := filepath.Join(op.Mount, op.Base)
	cg.limits = filepath.Join(base, op.Name+suffix)
	cg.leaf = filepath.Join(cg.limits, op.Inner)
	dir := base
	rest, err := filepath.Rel(base, cg.leaf)
	if err != nil {
		return fmt.Errorf("place cgroup %q: %w", cg.leaf, err)
	}
	for _, part := range strings.Split(rest, "/") {
		if dir != cg.limits {
			for _, controller := range op.Controllers.All() {
				if err := writeFile(filepath.Join(dir, "cgroup.subtree_control"), "+"+controller); err != nil {
					return err
				}
			}
		}
		dir = filepath.Join(dir, part)
		if err := cg.mkdir(dir); err != nil {
			return err
		}
		if op.Version == 1 && holdsCPUSet(op.Hierarchy) {
			if err := inheritCPUSet(dir); err != nil {
				return err
			}
		}
	}
	if op.Version == 1 && holdsCPUSet(op.Hierarchy) {
		// The cgroups that the container makes get their cpus and mems by
		// themselves, as stock LXC arranges it.
		return writeFile(filepath.Join(cg.leaf, "cgroup.clone_children"), "1")
	}
	return nil
}

// mkdir makes one of the directories and remembers what it has made. The one with
// the limits is the container's alone; those above it may be there already.
func (cg *cgroup) mkdir(dir string) error {
	err := os.Mkdir(dir, 0o755)
	switch {
	case dir == cg.limits:
		cg.own = err == nil
	case errors.Is(err, os.ErrExist):
		return nil
	case err == nil && len(dir) < len(cg.limits):
		cg.above = append(cg.above, dir)
	}
	return err
}

func holdsCPUSet(hierarchy string) bool {
	return strings.Contains(","+hierarchy+",", ",cpuset,")
}

// inheritCPUSet fills in an empty cpuset from the one above (cpuset(7)).
func inheritCPUSet(dir string) error {
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
	return nil
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

// writeFile writes a value to a file of the kernel's in one write(2). Package os
// would offer the descriptor to its poller first, which such files refuse.
func writeFile(name, value string) error {
	fd, err := unix.Open(name, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: name, Err: err}
	}
	_, err = unix.Write(fd, []byte(value))
	if closeErr := unix.Close(fd); err == nil {
		err = closeErr
	}
	if err != nil {
		return &os.PathError{Op: "write", Path: name, Err: err}
	}
	return nil
}

// openPath opens a file or directory of the kernel's without the poller.
func openPath(name string, flags int) (int, error) {
	fd, err := unix.Open(name, flags|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, &os.PathError{Op: "open", Path: name, Err: err}
	}
	return fd, nil
}
