package diag_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares a text with the one kept in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func TestText(t *testing.T) {
	const long = "lxc.environment = A="
	for _, c := range []struct {
		name, golden string
		text, piece  string
		change       func(*diag.Diagnostic)
		options      diag.Options
	}{
		{name: "a word in a line", golden: "word", text: "# web\nlxc.utz.name = web\n", piece: "lxc.utz.name"},
		{name: "tabs are expanded and the marks stay below", golden: "tabs", text: "\tlxc.cap.drop\t= sys_admim\n", piece: "sys_admim"},
		{name: "a place without width has one mark", golden: "empty-range", text: "lxc.uts.name =\n", piece: ""},
		{name: "a range over two lines is marked to the end of the first", golden: "two-lines", text: "lxc.a = b\nlxc.c = d\n", piece: "b\nlxc.c"},
		{name: "bytes that do not print are escaped", golden: "escapes", text: "lxc.uts.name = \x1b[31mred\x00\xff\u202e\ufeff\r\n", piece: "red"},
		{name: "a carriage return in mid-line is shown", golden: "lone-cr", text: "lxc.a = b\rlxc.c = d\n", piece: "\r"},
		{name: "wide characters take two columns", golden: "wide", text: "lxc.group = 中文 café x\n", piece: "café"},
		{name: "a long line is cut around the range", golden: "long-line", text: long + strings.Repeat("left ", 200) + "HERE" + strings.Repeat(" right", 200) + "\n", piece: "HERE"},
		{name: "a range wider than the terminal is cut", golden: "long-range", text: long + strings.Repeat("x", 300) + " y\n", piece: strings.Repeat("x", 300)},
		{name: "a line of ten megabytes", golden: "huge-line", text: long + strings.Repeat("é", 5<<20) + "HERE" + strings.Repeat("é", 5<<20), piece: "HERE"},
		{name: "a narrow terminal", golden: "narrow", text: "lxc.mount.entry = /srv/data /srv/data none bind 0 0\n", piece: "bind", options: diag.Options{Width: 40}},
		{name: "colour", golden: "color", text: "lxc.utz.name = web\n", piece: "lxc.utz.name", options: diag.Options{Color: true}},
		{
			name: "everything a finding can hold", golden: "everything", text: "lxc.include = common.conf\nlxc.cap.keep = none\nlxc.cap.drop = mknod\n", piece: "lxc.cap.drop",
			change: func(d *diag.Diagnostic) {
				d.Severity, d.Effect, d.Code = diag.Warning, diag.FailsAtStart, "cap/drop-and-keep"
				d.Summary = "lxc.cap.drop and lxc.cap.keep exclude each other"
				d.Detail = "Keep the list that is easier to read, and remove the other one: a container has one list of capabilities, which either names those it loses or those it has.\nA second paragraph."
				d.Trail = []diag.Place{{File: "web.conf", Line: 12}, {File: "middle.conf", Line: 3}}
				keep := d.Subject
				keep.Start = source.Pos{Offset: 26, Line: 2, Column: 1}
				keep.End = source.Pos{Offset: 38, Line: 2, Column: 13}
				d.Related = []diag.Related{{Range: keep, Summary: "the other list begins here"}}
				d.Fixes = []diag.Fix{{Title: "remove lxc.cap.drop"}, {Title: "remove lxc.cap.keep"}}
			},
			options: diag.Options{Width: 72},
		},
		{name: "without the source there is no snippet", golden: "no-source", text: "lxc.utz.name = web\n", piece: "lxc.utz.name", change: func(d *diag.Diagnostic) { d.Subject.File = "gone.conf" }},
		{name: "a finding without a place", golden: "no-place", change: func(d *diag.Diagnostic) { d.Subject = source.Range{} }},
		{name: "a source that has become shorter", golden: "stale-source", text: "lxc.a = b\n", piece: "b", change: func(d *diag.Diagnostic) { d.Subject.Start.Offset, d.Subject.End.Offset = 500, 501 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := source.File{Name: "common.conf", Text: c.text}
			d := diag.Diagnostic{
				Code: "key/unknown", Severity: diag.Error, Effect: diag.RejectedAtLoad,
				Summary: `unknown key "lxc.utz.name"`, Detail: `Did you mean "lxc.uts.name"?`,
				Subject: find(t, file, c.piece),
			}
			if c.piece == "" {
				d.Subject.Start = position(file, len(strings.TrimSuffix(c.text, "\n")))
				d.Subject.End = d.Subject.Start
			}
			if c.change != nil {
				c.change(&d)
			}
			c.options.LXC = "7.0"
			c.options.Source = func(name string) (string, bool) { return file.Text, name == file.Name }
			var out strings.Builder
			if err := diag.Text(&out, diag.List{d}, c.options); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("text", c.golden), out.String())
		})
	}
}

