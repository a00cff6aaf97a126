// Package seccomp compiles LXC's seccomp policies to the classic BPF programs the
// kernel runs (seccomp(2), linux/filter.h). The filter decides as the one that
// LXC has libseccomp make of the same policy, by a shorter way: libseccomp tests
// one system call after the other, this compiler finds the call in a tree.
package seccomp

import (
	"cmp"
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
	Listing []string // what it does, a line for each rule and architecture, for people
	Notify  bool     // some calls are sent to a listener
}

// maxProgram is the longest program the kernel takes (BPF_MAXINSNS).
const maxProgram = 4096

// Compile makes the filter of a policy for machines of a GOARCH. The findings are
// those of the text that concern the machine, those that depend on it, and what the
// compiler cannot do, which is of severity error: a rule is never left out in
// silence.
func Compile(p *seccomp.Policy, goarch string) (Filter, diag.List) {
	c := &compiler{policy: p}
	var ok bool
	if c.arches, ok = architectures(goarch); !ok {
		c.refuse(source.Range{File: p.File.Name, Start: source.Pos{Line: 1, Column: 1}, End: source.Pos{Line: 1, Column: 1}},
			"seccomp/unsupported", "lxcfg has no table of system calls for %s", goarch)
		return Filter{}, c.findings
	}
	if p.Version == 1 {
		c.arches = c.arches[:1] // numbers mean calls of the native architecture
	}
	c.findings = append(c.findings, p.Findings(func(section string) bool { return c.runs(section) })...)
	c.checkRules()
	filter := Filter{Notify: slices.ContainsFunc(p.Rules, func(r seccomp.Rule) bool { return r.Action.Kind == seccomp.Notify })}
	tables := make([]table, 0, len(c.arches))
	for _, a := range c.arches {
		t := c.table(a)
		tables = append(tables, t)
		filter.Listing = append(filter.Listing, t.listing()...)
	}
	filter.Listing = append(filter.Listing, "every other call → "+describe(p.Default), "every other architecture → kill")
	filter.Program = assemble(tables, p.Default)
	if len(filter.Program) > maxProgram {
		c.refuse(source.Range{File: p.File.Name}, "seccomp/too-long", "the filter has %d instructions, the kernel takes %d", len(filter.Program), maxProgram)
	}
	return filter, c.findings
}

// Check says what is wrong with a policy wherever it is used: a system call is
// unknown when no machine that lxcfg has a table for knows it.
func Check(p *seccomp.Policy) diag.List {
	c := &compiler{policy: p, arches: []architecture{x86_64(), x32(), x86(), arm64(), arm()}, findings: p.Findings(nil)}
	c.checkRules()
	return c.findings
}

// compiler is the state of one compilation.
type compiler struct {
	policy   *seccomp.Policy
	arches   []architecture
	findings diag.List
}

// table is what a policy says about the calls of one architecture, by number.
type table struct {
	arch  architecture
	calls []callRules
}

// callRules is everything about one system call: one rule without conditions, or
// rules with some, the first that matches counting.
type callRules struct {
	number uint32
	name   string
	rules  []seccomp.Rule
}

// table sorts the rules that concern an architecture by system call.
func (c *compiler) table(a architecture) table {
	t := table{arch: a}
	for _, r := range c.policy.Rules {
		if !c.applies(r) {
			continue
		}
		if c.policy.Version == 1 {
			t.add(r.Number, "call "+r.Call.String, r)
			continue
		}
		if number, ok := a.number(r.Call.String); ok {
			t.add(number, r.Call.String, r)
		}
		if bundle, service, ok := a.bundled(r.Call.String); ok && len(r.Conditions) == 0 {
			r.Conditions = []seccomp.Condition{{Index: 0, Op: seccomp.Equal, Value: service}}
			t.add(bundle, r.Call.String, r)
		}
	}
	slices.SortFunc(t.calls, func(x, y callRules) int { return cmp.Compare(x.number, y.number) })
	return t
}

// applies reports whether a rule counts on this machine. A section only gates:
// rules for an architecture that runs here apply to all that do, as in LXC.
func (c *compiler) applies(r seccomp.Rule) bool { return c.runs(r.Section) }

