package grammar

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// The tokens of a file are its lines, without their ends: one for each kind of
// line, and for each kind of quotes around a value. Empty lines in a row are one
// token, with their ends.
const (
	tokenEmpty = lexer.TokenType(-iota - 2)
	tokenComment
	tokenAssign
	tokenSingleQuoted
	tokenDoubleQuoted
	tokenIgnored
	tokenBad
	tokenRest
	tokenOption
	tokenSection
)

// kindOf is the kind of line that a token is.
func kindOf(t lexer.TokenType) LineKind {
	switch t {
	case tokenEmpty:
		return LineBlank
	case tokenComment:
		return LineComment
	case tokenIgnored:
		return LineIgnored
	case tokenBad:
		return LineBad
	case tokenRest:
		return LineRest
	case tokenOption:
		return LineOption
	case tokenSection:
		return LineSection
	}
	return LineAssign
}

// quoteOf is the quote around the value, 0 for none.
func quoteOf(t lexer.TokenType) byte {
	switch t {
	case tokenSingleQuoted:
		return '\''
	case tokenDoubleQuoted:
		return '"'
	}
	return 0
}

// tokenOf is the token of a line.
func tokenOf(p parts) lexer.TokenType {
	switch {
	case p.kind == LineBlank:
		return tokenEmpty
	case p.kind == LineComment:
		return tokenComment
	case p.kind == LineIgnored:
		return tokenIgnored
	case p.kind == LineBad:
		return tokenBad
	case p.kind == LineOption:
		return tokenOption
	case p.kind == LineSection:
		return tokenSection
	case p.quote == '\'':
		return tokenSingleQuoted
	case p.quote == '"':
		return tokenDoubleQuoted
	}
	return tokenAssign
}

// lineLexer is a lexer.Definition that works on bytes: LXC knows no encoding.
type lineLexer struct{ dialect Dialect }

// Symbols is part of lexer.Definition.
func (lineLexer) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{
		"EOF": lexer.EOF, "Blank": tokenEmpty, "Comment": tokenComment, "Assign": tokenAssign, "SingleQuoted": tokenSingleQuoted,
		"DoubleQuoted": tokenDoubleQuoted, "Ignored": tokenIgnored, "Bad": tokenBad, "Rest": tokenRest,
		"Option": tokenOption, "Section": tokenSection,
	}
}

// Lex is part of lexer.Definition.
func (l lineLexer) Lex(filename string, r io.Reader) (lexer.Lexer, error) {
	var text strings.Builder
	if _, err := io.Copy(&text, r); err != nil {
		return nil, fmt.Errorf("read %q: %w", filename, err)
	}
	reader := newLineReader(l.dialect, text.String())
	reader.left = len(reader.whole) + 1
	return reader, nil
}

// lineReader is the lexer at work.
type lineReader struct {
	dialect   Dialect
	whole     string
	text      string // up to a NUL byte, which LXC takes for the end of the file
	at        int    // offset of the line to be read
	number    int    // its number
	lineStart int    // offset behind the last LF before it
	nextLF    int    // offset of an LF that was looked for, the text's length if there was none
	left      int    // how many tokens there may be before a pause
}

func newLineReader(dialect Dialect, text string) *lineReader {
	r := &lineReader{dialect: dialect, whole: text, text: text, number: 1, nextLF: -1}
	if nul := strings.IndexByte(text, 0); nul >= 0 {
		r.text = text[:nul]
	}
	return r
}

// done reports whether the whole text is read.
func (r *lineReader) done() bool { return r.at == len(r.whole) }

// Next is part of lexer.Lexer. It never fails.
func (r *lineReader) Next() (lexer.Token, error) {
	t := lexer.Token{Type: lexer.EOF, Pos: lexer.Position{Offset: r.at, Line: r.number, Column: r.at - r.lineStart + 1}}
	switch {
	case r.done() || r.left == 0:
	case r.at == len(r.text):
		t.Type, t.Value = tokenRest, r.whole[r.at:]
		r.at = len(r.whole)
	default:
		r.left--
		t.Type, t.Value = r.line()
	}
	return t, nil
}

// line reads a line with its end, or all empty lines up to the next other one.
func (r *lineReader) line() (lexer.TokenType, string) {
	start, end := r.at, r.lineEnd()
	if end == start {
		for r.endLine() {
		}
		return tokenEmpty, r.text[start:r.at]
	}
	line := r.text[start:end]
	r.at = end
	r.endLine()
	return tokenOf(r.dialect.parts(line)), line
}

// lineEnd is the offset of what ends the line: an LF, a CR where the dialect takes
// one for it, or the end of the text.
func (r *lineReader) lineEnd() int {
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
func (r *lineReader) endLine() bool {
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
