package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lxcfg/compile"
	"lxcfg/compile/rules"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// codes are the findings of an example of a rule.
func codes(t *testing.T, r rules.Rule, text string) map[string]diag.Diagnostic {
	t.Helper()
	found := make(map[string]diag.Diagnostic)
	files := diag.Files(text)
	request := compile.Request{File: source.File{Name: "config", Text: files[0].Text}}
	if r.Until != 0 {
		request.Version, request.Stated = r.Until-1, true
	}
	l := compile.Load(request)
	for _, f := range slices.Concat(l.Findings, rules.CheckScripts(l.Config, l.Version, scriptsOf(files[1:]))) {
		found[f.Code] = f
	}
	return found
}

// scriptsOf reads the files of an example.
func scriptsOf(files []diag.ExampleFile) rules.ReadScript {
	return func(path string) (string, bool) {
		i := slices.IndexFunc(files, func(f diag.ExampleFile) bool { return f.Name == path })
		if i < 0 {
			return "", false
		}
		return files[i].Text, true
	}
}

// Every row's examples are its test: the bad one has the finding, the good one
// has none at all.
func TestRows(t *testing.T) {
	seen := make(map[string]bool)
	for _, r := range rules.All() {
		t.Run(r.Code, func(t *testing.T) {
			if seen[r.Code] {
				t.Error("the code stands in two rows")
			}
			seen[r.Code] = true
			if r.Severity == 0 || r.Effect == "" || !strings.HasSuffix(r.Doc, ".") {
				t.Errorf("the row is incomplete: %v %v %q", r.Severity, r.Effect, r.Doc)
			}
			if r.NoExample != "" {
				return
			}
			f, ok := codes(t, r, r.Bad)[r.Code]
			if !ok {
				t.Errorf("the bad example has no such finding: %v", codes(t, r, r.Bad))
			}
			if f.Subject.File != "config" || f.Detail == "" || f.Severity != r.Severity || f.Effect != r.Effect {
				t.Errorf("the finding is incomplete: %+v", f)
			}
			if found := codes(t, r, r.Good); len(found) > 0 {
				t.Errorf("the good example has findings: %v", found)
			}
		})
	}
}

// A map that the kernel does not take has its finding at the line from which on it does not.
func TestIDMapTooLong(t *testing.T) {
	lines := func(n int) string {
		var text strings.Builder
		text.WriteString("lxc.idmap = g 0 100000 65536\n")
		for i := range n {
			fmt.Fprintf(&text, "lxc.idmap = u %d %d 1000\n", i*1000, 100000+i*2000)
		}
		return text.String()
	}
	const most = 221 // of such lines in a page
	if f, ok := codes(t, rules.Rule{}, lines(most+90))["idmap/too-long"]; !ok || f.Subject.Start.Line != most+2 {
		t.Errorf("the finding is %+v", f)
	}
	if found := codes(t, rules.Rule{}, lines(most)); len(found) > 0 {
		t.Errorf("%d lines have the findings %v", most, found)
	}
}
