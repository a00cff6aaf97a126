package grammar

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The tokens of values: words, blanks and separators. A separator is a token of
// its own type, its character.
const (
	tokenWord  = lexer.TokenType(-iota - 20)
	tokenBlank // one or more blanks
)

// valueLexer splits a value into words at blanks and at the separators given.
type valueLexer struct {
	blanks     string
	separators string
	symbols    map[string]lexer.TokenType // participle asks for them at each value
}

func newValueLexer(blanks, separators string) valueLexer {
	v := valueLexer{blanks, separators, map[string]lexer.TokenType{"EOF": lexer.EOF, "Word": tokenWord, "Blank": tokenBlank}}
	for _, c := range separators {
		v.symbols["'"+string(c)+"'"] = lexer.TokenType(c)
	}
	return v
}

// Symbols is part of lexer.Definition.
func (v valueLexer) Symbols() map[string]lexer.TokenType { return v.symbols }

// Lex is part of lexer.Definition.
func (v valueLexer) Lex(filename string, r io.Reader) (lexer.Lexer, error) {
	var text strings.Builder
	if _, err := io.Copy(&text, r); err != nil {
		return nil, fmt.Errorf("read %q: %w", filename, err)
	}
	return v.LexString(filename, text.String())
}

// LexString is the form participle prefers.
func (v valueLexer) LexString(_ string, text string) (lexer.Lexer, error) {
	return &words{valueLexer: v, text: text}, nil
}

type words struct {
	valueLexer
	text string
	at   int
}

// Next is part of lexer.Lexer. It never fails.
func (w *words) Next() (lexer.Token, error) {
	pos := lexer.Position{Offset: w.at, Line: 1, Column: w.at + 1}
	rest := w.text[w.at:]
	if rest == "" {
		return lexer.Token{Type: lexer.EOF, Pos: pos}, nil
	}
	kind, n := tokenWord, strings.IndexAny(rest, w.blanks+w.separators)
	switch {
	case n < 0:
		n = len(rest)
	case n > 0:
	case strings.IndexByte(w.separators, rest[0]) >= 0:
		kind, n = lexer.TokenType(rest[0]), 1
	default:
		kind = tokenBlank
		for n < len(rest) && strings.IndexByte(w.blanks, rest[n]) >= 0 {
			n++
		}
	}
	w.at += n
	return lexer.Token{Type: kind, Value: rest[:n], Pos: pos}, nil
}

// word is a word of a value with its place. It takes its token by hand: words are
// what all value grammars consist of.
type word struct {
	text   string
	offset int
}

// Parse is part of participle.Parseable.
func (w *word) Parse(lex *lexer.PeekingLexer) error {
	t := lex.Peek()
	if t.Type != tokenWord {
		return participle.NextMatch
	}
	w.text, w.offset = t.Value, t.Pos.Offset
	lex.Next()
	return nil
}

// gap is the blanks between two words, for the languages that count them.
type gap struct{ offset, length int }

// Parse is part of participle.Parseable.
func (g *gap) Parse(lex *lexer.PeekingLexer) error {
	t := lex.Peek()
	if t.Type != tokenBlank {
		return participle.NextMatch
	}
	g.offset, g.length = t.Pos.Offset, len(t.Value)
	lex.Next()
	return nil
}

// in gives the word as a text, with its place in the file.
func (w word) in(t Text) Text { return t.Sub(w.offset, w.offset+len(w.text)) }

// Fields splits a value at blanks and tabs.
func Fields(t Text) []Text {
	var out []Text
	for from, to := nextField(t.String, 0); from < to; from, to = nextField(t.String, to) {
		out = append(out, t.Sub(from, to))
	}
	return out
}

// nextField finds the first word at an offset or behind it: from and to are equal
// when there is none.
func nextField(s string, at int) (from, to int) {
	from = at + leadingBlanks(s[at:])
	for to = from; to < len(s) && s[to] != ' ' && s[to] != '\t'; to++ {
	}
	return from, to
}
