package compile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// compileCgroups makes the payload's cgroup in every hierarchy the caller may
// write to, sets its limits and lets the payload enter it.
//
// LXC makes a second cgroup for the monitor in each of them. lxcfg leaves the
// monitor where it was started, if it can: moving a process waits for an RCU grace
// period, and nothing but LXC's own bookkeeping looks for it there.
func (c *compiler) compileCgroups() {
	at := c.placeCgroup()
	if relative := c.config.Cgroup.Relative; relative.V {
		at.lines = append(at.lines, relative.Origin)
	}
	const because = "every container has its cgroups"
	var entered []string
	c.checkUse()
	if c.inScope() {
		c.addDefault(plan.AtCgroupScope, plan.CgroupScope{Bus: c.facts.Caller.Systemd.Bus, Unit: "lxc-" + c.options.Name}, "an ordinary user is given cgroups by his systemd")
	}
	for _, h := range c.facts.Cgroups.Hierarchies.All() {
		if !c.uses(h) {
			continue
		}
		create := plan.CgroupCreate{Hierarchy: h.Name, Version: h.Version, Mount: h.Mount, Base: h.Base, Name: at.name, Inner: at.inner, Exact: at.exact}
		reason := at.because
		switch {
		case h.Version == 1:
			entered = append(entered, h.Name)
		case c.facts.Cgroups.Layout == plan.CgroupUnified:
			controllers, _ := c.controllers(h)
			create.Controllers = plan.ListOf(controllers...)
			create.Required = plan.ListOf(c.requiredControllers(h)...)
			if c.inScope() {
				create.Base, create.InScope = "", true
				reason = "in a scope of the user's systemd"
			}
			if h.Inside || create.InScope {
				c.builder.Add(plan.AtCgroupAside, plan.CgroupAside{Hierarchy: h.Name, Mount: h.Mount, Base: create.Base, InScope: create.InScope, Name: c.asideName()},
					"a cgroup that holds processes cannot enable controllers for the payload's")
			}
		}
		if reason == "" && len(at.lines) == 0 {
			reason = because
		}
		c.builder.Add(plan.AtCgroupCreate, create, reason, planOrigins(at.lines)...)
		c.delegate(h)
	}
	if len(entered) > 0 {
		c.addDefault(plan.AtCgroupEnter, plan.CgroupEnter{Hierarchies: plan.ListOf(entered...)}, because)
	}
	c.compileLimits()
}

// inScope reports whether the container's cgroup goes into a scope of the user's
// systemd: an ordinary user with one, on a host with v2 only. That user may have a
// cgroup of its own as well, but a shell stands in it.
func (c *compiler) inScope() bool {
	return c.facts.Cgroups.Layout == plan.CgroupUnified && c.facts.Caller.Systemd.Bus != "" && !c.config.Cgroup.Relative.V
}

// uses reports whether the payload gets a cgroup in a hierarchy: in all that the
// caller may write to and lxc.cgroup.use, which speaks of controllers of v1, allows.
func (c *compiler) uses(h plan.Hierarchy) bool {
	return (h.Writable || c.inScope()) && c.isAllowed(h)
}

func (c *compiler) isAllowed(h plan.Hierarchy) bool {
	allowed := c.usedControllers()
	return h.Version == 2 || len(allowed) == 0 || slices.ContainsFunc(allowed, func(name string) bool {
		return name == h.Name || slices.Contains(h.Controllers.Slice(), name)
	})
}

// controllers are those of a v2 hierarchy that the container can have, and seen
// says whether they are known: what systemd has to give shows when it gives it.
func (c *compiler) controllers(h plan.Hierarchy) (available []string, seen bool) {
	if !c.inScope() {
		return h.Controllers.Slice(), true
	}
	available = c.facts.Caller.Systemd.Controllers.Slice()
	return available, len(available) > 0
}

// usedControllers are those of lxc.cgroup.use, none for all there are.
func (c *compiler) usedControllers() []string {
	return strings.FieldsFunc(c.facts.LXC.CgroupUse, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
}

// checkUse refuses a controller of lxc.cgroup.use that cannot be used.
func (c *compiler) checkUse() {
	for _, name := range c.usedControllers() {
		found := false
		for _, h := range c.facts.Cgroups.Hierarchies.All() {
			available, seen := c.controllers(h)
			found = found || c.uses(h) && (!seen || name == h.Name || slices.Contains(available, name))
		}
		if !found {
			c.refuse(c.nowhere(), "cgroup/use-unavailable",
				fmt.Sprintf("lxc.cgroup.use in lxc.conf asks for the cgroup controller %q, which is not available to user %d", name, c.facts.Caller.UID),
				"LXC starts no container then. Take the controller out of that line, or start from a cgroup that has it.")
		}
	}
}

// cgroupPlace is where the payload's cgroup goes, below the base of each hierarchy.
type cgroupPlace struct {
	name, inner string
	exact       bool // the name is not to be changed when it is taken
	lines       []config.Origin
	because     string
}

func (c *compiler) placeCgroup() cgroupPlace {
	cg := &c.config.Cgroup
	switch {
	case cg.Dir.V != "":
		return cgroupPlace{name: path.Join(cg.Dir.V, "lxc.payload."+c.options.Name), lines: lineOf(cg.Dir)}
	case cg.DirContainer.V != "":
		at := cgroupPlace{name: cg.DirContainer.V, inner: cg.DirContainerInner.V, exact: true, lines: lineOf(cg.DirContainer)}
		if at.inner != "" {
			at.lines = append(at.lines, cg.DirContainerInner.Origin)
		}
		return at
	case c.facts.LXC.CgroupPattern != "":
		return cgroupPlace{name: path.Join(c.patternDir(), "payload"), because: "lxc.cgroup.pattern in lxc.conf"}
	}
	return cgroupPlace{name: "lxc.payload." + c.options.Name}
}

// asideName is where the monitor steps aside to: where LXC has its monitor.
func (c *compiler) asideName() string {
	cg := &c.config.Cgroup
	switch {
	case cg.Dir.V != "":
		return path.Join(cg.Dir.V, "lxc.monitor."+c.options.Name)
	case cg.DirMonitor.V != "":
		return cg.DirMonitor.V
	case c.facts.LXC.CgroupPattern != "":
		return path.Join(c.patternDir(), "monitor")
	}
	return "lxc.monitor." + c.options.Name
}

// patternDir is lxc.cgroup.pattern with the container's name filled in.
func (c *compiler) patternDir() string {
	return strings.Trim(path.Join("/", strings.ReplaceAll(c.facts.LXC.CgroupPattern, "%n", c.options.Name)), "/")
}

// delegate hands the cgroup to the root group of a user namespace.
func (c *compiler) delegate(h plan.Hierarchy) {
	gid, mapped := plan.HostID(c.gids, 0)
	if !mapped {
		return
	}
	files := []string{"cgroup.procs", "tasks"}
	if h.Version == 2 {
		files = c.facts.DelegateList.Slice()
	}
	c.add(plan.AtCgroupDelegate, plan.CgroupDelegate{Hierarchy: h.Name, GID: gid, Files: plan.ListOf(files...), ByHelper: c.needsHelper()},
		c.config.IDMap[0].Origin)
}

// lineOf is the line of one value, or none when it was not set.
func lineOf[T any](v config.Value[T]) []config.Origin {
	if !v.Set {
		return nil
	}
	return []config.Origin{v.Origin}
}
