//go:build linux

package monitor

import (
	"encoding/binary"
	"fmt"
	"slices"

	"lxcfg/compile/plan"
)

// On cgroup v2 there is no file to write device rules to: an eBPF program decides
// (BPF_PROG_TYPE_CGROUP_DEVICE). It is called with
//
//	struct bpf_cgroup_dev_ctx { u32 access_type; u32 major; u32 minor; }
//
// where access_type holds the access in its upper and the device's type in its
// lower half, and returns 1 to allow.
//
// The rules become one block each, the last rule first: the first block that
// matches returns. What no rule matches gets the answer of the last rule for all
// devices ("a"), "no" when there is none. Every test jumps over what is left of
// its block.

// eBPF as far as these programs go (linux/bpf.h).
const (
	opLoadWord = 0x61 // BPF_LDX|BPF_W|BPF_MEM: dst = *(u32 *)(src + off)
	opMovReg   = 0xbf // BPF_ALU64|BPF_MOV|BPF_X
	opMovImm   = 0xb7 // BPF_ALU64|BPF_MOV|BPF_K
	opAndImm   = 0x54 // BPF_ALU|BPF_AND|BPF_K (32 bits)
	opShiftR   = 0x74 // BPF_ALU|BPF_RSH|BPF_K (32 bits)
	opJumpNE   = 0x55 // BPF_JMP|BPF_JNE|BPF_K
	opJumpNER  = 0x5d // BPF_JMP|BPF_JNE|BPF_X
	opExit     = 0x95 // BPF_JMP|BPF_EXIT
)

// The registers the program keeps its input in.
const (
	regResult  = 0
	regContext = 1
	regType    = 2
	regAccess  = 3
	regMajor   = 4
	regMinor   = 5
	regScratch = 6
)

// Device types and accesses of the context (linux/bpf.h).
const (
	devBlock  = 1
	devChar   = 2
	accMknod  = 1
	accRead   = 2
	accWrite  = 4
	accAnyAll = accMknod | accRead | accWrite
)

// insn is one eBPF instruction.
type insn struct {
	op       uint8
	dst, src uint8
	off      int16
	imm      int32
}

// deviceProgram compiles rules to eBPF, nil when they restrict nothing.
func deviceProgram(rules []plan.DeviceRule) []insn {
	rules, allowRest := effectiveRules(rules)
	if len(rules) == 0 && allowRest {
		return nil
	}
	program := []insn{
		{op: opLoadWord, dst: regType, src: regContext, off: 0},
		{op: opMovReg, dst: regAccess, src: regType},
		{op: opAndImm, dst: regType, imm: 0xffff},
		{op: opShiftR, dst: regAccess, imm: 16},
		{op: opLoadWord, dst: regMajor, src: regContext, off: 4},
		{op: opLoadWord, dst: regMinor, src: regContext, off: 8},
	}
	for i := len(rules) - 1; i >= 0; i-- {
		program = append(program, ruleBlock(rules[i])...)
	}
	return append(program, verdict(allowRest)...)
}

// effectiveRules drops what a later "a" rule has overruled, and returns the rest
// with the answer for devices that no rule names. As in LXC, a list without an
// "a" rule is a list of what is allowed, and rules that repeat the rest's answer
// say nothing.
func effectiveRules(rules []plan.DeviceRule) (rest []plan.DeviceRule, allowRest bool) {
	for _, r := range rules {
		switch {
		case r.Type == "a":
			rest, allowRest = nil, r.Allow
		case r.Allow != allowRest:
			// An earlier one about no more says nothing beside it.
			rest = append(slices.DeleteFunc(rest, func(old plan.DeviceRule) bool { return covers(r, old) }), r)
		default:
			rest = withdraw(rest, r)
		}
	}
	return rest, allowRest
}

// addRule adds a rule to others. However many come, there are no more than devices.
func addRule(rules []plan.DeviceRule, r plan.DeviceRule) []plan.DeviceRule {
	rest, allowRest := effectiveRules(append(slices.Clone(rules), r))
	return append([]plan.DeviceRule{{Allow: allowRest, Type: "a", Major: -1, Minor: -1}}, rest...)
}

// covers tells whether a rule is about all that another is about.
func covers(r, other plan.DeviceRule) bool {
	return isSameDevice(r, other) && accessBits(other.Access)&^accessBits(r.Access) == 0
}

func isSameDevice(a, b plan.DeviceRule) bool {
	return a.Type == b.Type && a.Major == b.Major && a.Minor == b.Minor
}

// withdraw takes back an earlier rule for the same device: allowing and then
// denying leaves it denied.
func withdraw(rules []plan.DeviceRule, r plan.DeviceRule) []plan.DeviceRule {
	var kept []plan.DeviceRule
	for _, old := range rules {
		if isSameDevice(old, r) {
			access := accessBits(old.Access) &^ accessBits(r.Access)
			if access == 0 {
				continue
			}
			old.Access = accessLetters(access)
		}
		kept = append(kept, old)
	}
	return kept
}

// ruleBlock tests one rule and returns its answer when it matches.
func ruleBlock(r plan.DeviceRule) []insn {
	var tests []insn
	kind := int32(devChar)
	if r.Type == "b" {
		kind = devBlock
	}
	tests = append(tests, insn{op: opJumpNE, dst: regType, imm: kind})
	if access := accessBits(r.Access); access != accAnyAll {
		// The rule covers the access when nothing is asked for beyond it.
		tests = append(tests,
			insn{op: opMovReg, dst: regScratch, src: regAccess},
			insn{op: opAndImm, dst: regScratch, imm: access},
			insn{op: opJumpNER, dst: regScratch, src: regAccess})
	}
	if r.Major >= 0 {
		tests = append(tests, insn{op: opJumpNE, dst: regMajor, imm: int32(r.Major)})
	}
	if r.Minor >= 0 {
		tests = append(tests, insn{op: opJumpNE, dst: regMinor, imm: int32(r.Minor)})
	}
	end := verdict(r.Allow)
	for i := range tests {
		if tests[i].op == opJumpNE || tests[i].op == opJumpNER {
			tests[i].off = int16(len(tests) - 1 - i + len(end))
		}
	}
	return append(tests, end...)
}

// verdict returns 1 to allow and 0 to deny.
func verdict(allow bool) []insn {
	answer := int32(0)
	if allow {
		answer = 1
	}
	return []insn{{op: opMovImm, dst: regResult, imm: answer}, {op: opExit}}
}

func accessBits(letters string) int32 {
	bits := int32(0)
	for _, c := range letters {
		switch c {
		case 'r':
			bits |= accRead
		case 'w':
			bits |= accWrite
		case 'm':
			bits |= accMknod
		}
	}
	return bits
}

func accessLetters(bits int32) string {
	letters := ""
	for _, row := range [...]struct {
		bit    int32
		letter string
	}{{accRead, "r"}, {accWrite, "w"}, {accMknod, "m"}} {
		if bits&row.bit != 0 {
			letters += row.letter
		}
	}
	return letters
}

// encode gives the program the kernel's form, 8 bytes an instruction.
func encode(program []insn) []byte {
	out := make([]byte, 0, 8*len(program))
	for _, in := range program {
		out = append(out, in.op, in.dst|in.src<<4)
		out = binary.NativeEndian.AppendUint16(out, uint16(in.off))
		out = binary.NativeEndian.AppendUint32(out, uint32(in.imm))
	}
	return out
}

// String prints an instruction for tests and errors.
func (in insn) String() string {
	return fmt.Sprintf("%02x dst=r%d src=r%d off=%d imm=%d", in.op, in.dst, in.src, in.off, in.imm)
}
