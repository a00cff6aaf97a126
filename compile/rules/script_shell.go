package rules

import (
	"slices"
	"strings"
)

// shellUses looks at what a script for a POSIX shell, or bash, reads. It does not
// understand the script: it tells quotes, comments, here-documents and functions apart,
// and where it meets something else that could give $1 another meaning, it is unsure.
func shellUses(text string) scriptUses {
	s := shellScanner{text: text, line: 1, start: true, mentions: make(map[string]int)}
	s.code(0)
	// A variable that is named otherwise than to read it is set or tested by the script.
	rest := s.mentions
	for _, use := range s.uses.variables {
		rest[use.name]--
	}
	for _, n := range rest {
		s.uses.unsure = s.uses.unsure || n > 0
	}
	s.uses.unsure = s.uses.unsure || s.function > 0
	return s.uses
}

// shellScanner goes through a script once.
type shellScanner struct {
	text     string
	at, line int
	start    bool // a word may begin here
	uses     scriptUses
	mentions map[string]int // of the variables of version 1, outside comments

	braces   int // groups that are open, of functions too
	function int // how many were open when the outermost function began, plus one; 0: none is open
	heredocs []heredoc
}

// heredoc is a here-document whose text begins behind the line.
type heredoc struct {
	end  string
	tabs bool // <<- takes leading tabs away
}

// next moves over a byte, and over the texts of here-documents behind a line.
func (s *shellScanner) next() {
	if s.text[s.at] == '\n' {
		s.line++
		s.at++
		s.skipHeredocs()
		return
	}
	s.at++
}

// code goes through commands up to a byte that ends them: ')' of $(…), '`', 0 for the
// end of the script.
func (s *shellScanner) code(end byte) {
	open := 0 // parentheses of subshells, of arithmetic, of patterns
	for s.at < len(s.text) {
		c := s.text[s.at]
		start := s.start
		s.start = strings.IndexByte(" \t\n;&|(){}`", c) >= 0
		switch {
		case c == end && open == 0:
			s.at++
			return
		case c == '\\':
			s.skip(2)
		case c == '#' && start:
			s.skipTo("\n")
		case c == '\'':
			s.at++
			s.skipTo("'")
			s.skip(1)
		case c == '"':
			s.at++
			s.quoted()
		case c == '`':
			s.at++
			s.start = true
			s.code('`')
		case c == '$':
			s.dollar()
		case strings.HasPrefix(s.text[s.at:], "<<<"):
			s.skip(3)
		case strings.HasPrefix(s.text[s.at:], "<<"):
			s.beginHeredoc()
		case strings.HasPrefix(s.text[s.at:], "()"):
			s.skip(2)
			s.beginFunction()
		case c == '(':
			open++
			s.at++
		case c == ')' && open > 0:
			open--
			s.at++
		case start && (isNameByte(c) || c == '{' || c == '}' || c == '.'):
			s.word()
		default:
			s.next()
		}
	}
	// What was begun and has no end was not understood.
	s.uses.unsure = s.uses.unsure || end != 0 || open > 0
}

// quoted goes through a text in double quotes.
func (s *shellScanner) quoted() {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; c {
		case '"':
			s.at++
			return
		case '\\':
			s.skip(2)
		case '`':
			s.at++
			s.start = true
			s.code('`')
		case '$':
			s.dollar()
		default:
			if isNameByte(c) {
				s.mention()
				continue
			}
			s.next()
		}
	}
	s.uses.unsure = true
}

// word reads a word at the place of a command, or of one of its arguments, as far as
// it could be one that changes what $1 is.
func (s *shellScanner) word() {
	switch c := s.text[s.at]; {
	case c == '{' && s.blankAt(s.at+1):
		s.braces++
		s.at++
		return
	case c == '}':
		s.closeBrace()
		s.at++
		return
	case c == '.':
		s.uses.unsure = s.uses.unsure || s.blankAt(s.at+1) // what is read in may do all of this
		s.at++
		return
	case c == '{':
		s.at++
		return
	}
	name := s.mention()
	s.start = false
	switch name {
	case "source", "eval", "getopts", "getopt":
		s.uses.unsure = true
	case "set":
		s.uses.unsure = s.uses.unsure || s.setsArguments()
	case "function":
		s.skipBlanks()
		s.name()
		s.skipBlanks()
		if strings.HasPrefix(s.text[s.at:], "()") {
			s.skip(2)
		}
		s.beginFunction()
	}
}

// setsArguments reports whether set may do more than switch options on and off.
func (s *shellScanner) setsArguments() bool {
	const enough = 80 // bytes: options are short
	line, _, _ := strings.Cut(s.text[s.at:min(len(s.text), s.at+enough)], "\n")
	words := strings.Fields(line)
	return len(words) > 0 && strings.IndexByte("-+;", words[0][0]) < 0 || slices.Contains(words, "--") || slices.Contains(words, "-")
}

// beginFunction reads on to the brace that a function's commands begin with.
func (s *shellScanner) beginFunction() {
	for s.at < len(s.text) && strings.IndexByte(" \t\n", s.text[s.at]) >= 0 {
		s.next()
	}
	if s.peek() != '{' {
		s.uses.unsure = true // a function can be any command, which few know
		return
	}
	s.braces++
	if s.function == 0 {
		s.function = s.braces
	}
	s.at++
	s.start = true
}

func (s *shellScanner) closeBrace() {
	if s.braces == s.function {
		s.function = 0
	}
	s.braces--
	s.uses.unsure = s.uses.unsure || s.braces < 0
}

// name reads letters, digits and underscores.
func (s *shellScanner) name() string {
	from := s.at
	for s.at < len(s.text) && isNameByte(s.text[s.at]) {
		s.at++
	}
	return s.text[from:s.at]
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// peek is the byte that follows, 0 at the end.
func (s *shellScanner) peek() byte {
	if s.at == len(s.text) {
		return 0
	}
	return s.text[s.at]
}

func (s *shellScanner) blankAt(i int) bool {
	return i >= len(s.text) || strings.IndexByte(" \t\n", s.text[i]) >= 0
}

func (s *shellScanner) skip(n int) {
	for ; n > 0 && s.at < len(s.text); n-- {
		s.next()
	}
}

func (s *shellScanner) skipBlanks() {
	for s.peek() == ' ' || s.peek() == '\t' {
		s.at++
	}
}

// skipTo moves before the next of some bytes.
func (s *shellScanner) skipTo(stop string) {
	for s.at < len(s.text) && strings.IndexByte(stop, s.text[s.at]) < 0 {
		if s.text[s.at] == '\n' {
			s.line++
		}
		s.at++
	}
}
