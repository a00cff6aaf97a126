package rules

import (
	"fmt"
	"slices"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// namespaceRules are about lxc.namespace and what needs one.
func namespaceRules() []Rule {
	return []Rule{
		{
			Code: "namespace/user-without-idmap", Severity: diag.Error, Effect: diag.FailsAtStart, Missing: true,
			Title: "a user namespace without ids",
			Doc:   "No id exists in a new user namespace until lxc.idmap lines map some, and nothing can be set up without one. lxc.namespace.keep makes all namespaces that it does not list, user too.",
			Bad:   "lxc.namespace.clone = user mnt pid\n",
			Good:  "lxc.namespace.clone = user mnt pid\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			check: userWithoutIDMap,
		},
		{
			Code: "namespace/clock-kept", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "an offset in a time namespace that is kept",
			Doc:   "An offset belongs to a time namespace of the container's own. LXC does not start a container that keeps its starter's and sets one.",
			Bad:   "lxc.namespace.keep = user time\nlxc.time.offset.boot = 1h\n",
			Good:  "lxc.namespace.keep = user\nlxc.time.offset.boot = 1h\n",
			check: clockKept,
		},
		{
			Code: "namespace/clock-ignored", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "an offset without a time namespace",
			Doc:   "With lxc.namespace.clone the container gets the namespaces that it names and no others. Without time among them, and with that of somebody else, its clocks stay as they are.",
			Bad:   "lxc.namespace.clone = mnt pid\nlxc.time.offset.boot = 1h\n",
			Good:  "lxc.namespace.clone = mnt pid time\nlxc.time.offset.boot = 1h\n",
			check: clockIgnored,
		},
		{
			Code: "namespace/clock-below-second", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "an offset in seconds and one below",
			Doc:   "LXC keeps whole seconds and what is given in ms, us or ns apart, and sets a clock by the first alone when there are both.",
			Bad:   "lxc.time.offset.boot = 1h\nlxc.time.offset.boot = 5ms\n",
			Good:  "lxc.time.offset.boot = 5ms\n",
			check: clockBelowSecond,
		},
		{
			Code: "namespace/sched-core-without-pid", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "core scheduling without a pid namespace",
			Doc:   "LXC gives a core scheduling cookie to containers with a pid namespace of their own only, and does not start others that ask for one.",
			Bad:   "lxc.sched.core = 1\nlxc.namespace.keep = user pid\n",
			Good:  "lxc.sched.core = 1\n",
			check: schedCoreWithoutPID,
		},
	}
}

// makes reports whether a container gets a namespace of its own that it would get by
// default.
func makes(c *config.Config, namespace string) bool {
	named := func(v config.Value[string]) bool { return v.V == namespace }
	if _, shared := c.Namespaces.Share[namespace]; shared {
		return false
	}
	if len(c.Namespaces.Clone) > 0 {
		return slices.ContainsFunc(c.Namespaces.Clone, named)
	}
	return !slices.ContainsFunc(c.Namespaces.Keep, named)
}

// userWithoutIDMap is silent for a configuration of parts that are put together: only the
// whole has a map.
func userWithoutIDMap(c *config.Config, report report) {
	ns := &c.Namespaces
	switch {
	case len(c.IDMap) > 0 || c.Unprivileged:
	case ns.Share["user"].Set:
		report(ns.Share["user"].Origin, "a shared user namespace needs lxc.idmap lines too", "They say who the container's root is on the host. Write those that the other container has.")
	case len(ns.Clone) > 0 && makes(c, "user"):
		report(ns.Clone[0].Origin, "a new user namespace needs lxc.idmap lines", "Without a map no id exists inside and nothing can be set up. Add lxc.idmap lines, or take user out of the line.")
	case len(ns.Keep) > 0 && makes(c, "user") && isContainer(c):
		report(ns.Keep[0].Origin, "a new user namespace needs lxc.idmap lines", "Without a map no id exists inside and nothing can be set up. Add lxc.idmap lines, or list user in lxc.namespace.keep.")
	}
}

// clocks are the offsets that are set and are not 0, with the names of their clocks.
func clocks(c *config.Config, visit func(string, config.Value[config.TimeOffset])) {
	for _, clock := range [...]struct {
		name   string
		offset config.Value[config.TimeOffset]
	}{{"boot", c.Namespaces.OffsetBoot}, {"monotonic", c.Namespaces.OffsetMonotonic}} {
		if o := clock.offset.V; o.Seconds != 0 || o.Nanoseconds != 0 {
			visit(clock.name, clock.offset)
		}
	}
}

// keepsTime reports whether the starter's time namespace is kept by its name.
func keepsTime(c *config.Config) bool {
	_, shared := c.Namespaces.Share["time"]
	return !shared && len(c.Namespaces.Clone) == 0 && !makes(c, "time")
}

func clockKept(c *config.Config, report report) {
	clocks(c, func(name string, offset config.Value[config.TimeOffset]) {
		if keepsTime(c) {
			report(offset.Origin, fmt.Sprintf("the %s clock cannot be set in a time namespace that is kept", name), "Take time out of lxc.namespace.keep, or remove the line.")
		}
	})
}

func clockIgnored(c *config.Config, report report) {
	clocks(c, func(name string, offset config.Value[config.TimeOffset]) {
		if !makes(c, "time") && !keepsTime(c) {
			report(offset.Origin, fmt.Sprintf("the container has no time namespace of its own: its %s clock stays as it is", name),
				"Add time to lxc.namespace.clone, or remove the line, or that of lxc.namespace.share.time.")
		}
	})
}

func clockBelowSecond(c *config.Config, report report) {
	clocks(c, func(name string, offset config.Value[config.TimeOffset]) {
		if o := offset.V; o.Seconds != 0 && o.Nanoseconds != 0 {
			report(offset.Origin, fmt.Sprintf("the %s clock is set by %ds alone", name, o.Seconds), "Write one of the two lines, or clear the clock between them: `lxc.time.offset."+name+" =`.")
		}
	})
}

func schedCoreWithoutPID(c *config.Config, report report) {
	if core := c.Limits.SchedCore; core.V && !makes(c, "pid") {
		report(core.Origin, "lxc.sched.core needs a pid namespace of the container's own", "Remove the line, or give the container a pid namespace.")
	}
}
