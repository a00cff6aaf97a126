package seccomp_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"lxcfg/compile/plan"
	policy "lxcfg/grammar/seccomp"
)

// A judge is libseccomp, asked by a small C program to make the filter of a policy.
type judge struct {
	in  io.WriteCloser
	out *bufio.Reader
}

// startJudge compiles the C program and starts it.
func startJudge(t testing.TB) *judge {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the judge is written for x86-64")
	}
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("there is no C compiler to build the judge with")
	}
	program := filepath.Join(t.TempDir(), "judge")
	if out, err := exec.Command(cc, "-O1", "-o", program, "testdata/libseccomp.c", "-lseccomp").CombinedOutput(); err != nil {
		t.Skipf("libseccomp's headers are not installed: %v\n%s", err, out)
	}
	cmd := exec.Command(program)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the judge ends with %v", err)
		}
	})
	return &judge{in, bufio.NewReaderSize(out, 1<<16)}
}

// answer is what libseccomp makes of a policy.
type answer struct {
	program     []plan.BPF // nil: refused
	description string     // of the program, in libseccomp's own words
	refused     string     // why
}

// ask has libseccomp make the filter of a policy for some architectures, the native
// one first.
func (j *judge) ask(t testing.TB, p *policy.Policy, arches []string) (a answer) {
	t.Helper()
	if _, err := io.WriteString(j.in, request(p, arches)); err != nil {
		t.Fatalf("ask the judge: %v", err)
	}
	line, err := j.out.ReadString('\n')
	if err != nil {
		t.Fatalf("hear from the judge: %v", err)
	}
	var length, size int
	if n, _ := fmt.Sscanf(line, "program %d %d", &length, &size); n != 2 {
		return answer{refused: strings.TrimSpace(line)}
	}
	raw := make([]byte, 8*length+size)
	if _, err := io.ReadFull(j.out, raw); err != nil {
		t.Fatalf("hear from the judge: %v", err)
	}
	a.description = string(raw[8*length:])
	order := binary.ByteOrder(binary.LittleEndian)
	if known[arches[0]].bigEndian {
		order = binary.BigEndian
	}
	verdicts := []uint32{0, returned(p.Default)}
	for _, r := range p.Rules {
		verdicts = append(verdicts, returned(r.Action))
	}
	for b := raw[:8*length]; len(b) > 0; b = b[8:] {
		in := plan.BPF{Code: order.Uint16(b), JT: b[2], JF: b[3], K: order.Uint32(b[4:])}
		// Where a return stands for a jump that is too far, libseccomp turns its
		// bytes once more than it has to for a machine of the other order.
		if turned := bits.ReverseBytes32(in.K); in.Code == 0x06 && !slices.Contains(verdicts, in.K) && slices.Contains(verdicts, turned) {
			in.K = turned
		}
		a.program = append(a.program, in)
	}
	return a
}

// request is a policy in the judge's words.
func request(p *policy.Policy, arches []string) string {
	ops := map[policy.Op]int{policy.NotEqual: 1, policy.Less: 2, policy.LessEqual: 3, policy.Equal: 4, policy.GreaterEqual: 5, policy.Greater: 6, policy.MaskedEqual: 7}
	var text strings.Builder
	fmt.Fprintf(&text, "policy %d", returned(p.Default))
	for _, name := range arches {
		fmt.Fprintf(&text, " %d", known[name].token())
	}
	text.WriteByte('\n')
	for _, r := range p.Rules {
		if p.Version == 1 {
			fmt.Fprintf(&text, "number %d %d\n", r.Number, returned(r.Action))
			continue
		}
		if r.Section != "all" && !slices.Contains(arches, r.Section) || r.Call.String == "" {
			continue
		}
		fmt.Fprintf(&text, "rule %s %d", r.Call.String, returned(r.Action))
		for _, c := range r.Conditions {
			fmt.Fprintf(&text, " %d %d %d %d", c.Index, ops[c.Op], c.Value, c.Mask)
		}
		text.WriteByte('\n')
	}
	return text.String() + "end\n"
}

// returned is an action as libseccomp and the kernel write it.
func returned(a policy.Action) uint32 {
	switch a.Kind {
	case policy.Allow:
		return 0x7fff0000
	case policy.Errno:
		return 0x00050000 | uint32(a.Errno)
	case policy.Trap:
		return 0x00030000
	case policy.Notify:
		return 0x7fc00000
	}
	return 0
}

// abi is what the tests know of an architecture by themselves.
type abi struct {
	audit     uint32 // AUDIT_ARCH_*
	first     uint32 // number that its calls count from
	bigEndian bool
}

// bits is the size of an argument: of x32 and n32 half of what the machine has.
func (a abi) bits() int {
	if a.first == x32Bit || a.first == 6000 || a.audit&0x80000000 == 0 {
		return 32 // __AUDIT_ARCH_64BIT
	}
	return 64
}

const x32Bit = 0x40000000

// token is libseccomp's name of the architecture.
func (a abi) token() uint32 {
	if a.first == x32Bit {
		return 0x4000003e // without the bit that says 64
	}
	return a.audit
}

var known = map[string]abi{
	"x86_64": {audit: 0xc000003e}, "x32": {audit: 0xc000003e, first: x32Bit}, "x86": {audit: 0x40000003},
	"arm64": {audit: 0xc00000b7}, "arm": {audit: 0x40000028},
	"mips": {audit: 0x8, first: 4000, bigEndian: true}, "mipsel": {audit: 0x40000008, first: 4000},
	"mips64": {audit: 0x80000008, first: 5000, bigEndian: true}, "mipsel64": {audit: 0xc0000008, first: 5000},
	"mips64n32": {audit: 0xa0000008, first: 6000, bigEndian: true}, "mipsel64n32": {audit: 0xe0000008, first: 6000},
	"ppc": {audit: 0x14, bigEndian: true}, "ppc64": {audit: 0x80000015, bigEndian: true}, "ppc64le": {audit: 0xc0000015},
	"s390": {audit: 0x16, bigEndian: true}, "s390x": {audit: 0x80000016, bigEndian: true},
	"riscv64": {audit: 0xc00000f3}, "loongarch64": {audit: 0xc0000102},
}
