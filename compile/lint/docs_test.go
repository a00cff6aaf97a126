package lint_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile/keys"
	"lxcfg/compile/lint"
	"lxcfg/compile/rules"
	"lxcfg/grammar/diag"
)

var update = flag.Bool("update", false, "write the documentation of the codes")

// docs/rules is made of the rows, and of what is said of their bad examples.
func TestRulesDocumentation(t *testing.T) { samePages(t, "../../docs/rules", rulePages(t)) }

// docs/keys is made of the table of keys.
func TestKeysDocumentation(t *testing.T) { samePages(t, "../../docs/keys", keyPages()) }

// The table of docs/security.md is made of the rows of exposures.
func TestSecurityDocumentation(t *testing.T) {
	const file, head = "../../docs/security.md", "| name | at most | |\n|---|---|---|\n"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, _, ok := strings.Cut(string(data), head)
	if !ok {
		t.Fatalf("%s has no table of exposures", file)
	}
	var table strings.Builder
	for _, row := range rules.Exposures() {
		fmt.Fprintf(&table, "| `%s` | %d.%d | **%s.** %s |\n", row.Name, row.Most/10, row.Most%10, row.Title, row.Doc)
	}
	want := before + head + table.String()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		data = []byte(want)
	}
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Errorf("%s is not made of the rows; `make update` writes it (-rows +file):\n%s", file, diff)
	}
}

// samePages demands that a folder holds these pages and no others.
func samePages(t *testing.T, dir string, pages map[string]string) {
	t.Helper()
	if *update {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range pages {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, ok := pages[e.Name()]; !ok {
			t.Errorf("%s is no page any more; `make update` removes it", e.Name())
		}
	}
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Errorf("%v; `make update` writes it", err)
			continue
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s is not made of the rows; `make update` writes it (-rows +file):\n%s", name, diff)
		}
	}
}

// rulePages are the pages by file: one a group, and the list of all codes.
func rulePages(t *testing.T) map[string]string {
	pages := make(map[string]string)
	var index strings.Builder
	index.WriteString("# Codes\n\nEvery finding has a code, and `lxcfg explain CODE` prints what stands here. " +
		"This folder is written by `make update` from the rows in the source.\n\n| code | | |\n|---|---|---|\n")
	for _, r := range lint.Codes() {
		group, _, _ := strings.Cut(r.Code, "/")
		page := group + ".md"
		if pages[page] == "" {
			pages[page] = "# " + group + "\n"
		}
		pages[page] += fmt.Sprintf("\n## %s\n\n%s", r.Code, r.Markdown(said(t, &r)))
		fmt.Fprintf(&index, "| [`%s`](%s#%s) | %s | %s |\n", r.Code, page, anchor(r.Code), r.Title, r.Verdicts[0].Severity)
	}
	pages["README.md"] = index.String()
	return pages
}

// said is what lint says of the bad example of a row.
func said(t *testing.T, row *diag.Row) string {
	result := lint.Demonstrate(row)
	if result == nil {
		return ""
	}
	var out strings.Builder
	if err := diag.Text(&out, result.Findings, diag.Options{LXC: keys.Newest.String(), Source: result.Text}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// anchor is what a forge calls the heading of a code.
func anchor(code string) string { return strings.ToLower(strings.ReplaceAll(code, "/", "")) }

// keyPages are the pages by file: one for each word behind lxc., and the list.
func keyPages() map[string]string {
	pages := make(map[string]string)
	var index strings.Builder
	index.WriteString("# Keys\n\nEvery key of a container's configuration; `lxcfg explain KEY` prints what stands here. " +
		"This folder is written by `make update` from the table in the source.\n\n| key | values | since |\n|---|---|---|\n")
	for _, k := range keys.All() {
		word, _, _ := strings.Cut(strings.TrimPrefix(k.Name, "lxc."), ".")
		page := word + ".md"
		if pages[page] == "" {
			pages[page] = "# lxc." + word + "\n"
		}
		pages[page] += keyPage(k)
		since := k.Since.String()
		if k.Removed != 0 {
			since += ", removed in " + k.Removed.String()
		}
		fmt.Fprintf(&index, "| [`%s`](%s) | %s | %s |\n", k.Name, page, k.Language(), since)
	}
	pages["README.md"] = index.String()
	return pages
}

// keyPage documents one key.
func keyPage(k *keys.Key) string {
	var out strings.Builder
	fmt.Fprintf(&out, "\n## %s\n\n%s\n\n```\n%s\n```\n\n", k.Name, k.Doc, k.Example)
	fmt.Fprintf(&out, "- Values: %s: `%s`\n- Several lines: %s\n", k.Language(), strings.ReplaceAll(k.Syntax(), "`", "'"), k.Repeat())
	switch {
	case k.Default != "":
		fmt.Fprintf(&out, "- Without a line: `%s`\n", k.Default)
	case k.Without != "":
		fmt.Fprintf(&out, "- Without a line: %s\n", k.Without)
	}
	fmt.Fprintf(&out, "- Since LXC %s", k.Since)
	if k.Removed != 0 {
		fmt.Fprintf(&out, ", removed in %s", k.Removed)
	}
	out.WriteString("\n")
	for _, c := range k.History() {
		fmt.Fprintf(&out, "- Before LXC %s: %s\n", c.Before, c.Doc)
	}
	for _, l := range k.LegacyNames() {
		fmt.Fprintf(&out, "- Called `%s` since LXC %s, until %s removed the name\n", l.Name, l.Since, keys.LegacyRemoved)
	}
	if reason := k.Launch.Reason(); reason != "" {
		fmt.Fprintf(&out, "- `lxcfg start` has nothing to do for it: %s\n", reason)
	}
	return out.String()
}
