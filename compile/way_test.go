package compile_test

import (
	"testing"

	"lxcfg/compile"
	"lxcfg/compile/plan"
	"lxcfg/grammar/source"
)

// An access control list decides whether a closed directory is an obstacle.
func TestWayThroughAccessList(t *testing.T) {
	text := "lxc.rootfs.path = dir:/home/ann/rootfs\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n"
	for list, refused := range map[string]bool{"user:100000:--x": false, "user:100001:--x": true, "": true} {
		facts := exampleHosts()["user-closed-home"]
		home := plan.Passage{Path: "/home/ann", UID: 1000, GID: 1000, Mode: 0o710}
		if list != "" {
			home.ACL = plan.ListOf("user::rwx", list, "group::---", "mask::--x", "other::---")
		}
		facts.Ways = plan.ListOf(plan.Way{Path: "/home/ann/rootfs", Passages: plan.ListOf(home)})
		l := compile.Load(compile.Request{File: source.File{Name: "config", Text: text}})
		_, findings := compile.Compile(l, compile.Options{Name: "web", LXCPath: "/var/lib/lxc"}, facts)
		found := false
		for _, f := range findings {
			found = found || f.Code == "idmap/no-way"
		}
		if found != refused {
			t.Errorf("with the entry %q: refused %v: %v", list, found, findings)
		}
	}
}
