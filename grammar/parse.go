package grammar

import (
	"strings"

	"lxcfg/grammar/source"
)

// maxFile is the size of file LXC reads, in bytes; positions have as many bits.
const maxFile = 1<<31 - 1

// Parse reads a file. It cannot fail: what is no setting is a line of another
// kind, and Findings says what is wrong with it.
func Parse(f source.File) *Document { return ParseAs(f, LXC) }

// ParseAs reads a file of a dialect. It is written by hand because a token of
// participle is larger than most lines; FuzzParse holds it against the grammar
// that participle derives from struct tags.
func ParseAs(f source.File, dialect Dialect) *Document {
	d := &Document{File: f, Dialect: dialect}
	text := f.Text[:min(len(f.Text), maxFile)]
	r := reader{dialect: dialect, text: text, number: 1, nextLF: -1}
	if nul := strings.IndexByte(text, 0); nul >= 0 {
		r.text = text[:nul] // LXC takes it for the end of the file
	}
	for r.at < len(r.text) {
		d.add(r.next())
	}
	if r.at < len(text) {
		l := r.line(len(text))
		l.Kind = LineRest
		d.add(l)
	}
	return d
}

// reader takes a text apart into lines.
type reader struct {
	dialect   Dialect
	text      string
	at        int // offset of the line to be read
	number    int // its number
	lineStart int // offset behind the last LF before it
	nextLF    int // offset of an LF that was looked for, the text's length if there was none
}

// next reads a line with its end, or all empty lines up to the next other one.
func (r *reader) next() Line {
	end := r.lineEnd()
	l := r.line(end)
	if end > r.at {
		p := r.dialect.parts(r.text[r.at:end])
		l.Kind, l.Quote = p.kind, p.quote
		r.at = end
		r.endLine()
		return l
	}
	l.Kind = LineBlank
	for r.endLine() {
	}
	l.end = int32(r.at)
	return l
}

// line is the line from where the reader stands to an offset.
func (r *reader) line(end int) Line {
	return Line{number: int32(r.number), lineStart: int32(r.lineStart), start: int32(r.at), end: int32(end)}
}

// lineEnd is the offset of what ends the line: an LF, a CR where the dialect takes
// one for it, or the end of the text.
func (r *reader) lineEnd() int {
	if r.nextLF < r.at {
		r.nextLF = len(r.text)
		if n := strings.IndexByte(r.text[r.at:], '\n'); n >= 0 {
			r.nextLF = r.at + n
		}
	}
	if r.dialect.endsAtCR() {
		if n := strings.IndexByte(r.text[r.at:r.nextLF], '\r'); n >= 0 {
			return r.at + n
		}
	}
	return r.nextLF
}

// endLine steps over one end of line and reports whether there was one. A lone CR
// ends a line for LXC but not for editors, so only an LF starts a line number.
func (r *reader) endLine() bool {
	n := r.dialect.terminator(r.text[r.at:])
	if n == 0 {
		return false
	}
	r.at += n
	if r.text[r.at-1] == '\n' {
		r.number++
		r.lineStart = r.at
	}
	return true
}
