//go:build linux

// Package probe reads from the host what a plan assumes of it: plan.Facts. It
// reads files and asks the kernel; it runs no program and changes nothing.
package probe

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// Host reads the facts of this host and this caller. What cannot be read is left
// at its zero value: the compiler then refuses what depends on it.
func Host() plan.Facts {
	h := host{root: "/"}
	f := plan.Facts{
		Arch:         runtime.GOARCH,
		Kernel:       kernelRelease(),
		LastCap:      h.number("proc/sys/kernel/cap_last_cap"),
		CgroupNS:     h.exists("proc/self/ns/cgroup"),
		TimeNS:       h.exists("proc/self/ns/time"),
		NoSeccomp:    h.seccompMode() == "",
		LSM:          h.lsm(),
		Caller:       h.caller(),
		RootfsMount:  h.rootfsMount(),
		DelegateList: plan.ListOf(strings.Fields(h.text("sys/kernel/cgroup/delegate"))...),
	}
	f.Cgroups = h.cgroups(f.Caller.Root(), f.DelegateList.Slice())
	if f.LSM == apparmor {
		f.AppArmor = h.apparmor(f.Caller)
	}
	return f
}

// host is the tree that is read: the root directory, or one a test has made.
type host struct{ root string }

// text reads a file, nothing when it cannot be read. Package os would offer each
// descriptor to its poller, which costs more than reading such small files.
func (h host) text(name string) string {
	fd, err := unix.Open(filepath.Join(h.root, name), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer unix.Close(fd)
	data := make([]byte, 0, 4096)
	for {
		n, err := unix.Read(fd, data[len(data):cap(data)])
		if err == unix.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return string(data)
		}
		if data = data[:len(data)+n]; len(data) == cap(data) {
			data = append(data, make([]byte, cap(data))...)[:len(data)]
		}
	}
}

func (h host) number(name string) uint32 {
	n, err := strconv.ParseUint(strings.TrimSpace(h.text(name)), 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

func (h host) exists(name string) bool {
	_, err := os.Lstat(filepath.Join(h.root, name))
	return err == nil
}

// rootfsMount is the directory LXC mounts a rootfs at. It is compiled into LXC,
// so each distribution has its own.
func (h host) rootfsMount() string {
	for _, dir := range [...]string{
		"usr/lib/x86_64-linux-gnu/lxc/rootfs",
		"usr/lib/aarch64-linux-gnu/lxc/rootfs",
		"usr/lib/arm-linux-gnueabihf/lxc/rootfs",
		"usr/lib/riscv64-linux-gnu/lxc/rootfs",
		"usr/lib/lxc/rootfs",
		"usr/lib64/lxc/rootfs",
		"usr/local/lib/lxc/rootfs",
		"var/lib/lxc/rootfs",
	} {
		if h.exists(dir) {
			return "/" + dir
		}
	}
	return ""
}

func kernelRelease() string {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return ""
	}
	return unix.ByteSliceToString(name.Release[:])
}
