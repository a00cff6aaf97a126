package grammar

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// The tokens of a file.
const (
	tokenEOF     = lexer.EOF
	tokenSpace   = lexer.TokenType(-iota - 2) // blanks at the start or end of a line
	tokenComment                              // from # to the end of the line
	tokenKey                                  // from "lxc." to the equals sign, without trailing blanks
	tokenEquals                               // the first equals sign with the blanks around it
	tokenValue                                // what follows, without trailing blanks
	tokenQuoted                               // the same in a pair of quotes
	tokenText                                 // a line LXC does not take for a setting
	tokenEOL                                  // LF, CR or CR LF
	tokenRest                                 // a NUL byte and all that follows
)

// lineLexer is a lexer.Definition that works on bytes: LXC knows no encoding.
type lineLexer struct{ dialect Dialect }

var symbols = map[string]lexer.TokenType{
	"EOF": tokenEOF, "Space": tokenSpace, "Comment": tokenComment, "Key": tokenKey,
	"Equals": tokenEquals, "Value": tokenValue, "Quoted": tokenQuoted, "Text": tokenText, "EOL": tokenEOL, "Rest": tokenRest,
}

// Symbols is part of lexer.Definition.
func (lineLexer) Symbols() map[string]lexer.TokenType { return symbols }

// Lex is part of lexer.Definition.
func (l lineLexer) Lex(filename string, r io.Reader) (lexer.Lexer, error) {
	var text strings.Builder
	if _, err := io.Copy(&text, r); err != nil {
		return nil, fmt.Errorf("read %q: %w", filename, err)
	}
	return l.LexString(filename, text.String())
}

// LexString is the form participle prefers: tokens are parts of the one string.
func (l lineLexer) LexString(filename, text string) (lexer.Lexer, error) {
	return &lines{dialect: l.dialect, text: text, pos: lexer.Position{Filename: filename, Line: 1, Column: 1}}, nil
}

// lines is the lexer at work.
type lines struct {
	dialect Dialect
	text    string
	pos     lexer.Position
	state   lexState
}

// lexState is where in a line the lexer stands.
type lexState uint8

const (
	atLineStart lexState = iota // before anything of a line
	atContent                   // after leading blanks
	atEquals                    // after a key
	atValue                     // after the equals sign
	atEnd                       // after the content
)

// Next is part of lexer.Lexer. It never fails.
func (l *lines) Next() (lexer.Token, error) {
	for {
		rest := l.text[l.pos.Offset:]
		if rest == "" {
			return lexer.Token{Type: tokenEOF, Pos: l.pos}, nil
		}
		switch c := rest[0]; {
		case c == 0:
			return l.take(tokenRest, len(rest)), nil
		case c == '\n':
			return l.endLine(1), nil
		case c == '\r' && l.dialect != LXC1:
			n := 1
			if len(rest) > 1 && rest[1] == '\n' {
				n = 2
			}
			return l.endLine(n), nil
		}
		line := rest[:l.dialect.lineLength(rest)]
		switch l.state {
		case atLineStart:
			l.state = atContent
			if n := leadingBlanks(line); n > 0 {
				return l.take(tokenSpace, n), nil
			}
		case atContent:
			return l.content(line), nil
		case atEquals:
			l.state = atValue
			n := leadingBlanks(line) + 1
			return l.take(tokenEquals, n+leadingBlanks(line[n:])), nil
		case atValue:
			l.state = atEnd
			if value := trimBlanks(line); value != "" {
				if l.dialect.quotes() && isQuoted(value) {
					return l.take(tokenQuoted, len(value)), nil
				}
				return l.take(tokenValue, len(value)), nil
			}
		case atEnd:
			return l.take(tokenSpace, len(line)), nil
		}
	}
}

// content is the first token of a line that is not a blank.
func (l *lines) content(line string) lexer.Token {
	l.state = atEnd
	switch {
	case line[0] == '#':
		return l.take(tokenComment, len(line))
	case strings.HasPrefix(line, settingPrefix):
		if n := strings.IndexByte(line, '='); n >= 0 {
			l.state = atEquals
			return l.take(tokenKey, len(trimBlanks(line[:n])))
		}
	}
	return l.take(tokenText, len(line))
}

// settingPrefix is what LXC recognises a setting by.
const settingPrefix = "lxc."

func (l *lines) take(t lexer.TokenType, n int) lexer.Token {
	token := lexer.Token{Type: t, Value: l.text[l.pos.Offset : l.pos.Offset+n], Pos: l.pos}
	l.pos.Offset += n
	l.pos.Column += n
	return token
}

// endLine takes a line's end. A lone CR ends a line for LXC but not for editors,
// so only LF starts the next line number.
func (l *lines) endLine(n int) lexer.Token {
	token := l.take(tokenEOL, n)
	l.state = atLineStart
	if token.Value[n-1] == '\n' {
		l.pos.Line++
		l.pos.Column = 1
	}
	return token
}

// isQuoted reports whether a value stands in quotes, as LXC sees it: the first and
// the last byte are the same kind of quote and not the same byte.
func isQuoted(value string) bool {
	q := value[0]
	return (q == '"' || q == '\'') && len(value) > 1 && value[len(value)-1] == q
}

// leadingBlanks counts the blanks LXC skips before a key and a value.
func leadingBlanks(s string) int {
	n := 0
	for n < len(s) && (s[n] == ' ' || s[n] == '\t') {
		n++
	}
	return n
}

// trimBlanks cuts the blanks LXC cuts behind a key and a value.
func trimBlanks(s string) string {
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}
