package diag_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// hostileFile has a name and a text that no format may stumble over.
var hostileFile = source.File{
	Name: "dir/a:b, 100%<&>\"'\n\x1b[31m\xff.conf",
	Text: "# é\nlxc.a = é\"<&>' %0A ::error::]]>\r\x00\xff\x1b[2J\nlxc.b = c\n",
}

// report is a report with all that a finding can hold, and with hostile values in
// every text.
func report(t *testing.T) *diag.Report {
	t.Helper()
	web := source.File{Name: "./web/config", Text: "lxc.include = common.conf\nlxc.cap.drop  sys_admin\nlxc.cap.drop  sys_admin\n"}
	hostile := "a\"<&>' %0A ::error::x]]>\r\n\x00\xff\x1b[2J\u202e, :"
	twice := find(t, web, "lxc.cap.drop")
	second := twice
	second.Start.Offset, second.Start.Line, second.End.Offset, second.End.Line = twice.Start.Offset+24, 3, twice.End.Offset+24, 3
	list := diag.List{
		{
			Code: "syntax/missing-equals", Severity: diag.Error, Effect: diag.RejectedAtLoad, Summary: `there is no "="`, Detail: "Write it.",
			Subject: twice, Key: "lxc.cap.drop",
			Trail:   []diag.Place{{File: "top.conf", Line: 4}},
			Related: []diag.Related{{Range: find(t, web, "common.conf"), Summary: "see here"}},
			Fixes: []diag.Fix{{Title: "insert", Safe: true, Edits: []diag.Edit{{Range: find(t, web, "  "), Text: " = "}}},
				{Title: "remove", Edits: []diag.Edit{{Range: twice}, {Range: second}}}},
		},
		{Code: "syntax/missing-equals", Severity: diag.Error, Effect: diag.RejectedAtLoad, Summary: `there is no "="`, Subject: second},
		{
			Code: "value/text", Severity: diag.Warning, Effect: diag.SilentlyDifferent, Summary: hostile, Detail: hostile, Subject: find(t, hostileFile, "\"<&>"), Key: hostile,
			Trail:   []diag.Place{{File: hostileFile.Name, Line: 1}},
			Related: []diag.Related{{Range: find(t, hostileFile, "lxc.b"), Summary: hostile}},
			Fixes:   []diag.Fix{{Title: hostile, Edits: []diag.Edit{{Range: find(t, hostileFile, "é\"<"), Text: hostile}}}},
		},
		{Code: "pve/unknown-option", Severity: diag.Info, Effect: diag.Advice, Summary: "nothing to point at", Fixes: []diag.Fix{{Title: "none"}}},
	}
	texts := map[string]string{web.Name: web.Text, hostileFile.Name: hostileFile.Text}
	return &diag.Report{
		Options:  diag.Options{LXC: "7.0", Source: func(name string) (string, bool) { text, ok := texts[name]; return text, ok }},
		Findings: list, Fails: []bool{true, true, false, false}, Checked: []string{web.Name, "clean.conf", hostileFile.Name},
		Errors: []string{"open gone.conf: " + hostile}, Version: "0.1.0",
		Row: func(code string) *diag.Row {
			if code != "syntax/missing-equals" {
				return nil
			}
			return &diag.Row{Code: code, Verdicts: []diag.Verdict{diag.Refused}, Title: "a setting without an equals sign", Doc: "It needs one.", Bad: "lxc.a b\n", Good: "lxc.a = b\n"}
		},
	}
}

// Each format prints the report as its golden file has it, and in a form that can
// be read back.
func TestFormats(t *testing.T) {
	for _, f := range diag.Formats() {
		t.Run(f.Name, func(t *testing.T) {
			var out bytes.Buffer
			if err := f.Write(&out, report(t)); err != nil {
				t.Fatal(err)
			}
			wellFormed(t, f.Name, out.Bytes(), len(report(t).Findings))
			golden(t, filepath.Join(f.Name, "report"), out.String())
			out.Reset()
			if err := f.Write(&out, &diag.Report{}); err != nil {
				t.Fatal(err)
			}
			wellFormed(t, f.Name, out.Bytes(), 0)
			golden(t, filepath.Join(f.Name, "nothing"), out.String())
			if err := f.Write(full{}, report(t)); !errors.Is(err, errFull) {
				t.Errorf("the error of the writer becomes %v", err)
			}
		})
	}
}

