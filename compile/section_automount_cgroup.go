package compile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// cgroupRoot is where cgroups are mounted.
const cgroupRoot = "/sys/fs/cgroup"

// autoMountCgroup mounts cgroups where LXC does: only when forced, when the
// container could not do it itself, or on a host with nothing but cgroup v2,
// where many inits expect to find them. Without a cgroup namespace the container
// would see the whole of each hierarchy, and is shown its own part only.
func (c *compiler) autoMountCgroup(cgroup config.Value[config.CgroupAuto]) {
	v2 := c.facts.Cgroups.Layout == plan.CgroupUnified || cgroup.V.Kind == "cgroup2"
	own := c.leaves(plan.NamespaceCgroup)
	forced := cgroup.V.Force || v2 || !c.keepsCapability("CAP_SYS_ADMIN")
	switch {
	case c.facts.Cgroups.Layout == plan.CgroupNone:
		c.refuse(cgroup.Origin, "cgroup/none-mounted", "this host has no cgroups mounted",
			"Mount the cgroup2 file system on /sys/fs/cgroup, or remove the cgroup word from lxc.mount.auto.")
	case !slices.ContainsFunc(c.facts.Cgroups.Hierarchies.Slice(), c.uses):
		c.report(diag.Info, diag.SilentlyDifferent, cgroup.Origin, "cgroup/nothing-to-mount",
			fmt.Sprintf("user %d may make no cgroups here, and none are mounted", c.facts.Caller.UID), "LXC mounts none either. An init with rights enough mounts them itself.")
	case own && !forced:
		// The init sees its own part of every hierarchy and mounts it itself. That is
		// what included files are for; a line of one's own may be meant otherwise.
		if len(cgroup.Origin.Trail()) == 0 {
			c.report(diag.Info, diag.SilentlyDifferent, cgroup.Origin, "mount/cgroup-left-to-init", "no cgroups are mounted: the container has a cgroup namespace, and its init mounts them",
				fmt.Sprintf("systemd and OpenRC do. For an init that does not, write `%s:force`.", cgroup.V))
		}
	case !own && v2:
		c.refuse(cgroup.Origin, "mount/cgroup-without-namespace", "cgroup v2 cannot be mounted without a cgroup namespace",
			"LXC fails as well. Do not keep the host's cgroup namespace, or remove the cgroup word from lxc.mount.auto.")
	case !own && cgroup.V.Kind == "cgroup-full" && c.leaves(plan.NamespaceUser):
		c.refuse(cgroup.Origin, "mount/cgroup-without-namespace", "the root of a user namespace may not mount the host's cgroups",
			"Do not keep the host's cgroup namespace, or write `cgroup` for the container's own part of them.")
	case own && cgroup.V.Kind == "cgroup-full":
		c.report(diag.Warning, diag.SilentlyDifferent, cgroup.Origin, "mount/cgroup-full-in-namespace",
			"cgroup-full means the same as cgroup in a cgroup namespace", "The container sees its own part of the hierarchies only.")
		c.mountCgroups(cgroup, v2)
	case own, cgroup.V.Kind == "cgroup-full":
		c.mountCgroups(cgroup, v2)
	default:
		c.bindCgroups(cgroup)
	}
}

// mountCgroups mounts the file system of every hierarchy.
func (c *compiler) mountCgroups(cgroup config.Value[config.CgroupAuto], v2 bool) {
	set := plan.ListOf(append(quietFlags(), plan.FlagRelATime)...)
	if cgroup.V.Mode == "ro" {
		set = plan.ListOf(append(quietFlags(), plan.FlagReadOnly, plan.FlagRelATime)...)
	}
	if v2 {
		c.add(plan.AtAutoMountCgroup, plan.Mount{Source: "none", Target: cgroupRoot, FSType: "cgroup2", Set: set}, cgroup.Origin)
		return
	}
	c.eachHierarchy(cgroup, func(h plan.Hierarchy, at string) {
		mount := plan.Mount{Source: "none", Target: at, FSType: "cgroup2", Set: set}
		if h.Version == 1 {
			mount.FSType, mount.Data = "cgroup", plan.ListOf(strings.Split(h.Name, ",")...)
		}
		c.add(plan.AtAutoMountCgroup, mount, cgroup.Origin)
	})
}

// bindCgroups shows the payload's own cgroup of every hierarchy, at its place in it.
// With mixed and ro what is above cannot be written to, with ro the cgroup itself
// cannot be either.
func (c *compiler) bindCgroups(cgroup config.Value[config.CgroupAuto]) {
	mode := cgroup.V.Mode
	if mode == "" && !c.keepsCapability("CAP_SYS_ADMIN") {
		mode = "mixed"
	}
	at := c.placeCgroup()
	c.eachHierarchy(cgroup, func(h plan.Hierarchy, dir string) {
		place := plan.CgroupPlace{Hierarchy: h.Name, Target: dir, Base: h.Base, Name: at.name, Inner: at.inner}
		c.add(plan.AtAutoMountCgroup, plan.CgroupDirectory{Place: place}, cgroup.Origin)
		if mode == "mixed" || mode == "ro" {
			c.add(plan.AtAutoMountCgroup, plan.Bind{Source: dir, InContainer: true, Target: dir, Set: plan.ListOf(plan.FlagReadOnly)}, cgroup.Origin)
		}
		c.add(plan.AtAutoMountCgroup, plan.CgroupBind{Place: place, ReadOnly: mode == "ro"}, cgroup.Origin)
	})
}

// eachHierarchy mounts a tmpfs for the hierarchies and makes a directory in it for
// each that the payload has a cgroup in.
func (c *compiler) eachHierarchy(cgroup config.Value[config.CgroupAuto], fill func(h plan.Hierarchy, at string)) {
	c.add(plan.AtAutoMountCgroup, plan.Mount{Source: "none", Target: cgroupRoot, FSType: "tmpfs",
		Set: plan.ListOf(append(quietFlags(), plan.FlagRelATime)...), Data: plan.ListOf("mode=0755", "size=10240k")}, cgroup.Origin)
	for _, h := range c.facts.Cgroups.Hierarchies.All() {
		if c.uses(h) {
			at := path.Join(cgroupRoot, path.Base(h.Mount))
			c.add(plan.AtAutoMountCgroup, plan.Directory{Path: at, Mode: 0}, cgroup.Origin)
			fill(h, at)
		}
	}
}
