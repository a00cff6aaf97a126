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

// A process in a frozen cgroup v1 does not even die (the kernel's
// freezer-subsystem.rst). A container that freezes a part of itself and ends hangs
// in its own end: the kernel waits for every process of the pid namespace, and tells
// nobody.

// thaw lets the processes of a v1 freezer cgroup and of all below it go on.
func (m *Monitor) thaw(dir string) error {
	var denied []string // of cgroups that the container's root has made
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Name() == "freezer.state" && errors.Is(writeFile(path, "THAWED"), os.ErrPermission) {
			denied = append(denied, path)
		}
		return nil
	})
	if len(denied) == 0 || m.userns == nil {
		return nil
	}
	return m.userns.asRoot(func(b *program.Builder) {
		for _, path := range denied {
			file := b.NewSlot("freezer")
			b.CallInto(file, "openat", unix.SYS_OPENAT, []program.Operand{program.AtFDCWD, program.Str(path),
				program.Word(unix.O_WRONLY|unix.O_CLOEXEC, "O_WRONLY|O_CLOEXEC"), program.Int(0)}, program.Pass(unix.ENOENT))
			b.Call("write", unix.SYS_WRITE, []program.Operand{file, program.Str("THAWED"), program.Int(len("THAWED"))}, program.Pass(unix.EBADF))
		}
	})
}

// freezerCgroup is the payload's cgroup in the v1 hierarchy that freezes, nil where
// there is none.
func (m *Monitor) freezerCgroup() *cgroup {
	for hierarchy, cg := range m.cgroups {
		if cg.version == 1 && cg.own && strings.Contains(","+hierarchy+",", ",freezer,") {
			return cg
		}
	}
	return nil
}

// freezerCheck is how often it is looked whether the container hangs in its end.
const freezerCheck = 2 * time.Second

// thawTheEnding returns what thaws what is left of a container whose init is about to
// end, and how often it is to be called; nothing where that is not needed.
func (m *Monitor) thawTheEnding() (look func(), every time.Duration) {
	cg := m.freezerCgroup()
	if cg == nil {
		return nil, 0
	}
	return func() {
		if isEnding(m.child.PID) {
			_ = m.thaw(cg.limits)
		}
	}, freezerCheck
}

// isEnding reports whether a process has begun to end: PF_EXITING of the flags in
// /proc/PID/stat (proc(5)).
func isEnding(pid int) bool {
	const exiting, flagsField = 0x4, 6
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	stat := string(data)
	fields := strings.Fields(stat[strings.LastIndex(stat, ")")+1:]) // behind the name, which may hold anything
	if len(fields) <= flagsField {
		return false
	}
	flags, err := strconv.ParseUint(fields[flagsField], 10, 32)
	return err == nil && flags&exiting != 0
}