// wellFormed demands that a program reads what was printed, and as many findings as
// there are.
func wellFormed(t *testing.T, format string, out []byte, findings int) {
	t.Helper()
	for _, c := range out {
		isJSON := format == "json" || format == "sarif" // whose texts are to be written into files
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f && !isJSON {
			t.Fatalf("the byte %#02x is printed", c)
		}
	}
	if !utf8.Valid(out) {
		t.Fatal("the output is not UTF-8")
	}
	switch format {
	case "json", "gitlab", "sarif":
		var value any
		if err := json.Unmarshal(out, &value); err != nil {
			t.Fatalf("no JSON: %v", err)
		}
		list, _ := value.([]any)
		if object, ok := value.(map[string]any); ok && format == "json" {
			list = object["findings"].([]any)
		} else if ok {
			s := sarifSchema(t)
			for _, wrong := range s.check(s.root, value, "log") {
				t.Error(wrong)
			}
			list = object["runs"].([]any)[0].(map[string]any)["results"].([]any)
		}
		if len(list) != findings {
			t.Errorf("%d findings, want %d", len(list), findings)
		}
	case "checkstyle", "junit":
		decoder := xml.NewDecoder(bytes.NewReader(out))
		for {
			if _, err := decoder.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("no XML: %v", err)
			}
		}
	case "gcc", "github":
		lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
		if findings == 0 {
			lines = lines[1:]
		}
		if len(lines) != findings {
			t.Fatalf("%d lines, want %d", len(lines), findings)
		}
		for _, line := range lines {
			if format == "github" && (!strings.HasPrefix(line, "::") || strings.Count(line, "title=") != 1) {
				t.Errorf("%q is no command", line)
			}
		}
	}
}

// Fingerprints stay when lines move or are laid out anew, and differ for each
// finding of a file.
func TestFingerprints(t *testing.T) {
	of := func(text, piece string) []string {
		f := source.File{Name: "config", Text: text}
		names := diag.Fingerprints{Source: func(string) (string, bool) { return text, true }}
		var all []string
		for at := 0; ; {
			n := strings.Index(text[at:], piece)
			if n < 0 {
				return all
			}
			start := position(f, at+n)
			all = append(all, names.Of(&diag.Diagnostic{Code: "a/b", Subject: source.Range{File: "config", Start: start, End: start}}))
			at += n + 1
		}
	}
	first := of("lxc.a = v\nlxc.a = v\nlxc.b = v\n", "v")
	if first[0] == first[1] || first[0] == first[2] || len(first[0]) != 32 {
		t.Errorf("findings share a fingerprint: %v", first)
	}
	moved := of("# moved\n\nlxc.b = v\n\tlxc.a  =  v\r\n", "v")
	if moved[2] != first[0] || moved[1] != first[2] {
		t.Errorf("fingerprints of moved lines are %v, were %v", moved, first)
	}
}

// FuzzFormats: whatever texts hold, each format prints what a program of its kind
// reads as one finding.
func FuzzFormats(f *testing.F) {
	f.Add("a\n::error::b", "c%d]]>", "e\x00\xff/f:g,h")
	f.Add("\"'<&>", "\r\n", "")
	f.Fuzz(func(t *testing.T, summary, text, name string) {
		at := source.Range{File: name, Start: source.Pos{Line: 1, Column: 1}, End: source.Pos{Offset: len(text), Line: 1, Column: 1 + len(text)}}
		r := &diag.Report{Options: diag.Options{Source: func(string) (string, bool) { return text, true }}, Checked: []string{name}, Errors: []string{summary}}
		r.Findings = diag.List{{Code: "a/b", Severity: diag.Error, Effect: diag.Advice, Summary: summary, Detail: text, Subject: at,
			Fixes: []diag.Fix{{Title: summary, Edits: []diag.Edit{{Range: at, Text: text}}}}}}
		for _, format := range diag.Formats() {
			var out bytes.Buffer
			if err := format.Write(&out, r); err != nil {
				t.Fatal(err)
			}
			wellFormed(t, format.Name, out.Bytes(), 1)
		}
	})
}
