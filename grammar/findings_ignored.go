package grammar

import (
	"fmt"
	"strings"

	"lxcfg/grammar/diag"
)

// byteOrderMark is U+FEFF in UTF-8. LXC does not know it, so with it the first
// line does not start with "lxc.".
const byteOrderMark = "\xef\xbb\xbf"

// ignoredLine is about a line that LXC skips because it does not start with
// "lxc.". What it says depends on what the author probably meant and on the line
// above. A line of blanks and form feeds is blank to LXC too, and there is nothing
// to say.
func (d *Document) ignoredLine(l, above *Line) (diag.Diagnostic, bool) {
	text := trimmed(d.Content(l))
	f := diag.Diagnostic{
		Code: "syntax/ignored-line", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Summary: fmt.Sprintf("LXC skips %s: it does not start with %q", quoteShort(text.String), settingPrefix),
		Detail:  "Write # before a comment, or the key in full.",
		Subject: text.Range,
	}
	if strings.Trim(text.String, " \t\f") == "" {
		return f, false
	}
	switch rest, bom := strings.CutPrefix(text.String, byteOrderMark); {
	case bom && text.Range.Start.Offset == 0:
		f.Code = "syntax/bom"
		f.Summary = "the file starts with a byte order mark, so LXC skips its first line"
		f.Detail = "Save the file as UTF-8 without a byte order mark."
		f.Subject = text.Range.Sub(0, len(byteOrderMark))
		f.Fixes = []diag.Fix{{Title: "remove the byte order mark", Safe: !strings.HasPrefix(rest, settingPrefix), Edits: []diag.Edit{{Range: f.Subject}}}}
	case text.String[0] == ';' || strings.HasPrefix(text.String, "//"):
		// It is skipped, as its author wants, but for another reason than he thinks.
		f.Severity, f.Effect = diag.Info, diag.Advice
		f.Summary = fmt.Sprintf("%s is no comment: it is skipped only because it is no setting", quoteShort(text.String))
		f.Detail = "Comments start with #."
	case text.String[0] == '[':
		f.Detail = "A configuration has no sections: each key is written in full, such as lxc.net.0.type."
	case above != nil && continues(d.content(above)):
		f.Detail = "The backslash above does not continue its line: it is part of the value. Write the value on one line."
	default:
		d.suggestPrefix(text, &f)
	}
	return f, true
}

// continues reports whether a line looks as if it went on in the next one.
func continues(line string) bool { return strings.HasSuffix(line, `\`) }

// suggestPrefix adds what the first word of a skipped setting may have been meant
// to be: "lcx.net.0.type = veth", "LXC.uts.name = a", "lxc_uts.name = a", or a
// setting behind a character that only looks like a blank.
func (d *Document) suggestPrefix(text Text, f *diag.Diagnostic) {
	if !strings.Contains(text.String, "=") {
		return
	}
	wrong := -1 // how many bytes at the start stand where "lxc." should
	if n := strings.Index(text.String, settingPrefix); n > 0 && strings.TrimSpace(strings.ReplaceAll(text.String[:n], byteOrderMark, "")) == "" {
		wrong = n + len(settingPrefix)
		f.Summary = fmt.Sprintf("LXC skips this line: %q before %q is no blank to it", text.String[:n], settingPrefix)
	} else if n := strings.IndexAny(text.String, ".,:_-"); n > 0 && misspelt(strings.ToLower(text.String[:n]), text.String[n]) {
		wrong = n + 1
	}
	if wrong < 0 {
		return
	}
	meant, _, _ := strings.Cut(settingPrefix+text.String[wrong:], "=")
	f.Detail = fmt.Sprintf("Did you mean %s?", quoteShort(trimBlanks(meant)))
	f.Fixes = []diag.Fix{{
		Title: fmt.Sprintf("write %q", settingPrefix),
		Edits: []diag.Edit{{Range: text.Range.Sub(0, wrong), Text: settingPrefix}},
	}}
}

// misspelt reports whether a word before a separator was meant to be "lxc.". Only
// before a dot may letters be wrong too; lxd is a word of its own.
func misspelt(word string, separator byte) bool {
	if word == "lxc" {
		return true
	}
	return separator == '.' && word != "lxd" && diag.Distance(word, "lxc") == 1
}
