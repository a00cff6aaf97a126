// Package rules holds what a configuration can get wrong although every line of
// it is well-formed: one row a rule, one file a group. A rule looks at the
// resolved configuration only, so that what it finds does not depend on the
// machine.
package rules

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"unicode"

	"lxcfg/compile/config"
	"lxcfg/compile/keys"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/late"
)

// Rule is one row.
type Rule struct {
	Code      string // "group/what", stable
	Severity  diag.Severity
	Effect    diag.Effect
	Or        []diag.Verdict // what else its findings may say, see finding.as
	Title     string         // a few words; empty: the first sentence of Doc
	Doc       string         // what is wrong about it, and what happens at launch
	Since     string         // the lxcfg that reported it first, empty for the first
	Missing   bool           // something is not there: no matter where part of the configuration is not known
	From      keys.Version   // the first LXC that it is about, zero for all
	Until     keys.Version   // the first LXC that it is no longer about, zero for none
	Bad       string         // a configuration that has the finding
	Good      string         // one that has not
	NoExample string         // why there are none, in a sentence
	Host      string         // what a host needs for the examples, see diag.Row
	check     func(*config.Config, report)
	mount     func(mount, report)  // in place of check: of each mount entry
	script    func(script, report) // of each script that is run, where somebody reads them: see CheckScripts
}

// report records a finding of the rule that is being checked. What is returned holds
// until the next report.
type report func(at config.Origin, summary, detail string, related ...diag.Related) *finding

// All returns every rule, group by group.
func All() []Rule { return slices.Concat(groups.Get()...) }

// groups is made at the first check: a launch from a plan file needs none.
var groups = late.Value[[][]Rule]{Make: func() [][]Rule {
	return [][]Rule{
		idmapRules(), namespaceRules(), rootfsRules(),
		mountRules(), mountTargetRules(), mountSourceRules(), mountOptionRules(), autoMountRules(), devRules(),
		networkRules(), gatewayRules(), vethRules(), hostNetworkRules(),
		cgroupRules(), cgroupFileRules(), deviceRules(), deviceNodeRules(), sysctlRules(), processRules(), consoleRules(),
		securityRules(), confinementRules(), seccompRules(), hookRules(), hookCommandRules(), scriptRules(), environmentRules(), pathRules(), startRules(), hostnameRules(),
	}
}}

// Codes documents the rules.
func Codes() []diag.Row {
	all := All()
	rows := make([]diag.Row, 0, len(all))
	for i := range all {
		rows = append(rows, all[i].row())
	}
	return rows
}

// row documents one rule.
func (r *Rule) row() diag.Row {
	row := diag.Row{
		Code: r.Code, Verdicts: append([]diag.Verdict{{Severity: r.Severity, Effect: r.Effect}}, r.Or...),
		Title: cmp.Or(r.Title, firstSentence(r.Doc)), Doc: r.Doc, Since: r.Since, Bad: r.Bad, Good: r.Good, NoExample: r.NoExample, Host: r.Host,
	}
	if r.Until != 0 {
		row.Options = "--lxc-version " + (r.Until - 1).String()
	}
	return row
}

// holdsFor reports whether the rule is about an LXC.
func (r *Rule) holdsFor(v keys.Version) bool {
	return r.From <= v && (r.Until == 0 || v < r.Until)
}

// firstSentence is a text up to its first full stop or colon, as a title.
func firstSentence(text string) string {
	first, _, _ := strings.Cut(text, ". ")
	first, _, _ = strings.Cut(first, ": ")
	first = strings.TrimSuffix(first, ".")
	if first == "" || strings.HasPrefix(first, "LXC") || len(first) > 1 && unicode.IsUpper(rune(first[1])) {
		return first
	}
	return strings.ToLower(first[:1]) + first[1:]
}

// Check runs every rule that is about an LXC.
func Check(c *config.Config, v keys.Version) diag.List {
	findings := collecting{config: c}
	var ofMounts []*Rule
	for r := range rulesFor(c, v) {
		switch {
		case r.mount != nil:
			ofMounts = append(ofMounts, r)
		case r.check != nil:
			r.check(c, findings.of(r))
		}
	}
	checkMounts(c, ofMounts, findings.of)
	return findings.all()
}

// rulesFor yields the rules that are about an LXC and can judge a configuration.
func rulesFor(c *config.Config, v keys.Version) iter.Seq[*Rule] {
	return func(yield func(*Rule) bool) {
		for _, group := range groups.Get() {
			for i := range group {
				r := &group[i]
				if r.holdsFor(v) && !(r.Missing && c.Incomplete) && !yield(r) {
					return
				}
			}
		}
	}
}
