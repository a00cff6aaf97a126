// Package seccomp reads LXC's seccomp policy files: a version, a style, and then
// rules, one a line. Like the grammar of configurations it is total: what is
// wrong is a finding, and the rest is read all the same.
package seccomp

import (
	"strings"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// Policy is a policy file.
type Policy struct {
	File      source.File
	Lines     []Line // all of it
	Version   int    // 1 or 2, 0 when the file does not say
	Allowlist bool   // an allowlist: what no rule names is refused
	Default   Action // what happens to calls that no rule names
	Rules     []Rule

	findings []finding
}

// finding is one about a line, which LXC looks at only on machines that run the
// architecture of its section.
type finding struct {
	section string // "" above the first rule
	diag.Diagnostic
}

// Start is the place of what is to be said about all of it.
func (p *Policy) Start() source.Range {
	at := source.Pos{Line: 1, Column: 1}
	return source.Range{File: p.File.Name, Start: at, End: at}
}

// Findings are what is wrong with the lines that count where applies says that a
// section does; nil is everywhere.
func (p *Policy) Findings(applies func(section string) bool) diag.List {
	var list diag.List
	for _, f := range p.findings {
		if applies == nil || f.section == "" || applies(f.section) {
			list = append(list, f.Diagnostic)
		}
	}
	return list
}

// Detect reports whether a file is meant as a policy: by its name, or by the
// version and the style that it starts with.
func Detect(f source.File) bool {
	if strings.HasSuffix(f.Name, ".seccomp") {
		return true
	}
	if start := skipBlanks(f.Text, 0); start == len(f.Text) || numberLength(f.Text[start:]) == 0 {
		return false // without taking a large file apart
	}
	p := &parser{policy: &Policy{File: f}}
	style, ok := p.version()
	return ok && hasPrefix(style.String, []string{"allowlist", "denylist", "whitelist", "blacklist"})
}

// Rule is one line about a system call.
type Rule struct {
	Section    string // of the architecture: "all", "x86", …; version 1 has none
	Call       Text   // name; of version 1 the number
	Number     uint32 // version 1: the number
	Action     Action
	Conditions []Condition // all have to hold; none: always
	Range      source.Range
}

// Text is a piece of the file and its place.
type Text struct {
	String string
	Range  source.Range
}

// ActionKind is what happens to a call.
type ActionKind string

// The actions, in the words of policy files.
const (
	Kill   ActionKind = "kill"
	Errno  ActionKind = "errno"
	Allow  ActionKind = "allow"
	Trap   ActionKind = "trap"
	Notify ActionKind = "notify"
)

// Action is what happens to a call; Errno is the error number of the kind Errno.
type Action struct {
	Kind  ActionKind
	Errno uint16
}

// Condition compares an argument of a call. That two of a rule compare the same one
// is for libseccomp to refuse, which never sees the rules about unknown calls.
type Condition struct {
	Index uint8 // of the argument, 0 to 5
	Op    Op
	Value uint64
	Mask  uint64 // of the operator &=: which bits are compared
	Range source.Range
}

// Op is a comparison, in the operators of policy files.
type Op string

// The comparisons.
const (
	Equal        Op = "=="
	NotEqual     Op = "!="
	Less         Op = "<"
	LessEqual    Op = "<="
	Greater      Op = ">"
	GreaterEqual Op = ">="
	MaskedEqual  Op = "&="
)
