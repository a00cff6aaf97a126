package rules

import (
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// finding is what a rule has just reported, for the few that have more to say of it.
type finding struct {
	diag.Diagnostic
	config   *config.Config
	at       config.Origin
	reported bool
}

// collecting is the state of a check: what the rules have found.
type collecting struct {
	config *config.Config
	list   diag.Collector
	last   finding // which its rule may still say more of
}

// of is how a rule reports.
func (c *collecting) of(r *Rule) report {
	return func(at config.Origin, summary, detail string, related ...diag.Related) *finding {
		c.last.addTo(&c.list)
		c.last = finding{config: c.config, at: at, reported: true, Diagnostic: diag.Diagnostic{
			Code: r.Code, Severity: r.Severity, Effect: r.Effect, Summary: summary, Detail: detail,
			Subject: at.Range(), Key: at.Key, Trail: at.Trail(), Related: related,
		}}
		return &c.last
	}
}

// all are the findings, when no rule has more to say.
func (c *collecting) all() diag.List {
	c.last.addTo(&c.list)
	return c.list.List()
}

// addTo records the finding, if there is one.
func (f *finding) addTo(list *diag.Collector) {
	if f.reported {
		list.Add(f.Diagnostic)
	}
}

// as gives the finding another verdict than the usual one of its rule, which the row
// lists.
func (f *finding) as(severity diag.Severity, effect diag.Effect) *finding {
	f.Severity, f.Effect = severity, effect
	return f
}

// replace offers to write another value. A safe fix keeps what LXC makes of the line
// today, or writes the one thing that can have been meant.
func (f *finding) replace(safe bool, value string) *finding {
	at, ok := f.valueRange()
	if ok {
		f.fix("write "+quoted(value), safe, diag.Edit{Range: at, Text: value})
	}
	return f
}

// remove offers to take the line out.
func (f *finding) remove(safe bool) *finding {
	if at, ok := f.lineRange(); ok {
		f.fix("remove the line", safe, diag.Edit{Range: at})
	}
	return f
}

// below offers to write a line behind that of the finding.
func (f *finding) below(safe bool, line string) *finding {
	if at, ok := f.lineRange(); ok {
		at.Start = at.End
		text := line + "\n"
		if whole, _ := f.text(); at.End.Offset > 0 && !strings.HasSuffix(whole[:at.End.Offset], "\n") {
			text = "\n" + line
		}
		f.fix("add "+quoted(line), safe, diag.Edit{Range: at, Text: text})
	}
	return f
}

func (f *finding) fix(title string, safe bool, edits ...diag.Edit) {
	f.Fixes = append(f.Fixes, diag.Fix{Title: title, Safe: safe, Edits: edits})
}

func quoted(s string) string { return `"` + s + `"` }

// text is the file that the finding is in, ok false when its line is none of a
// configuration: a line of a fstab is written otherwise.
func (f *finding) text() (string, bool) {
	file := f.Subject.File
	for i := range f.config.Sources {
		if s := &f.config.Sources[i]; s.Name == file {
			return s.Text, strings.HasPrefix(s.Text[f.Subject.Start.Offset:], "lxc.")
		}
	}
	return "", false
}

// valueRange is where the value of the line stands.
func (f *finding) valueRange() (source.Range, bool) {
	text, ok := f.text()
	if !ok {
		return source.Range{}, false
	}
	setting := text[f.Subject.Start.Offset:f.Subject.End.Offset]
	at := strings.IndexAny(setting, "=:") + 1 // Proxmox writes a colon
	if at == 0 {
		return source.Range{}, false
	}
	at += len(setting[at:]) - len(strings.TrimLeft(setting[at:], " \t"))
	if end := f.Subject.End.Offset; at < len(setting) && end < len(text) && text[end] == setting[at] && (text[end] == '"' || text[end] == '\'') {
		at++ // the value is quoted
	}
	return f.Subject.Sub(at, len(setting)), true
}

// lineRange is the whole line, with its end.
func (f *finding) lineRange() (source.Range, bool) {
	text, ok := f.text()
	if !ok {
		return source.Range{}, false
	}
	start, end := f.Subject.Start.Offset, f.Subject.End.Offset
	from := strings.LastIndexAny(text[:start], "\r\n\x00") + 1
	to := len(text)
	next := source.Pos{Line: f.Subject.Start.Line + 1, Column: 1}
	if n := strings.IndexAny(text[end:], "\r\n\x00"); n >= 0 && text[end+n] == '\n' {
		to = end + n + 1
	} else if n >= 0 && strings.HasPrefix(text[end+n:], "\r\n") {
		to = end + n + 2
	} else if n >= 0 {
		return source.Range{}, false
	} else {
		next = source.Pos{Line: f.Subject.Start.Line, Column: f.Subject.Start.Column + to - start}
	}
	next.Offset = to
	at := source.Range{File: f.Subject.File, End: next}
	at.Start = source.Pos{Offset: from, Line: f.Subject.Start.Line, Column: f.Subject.Start.Column - (start - from)}
	return at, true
}
