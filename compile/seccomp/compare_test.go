package seccomp_test

import (
	"fmt"
	"slices"
	"testing"

	"lxcfg/compile/plan"
	"lxcfg/compile/seccomp"
	"lxcfg/compile/seccomp/filtertest"
	"lxcfg/grammar/diag"
	policy "lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// comparison holds our filter of a policy against libseccomp's, over every call.
//
// libseccomp's program does not always do what its own description says, or what
// any rule says, when a call has several rules of several conditions: it compares
// the wrong word, or joins tests that belong to different rules. So where the two
// programs differ, ours has to do what a rule says, and libseccomp's must not or be
// alone against its description.
type comparison struct {
	policy  *policy.Policy
	arches  []string
	ours    []plan.BPF
	theirs  answer
	samples [][6]uint64 // arguments that the policy's conditions turn on
	wrong   int         // how often libseccomp is
}

func newComparison(p *policy.Policy, arches []string, ours []plan.BPF, theirs answer) *comparison {
	return &comparison{policy: p, arches: arches, ours: ours, theirs: theirs, samples: filtertest.Samples(p)}
}

// difference tells the first call that the filters decide differently about.
func (c *comparison) difference() string {
	for _, name := range c.arches {
		a := known[name]
		numbers := []uint32{0x3fffffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0xf0001, 0xf0002, 0xf0005, x32Bit, x32Bit | 1}
		for n := uint32(0); n < 600; n++ {
			numbers = append(numbers, a.first+n)
		}
		for _, r := range c.policy.Rules {
			numbers = append(numbers, r.Number)
		}
		for _, n := range numbers {
			if text := c.differs(name, n); text != "" {
				return text
			}
		}
	}
	for _, other := range []uint32{0, 0xc00000f7, 0x4000003e} {
		d := filtertest.Call{Arch: other, Number: 1}.Data(false)
		if v, _ := filtertest.Run(c.ours, &d); v != 0 {
			return fmt.Sprintf("a call of architecture %#x is not killed but %#x", other, v)
		}
	}
	return ""
}

// differs compares one call. What neither filter looks at the arguments for holds
// for all of them.
func (c *comparison) differs(name string, number uint32) string {
	switch { // the two share an architecture of the kernel's
	case name == "x86_64" && number&x32Bit != 0:
		name = "x32"
	case name == "x32" && number&x32Bit == 0:
		name = "x86_64"
	}
	a := known[name]
	d := filtertest.Call{Arch: a.audit, Number: number}.Data(a.bigEndian)
	got, looked := filtertest.Run(c.ours, &d)
	want, theyLooked := filtertest.Run(c.theirs.program, &d)
	if got == want && !looked && !theyLooked {
		return ""
	}
	var rules []policy.Rule
	for _, s := range c.samples {
		d := filtertest.Call{Arch: a.audit, Number: number, Args: s}.Data(a.bigEndian)
		got, _ = filtertest.Run(c.ours, &d)
		want, _ = filtertest.Run(c.theirs.program, &d)
		if got == want {
			continue
		}
		if rules == nil {
			rules = about(c.policy, c.arches, name, number)
		}
		allowed := said(rules, c.policy.Default, a.bits(), s)
		if unheard(name, rules) && slices.Contains(allowed, got) {
			continue
		}
		said, err := described(c.theirs.description, &d, a.bigEndian)
		if err != nil {
			return fmt.Sprintf("read libseccomp's description: %v", err)
		}
		excused := said == got || !slices.Contains(allowed, want) || tangled(rules)
		if !excused || !slices.Contains(allowed, got) {
			return fmt.Sprintf("call %d (%#x) of %s with arguments %#x: %#x, libseccomp says %#x, its description %#x, the rules %#x",
				number, number, name, s, got, want, said, allowed)
		}
		c.wrong++
	}
	return ""
}

// tangled reports whether libseccomp may take rules for joined that are not: of
// several, one compares several arguments, and they do different things.
func tangled(rules []policy.Rule) bool {
	several := slices.ContainsFunc(rules, func(r policy.Rule) bool { return len(r.Conditions) > 1 })
	differ := slices.ContainsFunc(rules, func(r policy.Rule) bool { return r.Action != rules[0].Action })
	return several && differ
}

// unheard reports whether LXC leaves rules out: those about a service that can be
// reached through a bundling call.
func unheard(arch string, rules []policy.Rule) bool {
	return slices.ContainsFunc(rules, func(r policy.Rule) bool {
		_, _, bundled := seccomp.Bundled(arch, r.Call.String)
		return bundled
	})
}

// judged compiles a policy both ways for a machine and compares. It returns how
// often libseccomp was wrong.
func (j *judge) judged(t *testing.T, text, goarch string) (wrong int) {
	t.Helper()
	p := policy.Parse(source.File{Name: "policy", Text: text})
	if p.Version == 1 && goarch != "amd64" {
		return 0 // libseccomp takes numbers for those of this machine
	}
	ours, findings := seccomp.Compile(p, goarch)
	var arches []string
	for _, table := range ours.Tables {
		arches = append(arches, table.Arch)
	}
	theirs := j.ask(t, p, arches)
	if theirs.refused == "crashed" {
		return 1
	}
	if findings.Has(diag.Error) != (theirs.program == nil) {
		for _, name := range arches {
			for _, r := range p.Rules {
				if n, ok := seccomp.Number(name, r.Call.String); ok && tangled(about(p, arches, name, n)) {
					return 1
				}
			}
		}
		var words []string
		for _, f := range findings {
			words = append(words, fmt.Sprintf("%s %s: %s", f.Severity, f.Code, f.Summary))
		}
		t.Errorf("%s: libseccomp says %q, we find %q\n%s", goarch, theirs.refused, words, text)
		return 0
	}
	if theirs.program == nil {
		return 0
	}
	if err := filtertest.Valid(ours.Program); err != nil {
		t.Fatalf("%s: %v\n%s", goarch, err, text)
	}
	c := newComparison(p, arches, ours.Program, theirs)
	if difference := c.difference(); difference != "" {
		t.Errorf("%s: %s\n%s", goarch, difference, text)
	}
	return c.wrong
}
