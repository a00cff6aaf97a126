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
	LineOption                      // of Proxmox: a setting of its own, key: value
	LineSection                     // of Proxmox: [name], where a snapshot starts
)

// Document is a file in lines. Printing it gives the file back, byte for byte.
type Document struct {
	File    source.File
	Dialect Dialect
	blocks  [][]Line // of at most chunkLines lines: a long list is not copied while it grows
}

// Line is one line of a Document, held as offsets into the file's text. There may
// be a million of them, so what can be found again in the text is not kept.
type Line struct {
	Kind  LineKind
	Quote byte // the quote character around the value, 0 for none

	number     int32 // from 1, counting LF
	lineStart  int32 // offset of the first byte after the last LF
	start, end int32 // without the terminator; of empty lines in a row, the terminators
}

// Text is a piece of a file and where it stands.
type Text struct {
	String string
	Range  source.Range
}

// Sub returns the bytes from i to j of the text, with their place.
func (t Text) Sub(i, j int) Text { return Text{t.String[i:j], t.Range.Sub(i, j)} }

// Lines yields the lines in order.
func (d *Document) Lines() iter.Seq[*Line] {
	return func(yield func(*Line) bool) {
		for _, block := range d.blocks {
			for i := range block {
				l := &block[i]
				if d.isRun(l) {
					if !d.emptyLines(l, yield) {
						return
					}
				} else if !yield(l) {
					return
				}
			}
		}
	}
}

// Len returns the number of lines.
func (d *Document) Len() int {
	n := 0
	for range d.Lines() {
		n++
	}
	return n
}

// isRun reports whether a line stands for empty lines in a row.
func (d *Document) isRun(l *Line) bool {
	return l.Kind == LineBlank && d.Dialect.terminator(d.File.Text[l.start:l.end]) > 0
}

// emptyLines yields each line of a run.
func (d *Document) emptyLines(run *Line, yield func(*Line) bool) bool {
	at := *run
	for at.start < run.end {
		one := at
		one.end = one.start
		at.start += int32(d.Dialect.terminator(d.File.Text[at.start:run.end]))
		if d.File.Text[at.start-1] == '\n' {
			at.number++
			at.lineStart = at.start
		}
		if !yield(&one) {
			return false
		}
	}
	return true
}

// Setting returns the key and the value of a setting.
func (d *Document) Setting(l *Line) (key, value Text) {
	p := d.Dialect.parts(d.content(l))
	return d.part(l, p.key), d.part(l, p.value)
}

// Key returns the key of a setting.
func (d *Document) Key(l *Line) Text { return d.part(l, d.Dialect.parts(d.content(l)).key) }

// Value returns the value of a setting, without blanks and quotes around it. An
// empty value still has a place: behind the equals sign.
func (d *Document) Value(l *Line) Text { return d.part(l, d.Dialect.parts(d.content(l)).value) }

// Content returns the line without its terminator.
func (d *Document) Content(l *Line) Text { return d.part(l, span{0, int(l.end - l.start)}) }

// String returns the file's text.
func (d *Document) String() string { return d.File.Text }

func (d *Document) content(l *Line) string { return d.File.Text[l.start:l.end] }

// part is a part of a line, given by offsets into the line.
func (d *Document) part(l *Line, s span) Text {
	from, to := l.start+int32(s.from), l.start+int32(s.to)
	return Text{
		String: d.File.Text[from:to],
		Range:  source.Range{File: d.File.Name, Start: l.pos(from), End: l.pos(to)},
	}
}

func (l *Line) pos(offset int32) source.Pos {
	return source.Pos{Offset: int(offset), Line: int(l.number), Column: int(offset-l.lineStart) + 1}
}
