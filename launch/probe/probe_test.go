//go:build linux

package probe

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile/plan"
)

// tree makes a directory with files to probe.
func tree(t *testing.T, files map[string]string) host {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return host{root}
}

// show gives hierarchies as lines.
func show(f plan.CgroupFacts) []string {
	lines := []string{string(f.Layout)}
	for _, h := range f.Hierarchies.All() {
		lines = append(lines, fmt.Sprintf("%s v%d %s %s %v %v", h.Name, h.Version, h.Mount, h.Base, h.Controllers.Slice(), h.Writable))
	}
	return lines
}

const mountinfo = `30 23 0:28 / /sys/fs/cgroup rw,nosuid - tmpfs tmpfs ro,mode=755
`

func TestCgroups(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		root  bool
		want  []string
	}{
		"v2 only, under systemd": {map[string]string{
			"proc/self/mountinfo":              "30 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n",
			"proc/1/cgroup":                    "0::/init.scope\n",
			"sys/fs/cgroup/cgroup.controllers": "cpu memory pids\n",
		}, true, []string{"unified", "unified v2 /sys/fs/cgroup / [cpu memory pids] true"}},
		"v2 only, an ordinary user goes below itself": {map[string]string{
			"proc/self/mountinfo": "30 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
			"proc/self/cgroup":    "0::/user.slice/x.scope\n",
			"sys/fs/cgroup/user.slice/x.scope/cgroup.controllers": "pids\n",
		}, false, []string{"unified", "unified v2 /sys/fs/cgroup /user.slice/x.scope [pids] true"}},
		"hybrid, with controllers mounted together": {map[string]string{
			"proc/self/mountinfo": mountinfo +
				"31 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n" +
				"32 30 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,release_agent=/x,name=systemd\n" +
				"33 30 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n" +
				"34 30 0:29 / /elsewhere rw - cgroup cgroup rw,cpu,cpuacct\n",
			"proc/1/cgroup":                            "3:cpu,cpuacct:/\n2:name=systemd:/init.scope\n0::/\n",
			"sys/fs/cgroup/cpu,cpuacct/tasks":          "",
			"sys/fs/cgroup/systemd/tasks":              "",
			"sys/fs/cgroup/unified/cgroup.controllers": "hugetlb\n",
		}, true, []string{"hybrid",
			"cpu,cpuacct v1 /sys/fs/cgroup/cpu,cpuacct / [cpu cpuacct] true",
			"name=systemd v1 /sys/fs/cgroup/systemd / [] true",
			"unified v2 /sys/fs/cgroup/unified / [hugetlb] true"}},
		"a hierarchy whose directory is missing cannot be written": {map[string]string{
			"proc/self/mountinfo": "31 30 0:29 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n",
			"proc/1/cgroup":       "3:pids:/gone\n",
		}, true, []string{"legacy", "pids v1 /sys/fs/cgroup/pids /gone [pids] false"}},
		"none":     {map[string]string{}, true, []string{"none"}},
		"nonsense": {map[string]string{"proc/self/mountinfo": "a b c\n - \nx - cgroup\n", "proc/1/cgroup": "x\n::\n"}, true, []string{"none"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, show(tree(t, c.files).cgroups(c.root, nil))); diff != "" {
				t.Errorf("cgroups (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLSM(t *testing.T) {
	for want, files := range map[string]map[string]string{
		"apparmor": {"sys/module/apparmor/parameters/enabled": "Y\n", "sys/fs/selinux/enforce": "1", "etc/selinux/config": ""},
		"selinux":  {"sys/module/apparmor/parameters/enabled": "N\n", "sys/fs/selinux/enforce": "1", "etc/selinux/config": ""},
		"":         {"sys/fs/selinux/enforce": "1"},
	} {
		if got := tree(t, files).lsm(); got != want {
			t.Errorf("the LSM is %q, want %q", got, want)
		}
	}
}

func TestSubIDs(t *testing.T) {
	h := tree(t, map[string]string{"etc/subuid": "root:1:2\nann:100000:65536\n1000:5:6\nbob:7:8\nann:x:1\nann\n"})
	want := []plan.SubIDs{{First: 100000, Count: 65536}, {First: 5, Count: 6}}
	if diff := cmp.Diff(want, h.subIDs("etc/subuid", "ann", 1000)); diff != "" {
		t.Errorf("ranges (-want +got):\n%s", diff)
	}
}

// What a plan of this host rests on has to be readable on this host.
func TestHost(t *testing.T) {
	f := Host()
	if f.Arch == "" || f.Kernel == "" || f.LastCap < 30 || f.Cgroups.Layout == "" {
		t.Errorf("the facts are incomplete: %+v", f)
	}
	if changed := f.Differences(Host()); len(changed) != 0 {
		t.Errorf("two looks at the host differ: %v", changed)
	}
}

func BenchmarkHost(b *testing.B) {
	for b.Loop() {
		Host()
	}
}
