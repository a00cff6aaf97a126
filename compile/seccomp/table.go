package seccomp

import (
	"slices"
	"strings"
)

//go:generate go run ./gen

// systemCall is a row of a generated table.
type systemCall struct {
	name   string
	number uint32
}

// architecture is one set of system call numbers that a program can use on a
// machine (seccomp(2): the field arch of struct seccomp_data).
type architecture struct {
	name   string // as policy files spell it
	audit  uint32 // AUDIT_ARCH_*
	bits   int    // of an argument
	calls  []systemCall
	offset uint32 // bit in every number, which tells x32 from x86-64: they share audit
}

// x32Bit marks a system call of the x32 ABI.
const x32Bit = 0x40000000

// The architectures (linux/audit.h).
func x86_64() architecture { return architecture{"x86_64", 0xc000003e, 64, callsAmd64[:], 0} }
func x32() architecture    { return architecture{"x32", 0xc000003e, 32, callsX32[:], x32Bit} }
func x86() architecture    { return architecture{"x86", 0x40000003, 32, calls386[:], 0} }
func arm64() architecture  { return architecture{"arm64", 0xc00000b7, 64, callsArm64[:], 0} }
func arm() architecture    { return architecture{"arm", 0x40000028, 32, callsArm[:], 0} }

// architectures are those that run on a machine of a GOARCH, the native one
// first, in LXC's choice: it filters them all. ok is false for a machine whose
// tables are not here.
func architectures(goarch string) (list []architecture, ok bool) {
	switch goarch {
	case "amd64":
		return []architecture{x86_64(), x32(), x86()}, true
	case "386":
		return []architecture{x86()}, true
	case "arm64":
		return []architecture{arm64(), arm()}, true
	case "arm":
		return []architecture{arm()}, true
	}
	return nil, false
}

// number looks a system call up by name.
func (a architecture) number(name string) (uint32, bool) {
	i, found := slices.BinarySearchFunc(a.calls, name, func(c systemCall, name string) int { return strings.Compare(c.name, name) })
	if !found {
		return 0, false
	}
	return a.calls[i].number, true
}
