//go:build linux

package conformance

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lxcfg/compile/plan"
	"lxcfg/launch"
)

// TestEveryStepFailsOnce makes each step of two launches fail, one after the
// other. Nothing may be left, and the error names the step and the line of the
// configuration it comes from.
func TestEveryStepFailsOnce(t *testing.T) {
	idMap := with("lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536")
	for _, test := range []struct {
		name  string
		mend  func(string) string
		shift int
	}{
		{name: "a container of the host's root", mend: all(first(common), with("lxc.cgroup.pids.max = 64", "lxc.init.cwd = /tmp",
			"lxc.init.uid = 1000", "lxc.init.gid = 1000", "lxc.no_new_privs = 1", "lxc.sysctl.net.ipv4.ip_forward = 1", "lxc.arch = x86_64"))},
		{name: "a container with an id map", mend: all(first(common, userns), idMap), shift: shift},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t, test.shift, test.mend)
			c.fresh(t)
			p := planned(t, c)
			for _, step := range p.Steps() {
				t.Run(step.Name, func(t *testing.T) { failAt(t, c, p, step) })
			}
		})
	}
}

// failAt starts a plan of which one step is made to fail.
func failAt(t *testing.T, c container, p plan.Plan, step plan.Step) {
	before := slices.Concat(leftovers(t, c), own(t), tree(t, c.rootfs()))
	silence, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = launch.Start(p, launch.Options{Stdin: silence, Stdout: silence, Fault: step.Name})
	silence.Close()
	after := slices.Concat(leftovers(t, c), own(t), tree(t, c.rootfs()))

	for _, line := range added(before, after) {
		t.Errorf("left behind: %s", line)
	}
	for _, line := range added(after, before) {
		t.Errorf("gone: %s", line)
	}
	var failed *launch.StepError
	if !errors.As(err, &failed) {
		t.Fatalf("the launch returned %v, want a *launch.StepError", err)
	}
	if failed.Step.Name != step.Name {
		t.Errorf("the error blames step %q", failed.Step.Name)
	}
	wanted := []string{step.Name, failed.Errno().Error()}
	if origins := step.Origins.Slice(); len(origins) > 0 {
		wanted = append(wanted, fmt.Sprintf("%s:%d", filepath.Base(origins[0].File), origins[0].Line), origins[0].Key)
	}
	for _, word := range wanted {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the message %q does not contain %q", err, word)
		}
	}
}

// planned has the binary make a plan and reads it.
func planned(t *testing.T, c container) plan.Plan {
	t.Helper()
	file := filepath.Join(c.lxcpath, "plan.json")
	command := exec.Command(lxcfg(t), "plan", "-P", c.lxcpath, "-n", containerName, "-o", file, "--", "/bin/sh", "-c", "exit 0")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("lxcfg plan: %v\n%s", err, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Read(text)
	if err != nil {
		t.Fatalf("read the plan: %v", err)
	}
	return p
}

// own lists what a launch inside this process could leave in it: descriptors and
// child processes.
func own(t *testing.T) []string {
	t.Helper()
	var found []string
	descriptors, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, descriptor := range descriptors {
		if target, err := os.Readlink(descriptor); err == nil {
			found = append(found, "descriptor "+objectNumber.ReplaceAllString(target, "$1"))
		}
	}
	threads, _ := filepath.Glob("/proc/self/task/*/children")
	for _, thread := range threads {
		children, _ := os.ReadFile(thread)
		for _, child := range strings.Fields(string(children)) {
			found = append(found, "child process "+child)
		}
	}
	return found
}

// TestFailuresNameTheirLine starts configurations that this host cannot carry out.
func TestFailuresNameTheirLine(t *testing.T) {
	for _, test := range []struct {
		name    string
		mend    func(string) string
		command []string
		says    []string // in the message
	}{
		{name: "a mount source that is not there",
			mend: with("lxc.mount.entry = /nonexistent/source mnt none bind 0 0"),
			says: []string{"/nonexistent/source", "no such file or directory", "lxc.mount.entry", "config:LAST"}},
		{name: "a mount target that is not there",
			mend: with("lxc.mount.entry = /etc nonexistent/target none bind 0 0"),
			says: []string{"nonexistent", "no such file or directory", "lxc.mount.entry", "config:LAST"}},
		{name: "a file system the kernel does not know",
			mend: with("lxc.mount.entry = none mnt nosuchfs defaults 0 0"),
			says: []string{"nosuchfs", "no such device", "lxc.mount.entry", "config:LAST"}},
		{name: "an option the file system refuses",
			mend: with("lxc.mount.entry = none mnt tmpfs size=banana 0 0"),
			says: []string{"size", "invalid argument", "lxc.mount.entry", "config:LAST"}},
		{name: "a rootfs that is not there",
			mend: all(without("lxc.rootfs.path"), with("lxc.rootfs.path = dir:/nonexistent/rootfs")),
			says: []string{"/nonexistent/rootfs", "no such file or directory", "lxc.rootfs.path", "config:LAST"}},
		{name: "a limit the kernel refuses",
			mend: with("lxc.cgroup.pids.max = banana"),
			says: []string{"pids.max", "invalid argument", "lxc.cgroup.pids.max", "config:LAST"}},
		{name: "a limit of a controller that is not there",
			mend: with("lxc.cgroup.nosuch.limit = 1"),
			says: []string{"nosuch", "lxc.cgroup.nosuch.limit", "config:LAST"}},
		{name: "a sysctl that is not there",
			mend: with("lxc.sysctl.net.nosuch = 1"),
			says: []string{"net/nosuch", "no such file or directory", "lxc.sysctl.net.nosuch", "config:LAST"}},
		{name: "a program that is not there",
			command: []string{"/bin/nonexistent"},
			says:    []string{"/bin/nonexistent", "no such file or directory"}},
		{name: "a program that cannot run",
			command: []string{"/etc/passwd"},
			says:    []string{"/etc/passwd", "permission denied"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t, 0, test.mend)
			c.fresh(t)
			config, err := os.ReadFile(c.config())
			if err != nil {
				t.Fatal(err)
			}
			lastLine := fmt.Sprintf("config:%d", strings.Count(string(config), "\n"))
			command := test.command
			if command == nil {
				command = []string{"/bin/true"}
			}
			before := slices.Concat(leftovers(t, c), tree(t, c.rootfs()))
			ended := onTerminal(t, ours(t).argv(c, command...), withoutHelpers, nil)
			after := slices.Concat(leftovers(t, c), tree(t, c.rootfs()))
			if ended.status != 125 {
				t.Errorf("exit status %d, want 125", ended.status)
			}
			message := strings.ToLower(ended.output)
			for _, word := range test.says {
				if !strings.Contains(message, strings.ReplaceAll(word, "config:LAST", lastLine)) {
					t.Errorf("the message does not contain %q:\n%s", strings.ReplaceAll(word, "config:LAST", lastLine), ended.output)
				}
			}
			if more := added(before, after); len(more) > 0 {
				t.Errorf("left behind: %s", strings.Join(more, "; "))
			}
		})
	}
}
