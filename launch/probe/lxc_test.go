//go:build linux

package probe

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile/plan"
)

func TestLXCLacks(t *testing.T) {
	const (
		debian = "usr/lib/x86_64-linux-gnu/liblxc.so.1"
		local  = "usr/local/lib/liblxc.so.1"
		whole  = "\x7fELF libseccomp.so.2 libselinux.so.1 libapparmor.so.1 libcap.so.2 lxc.rootfs.path"
		bare   = "\x7fELF libc.so.6 lxc.rootfs.path Built without AppArmor support Built without SELinux support"
	)
	for _, test := range []struct {
		name  string
		files map[string]string
		want  []plan.LXCPart
	}{
		{"with everything", map[string]string{debian: whole}, nil},
		{"with nothing", map[string]string{debian: bare}, []plan.LXCPart{plan.LXCAppArmor, plan.LXCCapabilities, plan.LXCSeccomp, plan.LXCSELinux}},
		{"not linked to libapparmor, which it calls nothing of", map[string]string{local: "\x7fELF libseccomp.so.2 libcap.so.2 lxc.rootfs.path"}, nil},
		{"the same twice: one directory is a link to the other", map[string]string{"usr/lib64/liblxc.so.1": bare, "usr/lib/liblxc.so.1": bare},
			[]plan.LXCPart{plan.LXCAppArmor, plan.LXCCapabilities, plan.LXCSeccomp, plan.LXCSELinux}},
		{"two that differ", map[string]string{debian: whole, local: bare}, nil},
		{"no library", map[string]string{debian: "INPUT(liblxc)"}, nil},
		{"not installed", nil, nil},
	} {
		if diff := cmp.Diff(test.want, tree(t, test.files).lxcLacks()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// Debian builds LXC with everything.
func TestLXCOfDebian(t *testing.T) {
	if _, err := os.Stat("/etc/debian_version"); err != nil {
		t.Skip("this is no Debian")
	}
	here := host{root: "/"}
	if here.lxcLibrary() == "" {
		t.Skip("LXC is not installed")
	}
	if lacks := here.lxcLacks(); len(lacks) > 0 {
		t.Errorf("LXC lacks %v", lacks)
	}
}
