package diag

import (
	"fmt"
	"strings"
)

// Says is what a finding with the code says, in words: "error, rejected at load".
func (r *Row) Says() string {
	var all []string
	for _, v := range r.Verdicts {
		all = append(all, v.Severity.String()+" ("+string(v.Effect)+")")
	}
	return strings.Join(all, ", ")
}

// Text is the documentation of a code for a place without markup.
func (r *Row) Text() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n\n%s\n", r.Title, r.Doc)
	if r.Bad != "" {
		fmt.Fprintf(&out, "\nWrong:\n\n%s\nRight:\n\n%s", indented(r.Bad), indented(r.Good))
	}
	return out.String()
}

// Markdown is the documentation of a code. What is said of the bad example stands
// behind it, when there is such a text.
func (r *Row) Markdown(said string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "**%s.** %s\n\n", r.Title, r.Doc)
	fmt.Fprintf(&out, "*%s; reported by `lxcfg %s` since %s.*\n", r.Says(), r.Reporter(), r.First())
	if r.NoExample != "" {
		fmt.Fprintf(&out, "\nNo example: %s\n", r.NoExample)
		return out.String()
	}
	with := ""
	if r.Options != "" {
		with = fmt.Sprintf(" (with `%s`)", r.Options)
	}
	fmt.Fprintf(&out, "\nWrong%s:\n\n```\n%s```\n", with, VisibleLines(r.Bad))
	if said != "" {
		fmt.Fprintf(&out, "\n```\n%s```\n", said)
	}
	fmt.Fprintf(&out, "\nRight:\n\n```\n%s```\n", VisibleLines(r.Good))
	return out.String()
}

// indented is an example with its control characters made visible.
func indented(text string) string {
	var out strings.Builder
	for line := range strings.Lines(VisibleLines(text)) {
		out.WriteString("    " + line)
	}
	return out.String()
}
