package rules

import (
	"fmt"
	"slices"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// autoMountRules are about lxc.mount.auto.
func autoMountRules() []Rule {
	return []Rule{
		{
			Code: "mount/sys-without-proc", Severity: diag.Warning, Effect: diag.FailsAtStart, Missing: true,
			Title: "sys:mixed without proc",
			Doc:   "LXC puts part of /sys together at /proc/sys, and fails when lxc.mount.auto has mounted no /proc there. lxcfg needs none for it.",
			Bad:   "lxc.mount.auto = sys\n",
			Good:  "lxc.mount.auto = proc sys\n",
			check: sysWithoutProc,
		},
		{
			Code: "mount/cgroup-not-writable", Severity: diag.Info, Effect: diag.SilentlyDifferent,
			Title: "cgroups that are read-only without sys_admin",
			Doc:   "`cgroup` and `cgroup-full` without a mode are mounted for writing when the container keeps sys_admin, and as :mixed when it does not: all but the container's own cgroup is read-only then.",
			Bad:   "lxc.mount.auto = cgroup\nlxc.cap.drop = sys_admin\n",
			Good:  "lxc.mount.auto = cgroup:mixed\nlxc.cap.drop = sys_admin\n",
			check: cgroupNotWritable,
		},
		{
			Code: "mount/sys-twice", Severity: diag.Error, Effect: diag.FailsAtStart, Or: []diag.Verdict{diag.Differing},
			Title: "/sys mounted automatically and by an entry",
			Doc:   "The kernel mounts no sysfs over the same sysfs: it says that the device is busy, and the launch fails.",
			Bad:   "lxc.mount.auto = proc sys\nlxc.mount.entry = sysfs sys sysfs defaults 0 0\n",
			Good:  "lxc.mount.auto = proc sys\n",
			check: sysTwice,
		},
		{
			Code: "mount/sys-needs-network", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "/sys for an id map without a network",
			Doc:   "The kernel lets a user namespace mount sysfs only when the network namespace is its own as well. With the host's network lxc.mount.auto cannot mount /sys.",
			Bad:   "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\nlxc.namespace.keep = net\nlxc.mount.auto = proc sys\n",
			Good:  "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\nlxc.namespace.keep = net\nlxc.mount.auto = proc\nlxc.mount.entry = /sys sys none rbind 0 0\n",
			check: sysNeedsNetwork,
		},
	}
}

func sysWithoutProc(c *config.Config, report report) {
	if auto := &c.Mount.Auto; auto.Sys.V == "mixed" && auto.Proc.V == "" {
		report(auto.Sys.Origin, "LXC fails to mount sys:mixed without proc", "Write `proc:mixed sys:mixed`, or `sys:ro`.")
	}
}

func cgroupNotWritable(c *config.Config, report report) {
	cgroup := c.Mount.Auto.Cgroup
	if at, dropped := dropsCapability(c, "CAP_SYS_ADMIN"); dropped && cgroup.V.Kind != "" && cgroup.V.Kind != "cgroup2" && cgroup.V.Mode == "" {
		report(cgroup.Origin, fmt.Sprintf("without sys_admin LXC mounts %s as %[1]s:mixed", cgroup.V.Kind), fmt.Sprintf("Write `%s:mixed` where that is meant.", cgroup.V.Kind),
			diag.Related{Range: at.Range(), Summary: "sys_admin goes here"})
	}
}

// isSysTwice reports whether an entry mounts sysfs where lxc.mount.auto has done it.
func isSysTwice(c *config.Config, m config.MountEntry) bool {
	return c.Mount.Auto.Sys.V != "" && !m.Bind && m.FSType == "sysfs" && targetOf(m) == "/sys"
}

func sysTwice(c *config.Config, report report) {
	for m := range mountEntries(c) {
		if !isSysTwice(c, m.V) {
			continue
		}
		f := report(m.Origin, "/sys is mounted already, and the kernel does not mount it twice", "Remove the line, or sys from lxc.mount.auto.",
			diag.Related{Range: c.Mount.Auto.Sys.Origin.Range(), Summary: "mounted here"})
		if m.V.Mounting().Optional {
			f.as(diag.Warning, diag.SilentlyDifferent)
		}
		f.remove(true)
	}
}

func sysNeedsNetwork(c *config.Config, report report) {
	sys := c.Mount.Auto.Sys
	if sys.V == "" || len(c.IDMap) == 0 || !getsUserNamespace(c) {
		return
	}
	at, shared := sharesNetwork(c)
	if _, joined := c.Namespaces.Share["user"]; shared && !joined {
		report(sys.Origin, "/sys cannot be mounted: the container has an id map, and a network that is not its own",
			"Take sys out of lxc.mount.auto, and bind the host's: `lxc.mount.entry = /sys sys none rbind 0 0`. Or give the container a network of its own.",
			diag.Related{Range: at.Range(), Summary: "what leaves it without one"})
	}
}

// getsUserNamespace reports whether a container with an id map gets a user namespace
// of its own.
func getsUserNamespace(c *config.Config) bool {
	named := func(v config.Value[string]) bool { return v.V == "user" }
	if len(c.Namespaces.Clone) > 0 {
		return slices.ContainsFunc(c.Namespaces.Clone, named)
	}
	return !slices.ContainsFunc(c.Namespaces.Keep, named)
}

// sharesNetwork reports whether the container has a network that is not its own, and
// the line that says so.
func sharesNetwork(c *config.Config) (config.Origin, bool) {
	nics := c.Network.NICs
	if len(nics) > 0 && !slices.ContainsFunc(nics, func(n config.NIC) bool { return n.Type.V != "none" }) {
		return nics[0].Type.Origin, true
	}
	return sharesNetworkNamespace(c)
}

// sharesNetworkNamespace is the same by lines about namespaces, in which LXC makes no
// interfaces whatever there is to be.
func sharesNetworkNamespace(c *config.Config) (config.Origin, bool) {
	ns := &c.Namespaces
	named := func(v config.Value[string]) bool { return v.V == "net" }
	if i := slices.IndexFunc(ns.Keep, named); i >= 0 {
		return ns.Keep[i].Origin, true
	}
	if len(ns.Clone) > 0 && !slices.ContainsFunc(ns.Clone, named) {
		return ns.Clone[0].Origin, true
	}
	if share, ok := ns.Share["net"]; ok && share.Set {
		return share.Origin, true
	}
	return config.Origin{}, false
}
