package grammar

import (
	"slices"
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"lxcfg/grammar/source"
)

// chunkParser is built at the first parse: a launch from a plan file needs none.
var chunkParser = sync.OnceValue(func() *participle.Parser[chunk] {
	return participle.MustBuild[chunk](participle.Lexer(lineLexer{}))
})

// chunk is a run of whole lines: the root of the grammar. Its Parse method is
// written by hand because every file comes through here; FuzzParse holds it
// against the grammar that participle derives from struct tags.
type chunk struct{ lines []Line }

// chunkSize is about how many bytes are parsed at a time. participle holds the
// tokens of all it parses, up to sixty times the text.
const chunkSize = 1 << 13

// maxFile is the size of file LXC reads, in bytes; positions have as many bits.
const maxFile = 1<<31 - 1

// Parse reads a file. It cannot fail: what is no setting is a line of another
// kind, and Findings says what is wrong with it.
func Parse(f source.File) *Document { return ParseAs(f, LXC) }

// ParseAs reads a file of a dialect.
func ParseAs(f source.File, dialect Dialect) *Document {
	d := &Document{File: f, Dialect: dialect}
	text := f.Text[:min(len(f.Text), maxFile)]
	read, rest := text, ""
	if nul := strings.IndexByte(text, 0); nul >= 0 {
		read, rest = text[:nul], text[nul:] // LXC takes it for the end of the file
	}
	pos := lexer.Position{Filename: f.Name, Line: 1, Column: 1}
	for pos.Offset < len(read) {
		lex := newLines(dialect, read[:dialect.chunkEnd(read, pos.Offset)], pos)
		peeking, err := lexer.Upgrade(lex)
		if err != nil {
			return d // cannot happen: the lexer has no error
		}
		c, err := chunkParser().ParseFromLexer(peeking)
		if err != nil {
			return d // cannot happen: nor has the grammar
		}
		for i := range c.lines {
			if l := &c.lines[i]; l.Kind == 0 {
				p := dialect.parts(d.content(l))
				l.Kind, l.Quote = p.kind, p.quote
			}
		}
		d.chunks = append(d.chunks, slices.Clone(c.lines))
		pos = lex.pos
	}
	if rest != "" {
		l := newLine(pos, len(rest))
		l.Kind = LineRest
		d.chunks = append(d.chunks, []Line{l})
	}
	return d
}

// chunkEnd finds where the chunk that starts at an offset ends: behind the end of
// a line, or with the text when there is none.
func (d Dialect) chunkEnd(text string, start int) int {
	for i := start + chunkSize; i < len(text); i++ {
		if n := d.terminator(text[i:]); n > 0 {
			return i + n
		}
	}
	return len(text)
}

// Parse is part of participle.Parseable.
func (c *chunk) Parse(lex *lexer.PeekingLexer) error {
	for !lex.Peek().EOF() {
		t := lex.Next()
		l := newLine(t.Pos, len(t.Value))
		if t.Type == tokenEmpty {
			l.Kind = LineBlank
		}
		c.lines = append(c.lines, l)
	}
	return nil
}

func newLine(pos lexer.Position, length int) Line {
	start := int32(pos.Offset)
	return Line{number: int32(pos.Line), lineStart: start - int32(pos.Column-1), start: start, end: start + int32(length)}
}
