package seccomp_test

import (
	"strings"
	"testing"

	"lxcfg/compile/seccomp"
	policy "lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// A name that LXC passes over is told, with what was meant, and mended.
func TestUnknownCalls(t *testing.T) {
	for name, c := range map[string]struct {
		line, detail, mended string
		safe                 bool
	}{
		"a misspelt name":         {"opne errno 1", `Did you mean "open"?`, "open errno 1", false},
		"nothing near":            {"frobnicate_it", "Check the spelling", "", false},
		"a tab":                   {"open\tkill", "the tab", "open kill", true},
		"tabs":                    {"open\t\tkill", "the tab", "open kill", true},
		"a tab at the end":        {"open\t", "The tab", "open", true},
		"the line end of Windows": {"open\r", "carriage return", "open", true},
		"a comment too near":      {"open#c", "The comment", "open #c", true},
		"a condition too near":    {"open[0,1,==]", "an action before it", "", false},
		"a number":                {"5", "names only", "", false},
		"a blank before":          {" kill", "remove the blanks", "", false},
		"a tab behind no call":    {"opne\tkill", "the tab", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			found := seccomp.Check(policy.Parse(source.File{Name: "policy", Text: "2\ndenylist\n" + c.line + "\n"}))
			if len(found) != 1 || found[0].Code != "seccomp/unknown-call" || !strings.Contains(found[0].Detail, c.detail) {
				t.Fatalf("findings %+v, want one that says %q", found, c.detail)
			}
			if c.mended == "" {
				if len(found[0].Fixes) > 0 {
					t.Errorf("fixes %+v, want none", found[0].Fixes)
				}
				return
			}
			if len(found[0].Fixes) != 1 || found[0].Fixes[0].Safe != c.safe {
				t.Fatalf("fixes %+v, want one, safe: %v", found[0].Fixes, c.safe)
			}
			edit := found[0].Fixes[0].Edits[0]
			if got := edit.Text + c.line[edit.Range.End.Column-1:]; got != c.mended {
				t.Errorf("mended to %q, want %q", got, c.mended)
			}
		})
	}
}
