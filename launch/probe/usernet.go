//go:build linux

package probe

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"lxcfg/compile/plan"
)

// userNIC finds lxc-user-nic, which makes interfaces for ordinary users. Its place is
// compiled into LXC, so each distribution has its own.
func (h host) userNIC() string {
	for _, path := range [...]string{
		"/usr/libexec/lxc/lxc-user-nic",
		"/usr/lib/x86_64-linux-gnu/lxc/lxc-user-nic",
		"/usr/lib/aarch64-linux-gnu/lxc/lxc-user-nic",
		"/usr/lib/arm-linux-gnueabihf/lxc/lxc-user-nic",
		"/usr/lib/riscv64-linux-gnu/lxc/lxc-user-nic",
		"/usr/lib/lxc/lxc-user-nic",
		"/usr/lib64/lxc/lxc-user-nic",
		"/usr/local/libexec/lxc/lxc-user-nic",
	} {
		if _, privileged := h.program(path); privileged {
			return path
		}
	}
	return ""
}

// nicGrants reads the lines of lxc-usernet(5) that are about a user or one of its
// groups, "@group": what lxc-user-nic will make for them.
func (h host) nicGrants(user string, groups []string) []plan.NICGrant {
	var grants []plan.NICGrant
	for line := range strings.Lines(h.text("etc/lxc/lxc-usernet")) {
		f := strings.Fields(line)
		if len(f) < 4 {
			continue
		}
		group, isGroup := strings.CutPrefix(f[0], "@")
		if f[0] != user && !(isGroup && slices.Contains(groups, group)) {
			continue
		}
		if count, err := strconv.Atoi(f[3]); err == nil {
			grants = append(grants, plan.NICGrant{Type: f[1], Bridge: f[2], Count: count})
		}
	}
	return grants
}

// groupNames are the names of the caller's supplementary groups.
func (h host) groupNames() []string {
	ids, err := os.Getgroups()
	if err != nil {
		return nil
	}
	var names []string
	for line := range strings.Lines(h.text("etc/group")) {
		f := strings.Split(line, ":")
		if len(f) < 3 {
			continue
		}
		if id, err := strconv.Atoi(f[2]); err == nil && slices.Contains(ids, id) {
			names = append(names, f[0])
		}
	}
	return names
}
