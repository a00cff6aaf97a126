//go:build linux

package conformance

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hostProcess is what the host's /proc shows of the container's init.
func hostProcess(c container) []string {
	pid := findInit(c)
	if pid == 0 {
		return []string{"not found"}
	}
	var lines []string
	for _, name := range []string{"cgroup", "uid_map", "gid_map", "limits", "oom_score_adj", "loginuid", "attr/current"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		if err != nil {
			lines = append(lines, name+" unreadable")
			continue
		}
		for line := range strings.Lines(string(text)) {
			lines = append(lines, name+" "+strings.TrimSuffix(line, "\n"))
		}
	}
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "Uid:") || strings.HasPrefix(line, "Gid:") || strings.HasPrefix(line, "Seccomp_filters:") {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	return lines
}

// findInit returns the host's process id of the process that was started first in
// the container, 0 when there is none: its root has the observer's directory in it,
// whatever the rootfs is stored on.
func findInit(c container) int {
	observed, err := os.Stat(filepath.Join(c.rootfs(), "observed"))
	if err != nil {
		return 0
	}
	for _, pid := range processes() {
		if seen, err := os.Stat(fmt.Sprintf("/proc/%d/root/observed", pid)); err == nil && os.SameFile(seen, observed) {
			return pid
		}
	}
	return 0
}

// processes returns the ids of all processes, in ascending order.
func processes() []int {
	entries, _ := os.ReadDir("/proc")
	var pids []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	sort.Ints(pids)
	return pids
}

// cgroupRoots returns where cgroup hierarchies are mounted.
func cgroupRoots() []string {
	table, _ := os.ReadFile("/proc/self/mountinfo")
	var roots []string
	for line := range strings.Lines(string(table)) {
		if m, ok := parseMountLine(strings.TrimSuffix(line, "\n")); ok && strings.HasPrefix(m.fstype, "cgroup") {
			roots = append(roots, m.point)
		}
	}
	slices.Sort(roots)
	return slices.Compact(roots)
}

// ourCgroups returns the cgroups of all hierarchies with this test's container
// name in their path, and LXC's pivot cgroups.
func ourCgroups() []string {
	var found []string
	for _, root := range cgroupRoots() {
		_ = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.IsDir() {
				return nil // cgroups of others come and go
			}
			if strings.Contains(name, containerName) || filepath.Base(name) == "lxc.pivot" {
				found = append(found, name)
			}
			return nil
		})
	}
	return found
}

// cgroupValues are the files of a cgroup that a configuration or a launcher sets.
var cgroupValues = []string{
	"cgroup.clone_children", "notify_on_release", "cgroup.subtree_control", "cgroup.type",
	"cpuset.cpus", "cpuset.mems", "cpu.shares", "cpu.cfs_quota_us", "cpu.weight", "cpu.max",
	"devices.list", "freezer.state", "cgroup.freeze", "pids.max",
	"memory.limit_in_bytes", "memory.soft_limit_in_bytes", "memory.swappiness", "memory.use_hierarchy", "memory.oom_control",
	"memory.max", "memory.high", "memory.swap.max",
}

// hostCgroups describes the payload's cgroups: where they are, who owns what, and
// the values of their limits.
func hostCgroups() []string {
	var lines []string
	for _, dir := range ourCgroups() {
		if strings.Contains(dir, "lxc.monitor") || filepath.Base(dir) == "lxc.pivot" {
			continue
		}
		info, err := os.Stat(dir)
		if err != nil {
			continue
		}
		owner := info.Sys().(*syscall.Stat_t)
		lines = append(lines, fmt.Sprintf("%s %s %d:%d", dir, info.Mode(), owner.Uid, owner.Gid))
		entries, _ := os.ReadDir(dir)
		for _, entry := range entries {
			if info, err := entry.Info(); err == nil && !entry.IsDir() {
				if owner := info.Sys().(*syscall.Stat_t); owner.Uid != 0 || owner.Gid != 0 {
					lines = append(lines, fmt.Sprintf("%s %s %d:%d", filepath.Join(dir, entry.Name()), info.Mode(), owner.Uid, owner.Gid))
				}
			}
		}
		for _, name := range cgroupValues {
			if text, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
				lines = append(lines, filepath.Join(dir, name)+" = "+strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", "; "))
			}
		}
	}
	return lines
}

// leftovers lists what a launch could leave on the host: cgroups of its name,
// mounts and processes of its directory, files beside the rootfs, and a changed
// /dev/null. Only what carries this test's names counts: other tests run too.
func leftovers(t *testing.T, c container) []string {
	t.Helper()
	var found []string
	for _, cgroup := range ourCgroups() {
		found = append(found, "cgroup "+cgroup)
	}
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		if strings.Contains(line, c.lxcpath) {
			found = append(found, "mount "+strings.TrimSpace(line))
		}
	}
	for _, pid := range processes() {
		command, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		root, _ := os.Readlink(fmt.Sprintf("/proc/%d/root", pid))
		if strings.Contains(string(command), c.lxcpath) || strings.HasPrefix(root, c.lxcpath) {
			found = append(found, "process "+strings.ReplaceAll(string(command), "\x00", " "))
		}
	}
	for _, backing := range loopImages() {
		if strings.HasPrefix(backing, c.lxcpath) {
			found = append(found, "loop device for "+backing)
		}
	}
	files, err := os.ReadDir(filepath.Dir(c.rootfs()))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, file := range files {
		found = append(found, "file "+file.Name())
	}
	lists, _ := filepath.Glob("/run/lxcfg/" + containerName + ".*") // the pattern is right
	for _, list := range lists {
		found = append(found, "list of remains "+list)
	}
	for _, profile := range ourProfiles() {
		found = append(found, "AppArmor profile "+profile)
	}
	if null, err := os.Stat("/dev/null"); err == nil {
		found = append(found, "/dev/null "+null.Mode().String())
	}
	return found
}

// ownLeftovers are leftovers but for LXC's pivot cgroups, which every launch by stock
// LXC in other tests makes.
func ownLeftovers(t *testing.T, c container) []string {
	t.Helper()
	return slices.DeleteFunc(leftovers(t, c), func(line string) bool { return strings.HasSuffix(line, "/lxc.pivot") })
}

// loopImages returns what loop devices are attached to. A device that is about to be
// detached, because the mount that used it is going, is waited for.
func loopImages() []string {
	var images []string
	for range 100 {
		images = nil
		files, _ := filepath.Glob("/sys/block/loop*/loop/backing_file")
		for _, file := range files {
			if image, err := os.ReadFile(file); err == nil {
				images = append(images, strings.TrimSpace(string(image)))
			}
		}
		if !slices.ContainsFunc(images, func(image string) bool { return strings.Contains(image, containerName) }) {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return images
}

// removeLeftovers takes away the cgroups that a launch left. LXC never removes its
// lxc.pivot, and its monitor's cgroup stays when its processes were still in it.
func removeLeftovers(t *testing.T, c container, left []string) {
	t.Helper()
	for _, line := range slices.Backward(left) { // children before parents
		if cgroup, ok := strings.CutPrefix(line, "cgroup "); ok {
			if err := os.Remove(cgroup); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Logf("remove what a launch left: %v", err)
			}
		}
	}
}

// added returns the lines that only the second list has, each as often as it has
// it more.
func added(before, after []string) []string {
	count := map[string]int{}
	for _, line := range before {
		count[line]++
	}
	var more []string
	for _, line := range after {
		if count[line]--; count[line] < 0 {
			more = append(more, line)
		}
	}
	return more
}
