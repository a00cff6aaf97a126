package grammar_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// describe gives findings as "code severity effect line:column text", the text
// being what the finding points at.
func describe(text string, list diag.List) []string {
	var out []string
	for _, f := range list {
		r := f.Subject
		out = append(out, fmt.Sprintf("%s %s %s %d:%d %q", f.Code, f.Severity, f.Effect, r.Start.Line, r.Start.Column, text[r.Start.Offset:r.End.Offset]))
	}
	return out
}

func TestFindings(t *testing.T) {
	const (
		ignored  = "syntax/ignored-line warning silently-different "
		comment  = "syntax/trailing-comment warning silently-different "
		loneCR   = "syntax/lone-cr warning silently-different "
		equals   = "syntax/missing-equals error rejected-at-load "
		noEffect = "syntax/ignored-line info advice "
		lone     = "syntax/lone-quote warning silently-different "
	)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"settings, comments and blank lines are silent": {"# a\n\nlxc.uts.name = web\n \t\n", nil},
		"a setting without equals sign":                 {"# a\n  lxc.cap.drop sys_admin \n", []string{equals + `2:3 "lxc.cap.drop sys_admin"`}},
		"a key alone":                                   {"lxc.uts.name\n", []string{equals + `1:1 "lxc.uts.name"`}},
		"another prefix":                                {"foo.bar = 1\n", []string{ignored + `1:1 "foo.bar = 1"`}},
		"each skipped line is told":                     {"[x]\na: b\n", []string{ignored + `1:1 "[x]"`, ignored + `2:1 "a: b"`}},
		"a comment of another language does no harm":    {"; a\n// b\n", []string{noEffect + `1:1 "; a"`, noEffect + `2:1 "// b"`}},
		"a line of form feeds is blank to LXC too":      {"\f\n \f \n", nil},
		"a byte order mark":                             {"\xef\xbb\xbflxc.a = b\n", []string{`syntax/bom warning silently-different 1:1 "\ufeff"`}},
		"a NUL byte, whatever follows":                  {"lxc.a = b\n\x00lxc.c\n[x]", []string{`syntax/nul warning silently-different 2:1 "\x00"`}},
		"a comment behind a value":                      {"lxc.tty.max = 4 # four\n", []string{comment + `1:17 "# four"`}},
		"a comment behind a value and a tab":            {"lxc.tty.max = 4\t#four\n", []string{comment + `1:17 "#four"`}},
		"a comment in place of a value":                 {"lxc.uts.name = # later\n", []string{comment + `1:16 "# later"`}},
		"a comment behind a quoted value":               {"lxc.uts.name = \"web\" # x\n", []string{comment + `1:22 "# x"`}},
		"a number sign inside a word":                   {"lxc.hook.start = http://a/#b c#d\n", nil},
		"a number sign inside quotes":                   {"lxc.hook.start = sh -c 'echo # x'\n", nil},
		"a number sign in a quoted value":               {"lxc.uts.name = \"a # b\"\n", nil},
		"an apostrophe opens no quotes":                 {"lxc.environment = A=don't # b\n", []string{comment + `1:27 "# b"`}},
		"a carriage return in a setting":                {"lxc.a = b\rlxc.c = d\n", []string{loneCR + `1:10 "\r"`}},
		"a carriage return in a comment":                {"# a\rlxc.c = d\n", []string{loneCR + `1:4 "\r"`}},
		"carriage returns that nothing follows":         {"lxc.a = b\r\r\nlxc.c = d\r", []string{`syntax/crlf info advice 1:11 "\r"`}},
		"a quote at one end":                            {"lxc.a = \"b\nlxc.c = d'\n", []string{lone + `1:9 "\""`, lone + `2:10 "'"`}},
		"quotes that have each other":                   {"lxc.a = \"b\" c \"d\nlxc.a = sh -c 'b'\nlxc.a = it's\n", nil},
		"bytes that are no UTF-8, once":                 {"# caf\xe9\nlxc.group = \xe9\n", []string{`syntax/not-utf8 info advice 1:6 "\xe9"`}},
		"bytes that are no text":                        {"\x7fELF\x01\n", []string{ignored + `1:1 "\x7fELF\x01"`}},
	} {
		t.Run(name, func(t *testing.T) {
			list := grammar.Parse(source.File{Name: "config", Text: c.text}).Findings()
			if diff := cmp.Diff(c.want, describe(c.text, list)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			for _, f := range list {
				if f.Summary == "" || strings.ContainsAny(f.Summary, "\n\r") || f.Detail == "" {
					t.Errorf("a finding needs a one-line summary and a detail: %+v", f)
				}
			}
		})
	}
}

