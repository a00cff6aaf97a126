package compile

import (
	"fmt"
	"slices"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/compile/rules"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// compileMountEntries turns the lines of the file lxc.mount.fstab names and of
// lxc.mount.entry into mounts and binds, in LXC's order.
func (c *compiler) compileMountEntries() {
	mount := &c.config.Mount
	if mount.Fstab.V != "" && c.loaded.Fstab == nil {
		c.refuse(mount.Fstab.Origin, "mount/fstab-unreadable", fmt.Sprintf("the file %q cannot be read", mount.Fstab.V),
			"Check the path and its permissions. lxcfg reads the file when it makes the plan: a hook that writes it comes too late.")
	}
	for _, entries := range [...]config.Items[config.MountEntry]{mount.FstabEntries, mount.Entries} {
		for _, entry := range entries {
			c.compileMountEntry(entry)
		}
	}
	c.compileSharedMounts()
	// LXC appends these two to the entries, and does nothing when there is none.
	if nesting := c.config.Security.AppArmorAllowNesting; nesting.V && len(mount.Entries) > 0 {
		for _, fs := range [...]struct{ source, fstype string }{{"proc", "proc"}, {"sys", "sysfs"}} {
			c.add(plan.AtMountEntry, plan.Mount{Source: fs.source, Target: "/dev/.lxc/" + fs.source, FSType: fs.fstype,
				Create: plan.CreateDir, Optional: true}, nesting.Origin)
		}
	}
}

func (c *compiler) compileMountEntry(entry config.Value[config.MountEntry]) {
	options := entry.V.Mounting()
	target, inside := c.containerPath(entry.V.Target)
	switch {
	case !inside:
		if !rules.IsOutsideRootfs(c.config, entry.V.Target) { // else the rule has told
			c.report(diag.Warning, diag.SilentlyDifferent, entry.Origin, rules.OutsideRootfs,
				fmt.Sprintf("the target %q is not below the rootfs: the mount is left out", entry.V.Target),
				"LXC skips such an entry too. Write the target relative to the container's root, without a leading slash.")
		}
	case target == "/":
		c.refuse(entry.Origin, "mount/over-rootfs", "the entry would be mounted over the root of the container",
			"LXC refuses it as well. Write a target below the root, or mount it with lxc.rootfs.path.")
	case options.IDMap != "":
		c.compileMappedEntry(entry, options, target)
	case options.Bind || options.Move:
		c.add(plan.AtMountEntry, c.bindOf(entry, options, target), entry.Origin)
	default:
		c.add(plan.AtMountEntry, c.mountOf(entry.V, options, target), entry.Origin)
	}
}

// bindOf is the bind that an entry asks for.
func (c *compiler) bindOf(entry config.Value[config.MountEntry], options config.MountOptions, target string) plan.Bind {
	from := c.bindSource(entry.V.Source, options.Relative)
	c.checkSource(entry, options, from)
	return plan.Bind{
		Source: from.path, InContainer: from.inContainer, Below: from.below, Target: target, Recursive: options.Recursive, Move: options.Move && !options.Bind,
		Set: mountFlags(options.Set), Clear: mountFlags(options.Clear),
		Create: plan.Create(options.Create), Optional: options.Optional, Propagation: plan.Propagation(options.Propagation),
	}
}

// mountOf is the new mount of a file system that an entry asks for.
func (c *compiler) mountOf(entry config.MountEntry, options config.MountOptions, target string) plan.Mount {
	m := plan.Mount{
		Source: entry.Source, Target: target, FSType: entry.FSType,
		Set: mountFlags(options.Set), SuperRO: options.Set.Has("ro"), Create: plan.Create(options.Create), Optional: options.Optional,
		Propagation: plan.Propagation(options.Propagation),
	}
	if strings.HasPrefix(entry.FSType, "overlay") {
		m.HostDirs = plan.ListOf(c.overlayDirs(options.Data)...)
		if c.leaves(plan.NamespaceUser) && !slices.Contains(options.Data, userXAttr) {
			options.Data = append(options.Data, userXAttr)
		}
	}
	m.Data = plan.ListOf(options.Data...)
	return m
}

// userXAttr is the option by which overlayfs takes the attributes of users for what
// it remembers of deleted files. In a user namespace it may write no others.
const userXAttr = "userxattr"

// overlayDirs are the directories of an overlay that LXC makes: upper and work
// directory, where they belong to the container but not to its rootfs.
func (c *compiler) overlayDirs(data []string) []string {
	own := c.ownDirectory() + "/"
	var dirs []string
	for _, option := range data {
		name, dir, _ := strings.Cut(option, "=")
		if name != "upperdir" && name != "workdir" {
			continue
		}
		if strings.HasPrefix(dir, own) && !strings.HasPrefix(dir, c.root.path+"/") {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// compileMappedEntry is an idmapped bind, which takes both sides of the launch. LXC
// makes them after all other entries.
func (c *compiler) compileMappedEntry(entry config.Value[config.MountEntry], options config.MountOptions, target string) {
	switch {
	case !options.Bind, options.IDMap == plan.IDMapContainer && !c.leaves(plan.NamespaceUser): // the rules have told
		return
	case !c.facts.Caller.Root():
		c.refuse(entry.Origin, "mount/idmap-needs-root", fmt.Sprintf("user %d may not map the ids of a mount of the host's", c.facts.Caller.UID),
			"Start as root, or remove idmap=.")
		return
	}
	from := c.bindSource(entry.V.Source, options.Relative)
	c.checkSource(entry, options, from)
	c.add(plan.AtTreeOpen, plan.TreeOpen{Source: from.path, InContainer: from.inContainer, Below: from.below, Target: target,
		Recursive: options.Recursive, Optional: options.Optional}, entry.Origin)
	c.add(plan.AtMountIDMap, plan.MountIDMap{Target: target, UserNS: options.IDMap, Recursive: options.Recursive, Optional: options.Optional}, entry.Origin)
	c.add(plan.AtTreeAttach, plan.TreeAttach{Target: target, Set: mountFlags(options.Set), Clear: mountFlags(options.Clear),
		Create: plan.Create(options.Create), Optional: options.Optional, Propagation: plan.Propagation(options.Propagation)}, entry.Origin)
}

func mountFlags(set grammar.MountFlags) plan.List[plan.MountFlag] {
	var flags []plan.MountFlag
	for _, w := range set.Words() {
		flags = append(flags, plan.MountFlag(w))
	}
	return plan.ListOf(flags...)
}
