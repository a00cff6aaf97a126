//go:build linux

package conformance

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lxcfg/compile"
	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// TestCorpus reads configurations from the field. LXCFG_CORPUS names a directory
// with an INDEX.tsv: a head line, then a line for each file, with its name, kind and
// LXC 5.0's verdicts (CONTRIBUTING.md).
func TestCorpus(t *testing.T) {
	dir := os.Getenv("LXCFG_CORPUS")
	if dir == "" {
		t.Skip("LXCFG_CORPUS names no directory of configurations")
	}
	index, err := os.ReadFile(filepath.Join(dir, "INDEX.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimRight(string(index), "\n"), "\n")
	column := map[string]int{}
	for i, name := range strings.Split(rows[0], "\t") {
		column[name] = i
	}
	for _, row := range rows[1:] {
		cells := strings.Split(row, "\t")
		cell := func(name string) string {
			i, ok := column[name]
			if !ok || i >= len(cells) {
				t.Fatalf("INDEX.tsv has no %s in %q", name, row)
			}
			return cells[i]
		}
		t.Run(cell("file"), func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(dir, cell("file")))
			if err != nil {
				t.Fatal(err)
			}
			f := source.File{Name: cell("file"), Text: string(text)}
			if cell("kind") == "seccomp" {
				seccomp.Parse(f)
				return
			}
			if got := grammar.Parse(f).String(); got != f.Text {
				t.Error("the file is not printed back as it was")
			}
			verdict := verdictOn(f, hostTree("."))
			forgiving := verdictOn(f, emptyIfAbsent{hostTree(".")})
			if cell("kind") != "plain" {
				return
			}
			if want := cell("lxc_5.0.2_verdict"); verdict != want {
				t.Errorf("verdict %s, LXC says %s", verdict, want)
			}
			if want := cell("verdict_with_absent_includes_empty"); forgiving != want {
				t.Errorf("verdict %s with absent includes taken for empty, LXC says %s", forgiving, want)
			}
		})
	}
}

// verdictOn is lxcfg's word on whether LXC 5.0 loads a file.
func verdictOn(f source.File, files compile.Files) string {
	l := compile.Load(compile.Request{File: f, Files: files, Version: keys.V5_0, Stated: true})
	for _, finding := range l.Findings {
		if finding.Effect == diag.RejectedAtLoad {
			return "reject"
		}
	}
	return "accept"
}

// emptyIfAbsent is a tree in which every file is there.
type emptyIfAbsent struct{ hostTree }

func (e emptyIfAbsent) ReadFile(name string) (string, error) {
	text, err := e.hostTree.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return text, err
}