func TestTextNeverLetsControlCharactersThrough(t *testing.T) {
	file := source.File{Name: "evil\x1b]0;x\a.conf", Text: "lxc.a\x1b[2J = \x9b1m\x7f"}
	d := diag.Diagnostic{
		Code: "key/unknown", Severity: diag.Info, Effect: diag.Advice, Summary: "a\x1bb", Detail: "c\x1bd e\bf",
		Subject: find(t, file, "lxc.a"), Trail: []diag.Place{{File: "g\x1bh", Line: 1}},
		Related: []diag.Related{{Range: find(t, file, "a"), Summary: "i\x1bj"}},
		Fixes:   []diag.Fix{{Title: "k\x1bl"}},
	}
	var out strings.Builder
	if err := diag.Text(&out, diag.List{d}, diag.Options{Source: func(string) (string, bool) { return file.Text, true }}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []byte(out.String()) {
		if c < ' ' && c != '\n' || c == 0x7f || c == 0x9b {
			t.Fatalf("byte %#02x is printed:\n%q", c, out.String())
		}
	}
}

func TestTextSeparatesFindings(t *testing.T) {
	list := diag.List{
		{Code: "a/a", Severity: diag.Info, Effect: diag.Advice, Summary: "one"},
		{Code: "b/b", Severity: diag.Warning, Effect: diag.SilentlyDifferent, Summary: "two"},
	}
	var out strings.Builder
	if err := diag.Text(&out, list, diag.Options{}); err != nil {
		t.Fatal(err)
	}
	want := "info: one [a/a]\n\nwarning: two [b/b]\n       LXC says nothing and does something else than the text says.\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}

// full is a writer that takes nothing.
type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWritersErrorIsReported(t *testing.T) {
	list := diag.List{{Code: "a/a", Severity: diag.Info, Effect: diag.Advice, Summary: "one"}}
	if err := diag.Text(full{}, list, diag.Options{}); !errors.Is(err, errFull) {
		t.Errorf("Text gives %v", err)
	}
	if err := diag.JSON(full{}, list); !errors.Is(err, errFull) {
		t.Errorf("JSON gives %v", err)
	}
}

// FuzzText: whatever the text and the range, printing ends, marks stay inside the
// width, and nothing that steers a terminal gets out.
func FuzzText(f *testing.F) {
	f.Add("lxc.a = b\n", 0, 5, 80)
	f.Add("\tlxc.a\x00\r\n\xff中\u0301", 3, 9, 40)
	f.Add(strings.Repeat("x", 500), 250, 499, 60)
	f.Fuzz(func(t *testing.T, text string, from, to, width int) {
		if from < 0 || to < from || width < 0 || width > 1000 {
			t.Skip()
		}
		file := source.File{Name: "config", Text: text}
		subject := source.Range{File: "config", Start: position(file, min(from, len(text))), End: position(file, min(to, len(text)))}
		d := diag.Diagnostic{Code: "a/b", Severity: diag.Error, Effect: diag.Advice, Summary: text, Detail: text, Subject: subject}
		var out strings.Builder
		if err := diag.Text(&out, diag.List{d}, diag.Options{Width: width, Source: func(string) (string, bool) { return text, true }}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if marks := strings.TrimPrefix(line, "      | "); marks != line && len(marks) > max(width, 100)+1 {
				t.Fatalf("marks of %d columns in a terminal of %d", len(marks), width)
			}
		}
		for _, c := range []byte(out.String()) {
			if c < ' ' && c != '\n' || c == 0x7f {
				t.Fatalf("byte %#02x is printed", c)
			}
		}
	})
}
