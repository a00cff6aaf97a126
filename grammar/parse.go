package grammar

import (
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
// written by hand because this is the hot path; TestOracle holds it against the
// grammar that participle derives from struct tags.
type chunk struct{ lines []Line }

// chunkSize is about how many bytes are parsed at a time. participle holds the
// tokens of all it parses, some sixteen times the text.
const chunkSize = 1 << 16

// maxFile is the size of file LXC reads, in bytes; positions have as many bits.
const maxFile = 1<<31 - 1

// Parse reads a file. It cannot fail: what is no setting is a line of another
// kind, and Findings says what is wrong with it.
func Parse(f source.File) *Document { return ParseAs(f, LXC) }

// ParseAs reads a file of a dialect.
func ParseAs(f source.File, dialect Dialect) *Document {
	d := &Document{File: f, Dialect: dialect}
	text := f.Text[:min(len(f.Text), maxFile)]
	pos := lexer.Position{Filename: f.Name, Line: 1, Column: 1}
	for pos.Offset < len(text) {
		lex := &lines{dialect: dialect, text: text[:dialect.chunkEnd(text, pos.Offset)], pos: pos}
		peeking, err := lexer.Upgrade(lex)
		if err == nil {
			var c *chunk
			if c, err = chunkParser().ParseFromLexer(peeking); err == nil {
				d.lines = append(d.lines, c.lines...)
			}
		}
		if err != nil {
			return d // cannot happen: neither the lexer nor the grammar has an error
		}
		pos = lex.pos
	}
	return d
}

// chunkEnd finds where the chunk that starts at an offset ends: behind the end of
// a line, or with the file when there is none or a NUL byte comes first.
func (d Dialect) chunkEnd(text string, start int) int {
	if start+chunkSize >= len(text) {
		return len(text)
	}
	n := strings.IndexAny(text[start+chunkSize:], d.lineEnds())
	if n < 0 || strings.IndexByte(text[start:start+chunkSize+n+1], 0) >= 0 {
		return len(text)
	}
	end := start + chunkSize + n + 1
	if text[end-1] == '\r' && end < len(text) && text[end] == '\n' {
		end++ // CR LF is one end of line
	}
	return end
}

// Parse is part of participle.Parseable.
func (c *chunk) Parse(lex *lexer.PeekingLexer) error {
	for !lex.Peek().EOF() {
		c.lines = append(c.lines, parseLine(lex))
	}
	return nil
}

// parseLine takes the tokens of one line.
func parseLine(lex *lexer.PeekingLexer) Line {
	first := lex.Peek().Pos
	l := Line{Kind: LineBlank, number: int32(first.Line), start: int32(first.Offset), end: int32(first.Offset)}
	l.lineStart = l.start - int32(first.Column-1)
	for !lex.Peek().EOF() {
		if lex.Peek().Type == tokenRest && l.end > l.start {
			return l // the NUL ends a line that LXC has read; what follows is another
		}
		t := lex.Next()
		if t.Type == tokenEOL {
			return l
		}
		from := int32(t.Pos.Offset)
		l.end = from + int32(len(t.Value))
		switch t.Type {
		case tokenComment:
			l.Kind = LineComment
		case tokenRest:
			l.Kind = LineRest
		case tokenText:
			l.Kind = LineIgnored
			if strings.HasPrefix(t.Value, settingPrefix) {
				l.Kind = LineBad
			}
		case tokenKey:
			l.Kind = LineAssign
			l.key = span{from, l.end}
		case tokenEquals:
			l.value = span{l.end, l.end}
		case tokenValue:
			l.value = span{from, l.end}
		case tokenQuoted:
			l.Quote = t.Value[0]
			l.value = span{from + 1, l.end - 1}
		}
	}
	return l
}
