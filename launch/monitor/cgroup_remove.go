//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/launch/program"
)

// How long processes of a container without a pid namespace of its own are waited
// for after they were killed, and how long until it is looked again: a process that
// was killed is usually gone at once, and may be held up by a slow disk.
const (
	removeTimeout = 5 * time.Second
	firstPause    = time.Millisecond
	longestPause  = 100 * time.Millisecond
)

// removeCgroup takes a cgroup away with everything the container made below it.
// Processes that are left, because the container had no pid namespace, are
// killed: no cgroup goes before its last process.
//
// The directories above, of lxc.cgroup.dir, are no more the container's than
// those of its neighbours there: they go when they are empty, and nothing in
// them is touched.
func (m *Monitor) removeCgroup(cg *cgroup) error {
	cg.close()
	deadline, pause := time.Now().Add(removeTimeout), firstPause
	for cg.own {
		err := removeTree(cg.limits)
		switch {
		case err == nil, errors.Is(err, os.ErrNotExist):
			cg.own = false
			continue
		case errors.Is(err, os.ErrPermission) && m.userns != nil:
			// The container's root made it, and keeps an ordinary user out of it.
			opened, openErr := m.openUp(cg.limits)
			if openErr != nil {
				return openErr
			}
			if opened {
				continue
			}
			return err
		case !errors.Is(err, unix.EBUSY):
			return err
		case time.Now().After(deadline):
			if who := processesBelow(cg.limits); len(who) > 0 {
				return fmt.Errorf("%w: %s does not end", err, strings.Join(who, ", "))
			}
			return err
		}
		if err := m.killAll(cg.limits); err != nil {
			return err
		}
		time.Sleep(pause)
		pause = min(2*pause, longestPause)
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

// openUp lets everybody into the cgroups that the container's root owns, as that
// root, and reports whether there were any that the caller could not change.
func (m *Monitor) openUp(dir string) (opened bool, err error) {
	caller := uint32(os.Geteuid())
	var closed []string
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, _ error) error {
		var st unix.Stat_t
		if entry != nil && entry.IsDir() && unix.Stat(path, &st) == nil && st.Uid != caller && st.Mode&0o007 != 0o007 {
			closed = append(closed, path)
		}
		return nil // what cannot be read now can be the next time
	})
	if len(closed) == 0 {
		return false, nil
	}
	return true, m.userns.asRoot(func(b *program.Builder) {
		for _, path := range closed {
			b.Call("fchmodat", unix.SYS_FCHMODAT, []program.Operand{program.AtFDCWD, program.Str(path), program.Octal(0o777)}, program.Pass(unix.ENOENT))
		}
	})
}

// killAll kills the processes of a cgroup and those below it. A process that is
// gone already, or a directory, is no error: the caller looks again.
func (m *Monitor) killAll(dir string) error {
	if writeFile(filepath.Join(dir, "cgroup.kill"), "1") == nil {
		return nil // v2 since Linux 5.14: everything below, without a race, frozen or not
	}
	for _, pid := range pidsBelow(dir) {
		_ = unix.Kill(pid, unix.SIGKILL)
	}
	return m.thaw(dir)
}

func processesBelow(dir string) []string {
	var who []string
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			who = append(who, processesIn(path)...)
		}
		return nil
	})
	return who
}

func pidsBelow(dir string) []int {
	var pids []int
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "cgroup.procs" {
			return nil
		}
		words, _ := readWords(path)
		for _, word := range words {
			if pid, err := strconv.Atoi(word); err == nil && pid > 0 {
				pids = append(pids, pid)
			}
		}
		return nil
	})
	return pids
}
