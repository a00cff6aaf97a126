package compile_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"lxcfg/compile"
	"lxcfg/compile/keys"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// A golden plan is a file below testdata/plan, in the folder of its section:
//
//	root-unified
//	What it is about, in a sentence.
//	-- config --
//	lxc.rootfs.path = dir:/srv/web
//	-- plan --
//
// The first line names the host (see presets_test.go); "execute" behind it plans what
// `lxcfg execute` does. Other files of the archive
// can be included, or be named as policies. A file called facts is JSON that changes
// facts of the host, one called paths says what is at paths of it. The last file is what
// comes out; `go test -update` writes it.
type goldenPlan struct {
	name    string // "mount/entries"
	file    string
	archive *txtar.Archive
}

// goldenPlans reads every golden plan.
func goldenPlans(t *testing.T) []goldenPlan {
	t.Helper()
	var plans []goldenPlan
	const root = "testdata/plan"
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(file) != ".txtar" {
			return err
		}
		archive, err := txtar.ParseFile(file)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, strings.TrimSuffix(file, ".txtar"))
		plans = append(plans, goldenPlan{filepath.ToSlash(name), file, archive})
		return err
	})
	if err != nil || len(plans) == 0 {
		t.Fatalf("no golden plans: %v", err)
	}
	return plans
}

// compile loads and compiles the configuration for the host of its first line.
func (g goldenPlan) compile(t *testing.T) (*compile.Loaded, plan.Plan, diag.List) {
	t.Helper()
	first, _, _ := strings.Cut(string(g.archive.Comment), "\n")
	host, how, _ := strings.Cut(first, " ")
	facts := preset(t, host)
	files := tree{}
	for _, f := range g.archive.Files {
		files[f.Name] = string(f.Data)
	}
	if changes, ok := files["facts"]; ok {
		facts = changed(t, facts, changes)
	}
	l := compile.Load(compile.Request{File: source.File{Name: "config", Text: files["config"]}, Files: files,
		LookupEnv: func(string) (string, bool) { return "", false }})
	text := ofText(l)
	if slices.ContainsFunc(text, func(f diag.Diagnostic) bool {
		return f.Severity == diag.Error && f.Code != "key/legacy" && f.Code != "key/too-new"
	}) {
		return l, plan.Plan{}, text // a text with such a mistake is not compiled
	}
	facts.Paths = found(l.Needs().Paths, files["paths"])
	p, findings := compile.Compile(l, compile.Options{Name: "web", LXCPath: "/var/lib/lxc", Execute: how == "execute"}, facts)
	return l, p, append(text, findings...)
}

// found gives the paths that a plan asks for the type that the test's host has there,
// a line "PATH: TYPE" each; without a type nothing is there. Nobody has looked at
// those that are not listed.
func found(paths []string, host string) plan.List[plan.Path] {
	var facts []plan.Path
	for _, p := range paths {
		fact := plan.Path{Path: p, Type: plan.PathHidden}
		for line := range strings.Lines(host) {
			if name, kind, _ := strings.Cut(strings.TrimSpace(line), ":"); name == p {
				fact.Type = plan.PathType(strings.TrimSpace(kind))
				if kind, mapper, ok := strings.Cut(string(fact.Type), " LVM-"); ok {
					fact.Type, fact.Mapper = plan.PathType(kind), "LVM-"+mapper
				}
			}
		}
		facts = append(facts, fact)
	}
	return plan.ListOf(facts...)
}

// changed puts a few facts in the place of others.
func changed(t *testing.T, facts plan.Facts, changes string) plan.Facts {
	t.Helper()
	data, err := facts.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Format int            `json:"format"`
		Lxcfg  string         `json:"lxcfg"`
		Facts  map[string]any `json:"facts"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(changes), &file.Facts); err != nil {
		t.Fatalf("the changed facts are no JSON: %v", err)
	}
	if data, err = json.Marshal(file); err != nil {
		t.Fatal(err)
	}
	if facts, err = plan.ReadFacts(data); err != nil {
		t.Fatalf("the changed facts: %v", err)
	}
	return facts
}

// describe gives a plan as lines: the findings, and the steps that a line asked for,
// or all of them for those of the folder whole.
func (g goldenPlan) describe(p plan.Plan, findings diag.List) string {
	whole := strings.HasPrefix(g.name, "whole/")
	var text strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&text, "%s: %s: %s\n", f.Severity, f.Code, f.Summary)
		fmt.Fprintf(&text, "    %s: %s\n", place(f), f.Effect)
	}
	for _, s := range p.Steps() {
		if whole || s.Origins.Len() > 0 {
			fmt.Fprintf(&text, "%s: %s\n    %s\n", s.Phase(), s.Op.Describe(), s.Why())
		}
	}
	return text.String()
}

// place is the line a finding points at.
func place(f diag.Diagnostic) string {
	at := fmt.Sprintf("%s:%d", f.Subject.File, f.Subject.Start.Line)
	if f.Key != "" {
		at += " (" + f.Key + ")"
	}
	return at
}

func TestGoldenPlans(t *testing.T) {
	for _, g := range goldenPlans(t) {
		t.Run(g.name, func(t *testing.T) {
			_, p, findings := g.compile(t)
			got := g.describe(p, findings)
			last := &g.archive.Files[len(g.archive.Files)-1]
			if *update && string(last.Data) != got {
				last.Data = []byte(got)
				if err := os.WriteFile(g.file, txtar.Format(g.archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(last.Data), got); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			if last.Name != "plan" || !bytes.Contains(g.archive.Comment, []byte("\n")) {
				t.Errorf("the first line names the host, and the last file is called plan")
			}
		})
	}
}

// ofText are the findings that compiling does not repeat.
func ofText(l *compile.Loaded) diag.List {
	return slices.DeleteFunc(slices.Clone(l.Findings), func(f diag.Diagnostic) bool { return strings.HasPrefix(f.Code, "seccomp/") })
}

// TestEveryKeyHasItsSteps walks the table of keys: for each that steps are made of
// there is a golden plan with a step that comes from its line. For the others the
// row says why there is none.
func TestEveryKeyHasItsSteps(t *testing.T) {
	planned := make(map[string]bool) // keys, as the table calls them, that a step comes from
	written := make(map[string]bool) // keys that a configuration sets
	for _, g := range goldenPlans(t) {
		l, p, _ := g.compile(t)
		for _, s := range p.Steps() {
			for _, o := range s.Origins.All() {
				planned[rowOf(o.Key)] = true
			}
		}
		for _, d := range l.Documents {
			for line := range d.Lines() {
				key, _ := d.Setting(line)
				written[rowOf(key.String)] = true
			}
		}
	}
	for _, k := range keys.All() {
		switch {
		case !k.Launch.Stated():
			t.Errorf("the row of %s does not say what a launch makes of it", k.Name)
		case k.Launch.Reason() == "" && !planned[k.Name]:
			t.Errorf("no golden plan has a step that comes from a line with %s", k.Name)
		case !written[k.Name]:
			t.Errorf("no golden plan is of a configuration with %s", k.Name)
		}
	}
}

// rowOf is the name of a key in the table.
func rowOf(key string) string {
	if m, ok := keys.Lookup(key); ok {
		return m.Key.Name
	}
	return key
}
