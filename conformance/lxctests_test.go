//go:build linux

package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// lxcTests are programs of LXC's own that are fast. `make lxc-tests` runs all.
var lxcTests = []string{"exit-code", "lxc-attach", "no-new-privs", "procsys", "rootfs", "symlink", "unpriv", "usernic"}

// TestProgramsOfLXC runs test programs of LXC's own with lxcfg in the place of lxc-start
// and lxc-execute, in the sandbox of scripts/lxc-tests.
func TestProgramsOfLXC(t *testing.T) {
	requireStock(t)
	if _, err := exec.LookPath("lxc-test-exit-code"); err != nil {
		t.Skip("LXC's test programs are not installed; in Debian they are the package lxc-tests")
	}
	cmd := exec.Command(filepath.Join(repository(t), "scripts/lxc-tests"), append([]string{lxcfg(t), "--"}, lxcTests...)...)
	cmd.Env = append(os.Environ(), "LXC_TESTS_LIMIT=120")
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() == 2 {
		t.Skipf("the sandbox cannot be made: %s", out)
	}
	told, failed := make(map[string]string), ""
	for line := range strings.Lines(string(out)) {
		verdict, name, _ := strings.Cut(line, " ")
		name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
		name = strings.TrimSuffix(name, ":")
		switch verdict {
		case "pass", "skip", "FAIL":
			told[name], failed = line, name
		default:
			told[failed] += line // what it has printed
		}
	}
	for _, name := range lxcTests {
		t.Run(name, func(t *testing.T) {
			switch line := told[name]; {
			case strings.Contains(line, "/sys/fs/cgroup/cgroup.controllers/"):
				t.Skip("it takes every file of /sys/fs/cgroup for a hierarchy, which with cgroup v2 alone they are not: ", line)
			case strings.HasPrefix(line, "skip"):
				t.Skip(line)
			case !strings.HasPrefix(line, "pass"):
				t.Errorf("%v: %s", err, line)
			}
		})
	}
}
