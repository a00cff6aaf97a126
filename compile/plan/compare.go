package plan

import (
	"encoding/json"
	"reflect"
	"slices"
	"sort"
)

// ChangeKind says what became of a step.
type ChangeKind string

// The kinds.
const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Changed ChangeKind = "changed" // it does something else, or at another place
	Moved   ChangeKind = "moved"   // it does the same, before or after others
)

// Change is what became of a step from one plan to another.
type Change struct {
	Kind   ChangeKind
	Before Step     // the zero Step for one that was added
	After  Step     // the zero Step for one that was removed
	Words  []string // what it means, in sentences without a full stop
}

// Step returns the step as it is now, or as it was when it is gone.
func (c Change) Step() Step {
	if c.Kind == Removed {
		return c.Before
	}
	return c.After
}

// Compare lists what changes from one plan to another, in the order the steps run.
// Where a step comes from is no difference, only what it does and when. Values that
// may be secret are told only when show is true; that they differ is told in any
// case.
//
// Steps of the same kind and object are the same step, those that do the same
// before others, and so are steps of a kind that each plan has once. Of the steps
// that both plans have, the fewest that explain another order have moved.
func Compare(a, b Plan, show bool) []Change {
	c := newComparison(a, b)
	var changes []Change
	add := func(before, after Step, more ...string) {
		change := newChange(before, after, show)
		c.qualify(&change)
		if change.Words = append(change.Words, more...); len(change.Words) > 0 {
			changes = append(changes, change)
		}
	}
	removed := func(from, to int) {
		for i := from; i < to; i++ {
			if c.pairs[i] < 0 {
				add(a.At(i), Step{})
			}
		}
	}
	next := 0 // of a, up to which removed steps are told
	for j := range b.Len() {
		i := c.partner[j]
		if i < 0 {
			add(Step{}, b.At(j))
			continue
		}
		if c.moved[i] {
			add(a.At(i), b.At(j), c.moveWords(i))
			continue
		}
		removed(next, i)
		next = i + 1
		add(a.At(i), b.At(j))
	}
	removed(next, a.Len())
	return changes
}

// comparison is which steps of two plans are the same.
type comparison struct {
	a, b           Plan
	pairs, partner []int  // the counterpart of a step of a, of one of b; -1 for none
	spawn          Spawn  // of b
	moved          []bool // a step of a whose counterpart is out of order
	above, below   []int  // of a step of b: the nearest before and behind it that is in order; -1 and the number of steps for none
}

func newComparison(a, b Plan) comparison {
	c := comparison{a: a, b: b, pairs: pairSteps(a, b), partner: make([]int, b.Len()), above: make([]int, b.Len()), below: make([]int, b.Len())}
	c.spawn, _, _ = Find[Spawn](b)
	c.moved = movedSteps(c.pairs)
	for j := range c.partner {
		c.partner[j] = -1
	}
	for i, j := range c.pairs {
		if j >= 0 {
			c.partner[j] = i
		}
	}
	inOrder := func(j int) bool { return c.partner[j] >= 0 && !c.moved[c.partner[j]] }
	for j, last := 0, -1; j < b.Len(); j++ {
		if c.above[j] = last; inOrder(j) {
			last = j
		}
	}
	for j, next := b.Len()-1, b.Len(); j >= 0; j-- {
		if c.below[j] = next; inOrder(j) {
			next = j
		}
	}
	return c
}

// qualify says of capabilities how far they reach: with a user namespace, no further
// than that (user_namespaces(7)).
func (c comparison) qualify(change *Change) {
	if _, is := change.Step().Op.(CapabilityDrop); !is || !c.spawn.Namespaces.Has(NamespaceUser) {
		return
	}
	for i := range change.Words {
		change.Words[i] += " (within its user namespace)"
	}
}

// moveWords says what a step of a that moved runs behind now, or before.
func (c comparison) moveWords(i int) string {
	j := c.pairs[i]
	if above := c.above[j]; above >= 0 && c.partner[above] > i {
		return "it runs after `" + headline(c.b.At(above)) + "` now, and ran before it"
	}
	return "it runs before `" + headline(c.b.At(c.below[j])) + "` now, and ran after it"
}

// pairSteps gives for each step of a the index of its counterpart in b, or -1.
func pairSteps(a, b Plan) []int {
	theirs := make(map[string][]int) // kind and object → indices in b
	for j, s := range b.Steps() {
		theirs[identity(s)] = append(theirs[identity(s)], j)
	}
	ours := make(map[string][]int)
	var order []string
	for i, s := range a.Steps() {
		if ours[identity(s)] == nil {
			order = append(order, identity(s))
		}
		ours[identity(s)] = append(ours[identity(s)], i)
	}
	pairs := make([]int, a.Len())
	for i := range pairs {
		pairs[i] = -1
	}
	for _, id := range order {
		pairNamesakes(a, b, ours[id], theirs[id], pairs)
	}
	pairOnlyOnes(a, b, pairs)
	return pairs
}