// Fixes are tried out: the text they give has to read as it was meant.
func TestFixes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"blanks in place of the equals sign", "lxc.cap.drop  sys_admin\n", "lxc.cap.drop = sys_admin\n"},
		{"a colon in place of the equals sign", "lxc.uts.name: web\n", "lxc.uts.name = web\n"},
		{"a byte order mark", "\xef\xbb\xbflxc.uts.name = web\n", "lxc.uts.name = web\n"},
		{"capitals", "LXC.uts.name = web\n", "lxc.uts.name = web\n"},
		{"letters swapped", " lcx.uts.name = web\n", " lxc.uts.name = web\n"},
		{"a letter missing", "lx.uts.name = web\n", "lxc.uts.name = web\n"},
		{"another separator", "lxc_uts.name = web\n", "lxc.uts.name = web\n"},
		{"a no-break space before the key", "\u00a0lxc.uts.name = web\n", "lxc.uts.name = web\n"},
		{"a byte order mark in mid-file", "# a\n\ufefflxc.uts.name = web\n", "# a\nlxc.uts.name = web\n"},
		{"a word of its own", "lxd.uts.name = web\n", ""},
		{"no setting at all", "lcx.uts.name\n", ""},
		{"a key without equals sign and value", "lxc.uts.name\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := grammar.Parse(source.File{Name: "config", Text: c.text}).Findings()
			if len(list) != 1 {
				t.Fatalf("%d findings: %v", len(list), describe(c.text, list))
			}
			got := ""
			if len(list[0].Fixes) > 0 {
				edit := list[0].Fixes[0].Edits[0]
				got = c.text[:edit.Range.Start.Offset] + edit.Text + c.text[edit.Range.End.Offset:]
			}
			if got != c.want {
				t.Errorf("mended to %q, want %q", got, c.want)
			}
		})
	}
}

func TestFindingsSayWhatWasMeant(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a misspelt prefix", "lcx.net.0.type = veth\n", `Did you mean "lxc.net.0.type"?`},
		{"a section", "[network]\n", "no sections"},
		{"a line that was to be continued", "lxc.cap.drop = mknod \\\n  sys_admin\n", "backslash"},
		{"UTF-16", "\xff\xfel\x00x\x00", "UTF-16"},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := grammar.Parse(source.File{Name: "config", Text: c.text}).Findings()
			if len(list) == 0 || !strings.Contains(list[len(list)-1].Detail, c.want) {
				t.Errorf("no finding says %q: %+v", c.want, list)
			}
		})
	}
}

func TestParseDefine(t *testing.T) {
	for _, c := range []struct {
		name, text string
		ok         bool
	}{
		{"a setting", "lxc.uts.name=web", true},
		{"blanks and quotes", " lxc.uts.name = 'web' ", true},
		{"an empty value", "lxc.uts.name=", true},
		{"nothing", "", false},
		{"a comment", "# lxc.uts.name=web", false},
		{"another prefix", "uts.name=web", false},
		{"no equals sign", "lxc.uts.name", false},
		{"two lines", "lxc.uts.name=a\nlxc.group=b", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, list := grammar.ParseDefine(2, c.text, grammar.LXC)
			if d.File.Name != "<define:2>" || d.String() != c.text {
				t.Errorf("the document is %q with the text %q", d.File.Name, d.String())
			}
			if list.Has(diag.Error) == c.ok {
				t.Errorf("findings: %v", list)
			}
		})
	}
}
