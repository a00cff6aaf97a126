package rules

import (
	"slices"
	"strings"
)

// dollar reads an expansion.
func (s *shellScanner) dollar() {
	s.at++
	rest := s.text[s.at:]
	switch {
	case rest == "":
	case rest[0] == '(':
		s.at++
		s.start = true
		s.code(')')
	case rest[0] == '\'': // $'…' of bash has other rules for backslashes
		s.uses.unsure = true
		s.at++
	case rest[0] == '{':
		s.at++
		s.parameter()
	case rest[0] == '@' || rest[0] == '*':
		s.uses.all = true
		s.at++
	case rest[0] == '#': // it asks how many arguments it has
		s.uses.unsure = true
		s.at++
	case rest[0] >= '1' && rest[0] <= '9':
		s.argument(int(rest[0] - '0'))
		s.at++
	case isNameByte(rest[0]):
		name := s.name()
		s.variable(name)
	}
}

// parameter reads what stands behind "${". An operator tells what to do without a
// value, or how to change it.
func (s *shellScanner) parameter() {
	switch c := s.peek(); {
	case c == '@' || c == '*':
		s.uses.all = true
		s.at++
	case c == '#' || c == '!':
		s.uses.unsure = true
		s.at++
	}
	name := s.name()
	plain := s.peek() == '}'
	tolerant := strings.IndexByte(":-+=?", s.peek()) >= 0 && s.peek() != 0
	switch {
	case name == "":
	case name[0] >= '1' && name[0] <= '9' && len(name) == 1:
		s.argument(int(name[0] - '0'))
		s.uses.unsure = s.uses.unsure || tolerant
	case slices.Contains(ofVersion1[:], name):
		s.variable(name)
		s.uses.unsure = s.uses.unsure || tolerant
	}
	if plain {
		s.at++
		return
	}
	// What follows is text with expansions in it, up to the brace that closes this one.
	for s.at < len(s.text) {
		switch c := s.text[s.at]; c {
		case '}':
			s.at++
			return
		case '\\':
			s.skip(2)
		case '\'':
			s.at++
			s.skipTo("'")
			s.skip(1)
		case '"':
			s.at++
			s.quoted()
		case '$':
			s.dollar()
		default:
			s.next()
		}
	}
	s.uses.unsure = true
}

// argument records that $1 or another is read: in a function those are the function's.
func (s *shellScanner) argument(n int) {
	if s.function > 0 {
		s.uses.all = true
		return
	}
	s.uses.unsure = s.uses.unsure || s.testsForNothing()
	s.uses.arguments = append(s.uses.arguments, scriptUse{"$" + string(rune('0'+n)), n, s.line})
}

// testsForNothing reports whether what is read here is only asked whether it is empty:
// [ -n "$1" ], [ "$1" ], [ "$1" = "" ].
func (s *shellScanner) testsForNothing() bool {
	before := s.text[max(0, s.at-12):s.at]
	before = strings.TrimRight(before[:strings.LastIndexByte(before, '$')], " \t\"")
	after := strings.TrimLeft(s.text[s.at:min(len(s.text), s.at+12)], "0123456789}\" \t!=")
	return strings.HasSuffix(before, "-n") || strings.HasSuffix(before, "-z") || strings.HasPrefix(after, "]")
}

func (s *shellScanner) variable(name string) {
	if slices.Contains(ofVersion1[:], name) {
		s.mentions[name]++
		s.uses.variables = append(s.uses.variables, scriptUse{name, 0, s.line})
	}
}

// mention reads a name that is no expansion.
func (s *shellScanner) mention() string {
	name := s.name()
	if slices.Contains(ofVersion1[:], name) {
		s.mentions[name]++
	}
	return name
}
