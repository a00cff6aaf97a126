package seccomp

import (
	"cmp"
	"slices"

	"lxcfg/grammar/seccomp"
)

// tree holds the tests of all rules about one call. The tests of one level are
// asked in order until an outcome leads somewhere; where the tests there lead to
// nothing, the level goes on. So of several rules that match, the first in this
// order decides. It is libseccomp's, which the order of lines has no part in: the
// last arguments first, equality before size, and the narrower limit of two.
type tree []*node

// before reports whether libseccomp asks x before a test that is added, or in the
// order they were added in.
func (x test) before(added test) bool {
	switch {
	case x.word != added.word:
		return x.word > added.word
	case x.order != added.order:
		return x.order > added.order
	case x.order == order(seccomp.Less):
		return x.value <= added.value
	}
	return x.value >= added.value
}

// same reports whether two tests are one.
func (x test) same(y test) bool {
	return x.word == y.word && x.op == y.op && x.mask == y.mask && x.value == y.value
}

// add puts the chain of a rule into the tree.
func (t *tree) add(n *node) outcome {
	for i, x := range *t {
		switch {
		case x.same(n.test):
			return x.merge(n)
		case !x.before(n.test):
			*t = slices.Insert(*t, i, n)
			return outcome{grown: true}
		}
	}
	*t = append(*t, n)
	return outcome{grown: true}
}

// merge joins a node that asks the same.
func (x *node) merge(n *node) (o outcome) {
	narrower := n.word%2 == 1 && n.whole > x.whole
	for _, pair := range [...]struct {
		old   *branch
		added branch
	}{{&x.yes, n.yes}, {&x.no, n.no}} {
		if pair.added.rule == nil {
			continue
		}
		clash, changed := x.decide(pair.old, n, pair.added.rule, narrower && pair.old == &x.yes)
		if clash != nil {
			return outcome{clash: clash}
		}
		o.grown = o.grown || changed
	}
	for _, pair := range [...]struct {
		old   *branch
		added branch
	}{{&x.yes, n.yes}, {&x.no, n.no}} {
		switch {
		case pair.added.below == nil:
		case pair.old.below != nil:
			below := pair.old.below.add((*pair.added.below)[0])
			if below.clash != nil {
				return below
			}
			o.grown = o.grown || below.grown
			o.hides = cmp.Or(o.hides, below.hides)
		case pair.old.rule != nil: // decided already, with fewer conditions
			if pair.added.below.other(pair.old.rule.Action) != nil {
				o.hides = pair.old.rule
			}
		default:
			pair.old.below = pair.added.below
			o.grown = true
		}
	}
	return o
}

// decide lets a rule decide an outcome. A shorter rule takes the place of longer
// ones that do the same. Of two that do something else libseccomp refuses the
// second, unless more than this outcome hangs on the test; the narrower one of two
// limits then decides.
func (x *node) decide(old *branch, n *node, r *seccomp.Rule, narrower bool) (clash *seccomp.Rule, changed bool) {
	switch {
	case old.rule == nil:
		if other := old.below.other(r.Action); other != nil {
			return other, false
		}
		*old = branch{rule: r}
		return nil, true
	case old.rule.Action == r.Action:
		return nil, false
	case x.leaf() || n.leaf():
		return old.rule, false
	case narrower:
		old.rule = r
		return nil, true
	}
	return nil, false
}

func (x *node) leaf() bool { return x.yes.below == nil && x.no.below == nil }

// other finds a rule in a tree that does something else.
func (t *tree) other(a seccomp.Action) *seccomp.Rule {
	if t == nil {
		return nil
	}
	for _, x := range *t {
		for _, b := range [...]branch{x.yes, x.no} {
			if b.rule != nil && b.rule.Action != a {
				return b.rule
			}
			if other := b.below.other(a); other != nil {
				return other
			}
		}
	}
	return nil
}
