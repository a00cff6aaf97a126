package grammar

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// The tokens of the plain grammar: every part of a line is one.
const (
	oracleEOF     = lexer.EOF
	oracleSpace   = lexer.TokenType(-iota - 2) // blanks at the start or end of a line
	oracleComment                              // from # to the end of the line
	oracleKey                                  // from "lxc." to the equals sign, without trailing blanks
	oracleEquals                               // the first equals sign with the blanks around it
	oracleValue                                // what follows, without trailing blanks
	oracleQuoted                               // the same in a pair of quotes
	oracleText                                 // a line LXC does not take for a setting
	oracleEOL                                  // LF, CR or CR LF
	oracleRest                                 // a NUL byte and all that follows
)

// oracleLexer is a lexer.Definition that works on bytes: LXC knows no encoding.
type oracleLexer struct{ dialect Dialect }

var oracleSymbols = map[string]lexer.TokenType{
	"EOF": oracleEOF, "Space": oracleSpace, "Comment": oracleComment, "Key": oracleKey,
	"Equals": oracleEquals, "Value": oracleValue, "Quoted": oracleQuoted, "Text": oracleText, "EOL": oracleEOL, "Rest": oracleRest,
}

// Symbols is part of lexer.Definition.
func (oracleLexer) Symbols() map[string]lexer.TokenType { return oracleSymbols }

// Lex is part of lexer.Definition.
func (l oracleLexer) Lex(filename string, r io.Reader) (lexer.Lexer, error) {
	var text strings.Builder
	if _, err := io.Copy(&text, r); err != nil {
		return nil, fmt.Errorf("read %q: %w", filename, err)
	}
	return l.LexString(filename, text.String())
}

// LexString is the form participle prefers: tokens are parts of the one string.
func (l oracleLexer) LexString(filename, text string) (lexer.Lexer, error) {
	return &oracleLines{dialect: l.dialect, text: text, pos: lexer.Position{Filename: filename, Line: 1, Column: 1}}, nil
}

// oracleLines is the lexer at work.
type oracleLines struct {
	dialect Dialect
	text    string
	pos     lexer.Position
	state   oracleState
}

// oracleState is where in a line the lexer stands.
type oracleState uint8

const (
	atLineStart oracleState = iota // before anything of a line
	atContent                      // after leading blanks
	atEquals                       // after a key
	atValue                        // after the equals sign
	atEnd                          // after the content
)

// Next is part of lexer.Lexer. It never fails.
func (l *oracleLines) Next() (lexer.Token, error) {
	for {
		rest := l.text[l.pos.Offset:]
		if rest == "" {
			return lexer.Token{Type: oracleEOF, Pos: l.pos}, nil
		}
		switch c := rest[0]; {
		case c == 0:
			return l.take(oracleRest, len(rest)), nil
		case c == '\n':
			return l.endLine(1), nil
		case c == '\r' && l.dialect != LXC1:
			n := 1
			if len(rest) > 1 && rest[1] == '\n' {
				n = 2
			}
			return l.endLine(n), nil
		}
		line := rest
		if n := strings.IndexAny(rest, l.lineEnds()); n >= 0 {
			line = rest[:n]
		}
		switch l.state {
		case atLineStart:
			l.state = atContent
			if n := leadingBlanks(line); n > 0 {
				return l.take(oracleSpace, n), nil
			}
		case atContent:
			return l.content(line), nil
		case atEquals:
			l.state = atValue
			n := leadingBlanks(line) + 1
			return l.take(oracleEquals, n+leadingBlanks(line[n:])), nil
		case atValue:
			l.state = atEnd
			if value := trimBlanks(line); value != "" {
				if l.dialect.quotes() && isQuoted(value) {
					return l.take(oracleQuoted, len(value)), nil
				}
				return l.take(oracleValue, len(value)), nil
			}
		case atEnd:
			return l.take(oracleSpace, len(line)), nil
		}
	}
}

// lineEnds are the bytes that end a line, or all reading.
func (l *oracleLines) lineEnds() string {
	if l.dialect == LXC1 {
		return "\n\x00"
	}
	return "\n\r\x00"
}

// content is the first token of a line that is not a blank.
func (l *oracleLines) content(line string) lexer.Token {
	l.state = atEnd
	switch {
	case line[0] == '#':
		return l.take(oracleComment, len(line))
	case strings.HasPrefix(line, settingPrefix):
		if n := strings.IndexByte(line, '='); n >= 0 {
			l.state = atEquals
			return l.take(oracleKey, len(trimBlanks(line[:n])))
		}
	}
	return l.take(oracleText, len(line))
}

func (l *oracleLines) take(t lexer.TokenType, n int) lexer.Token {
	token := lexer.Token{Type: t, Value: l.text[l.pos.Offset : l.pos.Offset+n], Pos: l.pos}
	l.pos.Offset += n
	l.pos.Column += n
	return token
}

// endLine takes a line's end. A lone CR ends a line for LXC but not for editors,
// so only LF starts the next line number.
func (l *oracleLines) endLine(n int) lexer.Token {
	token := l.take(oracleEOL, n)
	l.state = atLineStart
	if token.Value[n-1] == '\n' {
		l.pos.Line++
		l.pos.Column = 1
	}
	return token
}
