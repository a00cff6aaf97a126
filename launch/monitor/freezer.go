//go:build linux

package monitor

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	stat := fmt.Sprintf("/proc/%d/stat", m.child.PID)
	return func() {
		if isEnding(stat) {
			_ = m.thaw(cg.limits)
		}
	}, freezerCheck
}

// isEnding reports whether a process has begun to end: PF_EXITING of the flags in
// its /proc/PID/stat (proc(5)).
func isEnding(stat string) bool {
	const exiting, flagsField = 0x4, 6
	fd, err := unix.Open(stat, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	var data [512]byte
	n, err := unix.Read(fd, data[:])
	if err != nil {
		return false
	}
	// Behind the name, which may hold anything. A monitor looks again and again for as
	// long as it lives, so this makes no garbage.
	rest := data[bytes.LastIndexByte(data[:n], ')')+1 : n]
	for range flagsField + 1 {
		if _, rest, _ = bytes.Cut(rest, []byte(" ")); len(rest) == 0 {
			return false
		}
	}
	flags := uint64(0)
	for _, c := range rest {
		if c < '0' || c > '9' {
			break
		}
		flags = flags*10 + uint64(c-'0')
	}
	return flags&exiting != 0
}
