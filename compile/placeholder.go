package compile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// unfilled is a placeholder and the key, value or line it stands in.
type unfilled struct{ mark, within grammar.Text }

// joinPlaceholders puts one finding in the place of all that a template's
// placeholders cause: "@NAME@", "{{ name }}", "{% if %}", "$NAME" and "${NAME}", and the words
// that lxc-download(1) fills in. There is one for each file.
func joinPlaceholders(templates []template, list diag.List) diag.List {
	for _, t := range templates {
		list = joinFile(t.file, t.trail, t.found, list)
	}
	return list
}

// template is a file with placeholders.
type template struct {
	file  string
	trail []diag.Place
	found []unfilled
}

// templates finds them among the documents that were read.
func templates(docs []*grammar.Document, trails [][]diag.Place) (found []template) {
	seen := make(map[string]bool)
	for i, doc := range docs {
		if seen[doc.File.Name] {
			continue // included again
		}
		seen[doc.File.Name] = true
		if marks := placeholders(doc); len(marks) > 0 {
			found = append(found, template{doc.File.Name, trails[i], marks})
		}
	}
	return found
}

// joinFile joins the findings of one file that are about what holds a placeholder.
// Others of the same line stay: an unknown key is one, whatever its value.
func joinFile(file string, trail []diag.Place, found []unfilled, list diag.List) diag.List {
	joined := diag.Diagnostic{
		Code: "template/placeholder", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Summary: fmt.Sprintf("%q is to be filled in: the file is a template", found[0].mark.String),
		Detail:  "Placeholders are taken as they stand. Fill the template in and check what comes of it.",
		Subject: found[0].mark.Range, Trail: trail,
	}
	branches := slices.ContainsFunc(found, func(u unfilled) bool { return strings.HasPrefix(u.mark.String, "{%") })
	var rest diag.List
	for _, f := range list {
		if branches && f.Subject.File == file && slices.Contains(alternatives, f.Code) {
			continue
		}
		if f.Unlisted > 0 || !concerns(f, file, found) {
			rest = append(rest, f)
			continue
		}
		if f.Severity == diag.Error && joined.Effect != diag.RejectedAtLoad {
			joined.Severity, joined.Effect = f.Severity, f.Effect
		}
	}
	const most = 5 // other places that are worth naming
	for _, u := range found[1:min(len(found), most+1)] {
		joined.Related = append(joined.Related, diag.Related{Range: u.mark.Range, Summary: "and this"})
	}
	if more := len(found) - 1 - most; more > 0 {
		joined.Detail += fmt.Sprintf(" There are %d more.", more)
	}
	return append(rest, joined)
}

// alternatives are findings about two lines of which a template with branches may leave
// one only.
var alternatives = []string{"key/repeated", "key/undone", "value/wiped"}

// concerns reports whether a finding is about a text that holds a placeholder. The
// placeholders stand in the order of the file.
func concerns(f diag.Diagnostic, file string, found []unfilled) bool {
	if f.Subject.File != file {
		return false
	}
	i, _ := slices.BinarySearchFunc(found, f.Subject.Start.Offset, func(u unfilled, offset int) int {
		return cmp.Compare(u.within.Range.End.Offset, offset)
	})
	if i == len(found) {
		return false
	}
	within := found[i].within.Range
	start, end := f.Subject.Start.Offset, f.Subject.End.Offset
	if start == end {
		return start >= within.Start.Offset // something is missing here, at its end perhaps
	}
	return start < within.End.Offset && end > within.Start.Offset
}

// placeholders finds the placeholders of a document, in keys, values and lines that
// are no settings; of Proxmox's, above the sections of snapshots, which say nothing
// about the container.
func placeholders(doc *grammar.Document) []unfilled {
	if !strings.ContainsAny(doc.File.Text, "@$") && !strings.Contains(doc.File.Text, "{{") && !strings.Contains(doc.File.Text, "{%") && !strings.Contains(doc.File.Text, "LXC_") && !strings.Contains(doc.File.Text, "LXCARCH") {
		return nil
	}
	var found []unfilled
	look := func(t grammar.Text, dollars bool) bool {
		mark, ok := placeholder(t, dollars)
		if ok {
			found = append(found, unfilled{mark, t})
		}
		return ok
	}
	for line := range doc.Lines() {
		switch line.Kind {
		case grammar.LineSection:
			return found
		case grammar.LineAssign:
			if key, value := doc.Setting(line); !look(key, false) {
				look(value, takesDollars(key.String))
			}
		case grammar.LineOption:
			_, value := doc.Setting(line)
			look(value, true)
		case grammar.LineIgnored, grammar.LineBad:
			look(doc.Content(line), true)
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
			n = enclosed(rest, "{{", "}}", anything)
		case strings.HasPrefix(rest, "{%"):
			n = enclosed(rest, "{%", "%}", anything)
		case rest[0] == '$' && !dollars:
			if n = enclosed(rest, "${", "}", isName); n == 0 {
				n = variable(rest)
			}
		case strings.HasPrefix(rest, "LXC") && (i == 0 || t.String[i-1] != '$' && t.String[i-1] != '{' && !isName(t.String[i-1:i])):
			n = downloadWord(rest, dollars)
		}
		if n > 0 {
			return t.Sub(i, i+n), true
		}
	}
	return grammar.Text{}, false
}

// downloadWord is the length of a word at the start of a text that lxc-download
// fills in, or Waydroid, 0 for none. Where a shell reads the text, a name that LXC gives its
// hooks as a variable is none.
func downloadWord(s string, dollars bool) int {
	n := 0
	for n < len(s) && isName(s[n:n+1]) {
		n++
	}
	switch s[:n] {
	case "LXC_TEMPLATE_CONFIG", "LXC_HOOK_DIR", "LXCARCH":
		return n
	case "LXC_NAME", "LXC_PATH", "LXC_ROOTFS":
		if !dollars {
			return n
		}
	}
	return 0
}

func anything(string) bool { return true }

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
