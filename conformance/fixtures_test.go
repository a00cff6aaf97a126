//go:build linux

package conformance

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile"
	"lxcfg/compile/keys"
	"lxcfg/compile/lint"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// fixture is one configuration of testdata/configs.
type fixture struct {
	name, text string
}

// fixtures reads the configurations, which include each other by their paths from
// this folder. What stands in the folder include is only there to be included.
func fixtures(t *testing.T) []fixture {
	t.Helper()
	const root = "testdata/configs"
	var list []fixture
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "include":
			return filepath.SkipDir
		case filepath.Ext(name) != ".conf":
			return nil
		}
		text, err := os.ReadFile(name)
		list = append(list, fixture{name, string(text)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 150 {
		t.Fatalf("there are %d configurations only", len(list))
	}
	return list
}

// TestFixturesPrintBack holds that a configuration is printed as it was read, and
// that formatting it changes nothing that LXC reads.
func TestFixturesPrintBack(t *testing.T) {
	for _, f := range fixtures(t) {
		doc := grammar.Parse(source.File{Name: f.name, Text: f.text})
		if doc.String() != f.text {
			t.Errorf("%s is printed otherwise", f.name)
		}
		before, after := read(f.text), read(grammar.Format(doc))
		if diff := cmp.Diff(before.values, after.values); diff != "" || before.accepted != after.accepted {
			t.Errorf("%s, formatted, means something else:\n%s", f.name, diff)
		}
	}
}

// TestFixturesFindings compares the findings with the file NAME.findings.
func TestFixturesFindings(t *testing.T) {
	for _, f := range fixtures(t) {
		loaded := compile.Load(compile.Request{File: source.File{Name: f.name, Text: f.text}, Files: hostTree("."), Version: keys.V5_0, Stated: true})
		var got strings.Builder
		for _, d := range loaded.Findings {
			file := ""
			if d.Subject.File != f.name {
				file = d.Subject.File + ":"
			}
			fmt.Fprintf(&got, "%s%d:%d %s %s %s\n", file, d.Subject.Start.Line, d.Subject.Start.Column, d.Severity, d.Code, d.Effect)
		}
		golden := strings.TrimSuffix(f.name, ".conf") + ".findings"
		if *update {
			if err := writeGolden(golden, got.String()); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if strings.Contains(f.text, "/usr/share/lxc/") {
			if _, err := os.Stat("/usr/share/lxc/config/common.conf"); err != nil {
				continue // it includes what LXC installs
			}
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%s has other findings:\n%s", f.name, diff)
		}
	}
}

// writeGolden keeps a text for comparison; for an empty one there is no file.
func writeGolden(name, text string) error {
	if text == "" {
		err := os.Remove(name)
		if os.IsNotExist(err) {
			return nil
		}
		return err
	}
	return os.WriteFile(name, []byte(text), 0o644)
}

// TestFixturesInLXC has liblxc judge each configuration.
func TestFixturesInLXC(t *testing.T) {
	var texts []string
	for _, f := range fixtures(t) {
		if strings.HasSuffix(f.name, "include-loop.conf") {
			continue // liblxc does not survive it
		}
		texts = append(texts, f.text)
	}
	judgeAll(t, texts)
}

// TestSafeFixesKeepMeaning holds that what LXC loads, it loads as before when the
// safe fixes are applied. Where it fails at the start there is nothing to keep.
func TestSafeFixesKeepMeaning(t *testing.T) {
	for _, f := range fixtures(t) {
		request := lint.Request{Names: []string{f.name}, Files: hostTree("."), Settings: func(string, string) lint.Settings { return lint.Settings{Version: keys.V5_0} }}
		failing := slices.ContainsFunc(lint.Run(request).Findings, func(d diag.Diagnostic) bool {
			return d.Severity == diag.Error && d.Effect == diag.FailsAtStart && slices.ContainsFunc(d.Fixes, func(fix diag.Fix) bool { return fix.Safe })
		})
		fixed, _, _ := lint.Fix(request, lint.Fixing{May: func(file string) bool { return file == f.name }})
		if len(fixed) == 0 || failing {
			continue
		}
		before, after := read(f.text), read(fixed[0].New)
		if diff := cmp.Diff(before.values, after.values); before.accepted && (diff != "" || !after.accepted) {
			t.Errorf("%s, fixed, means something else:\n%s", f.name, diff)
		}
	}
}
