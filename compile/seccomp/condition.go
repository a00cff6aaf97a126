package seccomp

import (
	"slices"

	"lxcfg/compile/plan"
	"lxcfg/grammar/seccomp"
)

// code is the block of one call: its rules in order, then the default.
func (k callRules) code(rest seccomp.Action, bits int) []plan.BPF {
	var code []plan.BPF
	for _, r := range k.rules {
		if len(r.Conditions) == 0 {
			return []plan.BPF{ret(returned(r.Action))}
		}
		code = append(code, ruleCode(r, bits)...)
	}
	return append(code, ret(returned(rest)))
}

// The targets of jumps inside a test, replaced when its length is known.
const (
	toNext = 253 // the instruction behind the test: the condition holds
	toFail = 254 // behind the rule: it does not
)

// ruleCode tests all conditions of a rule and returns its action when they hold.
func ruleCode(r seccomp.Rule, bits int) []plan.BPF {
	var tests []plan.BPF
	for _, c := range r.Conditions {
		test := conditionCode(c, bits)
		for i := range test {
			link(&test[i].JT, len(test)-1-i)
			link(&test[i].JF, len(test)-1-i)
		}
		tests = append(tests, test...)
	}
	for i := range tests {
		if tests[i].Code == opLoad || tests[i].Code == opAnd {
			continue
		}
		fail := uint8(len(tests) - 1 - i + 1) // over the return
		if tests[i].JT == toFail {
			tests[i].JT = fail
		}
		if tests[i].JF == toFail {
			tests[i].JF = fail
		}
	}
	return append(tests, ret(returned(r.Action)))
}

// link turns a jump to the end of the test into a distance.
func link(jump *uint8, distance int) {
	if *jump == toNext {
		*jump = uint8(distance)
	}
}

// conditionCode compares one argument. It falls through, or jumps to toNext, when
// the condition holds. A native argument has 64 bits, compared in two words, the
// upper first; of a 32-bit ABI's the lower word counts, whatever stands above.
func conditionCode(c seccomp.Condition, bits int) []plan.BPF {
	lower := plan.BPF{Code: opLoad, K: offsetArgs + 8*uint32(c.Index)}
	upper := plan.BPF{Code: opLoad, K: offsetArgs + 8*uint32(c.Index) + 4}
	low, high := uint32(c.Value), uint32(c.Value>>32)
	var code []plan.BPF
	switch c.Op {
	case seccomp.Equal:
		code = []plan.BPF{upper, jump(opJumpEQ, high, 0, toFail), lower, jump(opJumpEQ, low, 0, toFail)}
	case seccomp.NotEqual:
		code = []plan.BPF{upper, jump(opJumpEQ, high, 0, toNext), lower, jump(opJumpEQ, low, toFail, 0)}
	case seccomp.GreaterEqual:
		code = ordered(upper, lower, opJumpGE, high, low, toNext, toFail)
	case seccomp.Greater:
		code = ordered(upper, lower, opJumpGT, high, low, toNext, toFail)
	case seccomp.Less:
		code = ordered(upper, lower, opJumpGE, high, low, toFail, toNext)
	case seccomp.LessEqual:
		code = ordered(upper, lower, opJumpGT, high, low, toFail, toNext)
	default:
		code = []plan.BPF{
			upper, {Code: opAnd, K: uint32(c.Mask >> 32)}, jump(opJumpEQ, high, 0, toFail),
			lower, {Code: opAnd, K: uint32(c.Mask)}, jump(opJumpEQ, low, 0, toFail),
		}
	}
	if bits == 32 {
		return code[slices.Index(code, lower):] // what is left tests the lower word alone
	}
	return code
}

// ordered compares by size: a larger upper word decides, an equal one leaves it to
// the lower, whose test is the operator given.
func ordered(upper, lower plan.BPF, op uint16, high, low uint32, yes, no uint8) []plan.BPF {
	return []plan.BPF{
		upper,
		jump(opJumpGT, high, yes, 0),
		jump(opJumpEQ, high, 0, no),
		lower,
		jump(op, low, yes, no),
	}
}

func jump(op uint16, k uint32, yes, no uint8) plan.BPF {
	return plan.BPF{Code: op, JT: yes, JF: no, K: k}
}
