// Package filtertest runs seccomp filters for tests: the part of classic BPF that
// compilers of policies use, on what the kernel shows a filter of a system call.
package filtertest

import (
	"errors"
	"fmt"

	"lxcfg/compile/plan"
)

// Call is a system call as a filter sees it (struct seccomp_data, seccomp(2)).
type Call struct {
	Number uint32
	Arch   uint32 // AUDIT_ARCH_*
	Args   [6]uint64
}

// Data is a call in the words that a filter loads.
type Data [16]uint32

// Data lays a call out in the order of bytes of its machine. The instruction
// pointer, which filters of policies do not look at, is 0.
func (c Call) Data(bigEndian bool) (d Data) {
	d[0], d[1] = c.Number, c.Arch
	for i, arg := range c.Args {
		lower, upper := 4+2*i, 5+2*i
		if bigEndian {
			lower, upper = upper, lower
		}
		d[lower], d[upper] = uint32(arg), uint32(arg>>32)
	}
	return d
}

// The instructions (linux/bpf_common.h).
const (
	load     = 0x20 // BPF_LD|BPF_W|BPF_ABS
	and      = 0x54 // BPF_ALU|BPF_AND|BPF_K
	jump     = 0x05 // BPF_JMP|BPF_JA
	ifEqual  = 0x15 // BPF_JMP|BPF_JEQ|BPF_K
	ifMore   = 0x25 // BPF_JMP|BPF_JGT|BPF_K
	ifAtMore = 0x35 // BPF_JMP|BPF_JGE|BPF_K
	ret      = 0x06 // BPF_RET|BPF_K
)

// Valid says why the kernel would not take a program, nil when it would: every jump
// has to stay inside, every load inside the data, and the last instruction has to
// be a return (bpf_check_classic and seccomp_check_filter, kernel/).
func Valid(program []plan.BPF) error {
	if n := len(program); n == 0 || n > 4096 {
		return fmt.Errorf("a program of %d instructions", n)
	}
	for i, in := range program {
		left := uint32(len(program) - 1 - i)
		switch in.Code {
		case load:
			if in.K%4 != 0 || in.K >= 64 {
				return fmt.Errorf("instruction %d loads word %d", i, in.K)
			}
		case and, ret:
		case jump:
			if in.K >= left {
				return fmt.Errorf("instruction %d jumps out of the program", i)
			}
		case ifEqual, ifMore, ifAtMore:
			if uint32(in.JT) >= left || uint32(in.JF) >= left {
				return fmt.Errorf("instruction %d jumps out of the program", i)
			}
		default:
			return fmt.Errorf("instruction %d is %#x, which is not known here", i, in.Code)
		}
	}
	if program[len(program)-1].Code != ret {
		return errors.New("the program does not end in a return")
	}
	return nil
}

// Run returns what a valid program says of a call (SECCOMP_RET_*), and whether it
// has looked at the arguments to say it.
func Run(program []plan.BPF, d *Data) (verdict uint32, looked bool) {
	var accumulator uint32
	for at := 0; ; at++ {
		in := &program[at]
		holds := false
		switch in.Code {
		case load:
			accumulator = d[in.K/4]
			looked = looked || in.K >= 16
			continue
		case and:
			accumulator &= in.K
			continue
		case jump:
			at += int(in.K)
			continue
		case ret:
			return in.K, looked
		case ifEqual:
			holds = accumulator == in.K
		case ifMore:
			holds = accumulator > in.K
		case ifAtMore:
			holds = accumulator >= in.K
		}
		if holds {
			at += int(in.JT)
		} else {
			at += int(in.JF)
		}
	}
}
