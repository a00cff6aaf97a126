package rules

import (
	"fmt"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// idmapRules are about lxc.idmap.
func idmapRules() []Rule {
	return []Rule{
		{
			Code: "idmap/one-kind", Severity: diag.Error, Effect: diag.FailsAtStart, Missing: true,
			Title: "an id map for users or for groups only",
			Doc:   "A user namespace needs ids of both kinds: without a map for the other kind the container has no root.",
			Bad:   "lxc.idmap = u 0 100000 65536\n",
			Good:  "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			check: idmapOneKind,
		},
		{
			Code: "idmap/overlap", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "id ranges that overlap",
			Doc:   "Ranges of one kind may not overlap, in the container or on the host: the kernel refuses the map as a whole.",
			Bad:   "lxc.idmap = u 0 100000 65536\nlxc.idmap = u 33 33 1\nlxc.idmap = g 0 100000 65536\n",
			Good:  "lxc.idmap = u 0 100000 33\nlxc.idmap = u 33 33 1\nlxc.idmap = u 34 100034 65502\nlxc.idmap = g 0 100000 65536\n",
			check: idmapOverlap,
		},
		{
			Code: "idmap/empty-range", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "an id range of no ids",
			Doc:   "A range of no ids maps nothing, and the kernel refuses it.",
			Bad:   "lxc.idmap = u 0 100000 0\nlxc.idmap = g 0 100000 65536\n",
			Good:  "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			check: idmapEmptyRange,
		},
		{
			Code: "idmap/root-unmapped", Severity: diag.Error, Effect: diag.FailsAtStart, Missing: true,
			Title: "an id map without the container's root",
			Doc:   "The container's root has to exist, unless lxc.init.uid and lxc.init.gid name ids that do.",
			Bad:   "lxc.idmap = u 1 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			Good:  "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			check: idmapRootUnmapped,
		},
		{
			Code: "idmap/out-of-range", Severity: diag.Error, Effect: diag.FailsAtStart,
			Doc:   "Ids have 32 bits, and the last of them is nobody's: a range has to end below it, in the container and on the host.",
			Bad:   "lxc.idmap = u 0 4294967000 65536\nlxc.idmap = g 0 100000 65536\n",
			Good:  "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			check: idmapOutOfRange,
		},
		{
			Code: "idmap/too-long", Severity: diag.Error, Effect: diag.FailsAtStart,
			Doc:       "A map of one kind is written at once and has to be shorter than 4096 bytes; the kernel also takes no more than 340 ranges.",
			NoExample: "The shortest one has some two hundred lines.",
			check:     idmapTooLong,
		},
		{
			Code: "idmap/init-unmapped", Severity: diag.Error, Effect: diag.FailsAtStart, Missing: true,
			Doc:   "Init can only run with ids that exist in the container: lxc.init.uid, lxc.init.gid and lxc.init.groups have to be mapped.",
			Bad:   "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\nlxc.init.uid = 65536\n",
			Good:  "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\nlxc.init.uid = 1000\n",
			check: idmapInitUnmapped,
		},
		{
			Code: "idmap/unused", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Doc:   "Ids are mapped in a new user namespace only: where lxc.namespace.keep or lxc.namespace.clone leaves the container without one, root in it is root of the host.",
			Bad:   "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\nlxc.namespace.keep = user\n",
			Good:  "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\nlxc.namespace.keep = ipc\n",
			check: idmapUnused,
		},
		{
			Code: "idmap/host-root", Severity: diag.Warning, Effect: diag.Advice,
			Title: "the host's root in the container",
			Doc:   "An id map is there to keep the container's users from being users of the host. One that reaches the host's root leaves a user in the container who owns the host's files.",
			Bad:   "lxc.idmap = u 0 0 65536\nlxc.idmap = g 0 0 65536\n",
			Good:  "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			check: idmapHostRoot,
		},
		{
			Code: "idmap/no-nobody", Severity: diag.Info, Effect: diag.Advice, Missing: true,
			Title: "an id map without nobody",
			Doc:   "Distributions give nobody, and nogroup, the id 65534, and packages and services use it. Without it in the map they fail, for example apt, which takes on the id.",
			Bad:   "lxc.idmap = u 0 100000 65000\nlxc.idmap = g 0 100000 65000\n",
			Good:  "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			check: idmapNoNobody,
		},
	}
}

// addsToAMap reports whether the lines add single ids to a map that stands elsewhere: in
// what a manager of containers writes before them.
func addsToAMap(c *config.Config) bool { return isPart(c) && !maps(c, 'u', 0) && !maps(c, 'g', 0) }

func idmapOneKind(c *config.Config, report report) {
	if addsToAMap(c) {
		return
	}
	for _, kind := range [...]struct{ missing, present byte }{{'u', 'g'}, {'g', 'u'}} {
		if at, ok := firstOfKind(c, kind.present); ok && !hasKind(c, kind.missing) {
			report(at.Origin, fmt.Sprintf("there is no lxc.idmap line for %s", kindName(kind.missing)),
				fmt.Sprintf("Add one, such as `lxc.idmap = %c 0 %d %d`.", kind.missing, at.V.Host, at.V.Range))
		}
	}
}

func idmapRootUnmapped(c *config.Config, report report) {
	if addsToAMap(c) {
		return
	}
	for _, kind := range [...]struct {
		kind byte
		init config.Value[uint32]
	}{{'u', c.Init.UID}, {'g', c.Init.GID}} {
		first, ok := firstOfKind(c, kind.kind)
		if !ok || maps(c, kind.kind, 0) || kind.init.Set && maps(c, kind.kind, uint64(kind.init.V)) {
			continue
		}
		report(first.Origin, fmt.Sprintf("no lxc.idmap line maps 0, the container's root, among %s", kindName(kind.kind)),
			"Let a range start at 0 in the container.")
	}
}

func idmapInitUnmapped(c *config.Config, report report) {
	if _, without := withoutUserNamespace(c); without {
		return
	}
	tell := func(at config.Origin, kind byte, id uint32) {
		if hasKind(c, kind) && !maps(c, kind, uint64(id)) {
			report(at, fmt.Sprintf("%cid %d is not in the container's id map", kind, id),
				"Take an id that an lxc.idmap line maps, or add a line that maps this one.")
		}
	}
	for _, id := range [...]struct {
		kind  byte
		value config.Value[uint32]
	}{{'u', c.Init.UID}, {'g', c.Init.GID}} {
		if id.value.Set {
			tell(id.value.Origin, id.kind, id.value.V)
		}
	}
	for _, g := range c.Init.Groups {
		tell(g.Origin, 'g', g.V)
	}
}

func idmapUnused(c *config.Config, report report) {
	if at, without := withoutUserNamespace(c); without && len(c.IDMap) > 0 {
		report(at, "the container gets no user namespace, so that no lxc.idmap line has an effect",
			"Let the container have a user namespace, or remove the lxc.idmap lines.", diag.Related{Range: c.IDMap[0].Origin.Range(), Summary: "the map"})
	}
}

// withoutUserNamespace returns the line that leaves the container without a user
// namespace although there is a map, ok false when none does.
func withoutUserNamespace(c *config.Config) (at config.Origin, ok bool) {
	if c.Namespaces.Share["user"].V != "" {
		return at, false // it has another's
	}
	for _, kept := range c.Namespaces.Keep {
		if kept.V == "user" {
			return kept.Origin, true
		}
	}
	for _, cloned := range c.Namespaces.Clone {
		if cloned.V == "user" {
			return at, false
		}
	}
	if len(c.Namespaces.Clone) > 0 {
		return c.Namespaces.Clone[0].Origin, true
	}
	return at, false
}

// idmapNoNobody is about maps for whole systems: one of a few ids is made for a
// program.
func idmapNoNobody(c *config.Config, report report) {
	const nobody, system = 65534, 1000
	for _, kind := range [...]byte{'u', 'g'} {
		ids := uint64(0)
		for _, m := range c.IDMap {
			if m.V.Kind == kind {
				ids += min(m.V.Range, nobody)
			}
		}
		if first, ok := firstOfKind(c, kind); ok && ids > system && !maps(c, kind, nobody) {
			report(first.Origin, fmt.Sprintf("no line maps %d, which is nobody in most systems, among %s", nobody, kindName(kind)), "Map 65536 ids.")
		}
	}
}
