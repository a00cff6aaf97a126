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

// delegatedScope is how somebody gets a cgroup of their own to start from.
const delegatedScope = "`systemd-run --user --scope -p Delegate=yes lxcfg start …`"

// requiredControllers are the v2 controllers the limits ask for: they have to be
// enabled on the way down to the payload's cgroup.
func (c *compiler) requiredControllers(h plan.Hierarchy) []string {
	var required []string
	for _, s := range c.config.Cgroup.V2 {
		controller := controllerOf(s.File)
		if controller == "cgroup" || controller == "devices" || slices.Contains(required, controller) {
			continue
		}
		if available, seen := c.controllers(h); seen && !slices.Contains(available, controller) {
			c.refuse(s.Origin, "cgroup/no-controller", fmt.Sprintf("the cgroup controller %q is not available %s", controller, c.where(h)), c.controllerHint())
			continue
		}
		required = append(required, controller)
	}
	return required
}

func (c *compiler) where(h plan.Hierarchy) string {
	if c.inScope() {
		return fmt.Sprintf("to the systemd of user %d", c.facts.Caller.UID)
	}
	return "below " + path.Join(h.Mount, h.Base)
}

func (c *compiler) controllerHint() string {
	switch {
	case c.inScope():
		return "Check the spelling against cgroups(7). Root can have systemd hand it out: `[Service]` and `Delegate=cpu cpuset io memory pids` in /etc/systemd/system/user@.service.d/delegate.conf, then a new login."
	case c.facts.Caller.Root():
		return "Check the spelling against cgroups(7); `cat /sys/fs/cgroup/cgroup.controllers` lists what the kernel has."
	}
	return "Check the spelling against cgroups(7). For an ordinary user the controller has to be delegated: start from " + delegatedScope + "."
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
	switch {
	case !ok:
		c.refuse(s.Origin, "cgroup/no-controller", fmt.Sprintf("this host has no cgroup controller %q", controller),
			"Check the spelling against cgroups(7); `cat /proc/cgroups` lists what the kernel has.")
	case !c.isAllowed(h):
		c.refuse(s.Origin, "cgroup/not-used", fmt.Sprintf("lxc.cgroup.use in lxc.conf does not list the cgroup controller %q", controller),
			"The limit could not be set. Add the controller to that line.")
	case !c.uses(h):
		c.refuse(s.Origin, "cgroup/not-delegated", fmt.Sprintf("user %d may not make cgroups in %s", c.facts.Caller.UID, path.Join(h.Mount, h.Base)),
			"The limit could not be set. Start as root, or from a cgroup of your own: "+delegatedScope+".")
	default:
		return h, true
	}
	return h, false
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
