package seccomp

import (
	"slices"
	"strings"
)

//go:generate go run ./gen

// architecture is one set of system call numbers and argument sizes that programs
// can use on a machine.
type architecture struct {
	name      string // as policy files spell it
	audit     uint32 // AUDIT_ARCH_*, what the kernel calls it (seccomp(2))
	column    int    // of the table of system calls
	bits      int    // of an argument
	bigEndian bool
	bundles   bool   // sockets and System V IPC can be reached through socketcall and ipc
	marker    uint32 // bit of every number, which tells x32 from x86-64: they share audit
}

// x32Bit marks a system call of the x32 ABI.
const x32Bit = 0x40000000

// The columns of the table of system calls.
const (
	columnX86_64 = iota
	columnX32
	columnX86
	columnARM64
	columnARM
	columnMIPS
	columnMIPS64
	columnMIPS64N32
	columnPPC
	columnPPC64
	columnS390
	columnS390X
	columnRISCV64
	columnLoongArch64
	columns
)

// abis are the architectures that Linux and LXC have names for (linux/audit.h). Two
// that differ in the order of bytes only share a column.
var abis = [...]architecture{
	{name: "x86_64", audit: 0xc000003e, column: columnX86_64, bits: 64},
	{name: "x32", audit: 0xc000003e, column: columnX32, bits: 32, marker: x32Bit},
	{name: "x86", audit: 0x40000003, column: columnX86, bits: 32, bundles: true},
	{name: "arm64", audit: 0xc00000b7, column: columnARM64, bits: 64},
	{name: "arm", audit: 0x40000028, column: columnARM, bits: 32},
	{name: "mips", audit: 0x00000008, column: columnMIPS, bits: 32, bigEndian: true, bundles: true},
	{name: "mipsel", audit: 0x40000008, column: columnMIPS, bits: 32, bundles: true},
	{name: "mips64", audit: 0x80000008, column: columnMIPS64, bits: 64, bigEndian: true},
	{name: "mipsel64", audit: 0xc0000008, column: columnMIPS64, bits: 64},
	{name: "mips64n32", audit: 0xa0000008, column: columnMIPS64N32, bits: 32, bigEndian: true},
	{name: "mipsel64n32", audit: 0xe0000008, column: columnMIPS64N32, bits: 32},
	{name: "ppc", audit: 0x00000014, column: columnPPC, bits: 32, bigEndian: true, bundles: true},
	{name: "ppc64", audit: 0x80000015, column: columnPPC64, bits: 64, bigEndian: true, bundles: true},
	{name: "ppc64le", audit: 0xc0000015, column: columnPPC64, bits: 64, bundles: true},
	{name: "s390", audit: 0x00000016, column: columnS390, bits: 32, bigEndian: true, bundles: true},
	{name: "s390x", audit: 0x80000016, column: columnS390X, bits: 64, bigEndian: true, bundles: true},
	{name: "riscv64", audit: 0xc00000f3, column: columnRISCV64, bits: 64},
	{name: "loongarch64", audit: 0xc0000102, column: columnLoongArch64, bits: 64},
}

// hosts are the machines by GOARCH, each with the architectures that LXC filters
// there, the native one first.
var hosts = [...]struct{ goarch, runs string }{
	{"amd64", "x86_64 x32 x86"},
	{"386", "x86"},
	{"arm64", "arm64 arm"},
	{"arm", "arm"},
	{"loong64", "loongarch64"},
	{"mips", "mips"},
	{"mips64", "mips64 mips64n32 mips"},
	{"mips64le", "mipsel64 mipsel64n32 mipsel"},
	{"mipsle", "mipsel"},
	{"ppc", "ppc"},
	{"ppc64", "ppc64 ppc"},
	{"ppc64le", "ppc64le"},
	{"riscv64", "riscv64"},
	{"s390", "s390"},
	{"s390x", "s390x"},
}

// architectures are those that run on a machine of a GOARCH, the native one first;
// none for a machine that Linux does not filter calls on.
func architectures(goarch string) []architecture {
	var list []architecture
	for _, h := range hosts {
		if h.goarch != goarch {
			continue
		}
		for name := range strings.FieldsSeq(h.runs) {
			i := slices.IndexFunc(abis[:], func(a architecture) bool { return a.name == name })
			list = append(list, abis[i])
		}
	}
	return list
}

// first is the number that calls count from.
func (a architecture) first() uint32 {
	switch a.column {
	case columnMIPS:
		return 4000
	case columnMIPS64:
		return 5000
	case columnMIPS64N32:
		return 6000
	}
	return a.marker
}

// systemCall is a row of the generated table.
type systemCall struct {
	name    string
	numbers [columns]int32 // -1: the ABI does not have it
}

// find looks a system call up by name, ok false when no ABI has it.
func find(name string) (c *systemCall, ok bool) {
	i, ok := slices.BinarySearchFunc(calls[:], name, func(c systemCall, name string) int { return strings.Compare(c.name, name) })
	if !ok {
		return nil, false
	}
	return &calls[i], true
}

// number looks a system call up by name.
func (a architecture) number(name string) (uint32, bool) {
	c, ok := find(name)
	if !ok {
		return 0, false
	}
	return a.numberOf(c)
}

// numberOf is the number of a call, ok false when the ABI does not have it.
func (a architecture) numberOf(c *systemCall) (number uint32, ok bool) {
	n := c.numbers[a.column]
	return uint32(n) | a.marker, n >= 0
}

// nameOf is the name of the call with a number, "call" when there is none.
func (a architecture) nameOf(number uint32) string {
	for i := range calls {
		if n, ok := a.numberOf(&calls[i]); ok && n == number {
			return calls[i].name
		}
	}
	return "call"
}
