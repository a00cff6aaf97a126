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
	caller := c.facts.Caller
	if !c.leaves(plan.NamespaceUser) {
		if !caller.Root() {
			c.refuse(c.nowhere(), "idmap/needed",
				fmt.Sprintf("user %d cannot start a container without lxc.idmap", caller.UID),
				fmt.Sprintf("Only root may make namespaces outside a user namespace. Add for example `lxc.idmap = u 0 %d 1` and `lxc.idmap = g 0 %d 1`.",
					caller.UID, caller.GID))
		}
		return
	}
	if len(c.config.IDMap) == 0 || !c.resolveIDMap() {
		return // which has been refused
	}
	lines := planOrigins(origins(c.config.IDMap))
	// A joined namespace had its map written when it was made.
	if c.namespaces.Has(plan.NamespaceUser) {
		if caller.NoUserNS != "" {
			c.refuse(c.config.IDMap[0].Origin, "idmap/forbidden", "this host lets you make no user namespace: "+caller.NoUserNS,
				"Root can change that setting with sysctl(8).")
		}
		write, because := c.idMapMethod()
		c.builder.Add(plan.AtIDMap, write, because, lines...)
	}
	c.enterUser(lines)
	c.compileWay()
}

// enterUser lets the payload take on the ids of the container's root.
func (c *compiler) enterUser(lines []plan.Origin) {
	enter := plan.UserEnter{ClearGroups: !c.mapsOnlyCaller()}
	if _, mapped := plan.HostID(c.uids, 0); !mapped {
		enter.UID = c.config.Init.UID.V
	}
	if _, mapped := plan.HostID(c.gids, 0); !mapped {
		enter.GID = c.config.Init.GID.V
	}
	c.builder.Add(plan.AtUserEnter, enter, "", lines...)
	if groups := c.config.Init.Groups; c.mapsOnlyCaller() && len(groups) > 0 {
		c.refuse(groups[0].Origin, "idmap/groups-denied", "who maps nobody but himself may set no groups",
			"The kernel takes such a map only with setgroups(2) denied. Remove the line, or map ids that /etc/subgid gives you.")
	}
}

// resolveIDMap takes the ranges over, when the kernel can take them.
func (c *compiler) resolveIDMap() bool {
	for _, m := range c.config.IDMap {
		if m.V.Range == 0 || m.V.Container+m.V.Range > math.MaxUint32 || m.V.Host+m.V.Range > math.MaxUint32 {
			c.refuse(m.Origin, "idmap/out-of-range", "the kernel takes no such range of ids",
				"Ids go up to 4294967294, and a range maps at least one.")
			return false
		}
		entry := plan.IDMap{Container: uint32(m.V.Container), Host: uint32(m.V.Host), Range: uint32(m.V.Range)}
		if m.V.Kind == 'u' {
			c.uids = append(c.uids, entry)
		} else {
			c.gids = append(c.gids, entry)
		}
	}
	return true
}

// idMapMethod chooses how the map reaches the kernel, with the reason, and refuses
// one that cannot get there.
func (c *compiler) idMapMethod() (write plan.IDMapWrite, because string) {
	caller := c.facts.Caller
	write = plan.IDMapWrite{UIDs: plan.ListOf(c.uids...), GIDs: plan.ListOf(c.gids...), Method: plan.IDMapDirect}
	switch {
	case caller.Root():
		// LXC runs newuidmap even for root, which then needs entries in
		// /etc/subuid. Root may write any map, so lxcfg writes it.
		if caller.InUserNS {
			c.checkOwnIDs()
		}
		return write, "root may write any map"
	case c.mapsOnlyCaller():
		write.DenySetgroups = true
		return write, "everybody may map himself"
	case caller.NewIDMap:
		c.checkSubIDs()
	default:
		c.refuse(c.config.IDMap[0].Origin, "idmap/needs-helper",
			"newuidmap and newgidmap are needed to map these ids and are not installed with their privileges",
			"Install the package uidmap (shadow-utils), or map only yourself.")
	}
	write.Method = plan.IDMapHelper
	return write, "only newuidmap and newgidmap may map what /etc/subuid and /etc/subgid give an ordinary user"
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

// checkOwnIDs refuses maps to ids that root of a user namespace does not have
// itself (user_namespaces(7)).
func (c *compiler) checkOwnIDs() {
	for _, m := range c.config.IDMap {
		ranges, kind := c.facts.Caller.OwnUIDs, "user"
		if m.V.Kind == 'g' {
			ranges, kind = c.facts.Caller.OwnGIDs, "group"
		}
		if !grants(ranges, m.V) {
			c.refuse(m.Origin, "idmap/not-here",
				fmt.Sprintf("the %s ids %d to %d do not exist in this user namespace", kind, m.V.Host, m.V.Host+m.V.Range-1),
				"lxcfg runs in a container with an id map of its own, which /proc/self/uid_map and gid_map show. Map ids that it holds.")
		}
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

// mapsOnlyCaller reports whether the map is the one that every ordinary user may
// write.
func (c *compiler) mapsOnlyCaller() bool {
	caller := c.facts.Caller
	return !caller.Root() && mapsOnly(c.uids, caller.UID) && mapsOnly(c.gids, caller.GID)
}

// mapsOnly reports whether the maps hold nothing but one host id: the one map
// the kernel lets everybody write (user_namespaces(7)).
func mapsOnly(maps []plan.IDMap, host uint32) bool {
	return len(maps) == 1 && maps[0].Range == 1 && maps[0].Host == host
}

// needsHelper reports whether it takes a helper to give things to the container's
// root, and asks for that helper: an ordinary user may give nothing away.
func (c *compiler) needsHelper() bool {
	caller := c.facts.Caller
	uid, uidMapped := plan.HostID(c.uids, 0)
	gid, gidMapped := plan.HostID(c.gids, 0)
	if caller.Root() || !uidMapped || !gidMapped || uid == caller.UID && gid == caller.GID {
		return false
	}
	if !c.hasHelper {
		c.hasHelper = true
		c.add(plan.AtIDHelper, plan.IDHelper{UID: uid, GID: gid, CallerUID: caller.UID, CallerGID: caller.GID}, c.config.IDMap[0].Origin)
	}
	return true
}
