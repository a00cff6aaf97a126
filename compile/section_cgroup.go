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

// compileCgroups makes the payload's cgroup in every hierarchy the caller may
// write to, sets its limits and lets the payload enter it.
//
// LXC makes a second cgroup for the monitor in each of them. lxcfg leaves the
// monitor where it was started: moving a process waits for an RCU grace period,
// and nothing but LXC's own bookkeeping looks for it there.
func (c *compiler) compileCgroups() {
	if dir := c.config.Cgroup.Relative; dir.V {
		c.refuse(dir.Origin, "launch/unsupported", "lxcfg cannot place cgroups relative to the caller's yet", "Remove the line.")
	}
	name, inner, exact, lines := c.cgroupName()
	because := "every container has its cgroups"
	var entered []string
	for _, h := range c.facts.Cgroups.Hierarchies.All() {
		if !h.Writable {
			continue
		}
		create := plan.CgroupCreate{Hierarchy: h.Name, Version: h.Version, Mount: h.Mount, Base: h.Base, Name: name, Inner: inner, Exact: exact}
		if h.Version == 2 {
			create.Controllers = plan.ListOf(c.neededControllers(h)...)
		} else {
			entered = append(entered, h.Name)
		}
		c.builder.Add(plan.AtCgroupCreate, create, because, planOrigins(lines)...)
		c.delegate(h)
	}
	if len(entered) > 0 {
		c.addDefault(plan.AtCgroupEnter, plan.CgroupEnter{Hierarchies: plan.ListOf(entered...)}, because)
	}
	c.compileLimits()
}

// cgroupName is the payload's cgroup below the base of each hierarchy.
func (c *compiler) cgroupName() (name, inner string, exact bool, lines []config.Origin) {
	cg := &c.config.Cgroup
	name = "lxc.payload." + c.options.Name
	switch {
	case cg.Dir.V != "":
		return path.Join(cg.Dir.V, name), "", false, lineOf(cg.Dir)
	case cg.DirContainer.V != "":
		lines = lineOf(cg.DirContainer)
		if cg.DirContainerInner.V != "" {
			lines = append(lines, cg.DirContainerInner.Origin)
		}
		return cg.DirContainer.V, cg.DirContainerInner.V, true, lines
	}
	return name, "", false, nil
}

// neededControllers are the v2 controllers the limits ask for: they have to be
// enabled on the way down to the payload's cgroup.
func (c *compiler) neededControllers(h plan.Hierarchy) []string {
	var needed []string
	if c.facts.Cgroups.Layout != plan.CgroupUnified {
		return nil
	}
	for _, s := range c.config.Cgroup.V2 {
		controller := controllerOf(s.File)
		if controller == "cgroup" || controller == "devices" || slices.Contains(needed, controller) {
			continue
		}
		if !slices.Contains(h.Controllers.Slice(), controller) {
			c.refuse(s.Origin, "cgroup/no-controller", fmt.Sprintf("the cgroup controller %q is not available below %s", controller, path.Join(h.Mount, h.Base)),
				"Check the spelling against cgroups(7). For an ordinary user the controller has to be delegated: start from `systemd-run --user --scope -p Delegate=yes`.")
			continue
		}
		needed = append(needed, controller)
	}
	return needed
}

// delegate hands the cgroup to the root group of a user namespace.
func (c *compiler) delegate(h plan.Hierarchy) {
	gid, mapped := hostID(c.gids, 0)
	if !mapped || gid == c.facts.Caller.GID {
		return
	}
	files := []string{"cgroup.procs", "tasks"}
	if h.Version == 2 {
		files = c.facts.DelegateList.Slice()
	}
	c.add(plan.AtCgroupDelegate, plan.CgroupDelegate{Hierarchy: h.Name, GID: gid, Files: plan.ListOf(files...)},
		c.config.IDMap[0].Origin)
}

