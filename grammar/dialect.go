package grammar

import (
	"fmt"
	"strings"
)

// Dialect is how the lines of a file are written.
type Dialect uint8

// The dialects.
const (
	// LXC is what LXC reads since 1.0.11 and 2.0: a CR ends a line as an LF does,
	// and one pair of quotes around a value is taken off.
	LXC Dialect = iota
	// LXC1 is what LXC 1.0.7 reads: only an LF ends a line, and quotes are part of
	// the value.
	LXC1
)

// Dialects lists them all.
func Dialects() []Dialect { return []Dialect{LXC, LXC1} }

// String names the dialect as the option --dialect does.
func (d Dialect) String() string {
	switch d {
	case LXC:
		return "lxc"
	case LXC1:
		return "lxc1"
	}
	return fmt.Sprintf("Dialect(%d)", uint8(d))
}

// lineEnds are the bytes that end a line, or all reading.
func (d Dialect) lineEnds() string {
	if d == LXC1 {
		return "\n\x00"
	}
	return "\n\r\x00"
}

// lineLength is the length of the text before the next end of line or NUL.
func (d Dialect) lineLength(s string) int {
	if n := strings.IndexAny(s, d.lineEnds()); n >= 0 {
		return n
	}
	return len(s)
}

// quotes reports whether a pair of quotes around a value is taken off.
func (d Dialect) quotes() bool { return d != LXC1 }
