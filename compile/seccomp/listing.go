package seccomp

import (
	"fmt"
	"strings"

	"lxcfg/grammar/seccomp"
)

// listing says what the filter does to each call that has rules.
func (t table) listing() []string {
	var lines []string
	for _, k := range t.calls {
		for _, r := range k.rules {
			lines = append(lines, fmt.Sprintf("%s: %s (%d)%s → %s", t.arch.name, k.name, k.number&^t.arch.offset, conditions(r.Conditions), describe(r.Action)))
		}
	}
	return lines
}

func conditions(list []seccomp.Condition) string {
	words := make([]string, 0, len(list))
	for _, c := range list {
		if c.Op == seccomp.MaskedEqual {
			words = append(words, fmt.Sprintf("argument %d & %#x == %#x", c.Index, c.Mask, c.Value))
			continue
		}
		words = append(words, fmt.Sprintf("argument %d %s %d", c.Index, c.Op, c.Value))
	}
	if len(words) == 0 {
		return ""
	}
	return " when " + strings.Join(words, " and ")
}

// describe gives an action in words.
func describe(a seccomp.Action) string {
	if a.Kind == seccomp.Errno {
		return fmt.Sprintf("error %d", a.Errno)
	}
	return string(a.Kind)
}
