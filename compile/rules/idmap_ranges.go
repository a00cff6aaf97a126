package rules

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

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
