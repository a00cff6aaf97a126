//go:build linux

package launch_test

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"lxcfg/compile/plan"
	"lxcfg/launch/probe"
)

// cgroupIn adds a cgroup below a directory of the first writable hierarchy, and
// returns that directory. The test is skipped where there is none.
func cgroupIn(t *testing.T, name string) (dir string, more func(*plan.Builder)) {
	t.Helper()
	for _, h := range probe.Host().Cgroups.Hierarchies.All() {
		if !h.Writable {
			continue
		}
		dir := filepath.Join(h.Mount, h.Base, filepath.Dir(name))
		return dir, func(b *plan.Builder) {
			b.Add(plan.AtCgroupCreate, plan.CgroupCreate{Hierarchy: h.Name, Version: h.Version, Mount: h.Mount, Base: h.Base, Name: name}, because)
			if h.Version == 1 { // a v2 cgroup would be entered by the clone
				b.Add(plan.AtCgroupEnter, plan.CgroupEnter{Hierarchies: plan.ListOf(h.Name)}, because)
			}
		}
	}
	t.Skip("no cgroup hierarchy can be written to")
	return "", nil
}

// The directory of lxc.cgroup.dir belongs to all containers in it: the one that
// ends first must not take its neighbours along.
func TestNeighboursShareACgroup(t *testing.T) {
	root(t)
	customer := "lxcfg-test-" + strconv.Itoa(os.Getpid())
	dir, first := cgroupIn(t, customer+"/first")
	_, second := cgroupIn(t, customer+"/second")
	early := build(t, "busybox sleep 0.3; exit 4", first)
	late := build(t, "busybox sleep 1; exit 5", second)
	var wg sync.WaitGroup
	wg.Go(func() {
		_, result, err := output(t, early)
		if err != nil || result.Status.ExitStatus() != 4 {
			t.Errorf("the first ends with %v, %v, want status 4", result.Status, err)
		}
	})
	for range 100 { // until the first has made it
		if _, err := os.Stat(dir); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	_, result, err := output(t, late)
	if err != nil || result.Status.ExitStatus() != 5 {
		t.Errorf("the second ends with %v, %v, want status 5", result.Status, err)
	}
	wg.Wait()
	// Who made the directory found the other in it and left it; it was empty then.
	if err := os.Remove(dir); err != nil && !os.IsNotExist(err) {
		t.Error(err)
	}
}

// Containers of one name, started at once, take one cgroup each.
func TestSameNameAtOnce(t *testing.T) {
	root(t)
	name := "lxcfg-test-" + strconv.Itoa(os.Getpid()) + "/box"
	dir, more := cgroupIn(t, name)
	// All rootfs are written first: a payload of another launch would have a copy of
	// the descriptor that a shell is still written through, and exec refuses it then.
	var plans []plan.Plan
	for range 16 {
		plans = append(plans, build(t, "exit 6", more))
	}
	var wg sync.WaitGroup
	for _, p := range plans {
		wg.Go(func() {
			_, result, err := output(t, p)
			if err != nil || result.Status.ExitStatus() != 6 {
				t.Errorf("ends with %v, %v, want status 6", result.Status, err)
			}
		})
	}
	wg.Wait()
	left, err := os.ReadDir(dir)
	for _, e := range left {
		if e.IsDir() {
			t.Errorf("%s is left behind", e.Name())
		}
	}
	if err == nil {
		_ = os.Remove(dir) // whose maker may have found another in it
	}
}
