package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// buildElsewhere makes the binary that people on another system get: the build tag
// leaves out what only Linux has.
var buildElsewhere = sync.OnceValues(func() ([]byte, error) {
	compile := exec.Command("go", "build", "-tags", "elsewhere", "-o", filepath.Join(shared, "lxcfg-elsewhere"), "./cmd/lxcfg")
	compile.Dir = ".."
	compile.Env = append(os.Environ(), "CGO_ENABLED=0")
	return compile.CombinedOutput()
})

// TestOtherSystems runs lxcfg as it is on a system that is not Linux: it plans for
// a host whose facts it is given, and says what it cannot do and what to do instead.
func TestOtherSystems(t *testing.T) {
	if out, err := buildElsewhere(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	dir := t.TempDir()
	config, facts := filepath.Join(dir, "web.conf"), filepath.Join(dir, "facts.json")
	if err := os.WriteFile(config, []byte("lxc.rootfs.path = dir:/srv/web\nlxc.uts.name = web\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(facts, []byte(factsOfRoot), 0o644); err != nil {
		t.Fatal(err)
	}
	there := filepath.Join(shared, "lxcfg-elsewhere")
	for _, test := range []struct {
		name   string
		args   []string
		status int
		says   string
	}{
		{"lints", []string{"lint", config}, 0, ""},
		{"shows", []string{"show", "-f", config}, 0, "lxc.uts.name = web"},
		{"plans for a host", []string{"plan", "--facts", facts, "-f", config}, 0, "/srv/web"},
		{"compares for a host", []string{"diff", "--facts", facts, config, config}, 0, ""},
		{"wants a host to plan for", []string{"plan", "-f", config}, 2, "give the facts of one with --facts FILE; `lxcfg facts -o FILE` writes them there"},
		{"has no facts of its own", []string{"facts"}, 2, "this is none"},
		{"cannot list system calls", []string{"plan", "--facts", facts, "--syscalls", "-f", config}, 2, "on Linux only"},
		{"cannot launch", []string{"start", "-F", "-f", config}, 125, "give the facts of one"},
	} {
		t.Run(test.name, func(t *testing.T) {
			command := exec.Command(there, test.args...)
			out, _ := command.CombinedOutput()
			if status := command.ProcessState.ExitCode(); status != test.status {
				t.Errorf("exit status %d, want %d:\n%s", status, test.status, out)
			}
			if !strings.Contains(string(out), test.says) {
				t.Errorf("the output does not say %q:\n%s", test.says, out)
			}
		})
	}
	t.Run("makes the plan that Linux makes", func(t *testing.T) {
		args := []string{"plan", "--facts", facts, "-f", config, "--format", "json"}
		a, errA := exec.Command(there, args...).Output()
		b, errB := exec.Command(lxcfg(t), args...).Output()
		if errA != nil || errB != nil || string(a) != string(b) {
			t.Errorf("the plans differ (%v, %v):\n%s\n%s", errA, errB, a, b)
		}
	})
}

// factsOfRoot are the facts of root on a host with cgroup v2, as `lxcfg facts`
// writes them.
const factsOfRoot = `{
  "format": 1,
  "lxcfg": "0.1.0",
  "facts": {
    "arch": "amd64",
    "kernel": "6.1.0",
    "last_cap": 40,
    "cgroup_namespaces": true,
    "time_namespaces": true,
    "cgroups": {
      "layout": "unified",
      "hierarchies": [
        {"name": "unified", "version": 2, "mount": "/sys/fs/cgroup", "base": "/", "controllers": ["cpu", "memory", "pids"], "writable": true}
      ]
    },
    "caller": {"uid": 0, "gid": 0, "capabilities": ["CAP_SYS_ADMIN", "CAP_MKNOD"]},
    "rootfs_mount": "/usr/lib/lxc/rootfs",
    "delegate": ["cgroup.procs"],
    "lxc_conf": {
      "lxcpath": "/var/lib/lxc",
      "bdev.lvm.vg": "lxc",
      "bdev.lvm.thin_pool": "lxc",
      "bdev.zfs.root": "lxc",
      "bdev.rbd.rbdpool": "rbd"
    }
  }
}
`
