package seccomp_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// Every line is a node of the kind LXC takes it for, and together they are the file.
func TestLines(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"all kinds":             {"\n2\n\ndenylist\n# c\n\n[x86]\nopen errno 1\nopen log\n", []string{"blank", "head", "blank", "head", "comment", "blank", "section", "rule", "unknown"}},
		"a head on one line":    {"2 denylist\nopen", []string{"head", "rule"}},
		"version 1":             {"1\nallowlist\n0\n\n# c\n", []string{"head", "head", "rule", "unknown", "unknown"}},
		"a comment at the top":  {"# c\n2\ndenylist\n", []string{"unknown", "unknown", "unknown"}},
		"bytes LXC passes over": {"2\r\ndenylist\r\nopen\x00junk\r\nopen\r", []string{"head", "head", "rule", "rule"}},
		"an empty file":         {"", []string{"unknown"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := seccomp.Parse(source.File{Name: "policy", Text: c.text})
			var kinds []string
			for _, l := range p.Lines {
				kinds = append(kinds, l.Kind.String())
			}
			if diff := cmp.Diff(c.want, kinds); diff != "" {
				t.Errorf("kinds (-want +got):\n%s", diff)
			}
			if p.String() != c.text {
				t.Errorf("printed back as %q, want %q", p.String(), c.text)
			}
		})
	}
}

// What a finding says to write is taken without a finding.
func TestFixes(t *testing.T) {
	for name, c := range map[string]struct {
		text, want string
		safe       bool
	}{
		"a byte order mark":          {"\ufeff2\ndenylist\n", "2\ndenylist\n", true},
		"a blank behind the style":   {"2\ndenylist \n", "2\ndenylist\n", true},
		"a comment behind the style": {"2\nallowlist # c\n", "2\nallowlist\n", true},
		"blanks before a name":       {"2\ndenylist\n  open\n", "2\ndenylist\nopen\n", true},
		"a tab behind a name":        {"2\ndenylist\nopen\terrno 1\n", "2\ndenylist\nopen errno 1\n", true},
		"a blank behind a section":   {"2\ndenylist\n[x86] \n", "2\ndenylist\n[x86]\n", true},
		"a section of Windows":       {"2\ndenylist\n[all]\r\n", "2\ndenylist\n[all]\n", true},
		"a section in mixed case":    {"2\ndenylist\n[All]\n", "2\ndenylist\n[all]\n", true},
		"Debian's name":              {"2\ndenylist\n[amd64]\n", "2\ndenylist\n[x86_64]\n", false},
		"a misspelt section":         {"2\ndenylist\n[x86_46]\n", "2\ndenylist\n[x86_64]\n", false},
		"a longer word":              {"2\ndenylist\nopen killall[0,1,==]\n", "2\ndenylist\nopen kill[0,1,==]\n", true},
		"a carriage return":          {"2\ndenylist\nopen kill\r\n", "2\ndenylist\nopen kill\n", true},
		"an error that wraps around": {"2\ndenylist\nopen errno 65537 [0,1,==]\n", "2\ndenylist\nopen errno 1 [0,1,==]\n", true},
		"an error in hexadecimal":    {"2\ndenylist\nopen errno 0x10\n", "2\ndenylist\nopen errno 0\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			found := seccomp.Parse(source.File{Name: "policy", Text: c.text}).Findings(nil)
			if len(found) != 1 || len(found[0].Fixes) != 1 || found[0].Fixes[0].Safe != c.safe {
				t.Fatalf("%+v, want one finding with one fix, safe: %v", found, c.safe)
			}
			got := apply(c.text, found[0].Fixes[0].Edits[0])
			if got != c.want {
				t.Errorf("mended to %q, want %q", got, c.want)
			}
			if left := seccomp.Parse(source.File{Name: "policy", Text: got}).Findings(nil); len(left) > 0 {
				t.Errorf("%q has findings: %v", got, left)
			}
		})
	}
}

func apply(text string, e diag.Edit) string {
	return text[:e.Range.Start.Offset] + e.Text + text[e.Range.End.Offset:]
}
