//go:build linux

package monitor

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// removeTimeout is how long processes of a container without a pid namespace of
// its own are waited for, after they were killed.
const removeTimeout = 5 * time.Second

// remove takes the cgroup away with everything the container made below it.
// Processes that are left, because the container had no pid namespace, are
// killed: no cgroup goes before its last process.
//
// The directories above, of lxc.cgroup.dir, are no more the container's than
// those of its neighbours there: they go when they are empty, and nothing in
// them is touched.
func (cg *cgroup) remove() error {
	cg.close()
	deadline := time.Now().Add(removeTimeout)
	for cg.own {
		err := removeTree(cg.limits)
		if err == nil || errors.Is(err, os.ErrNotExist) {
			break
		}
		if !errors.Is(err, unix.EBUSY) || time.Now().After(deadline) {
			return err
		}
		killAll(cg.limits)
		time.Sleep(time.Millisecond)
	}
	for i := len(cg.above) - 1; i >= 0; i-- {
		err := unix.Rmdir(cg.above[i])
		switch {
		case err == nil, errors.Is(err, unix.ENOENT):
		case errors.Is(err, unix.EBUSY), errors.Is(err, unix.ENOTEMPTY):
			return nil // a neighbour is in it
		default:
			return &os.PathError{Op: "rmdir", Path: cg.above[i], Err: err}
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
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
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
