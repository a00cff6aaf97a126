//go:build linux

package conformance

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// userCases are configurations that an ordinary user starts.
var userCases = []struct {
	name  string
	in    surroundings
	mend  func(config string) string
	shift int
}{
	{name: "a user with subordinate ids", shift: shift, mend: mapped},
	{name: "as a template makes it", shift: shift, mend: all(first(common, userns), mapped)},
	{name: "a user who maps nobody but himself", shift: throwAway,
		mend: with(fmt.Sprintf("lxc.idmap = u 0 %d 1", throwAway), fmt.Sprintf("lxc.idmap = g 0 %d 1", throwAway))},
	{name: "a map in pieces, with the user in it", shift: shift, mend: with("lxc.idmap = u 0 100000 1000", fmt.Sprintf("lxc.idmap = u 1000 %d 1", throwAway),
		"lxc.idmap = u 1001 101001 1000", "lxc.idmap = g 0 100000 65536")},
	{name: "an init with ids of its own", shift: shift, mend: all(mapped, with("lxc.init.uid = 1000", "lxc.init.gid = 1001", "lxc.init.groups = 5,6"))},
	{name: "many ptys and ttys", shift: shift, mend: all(without("lxc.pty.max"), without("lxc.tty.max"), mapped, with("lxc.pty.max = 64", "lxc.tty.max = 3"))},
	{name: "no console", shift: shift, mend: all(mapped, with("lxc.console.path = none"))},
	{name: "mounts of a user", shift: shift, mend: all(mapped, with(
		"lxc.mount.entry = tmpfs mnt/a tmpfs size=64k,mode=0700,nosuid,nodev,noexec,create=dir 0 0",
		"lxc.mount.entry = /usr/share/lxc mnt/tree none rbind,ro,create=dir 0 0",
		"lxc.mount.entry = /etc/hostname mnt/file none bind,ro,create=file 0 0",
		"lxc.mount.entry = proc mnt/proc proc nosuid,noexec,nodev,create=dir 0 0"))},
	{name: "proc and sys mixed", shift: shift, mend: all(without("lxc.mount.auto"), mapped, with("lxc.mount.auto = proc sys"))},
	{name: "capabilities, no_new_privs and a seccomp policy", shift: shift,
		mend: all(mapped, with("lxc.no_new_privs = 1", "lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp"))},
	{name: "cgroups of its own", shift: shift, in: surroundings{delegated: true}, mend: mapped},
	{name: "limits in cgroups of its own", shift: shift, in: surroundings{delegated: true},
		mend: all(mapped, with("lxc.cgroup.memory.limit_in_bytes = 128M", "lxc.cgroup.pids.max = 64", "lxc.cgroup.dir = below"))},
	{name: "cgroups of its own, mapping nobody but himself", shift: throwAway, in: surroundings{delegated: true},
		mend: with(fmt.Sprintf("lxc.idmap = u 0 %d 1", throwAway), fmt.Sprintf("lxc.idmap = g 0 %d 1", throwAway))},
	{name: "cgroup v2 alone", shift: shift, in: surroundings{unified: true}, mend: mapped},
	{name: "cgroup v2 alone, mounted", shift: shift, in: surroundings{unified: true}, mend: all(mapped, with("lxc.mount.auto = cgroup:mixed"))},
	{name: "a cgroup v2 of its own", shift: shift, in: surroundings{unified: true, delegated: true}, mend: all(mapped, with("lxc.mount.auto = cgroup:rw"))},
	{name: "a cgroup v2 of its own, at given paths", shift: shift, in: surroundings{unified: true, delegated: true},
		mend: all(mapped, with("lxc.cgroup.dir.container = below/"+containerName+"/c", "lxc.cgroup.dir.monitor = below/lxc.monitor."+containerName, "lxc.cgroup.dir.container.inner = in"))},
}

// ofUser takes out of a template what only root can have: a generated profile.
var ofUser = without("lxc.apparmor.profile")

// mapped adds the map that an ordinary user of the tests may have.
func mapped(config string) string {
	return config + fmt.Sprintf("lxc.idmap = u 0 %d 65536\nlxc.idmap = g 0 %d 65536\n", shift, shift)
}

