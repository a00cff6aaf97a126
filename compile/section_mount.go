package compile

import (
	"fmt"
	"path"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// compileMountEntries turns lxc.mount.entry lines into mounts and binds.
func (c *compiler) compileMountEntries() {
	for _, entry := range c.config.Mount.Entries {
		c.compileMountEntry(entry)
	}
	// LXC appends these two to the entries, and does nothing when there is none.
	if nesting := c.config.Security.AppArmorAllowNesting; nesting.V && len(c.config.Mount.Entries) > 0 {
		for _, fs := range [...]struct{ source, fstype string }{{"proc", "proc"}, {"sys", "sysfs"}} {
			c.add(plan.AtMountEntry, plan.Mount{Source: fs.source, Target: "/dev/.lxc/" + fs.source, FSType: fs.fstype,
				Create: plan.CreateDir, Optional: true}, nesting.Origin)
		}
	}
}

func (c *compiler) compileMountEntry(entry config.Value[config.MountEntry]) {
	options := entry.V.Mounting()
	target, inside := c.containerPath(entry.V.Target)
	if !inside {
		c.report(diag.Warning, diag.SilentlyDifferent, entry.Origin, "mount/outside-rootfs",
			fmt.Sprintf("the target %q is not below the rootfs: the mount is left out", entry.V.Target),
			"LXC skips such an entry too. Write the target relative to the container's root, without a leading slash.")
		return
	}
	if options.IDMap != "" || options.Move {
		c.refuse(entry.Origin, "launch/unsupported", fmt.Sprintf("lxcfg cannot carry out all of the options %q yet", options.Text),
			"idmap= and move are not supported so far.")
		return
	}
	create := plan.Create(options.Create)
	if options.Bind {
		c.add(plan.AtMountEntry, plan.Bind{
			// A relative source starts at the root: of the container with the
			// option relative, else of the host, where LXC's daemon stands.
			Source: path.Join("/", entry.V.Source), InContainer: options.Relative, Target: target, Recursive: options.Recursive,
			Set: mountFlags(options.Set), Clear: mountFlags(options.Clear),
			Create: create, Optional: options.Optional, Propagation: plan.Propagation(options.Propagation),
		}, entry.Origin)
		return
	}
	c.add(plan.AtMountEntry, plan.Mount{
		Source: entry.V.Source, Target: target, FSType: entry.V.FSType,
		Set: mountFlags(options.Set), Data: plan.ListOf(options.Data...),
		SuperRO: options.Set.Has("ro"), Create: create, Optional: options.Optional,
		Propagation: plan.Propagation(options.Propagation),
	}, entry.Origin)
}

// containerPath gives a mount target as a path from the container's root. A
// relative one is below it; an absolute one has to lie below the rootfs as the
// host sees it, whose part is cut off.
func (c *compiler) containerPath(target string) (string, bool) {
	if !strings.HasPrefix(target, "/") {
		return path.Join("/", target), true
	}
	for _, root := range []string{path.Join(c.options.LXCPath, c.options.Name, "rootfs"), c.config.Rootfs.Path.V.Path} {
		if root == "" || root == "/" {
			continue
		}
		if rest, ok := strings.CutPrefix(target, root); ok && (rest == "" || rest[0] == '/') {
			return path.Join("/", rest), true
		}
	}
	return "", false
}

func mountFlags(set grammar.MountFlags) plan.List[plan.MountFlag] {
	var flags []plan.MountFlag
	for _, w := range set.Words() {
		flags = append(flags, plan.MountFlag(w))
	}
	return plan.ListOf(flags...)
}

func contains(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}
