package grammar

import (
	"fmt"
	"strings"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// ParseDefine reads the n-th -s KEY=VALUE option, counted from 1, with the
// grammar of lines. In today's LXC it has to be one setting; LXC 1 takes it as a
// line of a file, whatever kind of line that is.
func ParseDefine(n int, text string, dialect Dialect) (*Document, diag.List) {
	d := ParseAs(source.File{Name: fmt.Sprintf("<define:%d>", n), Text: text}, dialect)
	if dialect == LXC1 {
		return d, d.Findings()
	}
	whole := source.Range{File: d.File.Name, Start: source.Pos{Line: 1, Column: 1}, End: source.Pos{Line: 1, Column: 1}}
	for l := range d.Lines() {
		if l.Kind == LineAssign && d.Len() == 1 {
			return d, nil
		}
		whole = d.Content(l).Range
		break
	}
	f := diag.Diagnostic{
		Code: "define/not-a-setting", Severity: diag.Error, Effect: diag.RejectedAtLoad,
		Summary: fmt.Sprintf("%q is not of the form lxc.KEY=VALUE", text),
		Detail:  "An option -s takes one setting, such as `-s lxc.uts.name=web`.",
		Subject: whole,
	}
	if strings.ContainsAny(text, "\r\n\x00") {
		f.Detail = "An option -s takes one line. Give the option once for each setting."
	}
	return d, diag.List{f}
}
