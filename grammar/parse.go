package grammar

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"lxcfg/grammar/late"
	"lxcfg/grammar/source"
)

// lineParser is built at the first parse: a launch from a plan file needs none.
var lineParser = late.Value[*participle.Parser[lineList]]{Make: func() *participle.Parser[lineList] {
	return participle.MustBuild[lineList](participle.Lexer(lineLexer{}))
}}

// lineList is some lines of a file: the root of the grammar. Its Parse method is
// written by hand because every line of every file comes through it; FuzzParse
// holds it against the grammar that participle derives from struct tags.
type lineList struct{ lines []Line }

// chunkLines is how many lines are parsed at a time. A token is larger than most
// lines, so a long file is not held in tokens as a whole.
const chunkLines = 4096

// maxFile is the size of file LXC reads, in bytes; positions have as many bits.
const maxFile = 1<<31 - 1

// Parse reads a file. It cannot fail: what is no setting is a line of another
// kind, and Findings says what is wrong with it.
func Parse(f source.File) *Document { return ParseAs(f, LXC) }

// ParseAs reads a file of a dialect.
func ParseAs(f source.File, dialect Dialect) *Document {
	d := &Document{File: f, Dialect: dialect}
	lex := newLineReader(dialect, f.Text[:min(len(f.Text), maxFile)])
	for !lex.done() {
		lex.left = chunkLines
		tokens, err := lexer.Upgrade(lex)
		if err != nil {
			return d // cannot happen: the lexer has no error
		}
		list, err := lineParser.Get().ParseFromLexer(tokens)
		if err != nil {
			return d // cannot happen: the grammar has no error
		}
		d.blocks = append(d.blocks, list.lines)
	}
	return d
}

// Parse is part of participle.Parseable.
func (l *lineList) Parse(tokens *lexer.PeekingLexer) error {
	for {
		t := tokens.Next()
		if t.EOF() {
			return nil
		}
		line := Line{
			Kind: kindOf(t.Type), Quote: quoteOf(t.Type),
			number: int32(t.Pos.Line), start: int32(t.Pos.Offset), end: int32(t.Pos.Offset + len(t.Value)),
		}
		line.lineStart = line.start - int32(t.Pos.Column-1)
		l.lines = append(l.lines, line)
	}
}
