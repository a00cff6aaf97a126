package compile

import (
	"fmt"
	"path"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// quietFlags are the flags LXC mounts pseudo file systems with.
func quietFlags() []plan.MountFlag {
	return []plan.MountFlag{plan.FlagNoSUID, plan.FlagNoDev, plan.FlagNoExec}
}

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
}

// compileSharedMounts binds a directory of the host through which the host can mount
// into the running container: what appears there on the host appears in the container
// too, and never the other way round (mount_namespaces(7), slaves).
func (c *compiler) compileSharedMounts() {
	shared := c.config.Mount.Auto.ShMounts
	if shared.V.Host == "" {
		return
	}
	target := "/dev/.lxc-mounts"
	if shared.V.Container != "" {
		target = path.Join("/", shared.V.Container)
	}
	from := c.bindSource(shared.V.Host, false)
	if c.isMissing(from.host()) {
		c.missing(shared.Origin, "mount/source-missing", fmt.Sprintf("%q does not exist: no such file or directory", from.host()),
			fmt.Sprintf("Make it and share it: `mkdir -p %[1]s && mount --bind %[1]s %[1]s && mount --make-shared %[1]s`.", from.host()))
	}
	c.add(plan.AtMountEntry, plan.Bind{Source: from.path, Below: from.below, InContainer: from.inContainer, Target: target, Create: plan.CreateDir}, shared.Origin)
	c.add(plan.AtPropagate, plan.Propagate{Target: target, Propagation: "rslave"}, shared.Origin)
}

// autoMountProc: proc:rw is the file system, proc:mixed protects its settings
// but leaves the network's to a container that may administer its own network.
func (c *compiler) autoMountProc(proc config.Value[string]) {
	c.add(plan.AtAutoMount, plan.Directory{Path: "/proc", Mode: 0o755}, proc.Origin)
	c.add(plan.AtAutoMount, plan.Mount{Source: "proc", Target: "/proc", FSType: "proc", Set: plan.ListOf(quietFlags()...)}, proc.Origin)
	if proc.V != "mixed" {
		return
	}
	// LXC's remount names no flag but ro and so drops the others; they protect
	// nothing on a tree without programs, devices or set-user-ID files.
	readOnly := plan.Bind{Set: plan.ListOf(plan.FlagReadOnly), Clear: plan.ListOf(quietFlags()...), InContainer: true, SkipMissing: true}
	c.autoBind("/proc/sys", readOnly, proc.Origin)
	if c.keepsCapability("CAP_NET_ADMIN") {
		c.autoBind("/proc/sys/net", plan.Bind{Set: plan.ListOf(quietFlags()...), Clear: plan.ListOf(plan.FlagReadOnly),
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
		mount.Set = plan.ListOf(append(quietFlags(), plan.FlagReadOnly)...)
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

// keepsCapability reports whether the container is left a capability, by lxc.cap.
func (c *compiler) keepsCapability(name string) bool {
	for _, dropped := range c.droppedCapabilities() {
		if dropped.Name == name {
			return false
		}
	}
	return true
}
