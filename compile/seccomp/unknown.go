package seccomp

import (
	"fmt"
	"strings"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/seccomp"
)

// unknownCall reports a rule that LXC passes over because of its name, and what the
// name was most likely meant to be.
func (c *compiler) unknownCall(r *seccomp.Rule) {
	name := r.Call.String
	detail := "LXC passes over the line, so the call is not filtered. "
	plain := strings.TrimRight(name, "\t\r")
	cut := strings.IndexAny(plain, "\t\r#[")
	mended, safe := plain, true
	switch {
	case name == "":
		detail += "It starts with a blank, so it names no call: remove the blanks before the name."
	case cut > 0 && plain[cut] == '\t':
		detail += "Only blanks separate, and the tab is taken for a part of the name. Write a blank."
		mended = plain[:cut] + " " + strings.TrimLeft(plain[cut:], "\t")
	case cut > 0 && plain[cut] == '#':
		detail += "The comment is taken for a part of the name. Write a blank before it."
		mended = plain[:cut] + " " + plain[cut:]
	case cut > 0 && plain[cut] == '[':
		detail += "The condition is taken for a part of the name. Write an action before it, with blanks around."
	case strings.HasSuffix(name, "\r"):
		detail += "The line ends as in Windows, and the carriage return is taken for a part of the name. End lines with a line feed only."
	case plain != name:
		detail += "The tab is taken for a part of the name. Remove it."
	case strings.Trim(name, "0123456789") == "":
		detail += "Version 2 takes names only, as in syscalls(2)."
	default:
		if best, ok := diag.Suggest(name, names); ok {
			detail, mended, safe = detail+fmt.Sprintf("Did you mean %q?", best), best, false
		} else {
			detail += "Check the spelling against syscalls(2), or remove the line."
		}
	}
	f := c.report(r.Call.Range, diag.Warning, diag.SilentlyDifferent, "seccomp/unknown-call", detail, "%q is no system call", name)
	word, _, _ := strings.Cut(mended, " ")
	if _, known := find(word); known && mended != name {
		f.Fixes = []diag.Fix{{Title: fmt.Sprintf("write %q", mended), Safe: safe, Edits: []diag.Edit{{Range: r.Call.Range, Text: mended}}}}
	}
}

// names are the system calls of all architectures.
func names(yield func(string) bool) {
	for i := range calls {
		if !yield(calls[i].name) {
			return
		}
	}
}
