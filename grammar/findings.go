package grammar

import (
	"fmt"
	"strings"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

const byteOrderMark = "\xef\xbb\xbf"

// Findings says what is wrong with the lines of a document, whatever their keys
// mean: lines LXC refuses, skips or reads otherwise than they look.
func (d *Document) Findings() diag.List {
	var list diag.List
	for i := range d.lines {
		l := &d.lines[i]
		switch l.Kind {
		case LineBad:
			list = append(list, d.missingEquals(l))
		case LineIgnored:
			list = append(list, d.ignoredLine(l))
		case LineRest:
			list = append(list, diag.Diagnostic{
				Code: "syntax/nul", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
				Summary: "LXC reads nothing from this NUL byte on",
				Detail:  "Remove the byte. Everything behind it is lost: LXC takes it for the end of the file.",
				Subject: d.Content(l).Range.Sub(0, 1),
			})
		case LineAssign:
			list = append(list, d.valueFindings(l)...)
		}
	}
	return list
}

func (d *Document) missingEquals(l *Line) diag.Diagnostic {
	text := trimmed(d.Content(l))
	f := diag.Diagnostic{
		Code: "syntax/missing-equals", Severity: diag.Error, Effect: diag.RejectedAtLoad,
		Summary: fmt.Sprintf("there is no \"=\" in %q", text.String),
		Detail:  "A setting is written `key = value`. LXC refuses the whole file because of this line.",
		Subject: text.Range,
	}
	// "lxc.cap.drop  sys_admin" and "lxc.uts.name: web" show where it belongs.
	if n := strings.IndexAny(text.String, " \t:"); n > len(settingPrefix) {
		rest := strings.TrimLeft(text.String[n:], " \t:")
		at := text.Range.Sub(n, len(text.String)-len(rest))
		f.Fixes = []diag.Fix{{Title: `write "=" between key and value`, Safe: rest != "", Edits: []diag.Edit{{Range: at, Text: " = "}}}}
	}
	return f
}

func (d *Document) ignoredLine(l *Line) diag.Diagnostic {
	text := trimmed(d.Content(l))
	f := diag.Diagnostic{
		Code: "syntax/ignored-line", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Summary: fmt.Sprintf("LXC skips this line, because it does not start with %q", settingPrefix),
		Detail:  "Write # before a comment, or the key in full.",
		Subject: text.Range,
	}
	if rest, ok := strings.CutPrefix(text.String, byteOrderMark); ok {
		f.Code = "syntax/bom"
		f.Summary = "the file starts with a byte order mark, so LXC skips its first line"
		f.Detail = "Save the file as UTF-8 without a byte order mark."
		f.Subject = text.Range.Sub(0, len(byteOrderMark))
		f.Fixes = []diag.Fix{{Title: "remove the byte order mark", Safe: !strings.HasPrefix(rest, settingPrefix), Edits: []diag.Edit{{Range: f.Subject}}}}
		return f
	}
	// "lcx.net.0.type = veth", "LXC.uts.name = a": the prefix misspelt.
	if dot := strings.IndexByte(text.String, '.'); dot > 0 && dot < 6 && strings.ContainsAny(text.String, "=:") {
		if prefix := text.String[:dot]; strings.EqualFold(prefix, "lxc") || diag.Distance(strings.ToLower(prefix), "lxc") == 1 || isSwapped(prefix) {
			f.Detail = fmt.Sprintf("Did you mean %q?", settingPrefix+text.String[dot+1:])
			f.Fixes = []diag.Fix{{Title: fmt.Sprintf("write %q", "lxc"), Edits: []diag.Edit{{Range: text.Range.Sub(0, dot), Text: "lxc"}}}}
		}
	}
	return f
}

// isSwapped reports whether a word is "lxc" with two neighbours swapped.
func isSwapped(word string) bool {
	word = strings.ToLower(word)
	return word == "xlc" || word == "lcx"
}

// valueFindings are about values that hold something LXC does not take for what
// it looks like.
func (d *Document) valueFindings(l *Line) diag.List {
	var list diag.List
	value := d.Value(l)
	if n := strings.Index(value.String, " #"); n > 0 && l.Quote == 0 {
		at := value.Range.Sub(n+1, len(value.String))
		list = append(list, diag.Diagnostic{
			Code: "syntax/trailing-comment", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Summary: fmt.Sprintf("%q is part of the value", value.String[n+1:]),
			Detail:  "LXC knows comments only on lines of their own. Move it to the line above.",
			Subject: at, Key: d.Key(l).String,
		})
	}
	// A lone CR ends the line for LXC; every editor shows one line.
	if end := d.Content(l).Range.End; end.Offset+1 < len(d.File.Text) && d.File.Text[end.Offset] == '\r' && d.File.Text[end.Offset+1] != '\n' {
		at := end
		at.Offset++
		at.Column++
		list = append(list, diag.Diagnostic{
			Code: "syntax/lone-cr", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Summary: "a carriage return ends the line here, and what follows is another",
			Detail:  "Write a line feed where the line is meant to end, and remove the carriage return elsewhere.",
			Subject: source.Range{File: d.File.Name, Start: end, End: at}, Key: d.Key(l).String,
		})
	}
	return list
}

// trimmed cuts the blanks around a line.
func trimmed(t Text) Text {
	from := leadingBlanks(t.String)
	return t.Sub(from, from+len(trimBlanks(t.String[from:])))
}
