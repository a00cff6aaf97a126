package diag_test

import (
	"strings"
	"testing"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// find gives the range of a piece of a file's text.
func find(t *testing.T, f source.File, piece string) source.Range {
	t.Helper()
	offset := strings.Index(f.Text, piece)
	if offset < 0 {
		t.Fatalf("%q is not in the text of %s", piece, f.Name)
	}
	return source.Range{File: f.Name, Start: position(f, offset), End: position(f, offset+len(piece))}
}

func position(f source.File, offset int) source.Pos {
	before := f.Text[:offset]
	return source.Pos{
		Offset: offset,
		Line:   1 + strings.Count(before, "\n"),
		Column: offset - strings.LastIndexByte(before, '\n'),
	}
}

func TestSortKeepsFilesInOrderOfFirstFinding(t *testing.T) {
	web := source.File{Name: "web.conf", Text: "a\nb\nc\n"}
	common := source.File{Name: "common.conf", Text: "a\nb\n"}
	list := diag.List{
		{Code: "x/late", Subject: find(t, web, "c")},
		{Code: "x/other", Subject: find(t, common, "a")},
		{Code: "x/second", Subject: find(t, web, "a")},
		{Code: "x/first", Subject: find(t, web, "a")},
	}
	list.Sort()
	var got []string
	for _, d := range list {
		got = append(got, d.Code)
	}
	if want := "x/first x/second x/late x/other"; strings.Join(got, " ") != want {
		t.Errorf("sorted to %v, want %s", got, want)
	}
}

func TestHasComparesWithTheWorst(t *testing.T) {
	list := diag.List{{Severity: diag.Info}, {Severity: diag.Warning}}
	if !list.Has(diag.Info) || !list.Has(diag.Warning) || list.Has(diag.Error) {
		t.Errorf("a list whose worst is a warning: info %v, warning %v, error %v", list.Has(diag.Info), list.Has(diag.Warning), list.Has(diag.Error))
	}
	if (diag.List{}).Has(diag.Info) {
		t.Error("an empty list has a finding")
	}
}

func TestParseSeverityReadsWhatStringGives(t *testing.T) {
	for _, s := range []diag.Severity{diag.Info, diag.Warning, diag.Error} {
		if got, ok := diag.ParseSeverity(s.String()); !ok || got != s {
			t.Errorf("%q is read as %v, %v", s, got, ok)
		}
	}
	if _, ok := diag.ParseSeverity("invalid"); ok {
		t.Error(`"invalid" is taken for a severity`)
	}
}
