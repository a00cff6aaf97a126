package rules

import (
	"cmp"
	"fmt"
	"math"
	"slices"

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

// idmapOverlap goes through the ranges by their first ids. Whatever a range
// overlaps there, it overlaps the one before it that reaches furthest.
func idmapOverlap(c *config.Config, report report) {
	told := make(map[int]bool)
	for _, side := range [...]struct {
		where string
		first func(config.IDMap) uint64
	}{
		{"in the container", func(m config.IDMap) uint64 { return m.Container }},
		{"on the host", func(m config.IDMap) uint64 { return m.Host }},
	} {
		order := make([]int, len(c.IDMap)) // positions of the lines
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(i, j int) int {
			a, b := c.IDMap[i].V, c.IDMap[j].V
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(side.first(a), side.first(b)), cmp.Compare(i, j))
		})
		for n := 1; n < len(order); n++ {
			i, j := order[n-1], order[n]
			a, b := c.IDMap[i].V, c.IDMap[j].V
			if a.Kind != b.Kind {
				continue
			}
			if earlier, later := min(i, j), max(i, j); overlap(side.first(a), side.first(b), a.Range, b.Range) && !told[later] {
				told[later] = true
				report(c.IDMap[later].Origin, fmt.Sprintf("this range of %s overlaps another %s", kindName(b.Kind), side.where),
					"Cut the larger range in two around the smaller one.", diag.Related{Range: c.IDMap[earlier].Origin.Range(), Summary: "the other range"})
			}
			if side.first(a)+a.Range > side.first(b)+b.Range {
				order[n] = i // it stays the one that reaches furthest
			}
		}
	}
}

func overlap(a, b, sizeA, sizeB uint64) bool { return a < b+sizeB && b < a+sizeA }

func idmapEmptyRange(c *config.Config, report report) {
	for _, m := range c.IDMap {
		if m.V.Range == 0 {
			report(m.Origin, "this range maps no ids", "Write how many ids to map as the last number.")
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

func idmapOutOfRange(c *config.Config, report report) {
	const last = math.MaxUint32 - 1
	for _, m := range c.IDMap {
		for _, first := range [...]uint64{m.V.Container, m.V.Host} {
			if m.V.Range > 0 && (first > last || m.V.Range-1 > last-first) {
				report(m.Origin, fmt.Sprintf("this range goes beyond %d, the last id there is", uint64(last)), "Map fewer ids, or smaller ones.")
				break
			}
		}
	}
}

func idmapHostRoot(c *config.Config, report report) {
	for _, m := range c.IDMap {
		if m.V.Host == 0 && m.V.Range > 0 {
			report(m.Origin, fmt.Sprintf("%d in the container is root on the host, among %s", m.V.Container, kindName(m.V.Kind)), "Let the range begin at an id that nobody has on the host, such as 100000.")
		}
	}
}

// idmapTooLong counts what LXC writes: a line of three numbers for each range.
func idmapTooLong(c *config.Config, report report) {
	const page, most = 4096, 340 // UID_GID_MAP_MAX_EXTENTS
	for _, kind := range [...]byte{'u', 'g'} {
		ranges, size := 0, 0
		for _, m := range c.IDMap {
			if m.V.Kind != kind {
				continue
			}
			ranges++
			size += len(fmt.Sprintf("%d %d %d\n", m.V.Container, m.V.Host, m.V.Range))
			if size >= page || ranges > most {
				report(m.Origin, fmt.Sprintf("from here on the map of %s is longer than the kernel takes", kindName(kind)),
					"Merge ranges that follow one another.")
				break
			}
		}
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

func maps(c *config.Config, kind byte, id uint64) bool {
	for _, m := range c.IDMap {
		if m.V.Kind == kind && id >= m.V.Container && id-m.V.Container < m.V.Range {
			return true
		}
	}
	return false
}

func firstOfKind(c *config.Config, kind byte) (config.Value[config.IDMap], bool) {
	for _, m := range c.IDMap {
		if m.V.Kind == kind {
			return m, true
		}
	}
	return config.Value[config.IDMap]{}, false
}

func hasKind(c *config.Config, kind byte) bool {
	_, ok := firstOfKind(c, kind)
	return ok
}

func kindName(kind byte) string {
	if kind == 'g' {
		return "group ids (g)"
	}
	return "user ids (u)"
}
