// Package diag holds findings: what is wrong, where, what LXC will make of it
// and what to write instead. How findings are printed is in the other files of
// this package, one file a format.
package diag

import (
	"cmp"
	"slices"

	"lxcfg/grammar/source"
)

// Severity says how much a finding matters. The zero value is invalid, so a
// finding that forgot to say is caught by the tests.
type Severity uint8

// The severities, worst last, so that they can be compared.
const (
	Info Severity = iota + 1
	Warning
	Error
)

// String gives the word used in every output format.
func (s Severity) String() string {
	switch s {
	case Info:
		return "info"
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return "invalid"
}

// ParseSeverity reads a severity word as written after --fail-on.
func ParseSeverity(word string) (Severity, bool) {
	for _, s := range []Severity{Info, Warning, Error} {
		if s.String() == word {
			return s, true
		}
	}
	return 0, false
}

// Effect says what LXC of the chosen version does with the text at fault.
type Effect string

// The effects, from the loudest to the quietest.
const (
	RejectedAtLoad    Effect = "rejected-at-load"   // LXC refuses to load the file
	FailsAtStart      Effect = "fails-at-start"     // LXC loads it and fails while it starts the container
	SilentlyDifferent Effect = "silently-different" // LXC does something else than the text says
	Advice            Effect = "advice"             // LXC does what the text says; there is a better way
)

// ProxmoxGroup starts the codes of findings about what Proxmox does, and not LXC.
const ProxmoxGroup = "pve/"

// Place is a line that led to another: an lxc.include line on the way to the
// file at fault.
type Place struct {
	File string
	Line int
}

// Related is a second stretch of text a finding is about, such as the earlier
// line that this one contradicts.
type Related struct {
	Range   source.Range
	Summary string
}

// Edit replaces the text of a range.
type Edit struct {
	Range source.Range
	Text  string
}

// Fix is one way to mend a finding. A safe fix keeps the meaning that LXC gives
// the file today, or gives it the one meaning the author can have had.
type Fix struct {
	Title string
	Safe  bool
	Edits []Edit
}

// Diagnostic is one finding.
type Diagnostic struct {
	Code     string // stable words, "group/what", never reused
	Severity Severity
	Effect   Effect
	Summary  string // one line, lower case, no full stop, quotes the text at fault
	Detail   string // sentences: why, and what to write instead; may be empty
	Subject  source.Range
	LXC      string  // the version whose Effect it is; empty: that of the whole report
	Key      string  // the configuration key concerned, in LXC's spelling; may be empty
	Trail    []Place // the include lines that led to Subject.File, outermost first
	Related  []Related
	Fixes    []Fix
	Unlisted int // how many findings of the same kind this one stands for, see Collector
}

// List is the findings of one or more files.
type List []Diagnostic

// Worst returns the highest severity in the list, zero when it is empty.
func (l List) Worst() Severity {
	var worst Severity
	for _, d := range l {
		worst = max(worst, d.Severity)
	}
	return worst
}

// Has reports whether the list holds a finding of the severity or worse.
func (l List) Has(s Severity) bool { return len(l) > 0 && l.Worst() >= s }

// Sort puts the findings in the order of the text: by file, then place, then
// code. Files come in the order given; others follow in the order of their first
// finding.
func (l List) Sort(files ...string) {
	rank := make(map[string]int)
	for _, name := range files {
		if _, seen := rank[name]; !seen {
			rank[name] = len(rank)
		}
	}
	for _, d := range l {
		if _, seen := rank[d.Subject.File]; !seen {
			rank[d.Subject.File] = len(rank)
		}
	}
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(rank[a.Subject.File], rank[b.Subject.File]),
			cmp.Compare(a.Subject.Start.Offset, b.Subject.Start.Offset),
			cmp.Compare(a.Code, b.Code),
		)
	})
}
