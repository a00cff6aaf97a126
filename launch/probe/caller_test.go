//go:build linux

package probe

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile/plan"
)

func TestSettingsAgainstUserNamespaces(t *testing.T) {
	const restrict = "proc/sys/kernel/apparmor_restrict_unprivileged_userns"
	for name, c := range map[string]struct {
		files map[string]string
		root  bool
		want  string
	}{
		"none":                      {map[string]string{"proc/sys/user/max_user_namespaces": "5000\n"}, false, ""},
		"no room":                   {map[string]string{"proc/sys/user/max_user_namespaces": "0\n"}, false, "user.max_user_namespaces = 0"},
		"no room, for root either":  {map[string]string{"proc/sys/user/max_user_namespaces": "0\n"}, true, "user.max_user_namespaces = 0"},
		"root only":                 {map[string]string{"proc/sys/kernel/unprivileged_userns_clone": "0\n"}, false, "kernel.unprivileged_userns_clone = 0"},
		"root only, who is root":    {map[string]string{"proc/sys/kernel/unprivileged_userns_clone": "0\n"}, true, ""},
		"without rights":            {map[string]string{restrict: "1\n", "proc/self/attr/current": "unconfined\n"}, false, "kernel.apparmor_restrict_unprivileged_userns = 1"},
		"what a profile may permit": {map[string]string{restrict: "1\n", "proc/self/attr/current": "lxcfg (enforce)\n"}, false, ""},
	} {
		if got := tree(t, c.files).forbidsUserNamespaces(c.root); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestOwnIDs(t *testing.T) {
	h := tree(t, map[string]string{"proc/self/uid_map": "         0     100000      65536\n      70000     200000          1\nx y z\n"})
	want := []plan.SubIDs{{First: 0, Count: 65536}, {First: 70000, Count: 1}}
	if diff := cmp.Diff(want, h.ownIDs("proc/self/uid_map")); diff != "" {
		t.Errorf("ids of the namespace (-want +got):\n%s", diff)
	}
	if !h.inUserNamespace() || tree(t, map[string]string{"proc/self/uid_map": "0 0 4294967295\n"}).inUserNamespace() {
		t.Error("the initial user namespace is the one that maps all ids to themselves")
	}
}

func TestUserBus(t *testing.T) {
	h := tree(t, map[string]string{"run/user/1000/systemd/private": "", "run/user/1000/bus": "", "run/other": "", "run/user/1001/bus": ""})
	for name, c := range map[string]struct{ dir, address, want string }{
		"at its usual place":  {"/run/user/1000", "", "/run/user/1000/bus"},
		"at a given place":    {"/run/user/1000", "unix:path=/run/other,guid=00", "/run/other"},
		"at one of several":   {"/run/user/1000", "tcp:host=x;unix:path=/run/other", "/run/other"},
		"at no place":         {"/run/user/1000", "unix:path=/run/nowhere", ""},
		"without a systemd":   {"/run/user/1001", "unix:path=/run/user/1001/bus", ""},
		"outside of a login":  {"", "unix:path=/run/other", ""},
		"in escaped spelling": {"/run/user/1000", "unix:path=/run/ot%68er", "/run/user/1000/bus"},
	} {
		if got := h.userBus(c.dir, c.address); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestWay(t *testing.T) {
	h := tree(t, map[string]string{"home/ann/web/rootfs/etc/hostname": ""})
	if err := os.Chmod(filepath.Join(h.root, "home/ann"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(h.root, "home/ann/web"), filepath.Join(h.root, "link")); err != nil {
		t.Fatal(err)
	}
	var passed []string
	for _, p := range h.way("/link/rootfs").Passages.All() {
		passed = append(passed, p.Path)
		if p.Path == "/home/ann" && p.Mode != 0o700 {
			t.Errorf("the mode of %s is %#o", p.Path, p.Mode)
		}
	}
	if want := []string{"/", "/home", "/home/ann", "/home/ann/web", "/home/ann/web/rootfs"}; !cmp.Equal(passed, want) {
		t.Errorf("the way leads by %q, want %q", passed, want)
	}
	if n := h.way("/home/bob/rootfs").Passages.Len(); n != 2 {
		t.Errorf("of a way that ends there are %d directories, want 2", n)
	}
}
