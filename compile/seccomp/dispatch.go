package seccomp

import (
	"cmp"
	"slices"

	"lxcfg/compile/plan"
)

// span is a run of call numbers that are treated alike, up to the first of the
// next span.
type span struct {
	first uint32
	to    goal
	calls int // about how many calls have a number in it
}

// assemble makes the program: find the architecture, then the call. Calls of
// another architecture are killed, as libseccomp does unless told otherwise.
func assemble(tables []*table, rest uint32) []plan.BPF {
	a := &assembler{tests: map[testCode]place{}, rets: map[uint32]codeIndex{}}
	a.near(returning(retKill)) // a program ends in a return
	other := returning(retKill)
	groups := byAudit(tables)
	bodies := make([]goal, len(groups))
	for i, group := range slices.Backward(groups) {
		body := a.dispatch(a.spans(group, rest), returning(rest))
		if body.code >= 0 {
			body = goal{code: a.put(plan.BPF{Code: opLoad, K: offsetNumber})}
		}
		bodies[i] = body
	}
	for i, group := range slices.Backward(groups) {
		other = goal{code: a.branch(opIfEQ, group[0].arch.audit, bodies[i], other)}
	}
	a.put(plan.BPF{Code: opLoad, K: offsetArch})
	return a.program()
}

// byAudit puts tables together that the kernel gives the same architecture.
func byAudit(tables []*table) [][]*table {
	var groups [][]*table
	for _, t := range tables {
		i := slices.IndexFunc(groups, func(g []*table) bool { return g[0].arch.audit == t.arch.audit })
		if i < 0 {
			groups = append(groups, nil)
			i = len(groups) - 1
		}
		groups[i] = append(groups[i], t)
	}
	return groups
}

// spans cuts the numbers of calls where their treatment changes.
func (a *assembler) spans(group []*table, rest uint32) []span {
	list := []span{{to: returning(rest)}}
	add := func(first uint32, to goal) {
		last := &list[len(list)-1]
		switch {
		case last.first != first && last.to != to:
			list = append(list, span{first: first, to: to})
		case last.first == first && len(list) > 1 && list[len(list)-2].to == to:
			list = list[:len(list)-1]
		case last.first == first:
			last.to = to
		}
	}
	for _, t := range group { // in the order of their markers
		for _, c := range t.calls {
			to := returning(rest)
			if c.whole != nil {
				to = returning(verdict(c.whole.Action))
			} else {
				to = a.tree(t.arch, c.some, place{goal: to}).goal
			}
			add(c.number, to)
			add(c.number+1, returning(rest))
		}
	}
	for i := range list {
		next := uint32(1<<32 - 1)
		if i+1 < len(list) {
			next = list[i+1].first
		}
		list[i].calls = 1
		for _, t := range group {
			first := t.arch.first()
			list[i].calls += int(clamp(next, first) - clamp(list[i].first, first))
		}
	}
	return list
}

// clamp is how many numbers below n an architecture has given to calls, about: they
// are dense from the first on.
func clamp(n, first uint32) uint32 {
	const given = 480
	return min(max(n, first)-first, given)
}

// dispatch appends the code that finds a call among spans, and returns where it
// begins. Each test leaves about as many calls on either side.
func (a *assembler) dispatch(spans []span, rest goal) goal {
	switch {
	case len(spans) == 1:
		return spans[0].to
	case len(spans) == 3 && spans[0].to == spans[2].to && spans[2].first == spans[1].first+1:
		return goal{code: a.branch(opIfEQ, spans[1].first, spans[1].to, spans[0].to)}
	}
	middle := halve(spans, rest)
	upper := a.dispatch(spans[middle:], rest)
	lower := a.dispatch(spans[:middle], rest)
	return goal{code: a.branch(opIfGE, spans[middle].first, upper, lower)}
}

// halve finds where to cut. A lower part that ends in what is done to the rest is
// preferred: a single call between such spans takes one test.
func halve(spans []span, rest goal) int {
	whole := 0
	for _, s := range spans {
		whole += s.calls
	}
	type cut struct{ at, penalty, uneven int }
	best, below := cut{at: -1}, 0
	for i := 1; i < len(spans); i++ {
		below += spans[i-1].calls
		c := cut{at: i, uneven: max(below, whole-below)}
		if len(spans) > 3 && spans[i-1].to != rest {
			c.penalty = whole / 8
		}
		if best.at < 0 || cmp.Compare(c.penalty+c.uneven, best.penalty+best.uneven) < 0 {
			best = c
		}
	}
	return best.at
}
