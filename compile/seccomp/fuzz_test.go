package seccomp_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"lxcfg/compile/plan"
	"lxcfg/compile/seccomp"
	"lxcfg/compile/seccomp/filtertest"
	"lxcfg/grammar/diag"
	policy "lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// FuzzCompile compiles any text for any machine. The program is one that the kernel
// takes, and it does to a call what a rule that matches says, or the default where
// none does.
func FuzzCompile(f *testing.F) {
	for _, name := range policyFiles(f) {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), uint8(len(text)))
	}
	r := rand.New(rand.NewPCG(1, 0))
	for i := range 20 {
		f.Add(randomPolicy(r), uint8(i))
	}
	f.Fuzz(func(t *testing.T, text string, machine uint8) {
		all := append(slices.Clone(machines), "loong64")
		p := policy.Parse(source.File{Name: "policy", Text: text})
		filter, findings := seccomp.Compile(p, all[int(machine)%len(all)])
		if findings.Has(diag.Error) {
			return
		}
		if err := filtertest.Valid(filter.Program); err != nil {
			t.Fatal(err)
		}
		var arches []string
		for _, table := range filter.Tables {
			arches = append(arches, table.Arch)
		}
		checkRules(t, p, arches, filter.Program)
	})
}

// checkRules holds a filter against the rules themselves, for every call that a
// rule is about and some that none is.
func checkRules(t *testing.T, p *policy.Policy, arches []string, program []plan.BPF) {
	c := newComparison(p, arches, program, answer{})
	for _, name := range arches {
		a := known[name]
		numbers := []uint32{a.first + 1000, 0xffffffff, 0x80000000}
		for _, r := range p.Rules[:min(len(p.Rules), 100)] {
			if n, ok := seccomp.Number(name, r.Call.String); ok && p.Version == 2 {
				numbers = append(numbers, n, n+1)
			}
			if n, _, ok := seccomp.Bundled(name, r.Call.String); ok && p.Version == 2 {
				numbers = append(numbers, n)
			}
			if p.Version == 1 && r.Number&x32Bit == 0 {
				numbers = append(numbers, r.Number)
			}
		}
		slices.Sort(numbers)
		for _, number := range slices.Compact(numbers) {
			rules := about(p, arches, name, number)
			for _, s := range c.samples[:min(len(c.samples), 500)] {
				d := filtertest.Call{Arch: a.audit, Number: number, Args: s}.Data(a.bigEndian)
				got, looked := filtertest.Run(program, &d)
				if allowed := said(rules, p.Default, a.bits(), s); !slices.Contains(allowed, got) {
					t.Fatalf("call %d of %s with arguments %#x: %#x, the rules say %#x\n%s", number, name, s, got, allowed, p.File.Text)
				}
				if !looked {
					break
				}
			}
		}
	}
}

// TestRandomPoliciesDoWhatTheirRulesSay holds filters against the rules, for every
// machine.
func TestRandomPoliciesDoWhatTheirRulesSay(t *testing.T) {
	for _, seed := range []uint64{1, rand.Uint64()} {
		t.Logf("policies of seed %d", seed)
		r := rand.New(rand.NewPCG(seed, 1))
		for range 200 {
			p := policy.Parse(source.File{Name: "policy", Text: randomPolicy(r)})
			filter, findings := seccomp.Compile(p, append(machines, "loong64")[r.IntN(len(machines)+1)])
			if findings.Has(diag.Error) {
				continue
			}
			var arches []string
			for _, table := range filter.Tables {
				arches = append(arches, table.Arch)
			}
			checkRules(t, p, arches, filter.Program)
		}
	}
}
