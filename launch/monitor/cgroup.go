//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// cgroup is the payload's cgroup in one hierarchy.
type cgroup struct {
	version int
	limits  string   // directory the limits are written in
	leaf    string   // directory of the processes, below limits with an inner cgroup
	made    []string // directories made, outermost first
	dir     int      // leaf, open for clone3 (v2), or -1
	tasks   int      // leaf's tasks file, open for the payload (v1), or -1
}

// maxSuffix is the last number LXC tries behind a cgroup's name that is taken.
const maxSuffix = 999

// createCgroup makes the payload's cgroup in one hierarchy.
func (m *Monitor) createCgroup(step string, op plan.CgroupCreate) error {
	if len(m.cgroups) == 0 {
		if err := m.chooseSuffix(); err != nil {
			return err
		}
	}
	cg := &cgroup{version: op.Version, dir: -1, tasks: -1}
	m.cgroups[op.Hierarchy] = cg
	m.later(step, cg.remove)
	base := filepath.Join(op.Mount, op.Base)
	cg.limits = filepath.Join(base, op.Name+m.suffix)
	cg.leaf = filepath.Join(cg.limits, op.Inner)
	if err := cg.mkdirAll(base, op); err != nil {
		return err
	}
	return cg.open()
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

// mkdirAll makes the directories from base down to the leaf. On v2 it enables
// the controllers that the limits need, in every directory above the one with
// the limits; on v1 a cpuset gets its parent's cpus and mems, without which it
// takes no process.
func (cg *cgroup) mkdirAll(base string, op plan.CgroupCreate) error {
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
		err := os.Mkdir(dir, 0o755)
		switch {
		case err == nil:
			cg.made = append(cg.made, dir)
		case !errors.Is(err, os.ErrExist) || dir == cg.limits:
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

// removeTimeout is how long processes of a container without a pid namespace of
// its own are waited for, after they were killed.
const removeTimeout = 5 * time.Second

// remove takes the cgroup away with everything the container made below it.
// Processes that are left, because the container had no pid namespace, are
// killed: no cgroup goes before its last process.
func (cg *cgroup) remove() error {
	cg.close()
	deadline := time.Now().Add(removeTimeout)
	for i := len(cg.made) - 1; i >= 0; i-- {
		for {
			err := removeTree(cg.made[i])
			if err == nil || errors.Is(err, os.ErrNotExist) {
				break
			}
			if !errors.Is(err, unix.EBUSY) || time.Now().After(deadline) {
				return err
			}
			killAll(cg.made[i])
			time.Sleep(time.Millisecond)
		}
	}
	return nil
}

// removeTree removes a cgroup and those below it. The files in a cgroup are not
// removed: they go with it.
func removeTree(dir string) error {
	err := unix.Rmdir(dir)
	if !errors.Is(err, unix.EBUSY) && !errors.Is(err, unix.ENOTEMPTY) {
		if err != nil {
			return &os.PathError{Op: "rmdir", Path: dir, Err: err}
		}
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := removeTree(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	if err := unix.Rmdir(dir); err != nil {
		return &os.PathError{Op: "rmdir", Path: dir, Err: err}
	}
	return nil
}

// killAll kills the processes of a cgroup and those below it. A process that is
// gone already, or a directory, is no error: the caller looks again.
func killAll(dir string) {
	if writeFile(filepath.Join(dir, "cgroup.kill"), "1") == nil {
		return // v2 since Linux 5.14: everything below, without a race
	}
	_ = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.Name() != "cgroup.procs" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		for _, word := range strings.Fields(string(data)) {
			if pid, err := strconv.Atoi(word); err == nil && pid > 0 {
				_ = unix.Kill(pid, unix.SIGKILL)
			}
		}
		return nil
	})
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
