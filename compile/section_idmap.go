package compile

import (
	"fmt"
	"math"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// compileIDMap gives the user namespace its ids and lets the payload take on
// the ids of the container's root.
func (c *compiler) compileIDMap() {
	if !c.leaves(plan.NamespaceUser) {
		if !c.facts.Caller.Root() {
			c.refuse(c.nowhere(), "idmap/needed",
				fmt.Sprintf("user %d cannot start a container without lxc.idmap", c.facts.Caller.UID),
				fmt.Sprintf("Only root may make namespaces outside a user namespace. Add for example `lxc.idmap = u 0 %d 1` and `lxc.idmap = g 0 %d 1`.",
					c.facts.Caller.UID, c.facts.Caller.GID))
		}
		return
	}
	if len(c.config.IDMap) == 0 {
		return // which has been refused
	}
	for _, m := range c.config.IDMap {
		if m.V.Container > math.MaxUint32 || m.V.Host > math.MaxUint32 || m.V.Range > math.MaxUint32 || m.V.Range == 0 {
			c.refuse(m.Origin, "idmap/out-of-range", "the kernel takes ids and ranges from 1 to 4294967295 only",
				"Ids have 32 bits and a range maps at least one.")
			return
		}
		entry := plan.IDMap{Container: uint32(m.V.Container), Host: uint32(m.V.Host), Range: uint32(m.V.Range)}
		if m.V.Kind == 'u' {
			c.uids = append(c.uids, entry)
		} else {
			c.gids = append(c.gids, entry)
		}
	}

	lines := origins(c.config.IDMap)
	if c.joined.Has(plan.NamespaceUser) {
		// Its map was written when it was made.
		c.enterUser(true, lines)
		return
	}
	caller := c.facts.Caller
	write := plan.IDMapWrite{UIDs: plan.ListOf(c.uids...), GIDs: plan.ListOf(c.gids...)}
	switch {
	case caller.Root():
		// LXC runs newuidmap even for root, which then needs entries in
		// /etc/subuid. Root may write any map, so lxcfg writes it.
		write.Method = plan.IDMapDirect
	case mapsOnly(c.uids, caller.UID) && mapsOnly(c.gids, caller.GID):
		write.Method = plan.IDMapDirect
		write.DenySetgroups = true
	case caller.NewIDMap:
		write.Method = plan.IDMapHelper
		c.checkSubIDs()
	default:
		c.refuse(c.config.IDMap[0].Origin, "idmap/needs-helper",
			"newuidmap and newgidmap are needed to map these ids and are not installed with their privileges",
			"Install the package uidmap (shadow-utils), or map only yourself.")
	}
	c.add(plan.AtIDMap, write, lines...)
	c.enterUser(!write.DenySetgroups, lines)
}

// enterUser lets the payload take on the ids of the container's root.
func (c *compiler) enterUser(clearGroups bool, lines []config.Origin) {
	enter := plan.UserEnter{ClearGroups: clearGroups}
	if _, mapped := hostID(c.uids, 0); !mapped {
		enter.UID = c.config.Init.UID.V
	}
	if _, mapped := hostID(c.gids, 0); !mapped {
		enter.GID = c.config.Init.GID.V
	}
	c.add(plan.AtUserEnter, enter, lines...)
}

// checkSubIDs refuses maps that newuidmap would refuse: an ordinary user may map
// itself and the ranges /etc/subuid and /etc/subgid give it.
func (c *compiler) checkSubIDs() {
	for _, m := range c.config.IDMap {
		file, ranges, self := "/etc/subuid", c.facts.Caller.SubUIDs, c.facts.Caller.UID
		if m.V.Kind == 'g' {
			file, ranges, self = "/etc/subgid", c.facts.Caller.SubGIDs, c.facts.Caller.GID
		}
		if m.V.Host == uint64(self) && m.V.Range == 1 || grants(ranges, m.V) {
			continue
		}
		c.refuse(m.Origin, "idmap/not-granted",
			fmt.Sprintf("%s does not give user %q the ids %d to %d", file, c.facts.Caller.User, m.V.Host, m.V.Host+m.V.Range-1),
			fmt.Sprintf("Let root add the line `%s:%d:%d` to %s, or map ids that are yours.", c.facts.Caller.User, m.V.Host, m.V.Range, file))
	}
}

func grants(ranges plan.List[plan.SubIDs], m config.IDMap) bool {
	for _, r := range ranges.All() {
		if m.Host >= uint64(r.First) && m.Host+m.Range <= uint64(r.First)+uint64(r.Count) {
			return true
		}
	}
	return false
}

// mapsOnly reports whether the maps hold nothing but one host id: the one map
// the kernel lets everybody write (user_namespaces(7)).
func mapsOnly(maps []plan.IDMap, host uint32) bool {
	return len(maps) == 1 && maps[0].Range == 1 && maps[0].Host == host
}

// hostID is the host's id of a container id, ok false when it is not mapped.
func hostID(maps []plan.IDMap, id uint32) (host uint32, ok bool) {
	for _, m := range maps {
		if id >= m.Container && id-m.Container < m.Range {
			return m.Host + (id - m.Container), true
		}
	}
	return 0, false
}
