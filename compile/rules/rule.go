// Package rules holds what a configuration can get wrong although every line of
// it is well-formed: one row a rule, one file a group. A rule looks at the
// resolved configuration only, so that what it finds does not depend on the
// machine.
package rules

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// Rule is one row.
type Rule struct {
	Code     string // "group/what", stable
	Severity diag.Severity
	Effect   diag.Effect
	Title    string // a few words; empty: the first sentence of Doc
	Doc      string // what is wrong about it, and what happens at launch
	Since    string // the lxcfg that reported it first, empty for the first
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
	return slices.Concat(cgroupRules(), idmapRules(), mountRules(), networkRules(), gatewayRules(), vethRules(), seccompRules(), namespaceRules(), hookRules(), securityRules())
})

// Codes documents the rules.
func Codes() []diag.Row {
	rows := make([]diag.Row, 0, len(All()))
	for _, r := range All() {
		rows = append(rows, diag.Row{
			Code: r.Code, Verdicts: []diag.Verdict{{Severity: r.Severity, Effect: r.Effect}},
			Title: cmp.Or(r.Title, firstSentence(r.Doc)), Doc: r.Doc, Since: r.Since, Bad: r.Bad, Good: r.Good,
		})
	}
	return rows
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
