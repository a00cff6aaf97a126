package seccomp

import (
	"lxcfg/compile/plan"
)

// testCode is all that the code of a test depends on.
type testCode struct {
	offset  uint32 // of the word
	op      comparison
	mask    uint32
	value   uint32
	yes, no goal
}

// place is the code of a test or of a whole tree: where to begin, and where to
// begin when a word is loaded already.
type place struct {
	goal
	loaded codeIndex
	offset uint32 // of that word
}

// tree appends the code of the tests about a call, which goes on at next when
// none of them decides.
func (a *assembler) tree(arch architecture, t tree, next place) place {
	for i := len(t) - 1; i >= 0; i-- {
		next = a.test(arch, t[i], next)
	}
	return next
}

func (a *assembler) test(arch architecture, n *node, next place) place {
	code := testCode{offset: arch.offset(n.word), op: n.op, mask: n.mask, value: n.value}
	whole := n.mask == ^uint32(0)
	lead := func(b branch) goal {
		to := next
		switch {
		case b.rule != nil:
			return returning(verdict(b.rule.Action))
		case b.below != nil:
			to = a.tree(arch, *b.below, next)
		}
		if whole && to.code >= 0 && to.offset == code.offset {
			return goal{code: to.loaded}
		}
		return to.goal
	}
	code.no, code.yes = lead(n.no), lead(n.yes)
	if made, ok := a.tests[code]; ok {
		return made
	}
	made := place{offset: code.offset}
	made.loaded = a.branch(code.op.opcode(), code.value, code.yes, code.no)
	made.code = made.loaded
	if !whole {
		made.code = a.put(plan.BPF{Code: opAnd, K: code.mask})
		made.loaded = made.code
	}
	made.code = a.put(plan.BPF{Code: opLoad, K: code.offset})
	a.tests[code] = made
	return made
}

func (c comparison) opcode() uint16 {
	switch c {
	case greater:
		return opIfGT
	case greaterOrEqual:
		return opIfGE
	}
	return opIfEQ
}

// offset is where a word of the arguments stands, which are in the order of bytes
// of the machine.
func (a architecture) offset(word uint8) uint32 {
	upper := uint32(word % 2)
	if a.bigEndian {
		upper = 1 - upper
	}
	return offsetArgs + 8*uint32(word/2) + 4*upper
}
