package grammar

import (
	"fmt"
	"strings"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// Findings says what is wrong with the lines of a document, whatever their keys
// mean: lines LXC refuses, skips or reads otherwise than they look.
func (d *Document) Findings() diag.List {
	var list diag.Collector
	var above *Line
	for l := range d.Lines() {
		switch l.Kind {
		case LineBad:
			list.Add(d.missingEquals(l))
		case LineIgnored:
			if d.Dialect == PVE {
				list.Add(d.unreadable(l))
			} else if f, ok := d.ignoredLine(l, above); ok {
				list.Add(f)
			}
		case LineRest:
			list.Add(d.nulByte(l))
		case LineAssign:
			if f, ok := d.trailingComment(l); ok {
				list.Add(f)
			} else if f, ok := d.loneQuote(l); ok {
				list.Add(f)
			}
		}
		if f, ok := d.loneCR(l); ok {
			list.Add(f)
		}
		above = l
	}
	list.Add(d.fileFindings()...)
	return list.List()
}

func (d *Document) missingEquals(l *Line) diag.Diagnostic {
	text := trimmed(d.Content(l))
	f := diag.Diagnostic{
		Code: "syntax/missing-equals", Severity: diag.Error, Effect: diag.RejectedAtLoad,
		Summary: fmt.Sprintf("there is no \"=\" in %s", quoteShort(text.String)),
		Detail:  "A setting is written `key = value`, and `key =` to clear it.",
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

func (d *Document) nulByte(l *Line) diag.Diagnostic {
	f := diag.Diagnostic{
		Code: "syntax/nul", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Summary: "LXC reads nothing from this NUL byte on",
		Detail:  "Remove the byte. Everything behind it is lost: LXC takes it for the end of the file.",
		Subject: d.Content(l).Range.Sub(0, 1),
	}
	if strings.HasPrefix(d.File.Text, "\xff\xfe") || strings.HasPrefix(d.File.Text, "\xfe\xff") {
		f.Detail = "The file looks like UTF-16. Save it as UTF-8 without a byte order mark: LXC takes a NUL byte for the end of the file."
	}
	return f
}

// trailingComment finds a # that looks like the start of a comment and is not
// one. A # inside quotes, such as those of a shell command, is meant as it is.
func (d *Document) trailingComment(l *Line) (diag.Diagnostic, bool) {
	if l.Quote != 0 || strings.IndexByte(d.content(l), '#') < 0 {
		return diag.Diagnostic{}, false
	}
	value := d.Value(l)
	n := commentStart(value.String)
	if n < 0 {
		return diag.Diagnostic{}, false
	}
	f := diag.Diagnostic{
		Code: TrailingComment, Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Summary: fmt.Sprintf("%s is part of the value", quoteShort(value.String[n:])),
		Detail:  "LXC knows comments only on lines of their own. Move it to the line above.",
		Subject: value.Range.Sub(n, len(value.String)), Key: d.Key(l).String,
		Fixes: d.moveAbove(l, value, n),
	}
	if isWholeDeviceRule(f.Key, value.String[:n]) {
		f.Severity, f.Effect = diag.Info, diag.Advice
		f.Detail = "LXC does not look behind the three letters of a device rule. It knows comments only on lines of their own, so that this is luck: move it to the line above."
		for i := range f.Fixes {
			f.Fixes[i].Safe = true
		}
	}
	return f, true
}

// isWholeDeviceRule reports whether a value is a rule for devices with all three letters
// of access, behind which LXC and the kernel stop reading.
func isWholeDeviceRule(key, value string) bool {
	_, file, _ := strings.Cut(key, ".devices.")
	words := strings.Fields(value)
	return (file == "allow" || file == "deny") && len(words) == 3 && len(words[2]) == len("rwm")
}

// moveAbove is the fix that moves what stands in a value from an offset on to a
// comment above its line. A comment of Proxmox's is shown to people, so there none
// is made.
func (d *Document) moveAbove(l *Line, value Text, n int) []diag.Fix {
	if d.Dialect == PVE {
		return nil
	}
	line := d.Content(l)
	end := "\n"
	if strings.HasPrefix(d.File.Text[line.Range.End.Offset:], "\r") {
		end = "\r\n"
	}
	indent := line.String[:leadingBlanks(line.String)]
	rest := value.Sub(len(strings.TrimRight(value.String[:n], " \t")), len(value.String))
	return []diag.Fix{{Title: "move the comment to the line above", Edits: []diag.Edit{
		{Range: line.Range.Sub(0, 0), Text: indent + value.String[n:] + end},
		{Range: rest.Range},
	}}}
}

// TrailingComment is the code of a finding about a # that starts no comment.
const TrailingComment = "syntax/trailing-comment"

// commentStart is the offset of the first # at the start of a word and outside
// quotes, -1 if there is none.
func commentStart(value string) int {
	var quote byte
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\'') && strings.IndexByte(value[i+1:], c) >= 0:
			quote = c
		case quote == 0 && c == '#' && (i == 0 || value[i-1] == ' ' || value[i-1] == '\t'):
			return i
		}
	}
	return -1
}

// loneCR finds a carriage return that ends the line for LXC while every editor
// shows one line. One that only blanks follow makes no difference.
func (d *Document) loneCR(l *Line) (diag.Diagnostic, bool) {
	at := l.end
	text := d.File.Text
	if int(at) >= len(text) || text[at] != '\r' || l.Kind == LineRest {
		return diag.Diagnostic{}, false
	}
	key := ""
	if l.Kind == LineAssign {
		key = d.Key(l).String
	}
	behind := strings.TrimLeft(text[at+1:], " \t")
	if behind == "" || strings.IndexByte("\n\r\x00", behind[0]) >= 0 {
		return diag.Diagnostic{}, false // of several in a row the last is told, if any
	}
	return diag.Diagnostic{
		Code: "syntax/lone-cr", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Summary: "a carriage return ends the line here, and what follows is another",
		Detail:  "Write a line feed where the line is meant to end, and remove the carriage return elsewhere.",
		Subject: source.Range{File: d.File.Name, Start: l.pos(at), End: l.pos(at + 1)}, Key: key,
	}, true
}

// trimmed cuts the blanks around a line.
func trimmed(t Text) Text {
	from := leadingBlanks(t.String)
	return t.Sub(from, from+len(trimBlanks(t.String[from:])))
}

// quoteShort quotes a text for a summary, which is one line: of a long text only
// the start.
func quoteShort(s string) string {
	const most = 60
	if len(s) <= most {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q…", s[:most])
}
