// Package rules holds what a configuration can get wrong although every line of
// it is well-formed: one row a rule, one file a group. A rule looks at the
// resolved configuration only, so that what it finds does not depend on the
// machine.
package rules

import (
	"slices"
	"sync"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// Rule is one row.
type Rule struct {
	Code     string // "group/what", stable
	Severity diag.Severity
	Effect   diag.Effect
	Doc      string // what is wrong about it, and what happens at launch
	Bad      string // a configuration that has the finding
	Good     string // one that has not
	check    func(*config.Config, report)
}

// report records a finding of the rule that is being checked.
type report func(at config.Origin, summary, detail string, related ...diag.Related)

// All returns every rule, group by group.
func All() []Rule { return all() }

// all is made at the first check: a launch from a plan file needs none.
var all = sync.OnceValue(func() []Rule {
	return slices.Concat(idmapRules(), mountRules(), networkRules(), gatewayRules(), vethRules(), seccompRules())
})

// Check runs every rule.
func Check(c *config.Config) diag.List {
	var list diag.Collector
	for _, r := range All() {
		r.check(c, func(at config.Origin, summary, detail string, related ...diag.Related) {
			list.Add(diag.Diagnostic{
				Code: r.Code, Severity: r.Severity, Effect: r.Effect, Summary: summary, Detail: detail,
				Subject: at.Range(), Key: at.Key, Trail: at.Trail(), Related: related,
			})
		})
	}
	return list.List()
}
