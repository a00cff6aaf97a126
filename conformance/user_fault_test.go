//go:build linux

package conformance

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lxcfg/compile/plan"
)

// userFaults are the surroundings in which each step of an ordinary user's launch is
// made to fail.
var userFaults = []struct {
	name string
	in   surroundings
	mend func(config string) string
}{
	{name: "without cgroups", in: surroundings{user: true}, mend: mapped},
	{name: "with cgroups of its own", in: surroundings{user: true, delegated: true}, mend: all(mapped, with("lxc.cgroup.pids.max = 64"))},
	{name: "with a cgroup v2 of its own", in: surroundings{user: true, delegated: true, unified: true}, mend: all(mapped, with("lxc.cgroup.dir = below"))},
	{name: "with a systemd of its own", in: surroundings{user: true, systemd: true, unified: true}, mend: mapped},
}

// TestEveryStepOfAUserFailsOnce makes each step of an ordinary user's launches fail,
// one after the other, but those that have failed in the surroundings before. Nothing
// may be left.
func TestEveryStepOfAUserFailsOnce(t *testing.T) {
	requireUser(t)
	failed := map[string]bool{}
	for _, test := range userFaults {
		t.Run(test.name, func(t *testing.T) {
			if test.in.systemd {
				requireSystemd(t)
			}
			c := newContainer(t, shift, all(ofUser, test.mend))
			c.fresh(t)
			c.giveAwayButRootfs(t)
			file := filepath.Join(c.lxcpath, "plan.json")
			source := []string{"-P", c.lxcpath, "-n", containerName}
			command := []string{"--", "/bin/sh", "-c", "exit 5"}
			// What every launch finds and leaves: the cgroups of the surroundings.
			silent := func(arguments ...string) ran {
				return onTerminal(t, test.in.put(t, slices.Concat([]string{lxcfg(t)}, arguments)), userEnvironment, nil)
			}
			if made := silent(slices.Concat([]string{"plan", "-o", file}, source, command)...); made.status != 0 {
				t.Fatalf("lxcfg plan ends with %d:\n%s", made.status, made.output)
			}
			p := readPlan(t, file)
			start := slices.Concat([]string{"start", "-F"}, source)
			if ended := silent(slices.Concat(start, command)...); ended.status != 5 {
				t.Fatalf("the launch ends with %d, want init's 5:\n%s", ended.status, ended.output)
			}
			removeSurroundings(t)
			before := slices.Concat(ownLeftovers(t, c), tree(t, c.rootfs()))
			for _, step := range p.Steps() {
				if failed[step.Name] && step.Op.Kind() != (plan.Exec{}).Kind() {
					continue
				}
				failed[step.Name] = true
				t.Run(step.Name, func(t *testing.T) {
					ended := silent(slices.Concat(start, []string{"--rehearse-failure", step.Name}, command)...)
					if ended.status != 125 || !strings.Contains(ended.output, step.Name) {
						t.Errorf("the launch ends with %d and says\n%s", ended.status, ended.output)
					}
					left := append(ownCgroups(), scopesLeft(ended)...)
					removeSurroundings(t)
					after := slices.Concat(ownLeftovers(t, c), tree(t, c.rootfs()))
					for _, line := range slices.Concat(left, added(before, after)) {
						t.Errorf("left behind: %s", line)
					}
					for _, line := range added(after, before) {
						t.Errorf("gone: %s", line)
					}
				})
			}
		})
	}
}

// TestUserScope starts a container in a scope of a real systemd of the user's, asked
// over a real message bus.
func TestUserScope(t *testing.T) {
	requireUser(t)
	requireSystemd(t)
	in := surroundings{user: true, systemd: true, unified: true}
	c := newContainer(t, shift, all(ofUser, mapped, with("lxc.mount.auto = cgroup:rw", "lxc.pty.max = 64")))
	c.fresh(t)
	c.giveAwayButRootfs(t)
	start := []string{lxcfg(t), "start", "-P", c.lxcpath, "-n", containerName, "-F", "--", "/bin/sh", "-c",
		"cat /proc/self/cgroup; ls -ldn /sys/fs/cgroup/cgroup.procs; cd /sys/fs/cgroup; mkdir a a/b; chmod 700 a; echo 0 >a/b/cgroup.procs && echo moved; kill -0 1; exit 4"}
	ended := onTerminal(t, in.put(t, start), userEnvironment, nil)
	if ended.status != 4 {
		t.Errorf("the launch ends with %d, want init's 4", ended.status)
	}
	for _, words := range []string{"0::/\n", "-rw-rw-r--", "moved"} {
		if !strings.Contains(ended.output, words) {
			t.Errorf("the container does not say %q:\n%s", words, ended.output)
		}
	}
	for _, line := range append(ownCgroups(), scopesLeft(ended)...) {
		t.Errorf("left behind: %s", line)
	}
	removeSurroundings(t)
}

// scopesLeft is what the surroundings say about the user's systemd afterwards.
func scopesLeft(ended ran) []string {
	if _, left, found := strings.Cut(ended.output, "scopes left: "); found {
		return []string{"scope " + left}
	}
	return nil
}

// userEnvironment is an ordinary user's, where newuidmap is found.
var userEnvironment = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}

// requireSystemd skips a test that cannot have a systemd of the user's.
func requireSystemd(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/lib/systemd/systemd"); err != nil {
		t.Skip("systemd is not installed")
	}
	for _, tool := range []string{"systemctl", "dbus-daemon"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	if _, err := os.Stat("/usr/lib/systemd/user/dbus.socket"); err != nil {
		t.Skip("no systemd of a user's starts a message bus here: dbus-user-session is not installed")
	}
}

// ownCgroups lists the cgroups that a launch has left in the surroundings' own.
func ownCgroups() []string {
	var left []string
	for _, dir := range ourCgroups() {
		if name := filepath.Base(dir); strings.Contains(name, containerName) && name != delegatedBase || name == "below" {
			left = append(left, "cgroup "+dir)
		}
	}
	return left
}

// removeSurroundings removes the cgroups that were delegated, for the next launch to
// find them as new.
func removeSurroundings(t *testing.T) {
	t.Helper()
	for _, root := range cgroupRoots() {
		dir := filepath.Join(root, delegatedBase)
		removeCgroups(dir)
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("cgroup %s cannot be removed: something is left in it", dir)
		}
	}
}

// giveAwayButRootfs is giveAway for a container whose rootfs is in place.
func (c container) giveAwayButRootfs(t *testing.T) {
	t.Helper()
	for _, name := range []string{c.lxcpath, filepath.Dir(c.rootfs()), c.config()} {
		if err := os.Lchown(name, throwAway, throwAway); err != nil {
			t.Fatal(err)
		}
	}
}
