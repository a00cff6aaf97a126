package seccomp

import "lxcfg/grammar/seccomp"

// A filter sees an argument as two words of 32 bits, and compares one word at a
// time. So a rule becomes a chain of tests: each leads on to the next one, to the
// rule's action, or nowhere, which is for another rule or the default to decide.

// comparison is what classic BPF can do with a word.
type comparison uint8

const (
	equal comparison = iota
	greater
	greaterOrEqual
)

// test compares one word of an argument.
type test struct {
	word  uint8 // 2 times the argument's index, and 1 for its upper half
	op    comparison
	mask  uint32 // which bits are compared
	value uint32
	order int    // rank among the tests of one word, by the operator in the policy
	whole uint64 // the value in the policy, of both words
}

// node is a test and where its two outcomes lead.
type node struct {
	test
	yes, no branch
}

// branch is one outcome of a test: a rule that decides, further tests, or neither.
type branch struct {
	rule  *seccomp.Rule
	below *tree
}

// chain gives the tests of a rule, nil when it holds for all arguments: it has no
// conditions, or its masks select no bit.
func (a architecture) chain(r *seccomp.Rule) *node {
	conditions := a.compared(r)
	// The outcome that goes on may be more than one, and each has its own copy of
	// what follows: rules that are added later can change one of them.
	var from func(i int) branch
	from = func(i int) branch {
		if i == len(conditions) {
			return branch{rule: r}
		}
		holds := func() branch { return from(i + 1) }
		first := a.wide(conditions[i], holds)
		if a.bits == 32 {
			first = narrow(conditions[i], holds())
		}
		return branch{below: &tree{first}}
	}
	if len(conditions) == 0 {
		return nil
	}
	return (*from(0).below)[0]
}

// orders rank tests of the same word: libseccomp asks for equality first, then
// for smaller and then for larger values.
func order(op seccomp.Op) int {
	switch op {
	case seccomp.Equal, seccomp.NotEqual, seccomp.MaskedEqual:
		return 3
	case seccomp.Less, seccomp.LessEqual:
		return 2
	}
	return 1
}

// narrow compares the lower word only, whatever stands above: it is all of an
// argument that the ABI has.
func narrow(c seccomp.Condition, holds branch) *node {
	n := &node{test: test{word: 2 * c.Index, mask: ^uint32(0), value: uint32(c.Value), order: order(c.Op), whole: c.Value}}
	switch c.Op {
	case seccomp.Greater, seccomp.LessEqual:
		n.op = greater
	case seccomp.GreaterEqual, seccomp.Less:
		n.op = greaterOrEqual
	case seccomp.MaskedEqual:
		n.mask = uint32(c.Mask)
		n.value &= n.mask
	}
	switch c.Op {
	case seccomp.NotEqual, seccomp.Less, seccomp.LessEqual:
		n.no = holds
	default:
		n.yes = holds
	}
	return n
}

// wide compares both words, the upper one first.
func (a architecture) wide(c seccomp.Condition, holds func() branch) *node {
	mask := ^uint64(0)
	if c.Op == seccomp.MaskedEqual {
		mask = c.Mask
	}
	upper := &node{test: test{word: 2*c.Index + 1, mask: uint32(mask >> 32), value: uint32(c.Value & mask >> 32), order: order(c.Op), whole: c.Value}}
	lower := &node{test: test{word: 2 * c.Index, mask: uint32(mask), value: uint32(c.Value & mask), order: order(c.Op), whole: c.Value}}
	switch c.Op {
	case seccomp.Equal, seccomp.MaskedEqual:
		upper.yes = branch{below: &tree{lower}}
		lower.yes = holds()
		return upper
	case seccomp.NotEqual:
		upper.yes, upper.no = branch{below: &tree{lower}}, holds()
		lower.no = holds()
		return upper
	}
	// By size: a larger upper word decides, an equal one leaves it to the lower.
	same := &node{test: upper.test, yes: branch{below: &tree{lower}}}
	upper.op = greater
	upper.no = branch{below: &tree{same}}
	lower.op = greaterOrEqual
	if c.Op == seccomp.Greater || c.Op == seccomp.LessEqual {
		lower.op = greater
	}
	if c.Op == seccomp.Greater || c.Op == seccomp.GreaterEqual {
		upper.yes, lower.yes = holds(), holds()
	} else {
		same.no, lower.no = holds(), holds()
	}
	return upper
}
