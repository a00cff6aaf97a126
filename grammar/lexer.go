package grammar

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// The tokens of a file are its lines, without what ends them: a token costs
// participle more than reading a line does. A line's parts are found in its text
// when they are asked for, see parts.
const (
	tokenEOF   = lexer.EOF
	tokenLine  = lexer.TokenType(-iota - 2) // a line with anything in it
	tokenEmpty                              // the ends of empty lines, one after the other
)

// lineLexer is a lexer.Definition that works on bytes: LXC knows no encoding.
type lineLexer struct{ dialect Dialect }

// Symbols is part of lexer.Definition.
func (lineLexer) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{"EOF": tokenEOF, "Line": tokenLine, "Empty": tokenEmpty}
}

// Lex is part of lexer.Definition.
func (l lineLexer) Lex(filename string, r io.Reader) (lexer.Lexer, error) {
	var text strings.Builder
	if _, err := io.Copy(&text, r); err != nil {
		return nil, fmt.Errorf("read %q: %w", filename, err)
	}
	return newLines(l.dialect, text.String(), lexer.Position{Filename: filename, Line: 1, Column: 1}), nil
}

// lines is the lexer at work.
type lines struct {
	dialect Dialect
	text    string
	pos     lexer.Position
	nextLF  int // offset of the first LF from pos on, where the text ends if there is none
}

func newLines(dialect Dialect, text string, pos lexer.Position) *lines {
	return &lines{dialect: dialect, text: text, pos: pos, nextLF: pos.Offset - 1}
}

// Next is part of lexer.Lexer. It never fails.
func (l *lines) Next() (lexer.Token, error) {
	token := lexer.Token{Type: tokenLine, Pos: l.pos}
	if l.pos.Offset == len(l.text) {
		token.Type = tokenEOF
		return token, nil
	}
	end := l.lineEnd()
	if end > l.pos.Offset {
		l.advance(end)
		l.endLine()
	} else {
		token.Type = tokenEmpty
		for l.endLine() {
		}
		end = l.pos.Offset
	}
	token.Value = l.text[token.Pos.Offset:end]
	return token, nil
}

// lineEnd is the offset of what ends the line: an LF, a CR where the dialect takes
// one for it, or the end of the text.
func (l *lines) lineEnd() int {
	from := l.pos.Offset
	if l.nextLF < from {
		l.nextLF = len(l.text)
		if n := strings.IndexByte(l.text[from:], '\n'); n >= 0 {
			l.nextLF = from + n
		}
	}
	if l.dialect.endsAtCR() {
		if n := strings.IndexByte(l.text[from:l.nextLF], '\r'); n >= 0 {
			return from + n
		}
	}
	return l.nextLF
}

// endLine steps over one end of line and reports whether there was one. A lone CR
// ends a line for LXC but not for editors, so only an LF starts a line number.
func (l *lines) endLine() bool {
	n := l.dialect.terminator(l.text[l.pos.Offset:])
	if n == 0 {
		return false
	}
	l.advance(l.pos.Offset + n)
	if l.text[l.pos.Offset-1] == '\n' {
		l.pos.Line++
		l.pos.Column = 1
	}
	return true
}

func (l *lines) advance(to int) {
	l.pos.Column += to - l.pos.Offset
	l.pos.Offset = to
}
