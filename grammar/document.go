package grammar

import (
	"iter"

	"lxcfg/grammar/source"
)

// LineKind is what LXC takes a line for.
type LineKind uint8

// The kinds of line.
const (
	LineBlank   LineKind = iota + 1 // nothing but blanks
	LineComment                     // starts with #
	LineAssign                      // a setting: key = value
	LineIgnored                     // does not start with "lxc.": LXC skips it without a word
	LineBad                         // starts with "lxc." and has no equals sign: LXC refuses the file
	LineRest                        // a NUL byte and all behind it, which LXC never reads
)

// Document is a file in lines. Printing it gives the file back, byte for byte.
type Document struct {
	File    source.File
	Dialect Dialect
	lines   []Line
}

// Line is one line of a Document, held as offsets into the file's text.
type Line struct {
	Kind  LineKind
	Quote byte // the quote character around the value, 0 for none

	number     int32 // from 1, counting LF
	lineStart  int32 // offset of the first byte after the last LF
	start, end int32 // without the terminator
	key        span
	value      span // without the quotes
}

type span struct{ from, to int32 }

// Text is a piece of a file and where it stands.
type Text struct {
	String string
	Range  source.Range
}

// Sub returns the bytes from i to j of the text, with their place.
func (t Text) Sub(i, j int) Text { return Text{t.String[i:j], t.Range.Sub(i, j)} }

// Len returns the number of lines.
func (d *Document) Len() int { return len(d.lines) }

// Lines yields the lines in order.
func (d *Document) Lines() iter.Seq[*Line] {
	return func(yield func(*Line) bool) {
		for i := range d.lines {
			if !yield(&d.lines[i]) {
				return
			}
		}
	}
}

// Key returns the key of a setting.
func (d *Document) Key(l *Line) Text { return d.text(l, l.key) }

// Value returns the value of a setting, without blanks and quotes around it. An
// empty value still has a place: behind the equals sign.
func (d *Document) Value(l *Line) Text { return d.text(l, l.value) }

// Content returns the line without its terminator.
func (d *Document) Content(l *Line) Text { return d.text(l, span{l.start, l.end}) }

// String returns the file's text.
func (d *Document) String() string { return d.File.Text }

func (d *Document) text(l *Line, s span) Text {
	return Text{
		String: d.File.Text[s.from:s.to],
		Range:  source.Range{File: d.File.Name, Start: l.pos(s.from), End: l.pos(s.to)},
	}
}

func (l *Line) pos(offset int32) source.Pos {
	return source.Pos{Offset: int(offset), Line: int(l.number), Column: int(offset-l.lineStart) + 1}
}
