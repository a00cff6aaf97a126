package compile

import (
	"slices"
	"strconv"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// compileNamespaces decides which namespaces the payload gets new ones of. With
// neither lxc.namespace.clone nor lxc.namespace.keep it is what LXC does: all
// that the configuration has a use for. Those it shares with others it joins.
func (c *compiler) compileNamespaces() {
	ns := &c.config.Namespaces
	var made []plan.Namespace
	switch {
	case len(ns.Clone) > 0:
		made = namespaceNames(ns.Clone)
	case len(ns.Keep) > 0:
		made = c.allNamespacesBut(namespaceNames(ns.Keep))
	default:
		made = c.defaultNamespaces()
	}
	joins := c.sharedNamespaces()
	made = slices.DeleteFunc(made, func(n plan.Namespace) bool { return c.joined.Has(n) })
	c.namespaces = plan.SetOf(made...)
	c.checkNamespaces()

	// The cgroup namespace is rooted at the cgroup its maker is in, and clone3
	// copies the namespaces before the child stands in its own cgroup. The files
	// that a network namespace has in sysfs and /proc/sys belong to the root of its
	// user namespace if that has been mapped by then. The clocks of a time namespace
	// cannot be set once there is a process in it, and its step makes it.
	var early, late []plan.Namespace
	for _, n := range c.namespaces.Members() {
		switch {
		case n == plan.NamespaceTime:
		case n == plan.NamespaceCgroup || n == plan.NamespaceNet && c.namespaces.Has(plan.NamespaceUser):
			late = append(late, n)
		default:
			early = append(early, n)
		}
	}
	spawn := plan.Spawn{Namespaces: plan.SetOf(early...), Join: plan.ListOf(joins...)}
	if h, ok := c.facts.Cgroups.Find("unified"); ok && c.uses(h) {
		spawn.IntoCgroup = h.Name
	}
	because := "LXC's default namespaces"
	if len(ns.Clone)+len(ns.Keep) > 0 {
		because = ""
	}
	c.builder.Add(plan.AtSpawn, spawn, because, planOrigins(c.namespaceOrigins())...)
	if len(late) > 0 {
		c.builder.Add(plan.AtUnshare, plan.Unshare{Namespaces: plan.SetOf(late...)}, because, planOrigins(c.namespaceOrigins())...)
	}
	c.compileClocks(because)
}

// checkNamespaces refuses a user namespace of which nobody says who is root in it.
func (c *compiler) checkNamespaces() {
	ns := &c.config.Namespaces
	switch {
	case len(c.config.IDMap) > 0:
	case c.namespaces.Has(plan.NamespaceUser):
		c.refuse(c.namespaceOrigins()[0], "namespace/user-without-idmap",
			"a new user namespace needs lxc.idmap lines",
			"Without a map no id exists inside and nothing can be set up. Add lxc.idmap lines, or list user in lxc.namespace.keep.")
	case c.joined.Has(plan.NamespaceUser):
		c.refuse(ns.Share["user"].Origin, "namespace/user-without-idmap",
			"a shared user namespace needs lxc.idmap lines too",
			"They say who the container's root is on the host. Write those that the other container has.")
	}
}

// sharedNamespaces are the namespaces of others that the payload joins.
//
// LXC joins user first, and so loses the right to join what does not belong to it.
// Only who has no rights outside needs it first: root joins it last.
func (c *compiler) sharedNamespaces() (joins []plan.Join) {
	order := plan.Namespaces()
	if c.facts.Caller.Root() {
		order = append(order[1:], plan.NamespaceUser)
	}
	var joined []plan.Namespace
	for _, n := range order {
		share, ok := c.config.Namespaces.Share[string(n)]
		if !ok {
			continue
		}
		join := plan.Join{Namespace: n}
		if strings.HasPrefix(share.V, "/") {
			join.Path = share.V
		} else if pid, err := strconv.ParseUint(share.V, 10, 31); err == nil {
			join.PID = uint32(pid)
		} else {
			join.Container = share.V
		}
		joins, joined = append(joins, join), append(joined, n)
	}
	c.joined = plan.SetOf(joined...)
	return joins
}

// compileClocks makes the time namespace and sets its clocks.
func (c *compiler) compileClocks(because string) {
	ns := &c.config.Namespaces
	var lines []config.Origin
	for _, offset := range [...]config.Value[config.TimeOffset]{ns.OffsetBoot, ns.OffsetMonotonic} {
		if movesClock(offset) {
			lines = append(lines, offset.Origin)
		}
	}
	if !c.namespaces.Has(plan.NamespaceTime) {
		if len(lines) > 0 && !c.facts.TimeNS {
			c.refuse(lines[0], "namespace/no-time", "this kernel has no time namespaces", "They came with Linux 5.6, behind CONFIG_TIME_NS. Remove the line.")
		}
		return
	}
	if len(lines) == 0 {
		lines = c.namespaceOrigins()
	} else {
		because = ""
	}
	c.builder.Add(plan.AtTimeNamespace, plan.TimeNamespace{Monotonic: clockOffset(ns.OffsetMonotonic.V), Boot: clockOffset(ns.OffsetBoot.V)},
		because, planOrigins(lines)...)
}

func movesClock(o config.Value[config.TimeOffset]) bool {
	return clockOffset(o.V) != plan.ClockOffset{}
}

// clockOffset is the offset that LXC writes: whole seconds, and the slot of what is
// below them only when there are none.
func clockOffset(o config.TimeOffset) plan.ClockOffset {
	if o.Seconds != 0 {
		return plan.ClockOffset{Seconds: o.Seconds}
	}
	const second = 1_000_000_000
	// The kernel takes nanoseconds from 0 on: what is below 0 is borrowed.
	seconds, rest := o.Nanoseconds/second, o.Nanoseconds%second
	if rest < 0 {
		seconds, rest = seconds-1, rest+second
	}
	return plan.ClockOffset{Seconds: seconds, Nanoseconds: rest}
}

// leaves reports whether the payload is in another namespace than who starts it, in
// one of its own or of somebody else.
func (c *compiler) leaves(n plan.Namespace) bool { return c.namespaces.Has(n) || c.joined.Has(n) }

// defaultNamespaces is LXC's choice: a user namespace only with a map, a net
// namespace unless every interface is of type none, a time namespace only with an
// offset.
func (c *compiler) defaultNamespaces() []plan.Namespace {
	set := []plan.Namespace{plan.NamespaceMnt, plan.NamespacePID, plan.NamespaceUTS, plan.NamespaceIPC}
	if len(c.config.IDMap) > 0 {
		set = append(set, plan.NamespaceUser)
	}
	if !c.sharesHostNetwork() {
		set = append(set, plan.NamespaceNet)
	}
	if c.facts.CgroupNS {
		set = append(set, plan.NamespaceCgroup)
	}
	if ns := &c.config.Namespaces; c.facts.TimeNS && (movesClock(ns.OffsetBoot) || movesClock(ns.OffsetMonotonic)) {
		set = append(set, plan.NamespaceTime)
	}
	return set
}

// allNamespacesBut is what lxc.namespace.keep leaves: everything not listed that
// the kernel has, the user namespace included.
func (c *compiler) allNamespacesBut(keep []plan.Namespace) []plan.Namespace {
	kept := plan.SetOf(keep...)
	var set []plan.Namespace
	for _, n := range plan.Namespaces() {
		switch {
		case kept.Has(n), n == plan.NamespaceTime && !c.facts.TimeNS, n == plan.NamespaceCgroup && !c.facts.CgroupNS:
		default:
			set = append(set, n)
		}
	}
	return set
}

// sharesHostNetwork reports whether every interface is of type none.
func (c *compiler) sharesHostNetwork() bool {
	for _, nic := range c.config.Network.NICs {
		if nic.Type.V != "none" {
			return false
		}
	}
	return len(c.config.Network.NICs) > 0
}

// namespaceOrigins are the lines behind the choice of namespaces.
func (c *compiler) namespaceOrigins() []config.Origin {
	ns := &c.config.Namespaces
	lines := append(origins(ns.Clone), origins(ns.Keep)...)
	if len(c.config.IDMap) > 0 {
		lines = append(lines, c.config.IDMap[0].Origin)
	}
	if c.sharesHostNetwork() {
		lines = append(lines, c.config.Network.NICs[0].Type.Origin)
	}
	for _, n := range plan.Namespaces() {
		if share, ok := ns.Share[string(n)]; ok {
			lines = append(lines, share.Origin)
		}
	}
	return distinct(lines)
}

func namespaceNames(items config.Items[string]) []plan.Namespace {
	names := make([]plan.Namespace, 0, len(items))
	for _, v := range items {
		names = append(names, plan.Namespace(v.V))
	}
	return names
}
