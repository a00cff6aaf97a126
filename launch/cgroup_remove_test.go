//go:build linux

package launch_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/probe"
)

// hierarchyWith returns a hierarchy that can be written to, or skips the test.
func hierarchyWith(t *testing.T, controller string) plan.Hierarchy {
	t.Helper()
	root(t)
	h, ok := probe.Host().Cgroups.Find(controller)
	if !ok || !h.Writable {
		t.Skipf("no cgroup hierarchy of %s can be written to", controller)
	}
	return h
}

// What the container has made in its cgroup goes with it, and a part of the container
// that is frozen does not hold up its end.
func TestFrozenContainerEnds(t *testing.T) {
	h := hierarchyWith(t, "freezer")
	name := "lxcfg-test-" + strconv.Itoa(os.Getpid())
	own := filepath.Join("/sys", h.Base, name)
	p := build(t, strings.Join([]string{
		"mkdir -p " + own + "/a/b " + own + "/ice",
		"busybox sleep 1000 & echo $! >" + own + "/ice/tasks",
		"echo FROZEN >" + own + "/ice/freezer.state",
		"until [ $(busybox cat " + own + "/ice/freezer.state) = FROZEN ]; do :; done",
		"exit 3"}, "\n"), func(b *plan.Builder) {
		b.Add(plan.AtCgroupCreate, plan.CgroupCreate{Hierarchy: h.Name, Version: 1, Mount: h.Mount, Base: h.Base, Name: name}, because)
		b.Add(plan.AtCgroupEnter, plan.CgroupEnter{Hierarchies: plan.ListOf(h.Name)}, because)
		b.Add(plan.AtAutoMountCgroup, plan.Mount{Source: "none", Target: "/sys", FSType: "cgroup", Data: plan.ListOf(strings.Split(h.Name, ",")...)}, because)
	})
	text, result, err := output(t, p)
	if err != nil || result.Status.ExitStatus() != 3 {
		t.Errorf("it ends with %v, %v, want status 3:\n%s", result.Status, err, text)
	}
	if _, err := os.Stat(filepath.Join(h.Mount, h.Base, name)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the cgroup is left: %v", err)
	}
}

// crowded makes a v2 cgroup and returns it with a controller that those below it could
// have, and that the kernel gives to those below an empty one only (cgroups(7)): the
// controllers of threads it gives to all.
func crowded(t *testing.T) (h plan.Hierarchy, base, controller string) {
	t.Helper()
	h = hierarchyWith(t, "unified")
	free := slices.DeleteFunc(h.Controllers.Slice(), func(name string) bool {
		return slices.Contains([]string{"cpu", "cpuset", "perf_event", "pids"}, name)
	})
	if len(free) == 0 {
		t.Skip("no controller of cgroup v2 is free")
	}
	controller = free[0]
	top := filepath.Join(h.Mount, h.Base)
	enabled, err := os.ReadFile(filepath.Join(top, "cgroup.subtree_control"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(strings.Fields(string(enabled)), controller) {
		switchController(t, top, "+"+controller)
		t.Cleanup(func() { switchController(t, top, "-"+controller) })
	}
	base = "lxcfg-test-" + strconv.Itoa(os.Getpid())
	if err := os.Mkdir(filepath.Join(top, base), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Remove(filepath.Join(top, base)); err != nil {
			t.Errorf("something is left: %v", err)
		}
	})
	return h, filepath.Join(h.Base, base), controller
}

// switchController enables or disables a controller below a cgroup. Another test may
// use it by now.
func switchController(t *testing.T, dir, word string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "cgroup.subtree_control"), []byte(word), 0); err != nil && !errors.Is(err, unix.EBUSY) {
		t.Error(err)
	}
}

// A process in the way of a controller is named where a limit needs it, and let be
// where none does.
func TestProcessInTheWay(t *testing.T) {
	h, base, controller := crowded(t)
	sleep := exec.Command("sleep", "1000")
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = sleep.Process.Kill()
		_ = sleep.Wait()
	}()
	procs := filepath.Join(h.Mount, base, "cgroup.procs")
	if err := os.WriteFile(procs, fmt.Append(nil, sleep.Process.Pid), 0); err != nil {
		t.Fatal(err)
	}
	create := plan.CgroupCreate{Hierarchy: h.Name, Version: 2, Mount: h.Mount, Base: base, Name: "box", Controllers: plan.ListOf(controller)}
	for _, required := range []bool{false, true} {
		if required {
			create.Required = plan.ListOf(controller)
		}
		_, result, err := output(t, build(t, "exit 5", func(b *plan.Builder) { b.Add(plan.AtCgroupCreate, create, because) }))
		if required {
			want := fmt.Sprintf("%q cannot be enabled for others while process %d (sleep) is in the cgroup", controller, sleep.Process.Pid)
			if err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, unix.EBUSY) {
				t.Errorf("the error is %v, want one that says %q", err, want)
			}
		} else if err != nil || result.Status.ExitStatus() != 5 {
			t.Errorf("it ends with %v, %v, want status 5", result.Status, err)
		}
	}
}

// A launcher in a cgroup of its own steps aside for the container to have controllers,
// and is back in the end.
func TestStepAside(t *testing.T) {
	h, base, controller := crowded(t)
	before := ownCgroup(t)
	dir := filepath.Join(h.Mount, base)
	move := func(dir string) {
		if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte("0"), 0); err != nil {
			t.Fatal(err)
		}
	}
	move(dir)
	defer move(filepath.Join(h.Mount, before))
	p := build(t, "exit 5", func(b *plan.Builder) {
		b.Add(plan.AtCgroupAside, plan.CgroupAside{Hierarchy: h.Name, Mount: h.Mount, Base: base, Name: "deep/monitor"}, because)
		b.Add(plan.AtCgroupCreate, plan.CgroupCreate{Hierarchy: h.Name, Version: 2, Mount: h.Mount, Base: base, Name: "deep/box",
			Controllers: plan.ListOf(controller), Required: plan.ListOf(controller)}, because)
	})
	_, result, err := output(t, p)
	if err != nil || result.Status.ExitStatus() != 5 {
		t.Errorf("it ends with %v, %v, want status 5", result.Status, err)
	}
	if now := ownCgroup(t); now != base {
		t.Errorf("the launcher is in %q, want %q", now, base)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			t.Errorf("%s is left", e.Name())
		}
	}
}

// ownCgroup is where this process is in the v2 hierarchy.
func ownCgroup(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if at, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			return at
		}
	}
	t.Fatal("this process has no v2 cgroup")
	return ""
}
