// Package source holds the text that findings point into: files, positions
// and ranges. It is the bottom floor of lxcfg and imports nothing of ours.
//
// Everything is a plain value. A Range names its file, so it can be copied,
// stored and printed long after the parser is gone.
package source

import "fmt"

// File is one piece of configuration text under the name it is reported by:
// a path as the user or an include line wrote it, "-" for standard input, or
// "<define:1>" for the first -s option.
type File struct {
	Name string
	Text string
}

// Pos is a place in a file. Columns count bytes, not characters: LXC reads
// bytes, and a config may hold text that is no valid UTF-8.
type Pos struct {
	Offset int // bytes from the start of the file
	Line   int // from 1
	Column int // bytes from the start of the line, from 1
}

// Range is the half-open stretch of text [Start, End) of one file.
// The zero Range is "nowhere": IsZero reports it.
type Range struct {
	File       string
	Start, End Pos
}

// IsZero reports whether the range points nowhere.
func (r Range) IsZero() bool { return r == Range{} }

// String gives "file:line:column", the form editors and terminals make clickable.
func (r Range) String() string {
	return fmt.Sprintf("%s:%d:%d", r.File, r.Start.Line, r.Start.Column)
}

// Sub returns the part of a single-line range from byte offset i to byte
// offset j, both counted from the start of the range.
func (r Range) Sub(i, j int) Range {
	sub := r
	sub.Start.Offset += i
	sub.Start.Column += i
	sub.End = r.Start
	sub.End.Offset += j
	sub.End.Column += j
	return sub
}
