package seccomp

import (
	"fmt"
	"strings"

	"lxcfg/compile/plan"
	"lxcfg/grammar/seccomp"
)

// listing says what the filter does to the calls of an architecture.
func (t *table) listing(rest seccomp.Action) plan.SeccompTable {
	rules := make([]plan.SeccompRule, 0, len(t.calls))
	for _, k := range t.calls {
		rule := plan.SeccompRule{Call: k.name, Number: k.number &^ t.arch.marker}
		if k.whole != nil {
			rule.Action = describe(k.whole.Action)
			rules = append(rules, rule)
		}
		for _, r := range k.listed {
			rule.When, rule.Action = conditions(r), describe(r.Action)
			if service := r.Call.String; service != k.name {
				rule.When += ", which is " + service
			}
			rules = append(rules, rule)
		}
	}
	return plan.SeccompTable{Arch: t.arch.name, Rules: plan.ListOf(rules...), Rest: describe(rest)}
}

// conditions gives those of a rule in words.
func conditions(r *seccomp.Rule) string {
	words := make([]string, 0, len(r.Conditions))
	for _, c := range r.Conditions {
		compared := fmt.Sprintf("argument %d %s", c.Index, c.Op)
		value := c.Value
		if c.Op == seccomp.MaskedEqual {
			compared = fmt.Sprintf("argument %d & %#x ==", c.Index, c.Mask)
			value &= c.Mask
		}
		form := " %d"
		if value > 255 {
			form = " %#x"
		}
		words = append(words, compared+fmt.Sprintf(form, value))
	}
	return strings.Join(words, " and ")
}

// describe gives an action in words.
func describe(a seccomp.Action) string {
	if a.Kind == seccomp.Errno {
		return fmt.Sprintf("error %d", a.Errno)
	}
	return string(a.Kind)
}
