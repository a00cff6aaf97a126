package rules

import (
	"cmp"
	"fmt"
	"slices"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// idmapRules are about lxc.idmap.
func idmapRules() []Rule {
	return []Rule{
		{
			Code: "idmap/one-kind", Severity: diag.Error, Effect: diag.FailsAtStart,
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
			Code: "idmap/root-unmapped", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "an id map without the container's root",
			Doc:   "The container's root has to exist, unless lxc.init.uid and lxc.init.gid name ids that do.",
			Bad:   "lxc.idmap = u 1 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			Good:  "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			check: idmapRootUnmapped,
		},
	}
}

func idmapOneKind(c *config.Config, report report) {
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
