package compile

import (
	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// compileNamespaces decides which namespaces the payload gets new ones of. With
// neither lxc.namespace.clone nor lxc.namespace.keep it is what LXC does: all
// that the configuration has a use for.
func (c *compiler) compileNamespaces() {
	ns := &c.config.Namespaces
	switch {
	case len(ns.Clone) > 0:
		c.namespaces = plan.SetOf(namespaceNames(ns.Clone)...)
	case len(ns.Keep) > 0:
		c.namespaces = plan.SetOf(c.allNamespacesBut(namespaceNames(ns.Keep))...)
	default:
		c.namespaces = plan.SetOf(c.defaultNamespaces()...)
	}
	if c.namespaces.Has(plan.NamespaceUser) && len(c.config.IDMap) == 0 {
		c.refuse(c.namespaceOrigins()[0], "namespace/user-without-idmap",
			"a new user namespace needs lxc.idmap lines",
			"Without a map no id exists inside and nothing can be set up. Add lxc.idmap lines, or list user in lxc.namespace.keep.")
	}

	// The cgroup namespace is rooted at the cgroup its maker is in, and clone3
	// copies the namespaces before the child stands in its own cgroup. The files
	// that a network namespace has in sysfs and /proc/sys belong to the root of its
	// user namespace if that has been mapped by then.
	var early, late []plan.Namespace
	for _, n := range c.namespaces.Members() {
		if n == plan.NamespaceCgroup || n == plan.NamespaceNet && c.namespaces.Has(plan.NamespaceUser) {
			late = append(late, n)
		} else {
			early = append(early, n)
		}
	}
	spawn := plan.Spawn{Namespaces: plan.SetOf(early...)}
	if h, ok := c.facts.Cgroups.Find("unified"); ok && h.Writable {
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
}

// defaultNamespaces is LXC's choice: a user namespace only with a map, a net
// namespace unless every interface is of type none.
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
	return distinct(lines)
}

func namespaceNames(items config.Items[string]) []plan.Namespace {
	names := make([]plan.Namespace, 0, len(items))
	for _, v := range items {
		names = append(names, plan.Namespace(v.V))
	}
	return names
}
