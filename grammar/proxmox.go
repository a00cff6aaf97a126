package grammar

import (
	"fmt"
	"strings"

	"lxcfg/grammar/diag"
)

// proxmoxBlanks are what Proxmox takes for blanks (perlrecharclass(1), \s).
const proxmoxBlanks = " \t\n\v\f\r"

// proxmoxParts takes a line of Proxmox's configuration apart:
//
//	Line = Setting | Option | Section | "#" … | …
//	Setting = "lxc." Letters ( ":" | Blanks "=" ) Blanks Value Blanks
//	Option  = Word ":" Blanks Value Blanks
//	Section = "[" Name "]" Blanks
//
// Nothing may stand before any of them, blanks included.
func proxmoxParts(line string) parts {
	content := strings.TrimRight(line, proxmoxBlanks)
	switch {
	case content == "":
		return parts{kind: LineBlank}
	case content[0] == '#':
		return parts{kind: LineComment}
	case content[0] == '[' && content[len(content)-1] == ']' && isSectionName(content[1:len(content)-1]):
		return parts{kind: LineSection, key: span{1, len(content) - 1}, value: span{len(content), len(content)}}
	}
	kind, key := LineOption, strings.IndexByte(content, ':')
	value := content[key+1:]
	if name := settingName(content); name != "" {
		rest := content[len(name):]
		var ok bool
		if value, ok = strings.CutPrefix(rest, ":"); !ok {
			value, ok = strings.CutPrefix(strings.TrimLeft(rest, proxmoxBlanks), "=")
		}
		if !ok {
			return parts{kind: LineIgnored}
		}
		kind, key = LineAssign, len(name)
	} else if key < 0 || !isOptionName(content[:key]) || value == "" {
		return parts{kind: LineIgnored}
	}
	value = strings.TrimLeft(value, proxmoxBlanks)
	p := parts{kind: kind, key: span{0, key}, value: span{len(content) - len(value), len(content)}}
	if kind == LineAssign && isQuoted(value) {
		// Proxmox hands the quotes on, and LXC takes them off.
		p.quote = value[0]
		p.value = span{p.value.from + 1, p.value.to - 1}
	}
	return p
}

// settingName is the key of LXC that a line starts with, empty for none.
func settingName(s string) string {
	n := len(s) - len(strings.TrimLeft(s, "abcdefghijklmnopqrstuvwxyz0123456789_-."))
	if !strings.HasPrefix(s, settingPrefix) || n == len(settingPrefix) {
		return ""
	}
	return s[:n]
}

// isOptionName reports whether a word can be one of Proxmox's own keys: letters,
// and a number behind them.
func isOptionName(s string) bool {
	letters := strings.TrimRight(s, "0123456789")
	return letters != "" && letters[0] != '_' && strings.Trim(letters, "abcdefghijklmnopqrstuvwxyz_") == ""
}

// isSectionName reports whether a word can name a snapshot. Changes that wait for
// the next start are a section too.
func isSectionName(s string) bool {
	lower := lowerCase(s)
	if lower == "pve:pending" {
		return true
	}
	return len(s) > 1 && lower[0] >= 'a' && lower[0] <= 'z' && strings.Trim(lower, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// unreadable is about a line that Proxmox warns about and passes over.
func (d *Document) unreadable(l *Line) diag.Diagnostic {
	text := d.Content(l)
	f := diag.Diagnostic{
		Code: "pve/unreadable-line", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Summary: fmt.Sprintf("Proxmox cannot read %s and passes over it", quoteShort(text.String)),
		Detail:  "Write `key: value` from the first column on; comments start with # there.",
		Subject: text.Range,
	}
	if plain := strings.TrimLeft(text.String, proxmoxBlanks); plain != text.String && d.Dialect.parts(plain).kind != LineIgnored {
		at := text.Sub(0, len(text.String)-len(plain))
		f.Detail = "Nothing may stand before the key. Remove the blanks."
		f.Fixes = []diag.Fix{{Title: "remove the blanks", Safe: true, Edits: []diag.Edit{{Range: at.Range}}}}
	}
	return f
}
