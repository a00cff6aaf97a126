package compile

import (
	"fmt"

	"lxcfg/compile/plan"
)

// deviceNodes are the nodes every /dev has, as in LXC: no console, which is a
// mount of its own, and no kmsg.
var deviceNodes = [...]plan.Node{
	{Path: "/dev/full", Major: 1, Minor: 7, Mode: 0o666},
	{Path: "/dev/null", Major: 1, Minor: 3, Mode: 0o666},
	{Path: "/dev/random", Major: 1, Minor: 8, Mode: 0o666},
	{Path: "/dev/tty", Major: 5, Minor: 0, Mode: 0o666},
	{Path: "/dev/urandom", Major: 1, Minor: 9, Mode: 0o666},
	{Path: "/dev/zero", Major: 1, Minor: 5, Mode: 0o666},
}

// compileDev builds /dev: with lxc.autodev a tmpfs with the standard nodes, and
// in any case the links that programs expect.
func (c *compiler) compileDev() {
	auto := c.config.Dev.Auto
	const because = "default of lxc.autodev"
	if !auto.V && c.root.storage == "" {
		return // the host's own /dev, which has what the host needs
	}
	for _, link := range [...]plan.Symlink{
		{Path: "/dev/fd", To: "/proc/self/fd"},
		{Path: "/dev/stdin", To: "/proc/self/fd/0"},
		{Path: "/dev/stdout", To: "/proc/self/fd/1"},
		{Path: "/dev/stderr", To: "/proc/self/fd/2"},
	} {
		c.addDefault(plan.AtDevLink, link, "programs expect the link")
	}
	if !auto.V {
		return
	}

	size := c.config.Dev.TmpfsSize.V
	if size == 0 {
		size = 500000 // LXC's default stands in for 0 too
	}
	tmpfs := plan.Mount{Source: "none", Target: "/dev", FSType: "tmpfs",
		Data: plan.ListOf("mode=0755", fmt.Sprintf("size=%d", size))}
	addFor(c, plan.AtDev, plan.Directory{Path: "/dev", Mode: 0o755}, auto, because)
	tmpfsLines, tmpfsBecause := append(lineOf(auto), lineOf(c.config.Dev.TmpfsSize)...), because
	if auto.Set {
		tmpfsBecause = ""
	}
	c.builder.Add(plan.AtDev, tmpfs, tmpfsBecause, planOrigins(tmpfsLines)...)
	addFor(c, plan.AtDev, plan.Directory{Path: "/dev/pts", Mode: 0o755}, auto, because)

	for _, node := range deviceNodes {
		if c.canMakeNodes() {
			addFor(c, plan.AtDevNode, node, auto, because)
			continue
		}
		c.builder.Add(plan.AtDevNode, plan.Bind{Source: node.Path, Target: node.Path, Create: plan.CreateFile},
			"the host's node is bound, because device nodes cannot be made in a user namespace")
	}
	addFor(c, plan.AtBootID, plan.BootID{Path: "/dev/.lxc-boot-id"}, auto, because)
}

// canMakeNodes reports whether the payload may use mknod(2) for devices: that
// takes CAP_MKNOD in the initial user namespace.
func (c *compiler) canMakeNodes() bool {
	return !c.leaves(plan.NamespaceUser) && !c.facts.Caller.InUserNS && c.facts.Caller.Has("CAP_MKNOD")
}
