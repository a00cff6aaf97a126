//go:build linux

package conformance

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"lxcfg/compile/plan"
	"lxcfg/compile/seccomp"
	"lxcfg/compile/seccomp/filtertest"
	"lxcfg/grammar/diag"
	grammar "lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// TestFiltersDecideAsStock compares filters with those that lxc-start itself makes
// of the same policies, over every call of the three ABIs of x86-64.
func TestFiltersDecideAsStock(t *testing.T) {
	stockFilter := filterOfStock(t)
	texts := map[string]string{}
	files, err := filepath.Glob("../compile/seccomp/testdata/*.policy")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d policies: %v", len(files), err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(name)] = string(text)
	}
	for i, text := range policies {
		texts[fmt.Sprintf("judged-%d", i)] = text
	}
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 2))
	for i := range 100 {
		texts[fmt.Sprintf("random-%d-of-%d", i, seed)] = randomPolicy(r)
	}
	compared := 0
	for name, text := range texts {
		p := grammar.ParseFor(source.File{Name: "policy", Text: text}, 5)
		ours, findings := seccomp.Compile(p, "amd64")
		if findings.Has(diag.Error) || tangled(p) {
			continue // TestPolicies has lxc-start refuse what is refused
		}
		theirs := stockFilter(text)
		if len(theirs) == 0 {
			t.Errorf("%s: lxc-start makes no filter of %q", name, text)
			continue
		}
		compared++
		if call := decidesOtherwise(p, ours.Program, theirs); call != "" {
			t.Errorf("%s: %s\n%s", name, call, text)
		}
	}
	if compared < 100 {
		t.Errorf("%d policies were compared", compared)
	}
}

// filterOfStock returns a function that has lxc-start make the filter of a policy.
func filterOfStock(t *testing.T) func(text string) []plan.BPF {
	t.Helper()
	if runtime.GOARCH != "amd64" {
		t.Skip("the numbers compared are those of x86-64")
	}
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("there is no C compiler")
	}
	dir := t.TempDir()
	library, program := filepath.Join(dir, "export.so"), filepath.Join(dir, "program")
	if out, err := exec.Command(cc, "-shared", "-fPIC", "-o", library, "testdata/seccomp_export.c", "-ldl").CombinedOutput(); err != nil {
		t.Skipf("libseccomp's headers are not installed: %v\n%s", err, out)
	}
	t.Setenv("LD_PRELOAD", library)
	t.Setenv("LXCFG_SECCOMP_EXPORT", program)
	judge := policyJudge(t)
	return func(text string) (filter []plan.BPF) {
		_ = os.Remove(program)
		if !judge(text) {
			return nil
		}
		raw, err := os.ReadFile(program)
		if err != nil {
			t.Fatal(err)
		}
		for b := raw; len(b) >= 8; b = b[8:] {
			filter = append(filter, plan.BPF{Code: binary.NativeEndian.Uint16(b), JT: b[2], JF: b[3], K: binary.NativeEndian.Uint32(b[4:])})
		}
		return filter
	}
}

// bundledX86 are the numbers on 32-bit x86 of the calls that LXC leaves out there:
// socketcall and ipc, and the services that can be reached through them.
func bundledX86(number uint32) bool {
	return slices.Contains([]uint32{102, 117, 337, 345}, number) || number >= 359 && number <= 373 || number >= 393 && number <= 402
}

// tangled reports whether a call has several rules, and one with several
// conditions: libseccomp may be wrong about it, which its own test looks at.
func tangled(p *grammar.Policy) bool {
	rules, several := map[string]int{}, map[string]bool{}
	for _, r := range p.Rules {
		rules[r.Call.String]++
		several[r.Call.String] = several[r.Call.String] || len(r.Conditions) > 1
		if several[r.Call.String] && rules[r.Call.String] > 1 {
			return true
		}
	}
	return false
}

// decidesOtherwise tells a call that two filters treat differently.
func decidesOtherwise(p *grammar.Policy, ours, theirs []plan.BPF) string {
	samples := filtertest.Samples(p)
	for _, abi := range []struct{ arch, first uint32 }{{0xc000003e, 0}, {0xc000003e, 0x40000000}, {0x40000003, 0}, {0xc00000b7, 0}} {
		for n := range uint32(600) {
			if abi.arch == 0x40000003 && bundledX86(n) {
				continue
			}
			for _, args := range samples {
				c := filtertest.Call{Arch: abi.arch, Number: abi.first + n, Args: args}
				d := c.Data(false)
				got, looked := filtertest.Run(ours, &d)
				want, theyLooked := filtertest.Run(theirs, &d)
				if got != want {
					return fmt.Sprintf("%+v: %#x, stock LXC says %#x", c, got, want)
				}
				if !looked && !theyLooked {
					break
				}
			}
		}
	}
	return ""
}
