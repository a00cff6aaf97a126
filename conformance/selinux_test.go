//go:build linux

package conformance

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// requireSELinux skips a test where the policy of testdata/selinux.cil is not loaded.
func requireSELinux(t *testing.T) {
	t.Helper()
	requireStock(t)
	// The kernel says whether a context is one of its policy's.
	if err := os.WriteFile("/sys/fs/selinux/context", []byte("u:r:web_t:s0"), 0); err != nil {
		t.Skip("this kernel has no SELinux with the policy of testdata/selinux.cil; `make vm` runs the test in a machine that has")
	}
	if _, err := exec.LookPath("keyctl"); err != nil {
		t.Skip("keyctl is not installed")
	}
}

// TestSELinuxSameAsStock looks at the contexts of init and of its session keyring.
func TestSELinuxSameAsStock(t *testing.T) {
	requireSELinux(t)
	const programs = "lxc.mount.entry = /usr/bin mnt none bind 0 0"
	for _, test := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"none", nil, "u:r:host_t:s0 u:r:host_t:s0"},
		{"a context", []string{"lxc.selinux.context = u:r:web_t:s0"}, "u:r:web_t:s0 u:r:web_t:s0"},
		{"a category", []string{"lxc.selinux.context = u:r:web_t:s0:c0"}, "u:r:web_t:s0:c0 u:r:web_t:s0:c0"},
		{"one for the keyring", []string{"lxc.selinux.context = u:r:web_t:s0", "lxc.selinux.context.keyring = u:r:keys_t:s0"}, "u:r:web_t:s0 u:r:keys_t:s0"},
		{"one for the keyring alone", []string{"lxc.selinux.context.keyring = u:r:keys_t:s0"}, "u:r:host_t:s0 u:r:keys_t:s0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t, 0, with(append(test.lines, programs)...))
			for _, l := range []launcher{stock(t), ours(t)} {
				c.fresh(t)
				ended := onTerminal(t, l.argv(c, "/bin/sh", "-c", "echo labels $(cat /proc/self/attr/current) $(/mnt/keyctl security @s)"), withoutHelpers, nil)
				got := strings.NewReplacer("\x00", "", "\r", "").Replace(ended.output)
				if !strings.Contains(got, "labels "+test.want+"\n") {
					t.Errorf("under %s init says %q, want %q", l.name, got, test.want)
				}
			}
		})
	}
}

// TestSELinuxRefused asks for a context that the policy does not have.
func TestSELinuxRefused(t *testing.T) {
	requireSELinux(t)
	for _, lines := range [][]string{
		{"lxc.selinux.context = u:r:nosuch_t:s0"},
		{"lxc.selinux.context = u:r:web_t:s0", "lxc.selinux.context.keyring = u:r:nosuch_t:s0"},
		{"lxc.selinux.context = u:r:nosuch_t:s0", "lxc.keyring.session = 0"},
	} {
		c := newContainer(t, 0, with(lines...))
		c.fresh(t)
		before := leftovers(t, c)
		ended := onTerminal(t, ours(t).argv(c, "/bin/true"), withoutHelpers, nil)
		if ended.status != 125 || !strings.Contains(ended.output, "u:r:nosuch_t:s0") || !strings.Contains(ended.output, "lxc.selinux.context") {
			t.Errorf("the launch ends with %d:\n%s", ended.status, ended.output)
		}
		if more := added(before, leftovers(t, c)); len(more) > 0 {
			t.Errorf("the launch leaves %q", more)
		}
	}
}
