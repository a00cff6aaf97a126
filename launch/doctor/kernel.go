//go:build linux

package doctor

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"lxcfg/compile/plan"
)

// kernel compares releases, "5.12" and "6.1.0-28-amd64".
func (e *examiner) kernel(r plan.Requirement) {
	if older(e.plan.Facts().Kernel, r.Object) {
		e.reportf("host/kernel", Error, "Boot a newer kernel.", "the step needs Linux %s, and this is %s", r.Object, e.plan.Facts().Kernel)
	}
}

// older reports whether a release comes before another.
func older(release, than string) bool {
	a, b := numbers(release), numbers(than)
	return slices.Compare(a[:min(len(a), len(b))], b) < 0
}

// numbers are the numbers a release starts with.
func numbers(release string) []int {
	var list []int
	for part := range strings.SplitSeq(release, ".") {
		digits := strings.IndexFunc(part, func(r rune) bool { return r < '0' || r > '9' })
		if digits < 0 {
			digits = len(part)
		}
		n, err := strconv.Atoi(part[:digits])
		if err != nil {
			break
		}
		if list = append(list, n); digits < len(part) {
			break
		}
	}
	return list
}

// anywhere are the types of file systems that may be mounted inside a user namespace
// (FS_USERNS_MOUNT in the kernel's sources).
var anywhere = []string{"binfmt_misc", "bpf", "cgroup", "cgroup2", "devpts", "fuse", "mqueue", "overlay", "proc", "ramfs", "sysfs", "tmpfs"}

// fileSystem looks whether the kernel has a type of file system, and whether it lets
// the container mount it.
func (e *examiner) fileSystem(r plan.Requirement) {
	if r.Lenient {
		return
	}
	if e.owner.mapped && !slices.Contains(anywhere, r.Object) {
		e.reportf("host/filesystem", Error, "Mount it on the host, and bind it into the container.", "a container with an id map may not mount a %s file system", r.Object)
		return
	}
	if hasWord(read("/proc/filesystems"), r.Object) {
		return
	}
	modules := installedModules()
	severity, summary := Error, fmt.Sprintf("this kernel has no file system of type %q", r.Object)
	switch {
	case modules.has(r.Object) || modules.alias("fs-"+r.Object):
		return
	case modules.listed == "":
		severity, summary = Warning, summary+", and no modules are installed for it here"
	}
	e.report("host/filesystem", severity, summary, "`cat /proc/filesystems` lists the types it has; others come as modules.")
}

// module looks for a kernel module, loaded, installed or built in. Where no modules
// are listed, nobody can tell what is built in.
func (e *examiner) module(r plan.Requirement) {
	if _, err := os.Stat("/sys/module/" + strings.ReplaceAll(r.Object, "-", "_")); err == nil {
		return
	}
	if modules := installedModules(); modules.listed != "" && !modules.has(r.Object) {
		e.missing(r, "host/module", fmt.Sprintf("this kernel has no %q", r.Object), "Install the modules of the kernel, or boot one that has it.")
	}
}

// modules are the modules that are installed for the running kernel (depmod(8)).
type modules struct{ listed, aliases string }

func installedModules() modules {
	dir := filepath.Join("/lib/modules", strings.TrimSpace(read("/proc/sys/kernel/osrelease")))
	return modules{read(filepath.Join(dir, "modules.dep")) + read(filepath.Join(dir, "modules.builtin")), read(filepath.Join(dir, "modules.alias"))}
}

// has reports whether there is a module of a name, built in or not.
func (m modules) has(name string) bool {
	name = strings.ReplaceAll(name, "-", "_")
	for line := range strings.Lines(m.listed) {
		file, _, _ := strings.Cut(strings.TrimSpace(line), ":")
		base, _, _ := strings.Cut(filepath.Base(file), ".")
		if strings.ReplaceAll(base, "-", "_") == name {
			return true
		}
	}
	return false
}

// alias reports whether a module is there under another name.
func (m modules) alias(name string) bool { return hasWord(m.aliases, name) }

// sysctl looks for a setting of the kernel. One about an interface of the container
// shows up in its namespace only.
func (e *examiner) sysctl(r plan.Requirement) {
	if strings.HasPrefix(r.Object, "net/") && (strings.Contains(r.Object, "/conf/") || strings.Contains(r.Object, "/neigh/")) {
		return
	}
	if _, err := os.Stat(filepath.Join("/proc/sys", r.Object)); err != nil {
		e.missing(r, "host/sysctl", fmt.Sprintf("this kernel has no setting %q", strings.ReplaceAll(r.Object, "/", ".")), "`sysctl -a` lists them. It may belong to a module that is not loaded.")
	}
}

func read(name string) string {
	data, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	return string(data)
}

func hasWord(text, word string) bool {
	return slices.Contains(strings.Fields(text), word)
}
