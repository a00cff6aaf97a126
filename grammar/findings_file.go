package grammar

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// fileFindings are about how the text as a whole was saved. Each is told once, at the
// first place.
func (d *Document) fileFindings() diag.List {
	var list diag.List
	text := d.File.Text
	if !utf8.ValidString(text) && !strings.HasPrefix(text, "\xff\xfe") && !strings.HasPrefix(text, "\xfe\xff") { // UTF-16 has NUL bytes, which are told
		at := 0
		for at < len(text) {
			r, size := utf8.DecodeRuneInString(text[at:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			at += size
		}
		list = append(list, diag.Diagnostic{
			Code: "syntax/not-utf8", Severity: diag.Info, Effect: diag.Advice,
			Summary: fmt.Sprintf("the byte %#02x is no UTF-8", text[at]),
			Detail:  "LXC hands bytes on as they are; names and paths then look different elsewhere. Save the file as UTF-8.",
			Subject: d.bytes(at, at+1),
		})
	}
	if at := strings.Index(text, "\r\n"); at >= 0 && d.Dialect == LXC {
		list = append(list, diag.Diagnostic{
			Code: "syntax/crlf", Severity: diag.Info, Effect: diag.Advice,
			Summary: "the lines end as on Windows",
			Detail:  "Today's LXC reads them alike. LXC 1 takes the carriage return for part of the value, and hooks, fstab files and policies saved so do not work. Save the file with line feeds.",
			Subject: d.bytes(at, at+1),
		})
	}
	return list
}

// bytes is a range of the text, which may be anywhere.
func (d *Document) bytes(from, to int) source.Range {
	above := d.File.Text[:from]
	start := source.Pos{Offset: from, Line: 1 + strings.Count(above, "\n"), Column: from - strings.LastIndexByte(above, '\n')}
	end := start
	end.Offset, end.Column = to, start.Column+to-from
	return source.Range{File: d.File.Name, Start: start, End: end}
}

// loneQuote finds a quote at one end of a value that has no other: LXC takes quotes
// away in pairs only.
func (d *Document) loneQuote(l *Line) (diag.Diagnostic, bool) {
	content := d.content(l)
	if l.Quote != 0 || strings.IndexAny(content, "\"'") < 0 {
		return diag.Diagnostic{}, false
	}
	value := d.Value(l)
	if value.String == "" {
		return diag.Diagnostic{}, false
	}
	at := len(value.String) - 1
	if first := value.String[0]; first == '"' || first == '\'' {
		at = 0
	}
	quote := value.String[at : at+1]
	if quote != `"` && quote != "'" || strings.Count(value.String, quote) != 1 {
		return diag.Diagnostic{}, false
	}
	f := diag.Diagnostic{
		Code: "syntax/lone-quote", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Summary: fmt.Sprintf("this %s is part of the value: there is no other to go with it", quote),
		Detail:  "LXC takes quotes away when a value begins and ends with the same. Remove it, or write the other one.",
		Subject: value.Range.Sub(at, at+1), Key: d.Key(l).String,
	}
	f.Fixes = []diag.Fix{{Title: "remove the quote", Edits: []diag.Edit{{Range: f.Subject}}}}
	return f, true
}