// runs reports whether programs of a section's architecture run on this machine.
func (c *compiler) runs(section string) bool {
	return section == "all" || slices.ContainsFunc(c.arches, func(a architecture) bool { return a.name == section })
}

// add puts a rule to its call. One without conditions is all there is to say.
func (t *table) add(number uint32, name string, r seccomp.Rule) {
	i := slices.IndexFunc(t.calls, func(k callRules) bool { return k.number == number })
	if i < 0 {
		t.calls = append(t.calls, callRules{number: number, name: name})
		i = len(t.calls) - 1
	}
	k := &t.calls[i]
	switch {
	case len(k.rules) == 1 && len(k.rules[0].Conditions) == 0:
	case len(r.Conditions) == 0:
		k.rules = []seccomp.Rule{r}
	default:
		k.rules = append(k.rules, r)
	}
}

// checkRules finds what libseccomp would refuse or LXC pass over.
func (c *compiler) checkRules() {
	whole := make(map[string]seccomp.Rule)
	some := make(map[string]seccomp.Rule) // with conditions, by what they match
	for _, r := range c.policy.Rules {
		if !c.applies(r) {
			continue
		}
		if c.policy.Version == 2 && !c.known(r.Call.String) {
			c.unknownCall(r)
			continue
		}
		if r.Action == c.policy.Default {
			f := c.report(r.Range, diag.Error, diag.FailsAtStart, "seccomp/same-as-default",
				"libseccomp refuses such a rule, and LXC then does not start. Remove the line.",
				"the rule does what happens to every call anyway: %s", describe(r.Action))
			f.Fixes = []diag.Fix{{Title: "remove the rule", Safe: true, Edits: []diag.Edit{{Range: r.Range}}}}
		}
		c.checkConditions(r)
		old, decided := whole[r.Call.String]
		switch {
		case decided && old.Action != r.Action:
			c.report(r.Range, diag.Warning, diag.SilentlyDifferent, "seccomp/contradiction",
				fmt.Sprintf("Line %d says %s, and the first line counts. Remove one of them.", old.Range.Start.Line, describe(old.Action)),
				"%q has another action already", r.Call.String)
		case decided:
		case len(r.Conditions) == 0:
			whole[r.Call.String] = r
		default:
			first, twice := some[matched(r)]
			if twice && first.Action != r.Action {
				c.report(r.Range, diag.Error, diag.FailsAtStart, "seccomp/contradiction",
					fmt.Sprintf("Line %d says %s. Remove one of them.", first.Range.Start.Line, describe(first.Action)),
					"%q with these arguments has another action already", r.Call.String)
			}
			if !twice {
				some[matched(r)] = r
			}
		}
	}
}

// checkConditions finds an argument that is compared twice.
func (c *compiler) checkConditions(r seccomp.Rule) {
	for i, k := range r.Conditions {
		first := slices.IndexFunc(r.Conditions, func(o seccomp.Condition) bool { return o.Index == k.Index })
		if first == i {
			continue
		}
		c.report(k.Range, diag.Error, diag.FailsAtStart, "seccomp/condition-twice",
			"libseccomp refuses it, and LXC then does not start. Write two rules, or one comparison that says both.",
			"argument %d is compared twice", k.Index).
			Related = []diag.Related{{Range: r.Conditions[first].Range, Summary: "the first comparison"}}
	}
}

// matched names the calls that a rule with conditions is about; the order of the
// conditions does not matter.
func matched(r seccomp.Rule) string {
	name := r.Call.String
	for _, k := range slices.SortedFunc(slices.Values(r.Conditions), func(x, y seccomp.Condition) int { return cmp.Compare(x.Index, y.Index) }) {
		name += fmt.Sprintf(" %d%s%d/%d", k.Index, k.Op, k.Value, k.Mask)
	}
	return name
}

// known reports whether any architecture of the machine has a call.
func (c *compiler) known(name string) bool {
	return slices.ContainsFunc(c.arches, func(a architecture) bool {
		_, ok := a.number(name)
		_, _, bundled := a.bundled(name)
		return ok || bundled
	})
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
