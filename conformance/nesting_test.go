//go:build linux

package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNestedFilters starts containers with a policy below a filter: whether it is
// loaded as well is lxc.seccomp.allow_nesting's to say, for both launchers.
func TestNestedFilters(t *testing.T) {
	unshare, err := exec.LookPath("unshare")
	if err != nil {
		t.Skip("unshare is not installed")
	}
	policy := filepath.Join(t.TempDir(), "policy")
	if err := os.WriteFile(policy, []byte("2\ndenylist\nmkdir errno 17\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		lines []string
		warns bool
	}{
		{name: "without a word", warns: true},
		{name: "not wanted", lines: []string{"lxc.seccomp.allow_nesting = 0"}, warns: true},
		{name: "wanted", lines: []string{"lxc.seccomp.allow_nesting = 1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t, 0, with(append(test.lines, "lxc.seccomp.profile = "+policy)...))
			var seen [2]string
			for i, l := range []launcher{stock(t), ours(t)} {
				c.fresh(t)
				before := leftovers(t, c)
				argv := l.argv(c, "/bin/sh", "-c", "{ grep ^Seccomp /proc/self/status; mkdir /tmp/a; echo $?; } >/out 2>&1")
				argv[0] = unshare
				environment := append([]string{confineVariable + "=1"}, withoutHelpers...)
				ended := onTerminal(t, append([]string{os.Args[0]}, argv...), environment, nil)
				text, err := os.ReadFile(filepath.Join(c.rootfs(), "out"))
				if err != nil {
					l.giveUp(t, "%s did not run the guest (status %d); the terminal shows:\n%s", l.name, ended.status, ended.output)
				}
				seen[i] = string(text)
				if l.name == "lxcfg" && strings.Contains(ended.output, "seccomp/nested") != test.warns {
					t.Errorf("the terminal shows\n%s", ended.output)
				}
				removeLeftovers(t, c, added(before, leftovers(t, c)))
			}
			if seen[0] != seen[1] {
				t.Errorf("under stock LXC the container sees\n%s, under lxcfg\n%s", seen[0], seen[1])
			}
		})
	}
}
