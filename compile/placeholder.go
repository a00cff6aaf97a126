package compile

import (
	"fmt"
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// joinPlaceholders puts one finding in the place of all that a template's
// placeholders cause: "@NAME@", "{{ name }}", "$NAME" and "${NAME}", which LXC takes
// as they stand. There is one for each file.
func joinPlaceholders(docs []*grammar.Document, list diag.List) diag.List {
	for _, doc := range docs {
		if found := placeholders(doc); len(found) > 0 {
			list = joinFile(doc, found, list)
		}
	}
	return list
}

// joinFile joins the findings of one file.
func joinFile(doc *grammar.Document, found []grammar.Text, list diag.List) diag.List {
	lines := make(map[int]bool)
	for _, t := range found {
		lines[t.Range.Start.Line] = true
	}
	joined := diag.Diagnostic{
		Code: "template/placeholder", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Summary: fmt.Sprintf("%q is to be filled in: the file is a template", found[0].String),
		Detail:  "LXC takes placeholders as they stand. Fill the template in and check what comes of it.",
		Subject: found[0].Range,
	}
	var rest diag.List
	for _, f := range list {
		if f.Subject.File != doc.File.Name || !lines[f.Subject.Start.Line] {
			rest = append(rest, f)
			continue
		}
		joined.Trail = f.Trail
		if f.Effect == diag.RejectedAtLoad {
			joined.Severity, joined.Effect = diag.Error, f.Effect
		}
	}
	const most = 5 // other places that are worth naming
	for _, t := range found[1:min(len(found), most+1)] {
		joined.Related = append(joined.Related, diag.Related{Range: t.Range, Summary: "and this"})
	}
	if more := len(found) - 1 - most; more > 0 {
		joined.Detail += fmt.Sprintf(" There are %d more.", more)
	}
	return append(rest, joined)
}

// placeholders finds the placeholders of a document, in keys, values and lines that
// are no settings.
func placeholders(doc *grammar.Document) []grammar.Text {
	if !strings.ContainsAny(doc.File.Text, "@$") && !strings.Contains(doc.File.Text, "{{") {
		return nil
	}
	var found []grammar.Text
	for line := range doc.Lines() {
		switch line.Kind {
		case grammar.LineAssign:
			key, value := doc.Setting(line)
			if t, ok := placeholder(key, false); ok {
				found = append(found, t)
			} else if t, ok := placeholder(value, takesDollars(key.String)); ok {
				found = append(found, t)
			}
		case grammar.LineIgnored, grammar.LineBad:
			if t, ok := placeholder(doc.Content(line), true); ok {
				found = append(found, t)
			}
		}
	}
	return found
}

// takesDollars reports whether a dollar sign means something in the values of a key:
// to a shell, or to the program that is started.
func takesDollars(name string) bool {
	m, ok := keys.Lookup(name)
	if !ok {
		return true
	}
	language := m.Key.Language()
	return language == grammar.ShellCommand.Name || language == grammar.CommandLine.Name || strings.HasPrefix(name, "lxc.environment")
}

// placeholder finds the first placeholder of a text.
func placeholder(t grammar.Text, dollars bool) (grammar.Text, bool) {
	for i := 0; i < len(t.String); i++ {
		n := 0
		switch rest := t.String[i:]; {
		case rest[0] == '@':
			n = enclosed(rest, "@", "@", isName)
		case strings.HasPrefix(rest, "{{"):
			n = enclosed(rest, "{{", "}}", func(string) bool { return true })
		case rest[0] == '$' && !dollars:
			if n = enclosed(rest, "${", "}", isName); n == 0 {
				n = variable(rest)
			}
		}
		if n > 0 {
			return t.Sub(i, i+n), true
		}
	}
	return grammar.Text{}, false
}

// enclosed is the length of what stands between two marks at the start of a text,
// with the marks, 0 when that is none.
func enclosed(s, open, end string, valid func(string) bool) int {
	rest, ok := strings.CutPrefix(s, open)
	if !ok {
		return 0
	}
	n := strings.Index(rest, end)
	if n <= 0 || !valid(rest[:n]) {
		return 0
	}
	return len(open) + n + len(end)
}

// variable is the length of a shell variable at the start of a text, 0 for none.
func variable(s string) int {
	n := 1
	for n < len(s) && isName(s[n:n+1]) {
		n++
	}
	if n == 1 || s[1] >= '0' && s[1] <= '9' {
		return 0
	}
	return n
}

func isName(s string) bool {
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == ""
}
