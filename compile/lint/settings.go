package lint

import (
	"cmp"

	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// Settings say how a file is checked and which of its findings are shown. What is
// zero is not said.
type Settings struct {
	Version  keys.Version  // the LXC to judge by
	Dialect  string        // "lxc", "pve" or "auto"
	FailOn   diag.Severity // the severity that makes the run fail
	Severity diag.Severity // the least severity that is shown
	Only     Patterns      // the codes that are shown
	Except   Patterns      // the codes that are not
	Baseline string        // the file of findings that are known
}

// Over returns the settings, and where they say nothing those below.
func (s Settings) Over(below Settings) Settings {
	s.Version = cmp.Or(s.Version, below.Version)
	s.Dialect = cmp.Or(s.Dialect, below.Dialect)
	s.FailOn = cmp.Or(s.FailOn, below.FailOn)
	s.Severity = cmp.Or(s.Severity, below.Severity)
	s.Baseline = cmp.Or(s.Baseline, below.Baseline)
	if s.Only == nil {
		s.Only = below.Only
	}
	if s.Except == nil {
		s.Except = below.Except
	}
	return s
}

// fails reports whether a finding makes the run fail: errors do, when nothing is
// said.
func (s *Settings) fails(d *diag.Diagnostic) bool { return d.Severity >= cmp.Or(s.FailOn, diag.Error) }

// shows reports whether a finding is shown.
func (s *Settings) shows(d *diag.Diagnostic) bool {
	return d.Severity >= s.Severity && (s.Only == nil || s.Only.Match(d.Code)) && !s.Except.Match(d.Code)
}

// DialectOf is how a file is written: as the word says, or for "auto" and nothing
// as the file looks.
func DialectOf(word string, f source.File, v keys.Version) grammar.Dialect {
	switch {
	case word == "pve", word != "lxc" && keys.IsProxmox(f):
		return grammar.PVE
	case v != 0 && v <= keys.V1_1:
		return grammar.LXC1
	}
	return grammar.LXC
}
