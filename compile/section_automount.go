package compile

import (
	"path"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// quiet are the flags LXC mounts pseudo file systems with.
var quiet = []plan.MountFlag{plan.FlagNoSUID, plan.FlagNoDev, plan.FlagNoExec}

// compileAutoMounts expands lxc.mount.auto. The result is the mount table that
// LXC makes, by a shorter way: LXC parks the parts that stay writable elsewhere
// while it makes the rest read-only, because a classic bind mount takes its
// flags from a second call; mount_setattr sets them on the detached mount.
func (c *compiler) compileAutoMounts() {
	auto := &c.config.Mount.Auto
	if auto.Proc.V != "" {
		c.autoMountProc(auto.Proc)
	}
	if auto.Sys.V != "" {
		c.autoMountSys(auto.Sys)
	}
	if auto.Cgroup.V.Kind != "" {
		c.autoMountCgroup(auto.Cgroup)
	}
	if auto.ShMounts.Set && auto.ShMounts.V.Host != "" {
		c.refuse(auto.ShMounts.Origin, "launch/unsupported", "lxcfg cannot carry out \"shmounts\" yet", "Mount the directory with an lxc.mount.entry instead.")
	}
}

// autoMountProc: proc:rw is the file system, proc:mixed protects its settings
// but leaves the network's to a container that may administer its own network.
func (c *compiler) autoMountProc(proc config.Value[string]) {
	c.add(plan.AtAutoMount, plan.Directory{Path: "/proc", Mode: 0o755}, proc.Origin)
	c.add(plan.AtAutoMount, plan.Mount{Source: "proc", Target: "/proc", FSType: "proc", Set: plan.ListOf(quiet...)}, proc.Origin)
	if proc.V != "mixed" {
		return
	}
	// LXC's remount names no flag but ro and so drops the others; they protect
	// nothing on a tree without programs, devices or set-user-ID files.
	readOnly := plan.Bind{Set: plan.ListOf(plan.FlagReadOnly), Clear: plan.ListOf(quiet...), InContainer: true, SkipMissing: true}
	c.autoBind("/proc/sys", readOnly, proc.Origin)
	if c.keepsCapability("CAP_NET_ADMIN") {
		c.autoBind("/proc/sys/net", plan.Bind{Set: plan.ListOf(quiet...), Clear: plan.ListOf(plan.FlagReadOnly),
			InContainer: true, SkipMissing: true}, proc.Origin)
	}
	c.autoBind("/proc/sysrq-trigger", readOnly, proc.Origin)
}

// autoMountSys: sys:mixed is read-only but for the network devices.
func (c *compiler) autoMountSys(sys config.Value[string]) {
	mount := plan.Mount{Source: "sysfs", Target: "/sys", FSType: "sysfs"}
	switch sys.V {
	case "ro":
		mount.Set, mount.SuperRO = plan.ListOf(plan.FlagReadOnly), true
	case "mixed":
		mount.Set = plan.ListOf(append([]plan.MountFlag{plan.FlagReadOnly}, quiet...)...)
	}
	c.add(plan.AtAutoMount, plan.Directory{Path: "/sys", Mode: 0o755}, sys.Origin)
	c.add(plan.AtAutoMount, mount, sys.Origin)
	if sys.V == "mixed" {
		c.autoBind("/sys/devices/virtual/net", plan.Bind{Clear: plan.ListOf(plan.FlagReadOnly), InContainer: true, SkipMissing: true}, sys.Origin)
	}
}

// autoBind binds a path of the container over itself with other flags.
func (c *compiler) autoBind(path string, bind plan.Bind, origin config.Origin) {
	bind.Source, bind.Target = path, path
	c.add(plan.AtAutoMount, bind, origin)
}

// autoMountCgroup mounts cgroups where LXC does: only when forced, when the
// container could not do it itself, or on a host with nothing but cgroup v2,
// where many inits expect to find them.
func (c *compiler) autoMountCgroup(cgroup config.Value[config.CgroupAuto]) {
	unified := c.facts.Cgroups.Layout == plan.CgroupUnified
	v2 := unified || cgroup.V.Kind == "cgroup2"
	forced := cgroup.V.Force || v2 || !c.keepsCapability("CAP_SYS_ADMIN")
	switch {
	case c.facts.Cgroups.Layout == plan.CgroupNone:
		c.refuse(cgroup.Origin, "cgroup/none-mounted", "this host has no cgroups mounted",
			"Mount the cgroup2 file system on /sys/fs/cgroup, or remove the cgroup word from lxc.mount.auto.")
	case c.leaves(plan.NamespaceCgroup) && !forced:
		// The init sees its own part of every hierarchy and mounts it itself.
	case !c.leaves(plan.NamespaceCgroup):
		c.refuse(cgroup.Origin, "launch/unsupported", "lxcfg cannot mount cgroups without a cgroup namespace yet",
			"Do not keep the host's cgroup namespace, or remove the cgroup word from lxc.mount.auto.")
	case cgroup.V.Kind == "cgroup-full":
		c.report(diag.Warning, diag.SilentlyDifferent, cgroup.Origin, "mount/cgroup-full-in-namespace",
			"cgroup-full means the same as cgroup in a cgroup namespace", "The container sees its own part of the hierarchies only.")
		fallthrough
	default:
		c.mountCgroups(cgroup, v2)
	}
}

func (c *compiler) mountCgroups(cgroup config.Value[config.CgroupAuto], v2 bool) {
	const root = "/sys/fs/cgroup"
	flags := append([]plan.MountFlag{}, quiet...)
	if cgroup.V.Mode == "ro" {
		flags = append(flags, plan.FlagReadOnly)
	}
	set := plan.ListOf(append(flags, plan.FlagRelATime)...)
	if v2 {
		c.add(plan.AtAutoMountCgroup, plan.Mount{Source: "none", Target: root, FSType: "cgroup2", Set: set}, cgroup.Origin)
		return
	}
	c.add(plan.AtAutoMountCgroup, plan.Mount{Source: "none", Target: root, FSType: "tmpfs",
		Set: plan.ListOf(append(append([]plan.MountFlag{}, quiet...), plan.FlagRelATime)...), Data: plan.ListOf("mode=0755", "size=10240k")}, cgroup.Origin)
	for _, h := range c.facts.Cgroups.Hierarchies.All() {
		if !h.Writable {
			continue
		}
		at := root + "/" + path.Base(h.Mount)
		mount := plan.Mount{Source: "none", Target: at, FSType: "cgroup2", Set: set}
		if h.Version == 1 {
			mount.FSType, mount.Data = "cgroup", plan.ListOf(strings.Split(h.Name, ",")...)
		}
		c.add(plan.AtAutoMountCgroup, plan.Directory{Path: at, Mode: 0}, cgroup.Origin)
		c.add(plan.AtAutoMountCgroup, mount, cgroup.Origin)
	}
}

// keepsCapability reports whether the container is left a capability, by lxc.cap.
func (c *compiler) keepsCapability(name string) bool {
	for _, dropped := range c.droppedCapabilities() {
		if dropped.Name == name {
			return false
		}
	}
	return true
}
