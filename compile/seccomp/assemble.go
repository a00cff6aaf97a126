package seccomp

import (
	"slices"

	"lxcfg/compile/plan"
	"lxcfg/grammar/seccomp"
)

// Opcodes of classic BPF (linux/bpf_common.h).
const (
	opLoad   = 0x20 // BPF_LD|BPF_W|BPF_ABS: a word of struct seccomp_data
	opAnd    = 0x54 // BPF_ALU|BPF_AND|BPF_K
	opJump   = 0x05 // BPF_JMP|BPF_JA
	opIfEQ   = 0x15 // BPF_JMP|BPF_JEQ|BPF_K
	opIfGT   = 0x25 // BPF_JMP|BPF_JGT|BPF_K
	opIfGE   = 0x35 // BPF_JMP|BPF_JGE|BPF_K
	opReturn = 0x06 // BPF_RET|BPF_K
)

// The places of what a filter sees (struct seccomp_data, linux/seccomp.h).
const (
	offsetNumber = 0
	offsetArch   = 4
	offsetArgs   = 16 // six of 64 bits
)

// Returned values (linux/seccomp.h).
const (
	retKill   = 0x00000000 // SECCOMP_RET_KILL_THREAD
	retTrap   = 0x00030000
	retErrno  = 0x00050000
	retNotify = 0x7fc00000
	retAllow  = 0x7fff0000
)

func verdict(a seccomp.Action) uint32 {
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

// assembler puts a program together from its end: jumps lead forward only, so
// whatever an instruction leads to is there before it, and how far away is known.
// A test that is there already is used again.
type assembler struct {
	code  []plan.BPF           // the last instruction first
	tests map[testCode]place   // by what they do
	rets  map[uint32]codeIndex // the nearest return of each verdict
}

// codeIndex is an instruction, by its distance from the end of the program.
type codeIndex int

// goal is where a branch leads: to code, or to a return, which is made where it is
// needed when none is near.
type goal struct {
	code    codeIndex // of an instruction; -1: a return
	verdict uint32
}

func returning(verdict uint32) goal { return goal{code: -1, verdict: verdict} }

// put appends an instruction, which runs before all that are there.
func (a *assembler) put(in plan.BPF) codeIndex {
	a.code = append(a.code, in)
	return codeIndex(len(a.code) - 1)
}

// reach is how far a conditional jump leads, less room for two instructions that
// its goals may take.
const reach = 255 - 2

// near makes a goal a conditional jump can lead to.
func (a *assembler) near(g goal) codeIndex {
	at := g.code
	if at < 0 {
		var made bool
		if at, made = a.rets[g.verdict]; !made || len(a.code)-1-int(at) > reach {
			at = a.put(plan.BPF{Code: opReturn, K: g.verdict})
			a.rets[g.verdict] = at
		}
		return at
	}
	if distance := len(a.code) - 1 - int(at); distance > reach {
		return a.put(plan.BPF{Code: opJump, K: uint32(distance)})
	}
	return at
}

// branch appends a conditional jump.
func (a *assembler) branch(op uint16, k uint32, yes, no goal) codeIndex {
	to, or := a.near(yes), a.near(no)
	next := len(a.code) - 1
	return a.put(plan.BPF{Code: op, JT: uint8(next - int(to)), JF: uint8(next - int(or)), K: k})
}

// program returns the code in the order it runs.
func (a *assembler) program() []plan.BPF {
	program := slices.Clone(a.code)
	slices.Reverse(program)
	return program
}
