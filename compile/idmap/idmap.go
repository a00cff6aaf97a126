// Package idmap makes lxc.idmap lines that map a range of ids and pass single ids of the
// host through it, and the lines of /etc/subuid and /etc/subgid that grant them.
package idmap

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"lxcfg/grammar"
)

// Kind is what an id is of.
type Kind byte

// The kinds, as lxc.idmap has them.
const (
	User  Kind = 'u'
	Group Kind = 'g'
)

// String is the kind in words.
func (k Kind) String() string {
	if k == Group {
		return "group"
	}
	return "user"
}

// lastID is the last id there is: the one above stands for nobody.
const lastID = math.MaxUint32 - 1

// Through is a run of ids of the host that the container has, under the same numbers or
// under others.
type Through struct {
	Container uint64
	Host      uint64
	Count     uint64
}

// Range is what the container's other ids are mapped to: Count of them from 0 on, to
// those of the host from Host on.
type Range struct {
	Host  uint64
	Count uint64
}

// Map makes the lines of one kind: the range, cut in pieces around what is passed
// through. The error says what cannot be mapped.
func Map(kind Kind, r Range, through []Through) ([]grammar.IDMap, error) {
	if r.Count == 0 || r.Host > lastID || r.Count-1 > lastID-r.Host {
		return nil, fmt.Errorf("%d ids from %d on are no range: the last id is %d", r.Count, r.Host, uint64(lastID))
	}
	runs, err := joined(kind, through)
	if err != nil {
		return nil, err
	}
	for _, t := range runs {
		if overlaps(t.Host, t.Count, r.Host, r.Count) {
			return nil, fmt.Errorf("%s %d of the host is in the range %d to %d, which the container's other ids are mapped to: choose another --base", kind, max(t.Host, r.Host), r.Host, r.Host+r.Count-1)
		}
	}
	var lines []grammar.IDMap
	add := func(container, host, count uint64) {
		if count > 0 {
			lines = append(lines, grammar.IDMap{Kind: byte(kind), Container: container, Host: host, Range: count})
		}
	}
	next := uint64(0) // the first id of the container that is not mapped yet
	for _, t := range runs {
		if next < r.Count {
			end := min(t.Container, r.Count)
			add(next, r.Host+next, end-next)
		}
		add(t.Container, t.Host, t.Count)
		next = t.Container + t.Count
	}
	if next < r.Count {
		add(next, r.Host+next, r.Count-next)
	}
	return lines, longest(kind, lines)
}

// joined sorts what is passed through by the container's ids and joins runs that follow
// one another. What is asked for twice is passed once.
func joined(kind Kind, through []Through) ([]Through, error) {
	sorted := slices.Clone(through)
	slices.SortFunc(sorted, func(a, b Through) int {
		return cmp.Or(cmp.Compare(a.Container, b.Container), cmp.Compare(a.Host, b.Host))
	})
	var runs []Through
	for _, t := range sorted {
		if t.Count == 0 || t.Container > lastID || t.Host > lastID || t.Count-1 > lastID-max(t.Container, t.Host) {
			return nil, fmt.Errorf("there is no %s %d: ids end at %d", kind, max(t.Container, t.Host)+max(t.Count, 1)-1, uint64(lastID))
		}
		if len(runs) == 0 {
			runs = append(runs, t)
			continue
		}
		above := &runs[len(runs)-1]
		// Where both go up together, the second continues the first or repeats it.
		same := t.Container-above.Container == t.Host-above.Host
		switch end := above.Container + above.Count; {
		case same && t.Container <= end:
			above.Count = max(above.Count, t.Container+t.Count-above.Container)
		case t.Container < end:
			return nil, fmt.Errorf("%s %d of the container cannot be two of the host", kind, t.Container)
		default:
			runs = append(runs, t)
		}
	}
	byHost := slices.Clone(runs)
	slices.SortFunc(byHost, func(a, b Through) int { return cmp.Compare(a.Host, b.Host) })
	for i := 1; i < len(byHost); i++ {
		if a, b := byHost[i-1], byHost[i]; overlaps(a.Host, a.Count, b.Host, b.Count) {
			return nil, fmt.Errorf("%s %d of the host cannot be two of the container", kind, b.Host)
		}
	}
	return runs, nil
}

func overlaps(a, sizeA, b, sizeB uint64) bool { return a < b+sizeB && b < a+sizeA }

// longest refuses a map that the kernel does not take: it is written at once, in less
// than a page, and has no more than 340 pieces (user_namespaces(7)).
func longest(kind Kind, lines []grammar.IDMap) error {
	const page, most = 4096, 340
	size := 0
	for _, m := range lines {
		size += len(fmt.Sprintf("%d %d %d\n", m.Container, m.Host, m.Range))
	}
	if size >= page || len(lines) > most {
		return fmt.Errorf("a map of %d pieces for %ss is more than the kernel takes: pass fewer ids, or such that follow one another", len(lines), kind)
	}
	return nil
}

// Grant is a line of /etc/subuid or /etc/subgid: ids of the host that a user may map.
type Grant struct {
	First, Count uint64
}

// Grants are the lines that a map needs: one for the range as a whole, because its other
// parts may be used by other containers of the user, and one for each run beside it.
func Grants(r Range, lines []grammar.IDMap) []Grant {
	grants := []Grant{{r.Host, r.Count}}
	for _, m := range lines {
		if !overlaps(m.Host, m.Range, r.Host, r.Count) {
			grants = append(grants, Grant{m.Host, m.Range})
		}
	}
	return grants
}
