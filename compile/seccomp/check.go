package seccomp

import (
	"cmp"
	"fmt"
	"slices"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// Check says what is wrong with a policy wherever it is used: on the usual machines
// and on those that its sections are for.
func Check(p *seccomp.Policy) diag.List {
	found := p.Findings(nil)
	type place struct {
		code string
		at   source.Range
	}
	seen := map[place]bool{}
	for _, f := range found {
		seen[place{f.Code, f.Subject}] = true
	}
	for _, goarch := range machines(p) {
		c := &compiler{policy: p, arches: architectures(goarch)}
		c.judge()
		for _, f := range c.findings {
			if at := (place{f.Code, f.Subject}); !seen[at] {
				seen[at] = true
				found = append(found, f)
			}
		}
	}
	return found
}

// machines are the usual ones, and one for each section that those do not run.
func machines(p *seccomp.Policy) []string {
	list := []string{"amd64", "arm64"}
	told := map[string]bool{"all": true}
	for i := range p.Rules {
		section := p.Rules[i].Section
		if told[section] {
			continue
		}
		told[section] = true
		runs := func(goarch string) bool {
			return slices.ContainsFunc(architectures(goarch), func(a architecture) bool { return a.name == section })
		}
		if slices.ContainsFunc(list, runs) {
			continue
		}
		for _, h := range hosts {
			if runs(h.goarch) {
				list = append(list, h.goarch)
				break
			}
		}
	}
	return list
}

// checkRules finds rules that LXC passes over or that libseccomp refuses by
// themselves.
func (c *compiler) checkRules() {
	for i := range c.policy.Rules {
		r := &c.policy.Rules[i]
		if !c.applies(r) {
			continue
		}
		call, known := find(r.Call.String)
		if !known && c.policy.Version == 2 {
			c.unknownCall(r)
		}
		if !c.concerns(call) {
			continue
		}
		if r.Action == c.policy.Default {
			f := c.report(r.Range, diag.Error, diag.FailsAtStart, "seccomp/same-as-default",
				"libseccomp refuses such a rule, and LXC then does not start. Remove the line.",
				"the rule does what happens to every call anyway: %s", describe(r.Action))
			f.Fixes = []diag.Fix{{Title: "remove the rule", Safe: true, Edits: []diag.Edit{{Range: r.Range}}}}
		}
		c.checkConditions(r)
	}
}

// concerns reports whether LXC has a number for a call on this machine. Without
// one it does not ask libseccomp about a rule.
func (c *compiler) concerns(call *systemCall) bool {
	return c.policy.Version == 1 || call != nil && slices.ContainsFunc(c.arches, func(a architecture) bool {
		_, has := a.numberOf(call)
		_, _, bundled := a.bundled(call.name)
		return has && !bundled
	})
}

// checkConditions finds an argument that is compared twice.
func (c *compiler) checkConditions(r *seccomp.Rule) {
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

// contradiction reports that two rules say different things about a call, once
// for all architectures.
func (c *compiler) contradiction(t *table, r *seccomp.Rule, o outcome) {
	other := cmp.Or(o.clash, o.hides, o.gone)
	if other == nil || c.contradicted[r] {
		return
	}
	c.contradicted[r] = true
	says := fmt.Sprintf("Line %d says %s", other.Range.Start.Line, describe(other.Action))
	switch other {
	case o.clash:
		c.report(r.Range, diag.Error, diag.FailsAtStart, "seccomp/contradiction",
			says+fmt.Sprintf(" for the same arguments (%s), and libseccomp refuses the second. Remove one of them.", t.arch.name),
			"%q with these arguments has another action already", r.Call.String)
	case o.hides:
		c.report(r.Range, diag.Warning, diag.SilentlyDifferent, "seccomp/contradiction",
			says+", and that line counts. Remove one of them.",
			"%q has another action already", r.Call.String)
	default:
		c.report(r.Range, diag.Warning, diag.SilentlyDifferent, "seccomp/contradiction",
			says+" for some arguments, and counts no more: this line is about all of them. Remove one of them, or give this one conditions.",
			"%q has another action already", r.Call.String)
	}
}