// compileLimits writes lxc.cgroup.* on a host with v1 hierarchies and
// lxc.cgroup2.* on one with v2 only, as LXC does.
func (c *compiler) compileLimits() {
	cg := &c.config.Cgroup
	active, idle, version := cg.V1, cg.V2, "cgroup v2"
	if c.facts.Cgroups.Layout == plan.CgroupUnified {
		active, idle, version = cg.V2, cg.V1, "cgroup v1"
	}
	for _, s := range active {
		if s.Device != nil {
			continue
		}
		if h, ok := c.hierarchyOf(s); ok {
			c.add(plan.AtCgroupLimit, plan.CgroupLimit{Hierarchy: h.Name, File: s.File, Value: s.Value}, s.Origin)
		}
	}
	limited := controllersOf(active)
	for _, s := range idle {
		if !limited[controllerOf(s.File)] {
			c.report(diag.Warning, diag.SilentlyDifferent, s.Origin, "cgroup/ignored-here",
				fmt.Sprintf("%q is a limit of %s, which this host does not use: it has no effect", s.Origin.Key, version),
				"LXC ignores it too. Add the line of the other cgroup version beside it.")
		}
	}
}

// hierarchyOf finds where a setting is written, refusing one that has no place.
func (c *compiler) hierarchyOf(s config.CgroupSetting) (plan.Hierarchy, bool) {
	controller := controllerOf(s.File)
	if c.facts.Cgroups.Layout == plan.CgroupUnified {
		controller = "unified"
	}
	h, ok := c.facts.Cgroups.Find(controller)
	if !ok {
		c.refuse(s.Origin, "cgroup/no-controller", fmt.Sprintf("this host has no cgroup controller %q", controller),
			"Check the spelling against cgroups(7); `cat /proc/cgroups` lists what the kernel has.")
		return h, false
	}
	if !h.Writable {
		c.refuse(s.Origin, "cgroup/not-delegated", fmt.Sprintf("user %d may not make cgroups in %s", c.facts.Caller.UID, path.Join(h.Mount, h.Base)),
			"The limit could not be set. Start as root, or from a delegated scope: `systemd-run --user --scope -p Delegate=yes`.")
		return h, false
	}
	return h, true
}

// compileDeviceRules restricts devices, once the container's own are made.
func (c *compiler) compileDeviceRules() {
	settings, version := c.config.Cgroup.V1, 1
	if c.facts.Cgroups.Layout == plan.CgroupUnified {
		settings, version = c.config.Cgroup.V2, 2
	}
	var rules []plan.DeviceRule
	var lines []config.Origin
	for _, s := range settings {
		if s.Device == nil {
			continue
		}
		if s.Device.Path != "" {
			c.refuse(s.Origin, "launch/unsupported", fmt.Sprintf("lxcfg cannot look up the device %q yet", s.Device.Path),
				"Write its type and numbers, as `ls -l` shows them.")
			return
		}
		lines = append(lines, s.Origin)
		rules = append(rules, plan.DeviceRule{Allow: s.File == "devices.allow", Type: string(s.Device.Type),
			Major: s.Device.Major, Minor: s.Device.Minor, Access: s.Device.Access})
	}
	if len(rules) == 0 {
		return
	}
	h, ok := c.hierarchyOf(config.CgroupSetting{File: "devices.allow", Origin: lines[0]})
	if !ok {
		return
	}
	c.add(plan.AtDeviceRules, plan.DeviceRules{Hierarchy: h.Name, Version: version, Rules: plan.ListOf(rules...)}, lines...)
}

// controllersOf is the controllers that settings are for.
func controllersOf(settings []config.CgroupSetting) map[string]bool {
	controllers := make(map[string]bool)
	for _, s := range settings {
		controllers[controllerOf(s.File)] = true
	}
	return controllers
}

// controllerOf is the controller of a file of a cgroup, "memory" of "memory.max".
func controllerOf(file string) string {
	controller, _, _ := strings.Cut(file, ".")
	return controller
}

// lineOf is the line of one value, or none when it was not set.
func lineOf[T any](v config.Value[T]) []config.Origin {
	if !v.Set {
		return nil
	}
	return []config.Origin{v.Origin}
}
