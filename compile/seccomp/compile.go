// Package seccomp compiles LXC's seccomp policies to the classic BPF programs the
// kernel runs (seccomp(2), linux/filter.h). The filter decides as the one that
// LXC has libseccomp make of the same policy, by a shorter way: libseccomp tests
// one system call after the other, this compiler finds the call in a tree.
package seccomp

import (
	"fmt"
	"slices"

	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// Filter is a compiled policy.
type Filter struct {
	Program []plan.BPF
	Tables  []plan.SeccompTable // what it does, for people
	Notify  bool                // some calls are sent to a listener

	native *table
	rest   seccomp.Action
}

// AsksAbout reports whether a call of the machine's own architecture is sent to the
// listener, for some arguments at least.
func (f Filter) AsksAbout(call string) bool {
	number, _ := f.native.arch.number(call)
	k := f.native.index[number]
	return k == nil && f.rest.Kind == seccomp.Notify || k != nil && k.asks(f.rest)
}

// maxProgram is the longest program the kernel takes (BPF_MAXINSNS).
const maxProgram = 4096

// Compile makes the filter of a policy for machines of a GOARCH. The findings are
// those of the text that concern the machine, those that depend on it, and what the
// compiler cannot do, which is of severity error: a rule is never left out in
// silence.
func Compile(p *seccomp.Policy, goarch string) (Filter, diag.List) {
	c := &compiler{policy: p, arches: architectures(goarch)}
	if len(c.arches) == 0 {
		c.refuse(p.Start(), "seccomp/unsupported", "lxcfg has no table of system calls for %s", goarch)
		return Filter{}, c.findings
	}
	tables := c.judge()
	filter := Filter{
		Program: assemble(tables, verdict(p.Default)),
		Notify:  p.Default.Kind == seccomp.Notify,
		native:  tables[0], rest: p.Default,
	}
	for _, t := range tables {
		filter.Tables = append(filter.Tables, t.listing(p.Default))
		filter.Notify = filter.Notify || slices.ContainsFunc(t.calls, func(k *callRules) bool { return k.asks(seccomp.Action{}) })
	}
	if len(filter.Program) > maxProgram || slices.ContainsFunc(tables, (*table).full) {
		c.refuse(p.Start(), "seccomp/too-long", "the filter has more than %d instructions, which is all that the kernel takes", maxProgram)
	}
	return filter, c.findings
}

// compiler is the state of one compilation.
type compiler struct {
	policy   *seccomp.Policy
	arches   []architecture // that run on the machine, the native one first
	findings diag.List

	contradicted map[*seccomp.Rule]bool // rules that were told to contradict an earlier one
}

// judge finds what is wrong with the policy on one machine, and sorts its rules.
func (c *compiler) judge() []*table {
	if c.policy.Version == 1 {
		c.arches = c.arches[:1] // numbers mean calls of the native architecture
	}
	c.contradicted = map[*seccomp.Rule]bool{}
	c.findings = append(c.findings, c.policy.Findings(c.runs)...)
	c.checkRules()
	return c.tables()
}

// applies reports whether a rule counts on this machine. A section only gates:
// rules for an architecture that runs here apply to all that do, as in LXC.
func (c *compiler) applies(r *seccomp.Rule) bool { return c.runs(r.Section) }

// runs reports whether programs of a section's architecture run on this machine.
func (c *compiler) runs(section string) bool {
	return section == "all" || slices.ContainsFunc(c.arches, func(a architecture) bool { return a.name == section })
}

func (c *compiler) refuse(at source.Range, code, format string, args ...any) {
	c.report(at, diag.Error, diag.FailsAtStart, code, "The launch stops, because the container would run without the filter.", format, args...)
}

// report adds a finding, which may be added to until the next one.
func (c *compiler) report(at source.Range, s diag.Severity, e diag.Effect, code, detail, format string, args ...any) *diag.Diagnostic {
	c.findings = append(c.findings, diag.Diagnostic{
		Code: code, Severity: s, Effect: e, Summary: fmt.Sprintf(format, args...), Detail: detail, Subject: at, Key: "lxc.seccomp.profile",
	})
	return &c.findings[len(c.findings)-1]
}