// pairOnlyOnes pairs what is left of a kind that each plan has once, such as the root
// file system, whatever it is of.
func pairOnlyOnes(a, b Plan, pairs []int) {
	only := func(p Plan) map[Kind]int {
		ones := make(map[Kind]int)
		for i, s := range p.Steps() {
			if _, again := ones[s.Op.Kind()]; again {
				i = -1
			}
			ones[s.Op.Kind()] = i
		}
		return ones
	}
	theirs := only(b)
	for kind, i := range only(a) {
		if j, both := theirs[kind]; both && i >= 0 && j >= 0 {
			pairs[i] = j
		}
	}
}

// identity is what makes two steps the same: not their name, which numbers them.
func identity(s Step) string { return string(s.Op.Kind()) + ":" + s.Op.Object() }

// pairNamesakes pairs steps of one identity: those that are equal, then the rest in
// their order.
func pairNamesakes(a, b Plan, ours, theirs []int, pairs []int) {
	if len(ours) > 1 || len(theirs) > 1 {
		equal := make(map[string][]int)
		for _, j := range theirs {
			equal[fingerprint(b.At(j))] = append(equal[fingerprint(b.At(j))], j)
		}
		taken := make(map[int]bool)
		var left []int
		for _, i := range ours {
			print := fingerprint(a.At(i))
			if queue := equal[print]; len(queue) > 0 {
				pairs[i], equal[print] = queue[0], queue[1:]
				taken[queue[0]] = true
				continue
			}
			left = append(left, i)
		}
		ours = left
		theirs = slices.DeleteFunc(slices.Clone(theirs), func(j int) bool { return taken[j] })
	}
	for n := range min(len(ours), len(theirs)) {
		pairs[ours[n]] = theirs[n]
	}
}

// fingerprint is the same for steps that do the same at the same place. An op that
// cannot be written is like no other.
func fingerprint(s Step) string {
	op, err := json.Marshal(s.Op)
	if err != nil {
		return s.Name
	}
	return string(s.Place) + " " + string(op)
}

// movedSteps marks the steps of a whose counterparts are out of order: all but a
// longest run that is in order.
func movedSteps(pairs []int) []bool {
	// tails[n] is the step that ends the run of n+1 steps with the smallest end.
	var tails []int
	previous := make([]int, len(pairs))
	for i, j := range pairs {
		if j < 0 {
			continue
		}
		n := sort.Search(len(tails), func(n int) bool { return pairs[tails[n]] >= j })
		previous[i] = -1
		if n > 0 {
			previous[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, i)
		} else {
			tails[n] = i
		}
	}
	moved := make([]bool, len(pairs))
	for i, j := range pairs {
		moved[i] = j >= 0
	}
	if len(tails) > 0 {
		for i := tails[len(tails)-1]; i >= 0; i = previous[i] {
			moved[i] = false
		}
	}
	return moved
}

// headline names a step in a few words.
func headline(s Step) string {
	r := RowOf(s.Op)
	return r.Verb + " " + r.Subject
}

// newChange compares two steps, of which one may be the zero Step. Without words
// they are the same.
func newChange(before, after Step, show bool) Change {
	c := Change{Kind: Changed, Before: before, After: after}
	switch {
	case before.Op == nil:
		c.Kind, c.Words = Added, changeWords(zeroOf(after.Op), after.Op, show)
	case after.Op == nil:
		c.Kind, c.Words = Removed, changeWords(before.Op, zeroOf(before.Op), show)
	case !reflect.DeepEqual(before.Op, after.Op):
		if c.Words = changeWords(before.Op, after.Op, show); len(c.Words) == 0 {
			c.Words = fieldWords(before.Op, after.Op, show)
		}
	default:
		c.Kind = Moved
	}
	switch {
	case c.Kind == Added && len(c.Words) == 0:
		c.Words = []string{rowWords(after.Op, show)}
	case c.Kind == Removed && len(c.Words) == 0:
		c.Words = []string{rowWords(before.Op, show)}
	case c.Kind != Added && c.Kind != Removed && before.Place != after.Place:
		c.Kind = Changed
		c.Words = append(c.Words, "it is part of "+string(after.Place)+" now, and was of "+string(before.Place))
	}
	return c
}

func zeroOf(op Op) Op { return reflect.Zero(reflect.TypeOf(op)).Interface().(Op) }

// rowWords is an op in one phrase.
func rowWords(op Op, show bool) string {
	if !show {
		op = masking(op)
	}
	return RowOf(op).String()
}
