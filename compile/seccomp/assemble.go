package seccomp

import (
	"lxcfg/compile/plan"
	"lxcfg/grammar/seccomp"
)

// A program is put together from blocks that need nothing of what follows them:
// each ends in a return. So a tree is a test, the code of its lower half and the
// code of its upper half, and the only jumps are over a block of known length.

// Opcodes of classic BPF (linux/bpf_common.h).
const (
	opLoad     = 0x20 // BPF_LD|BPF_W|BPF_ABS: a word of struct seccomp_data
	opAnd      = 0x54 // BPF_ALU|BPF_AND|BPF_K
	opJump     = 0x05 // BPF_JMP|BPF_JA
	opJumpEQ   = 0x15 // BPF_JMP|BPF_JEQ|BPF_K
	opJumpGT   = 0x25 // BPF_JMP|BPF_JGT|BPF_K
	opJumpGE   = 0x35 // BPF_JMP|BPF_JGE|BPF_K
	opReturn   = 0x06 // BPF_RET|BPF_K
	farthest   = 255  // that a conditional jump reaches
	offsetNr   = 0    // struct seccomp_data: int nr
	offsetArch = 4    // __u32 arch
	offsetArgs = 16   // __u64 args[6]
)

// Returned values (linux/seccomp.h).
const (
	retKill   = 0x00000000 // SECCOMP_RET_KILL_THREAD
	retTrap   = 0x00030000
	retErrno  = 0x00050000
	retNotify = 0x7fc00000
	retAllow  = 0x7fff0000
)

func returned(a seccomp.Action) uint32 {
	switch a.Kind {
	case seccomp.Allow:
		return retAllow
	case seccomp.Errno:
		return retErrno | uint32(a.Errno)
	case seccomp.Trap:
		return retTrap
	case seccomp.Notify:
		return retNotify
	}
	return retKill
}

// assemble makes the program: find the architecture, then the call in its tree.
// A call of another architecture is killed, whatever the policy's default.
func assemble(tables []table, rest seccomp.Action) []plan.BPF {
	program := []plan.BPF{{Code: opLoad, K: offsetArch}}
	for i := 0; i < len(tables); i++ {
		body := append([]plan.BPF{{Code: opLoad, K: offsetNr}}, tables[i].tree(rest)...)
		if i+1 < len(tables) && tables[i+1].arch.offset == x32Bit {
			// x32 shares the architecture of x86-64; its numbers are above.
			body = []plan.BPF{{Code: opLoad, K: offsetNr}}
			body = append(body, branch(x32Bit, tables[i].tree(rest), tables[i+1].tree(rest))...)
		}
		program = append(program, onEqual(tables[i].arch.audit, body)...)
		if i+1 < len(tables) && tables[i+1].arch.offset == x32Bit {
			i++
		}
	}
	return append(program, ret(retKill))
}

// onEqual runs a block when the loaded word has a value.
func onEqual(value uint32, body []plan.BPF) []plan.BPF {
	if len(body) <= farthest {
		return append([]plan.BPF{{Code: opJumpEQ, JF: uint8(len(body)), K: value}}, body...)
	}
	return append([]plan.BPF{{Code: opJumpEQ, JT: 1, K: value}, {Code: opJump, K: uint32(len(body))}}, body...)
}

// branch runs the upper block when the loaded word is the pivot or more, and the
// lower block otherwise.
func branch(pivot uint32, lower, upper []plan.BPF) []plan.BPF {
	var code []plan.BPF
	if len(lower) <= farthest {
		code = []plan.BPF{{Code: opJumpGE, JT: uint8(len(lower)), K: pivot}}
	} else {
		code = []plan.BPF{{Code: opJumpGE, JF: 1, K: pivot}, {Code: opJump, K: uint32(len(lower))}}
	}
	return append(append(code, lower...), upper...)
}

func ret(k uint32) plan.BPF { return plan.BPF{Code: opReturn, K: k} }

// interval is a run of call numbers that are treated alike, up to the next one's
// first.
type interval struct {
	first uint32
	code  []plan.BPF
}

// tree finds the call by halving: neighbours with the same action are one leaf.
func (t table) tree(rest seccomp.Action) []plan.BPF {
	restCode := []plan.BPF{ret(returned(rest))}
	intervals := []interval{{0, restCode}}
	add := func(first uint32, code []plan.BPF) {
		last := &intervals[len(intervals)-1]
		switch {
		case last.first == first:
			last.code = code
			if n := len(intervals); n > 1 && same(intervals[n-2].code, code) {
				intervals = intervals[:n-1]
			}
		case !same(last.code, code):
			intervals = append(intervals, interval{first, code})
		}
	}
	for _, call := range t.calls {
		add(call.number, call.code(rest, t.arch.bits))
		add(call.number+1, restCode)
	}
	return halve(intervals)
}

func halve(intervals []interval) []plan.BPF {
	if len(intervals) == 1 {
		return intervals[0].code
	}
	middle := len(intervals) / 2
	return branch(intervals[middle].first, halve(intervals[:middle]), halve(intervals[middle:]))
}

// same reports whether two blocks do the same; only single returns are compared.
func same(a, b []plan.BPF) bool { return len(a) == 1 && len(b) == 1 && a[0] == b[0] }