// TestUsersSameAsStock starts containers as an ordinary user under both launchers.
func TestUsersSameAsStock(t *testing.T) {
	requireUser(t)
	for _, test := range userCases {
		t.Run(test.name, func(t *testing.T) {
			in := test.in
			in.user = true
			c := newContainer(t, test.shift, all(ofUser, test.mend))
			c.giveAway(t)
			one := observe(t, within(t, stock(t), in), c, userEnvironment, observerCommand...)
			two := observe(t, within(t, ours(t), in), c, userEnvironment, observerCommand...)
			for _, line := range differences(one, two) {
				if !knownDifference(line) {
					t.Errorf("stock LXC (-) and lxcfg (+): %s", line)
				}
			}
		})
	}
}

// TestUnifiedSameAsStock starts containers as root where nothing but cgroup v2 is
// mounted.
func TestUnifiedSameAsStock(t *testing.T) {
	for _, test := range []struct {
		name  string
		mend  func(config string) string
		shift int
	}{
		{name: "no cgroup mounted", mend: nil},
		{name: "cgroups mounted", mend: with("lxc.mount.auto = cgroup:mixed")},
		{name: "cgroups mounted read-only", mend: with("lxc.mount.auto = cgroup2:ro")},
		{name: "an id map", shift: shift, mend: all(mapped, with("lxc.mount.auto = cgroup:rw"))},
		{name: "limits and device rules", mend: with("lxc.mount.auto = cgroup:mixed", "lxc.cgroup2.cgroup.max.depth = 3",
			"lxc.cgroup2.devices.deny = a", "lxc.cgroup2.devices.allow = c 1:3 rwm", "lxc.cgroup2.devices.allow = c 5:* rwm", "lxc.cgroup2.devices.allow = /dev/zero r", "lxc.cgroup2.devices.allow = c 136:* rwm")},
		{name: "below a directory", mend: with("lxc.cgroup.dir = below", "lxc.mount.auto = cgroup:mixed")},
		{name: "at given paths", mend: with("lxc.cgroup.dir.container = below/"+containerName+"/c", "lxc.cgroup.dir.monitor = below/lxc.monitor."+containerName, "lxc.cgroup.dir.container.inner = in")},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t, test.shift, test.mend)
			in := surroundings{unified: true}
			one := observe(t, within(t, stock(t), in), c, withoutHelpers, observerCommand...)
			two := observe(t, within(t, ours(t), in), c, withoutHelpers, observerCommand...)
			for _, line := range differences(one, two) {
				if !knownDifference(line) {
					t.Errorf("stock LXC (-) and lxcfg (+): %s", line)
				}
			}
		})
	}
}

// giveAway gives the container's directory to the ordinary user, who keeps its
// containers there.
func (c container) giveAway(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(c.lxcpath, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, throwAway, throwAway)
	})
	if err != nil {
		t.Fatalf("give the container to the user: %v", err)
	}
}

// A monitor in the background that has stepped aside, in the only cgroup that a user has,
// comes back in the end and leaves that cgroup as it was.
func TestUserInBackground(t *testing.T) {
	requireUser(t)
	in := surroundings{user: true, delegated: true, unified: true}
	c := newContainer(t, shift, all(ofUser, mapped))
	c.fresh(t)
	c.giveAwayButRootfs(t)
	const script = `lxcfg=$1 lxcpath=$2 name=$3
base=/sys/fs/cgroup/$4
mkdir "$base/caller" && echo 0 >"$base/caller/cgroup.procs" || exit 2 # the launcher is to be alone
(echo 0 >"$base/cgroup.procs" && exec "$lxcfg" start -P "$lxcpath" -n "$name" -p "$lxcpath/pid" -- /bin/sleep 1000) || exit 3
monitor=$(cat "$lxcpath/pid")
grep -q lxc.monitor /proc/$monitor/cgroup && echo aside
"$lxcfg" stop -k -P "$lxcpath" -n "$name" || exit 4
tries=0
while kill -0 $monitor 2>/dev/null && [ $((tries += 1)) -lt 600 ]; do sleep 0.05; done
kill -0 $monitor 2>/dev/null && echo the monitor stays
cat "$base/cgroup.subtree_control"`
	command := []string{"sh", "-c", script, "sh", lxcfg(t), c.lxcpath, containerName, delegatedBase}
	ended := onTerminal(t, in.put(t, command), userEnvironment, nil)
	if ended.status != 0 || strings.TrimSpace(ended.output) != "aside" {
		t.Errorf("it ends with %d and says %q", ended.status, ended.output)
	}
	for _, line := range ownCgroups() {
		t.Errorf("left behind: %s", line)
	}
	removeSurroundings(t)
}
