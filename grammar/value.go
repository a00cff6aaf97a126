package grammar

import (
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/participle/v2"

	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// Language is one kind of value: how it is written, read and printed. It is what
// a configuration key says of its values.
type Language[T any] struct {
	Name   string // for documentation, "signal"
	Syntax string // its grammar in short, for documentation
	Parse  func(Text) (T, *ValueError)
	Format func(T) string // in LXC's canonical spelling
}

// ValueError says what is wrong with a value, and where in it.
type ValueError struct {
	Range   source.Range
	Summary string // lower case, no full stop, quotes the text at fault
	Detail  string // sentences: what to write instead
	Code    string // the language at fault, where it is not the key's own, or a code with its group
	AtStart bool   // LXC takes the text when it loads the file and fails when it starts the container
	Ignored bool   // LXC takes the text for nothing, without a word, and keeps what it had
	Kept    bool   // LXC keeps the value, and makes of it at the start what the Summary says
	Hint    bool   // LXC keeps the value, if things are as they usually are
	Perhaps bool   // LXC keeps the value or refuses the file, by what the text does not say
	Related []diag.Related
	Fixes   []diag.Fix
}

// remark is the error of a value that LXC keeps and that means something else than
// it looks.
func remark(t Text, detail, format string, args ...any) *ValueError {
	err := invalid(t, detail, format, args...)
	err.Kept = true
	return err
}

// fails is the error of a value that LXC keeps and fails on at the start.
func fails(t Text, detail, format string, args ...any) *ValueError {
	err := remark(t, detail, format, args...)
	err.AtStart = true
	return err
}

// invalid makes the error of a value that is wrong as a whole.
func invalid(t Text, detail, format string, args ...any) *ValueError {
	return &ValueError{Range: t.Range, Summary: fmt.Sprintf(format, args...), Detail: detail}
}

// parseWith runs a participle grammar on a value. Its error is moved to where the
// value stands in the file.
func parseWith[G any](parser *participle.Parser[G], t Text, what, detail string) (*G, *ValueError) {
	g, err := parser.ParseString("", t.String)
	if err == nil {
		return g, nil
	}
	at := t.Range
	summary := fmt.Sprintf("%q is no %s", t.String, what)
	var syntax participle.Error
	if errors.As(err, &syntax) {
		offset := min(syntax.Position().Offset, len(t.String))
		end := offset + wordLength(t.String[offset:])
		if offset == len(t.String) {
			summary += ": something is missing at its end"
		} else {
			summary += fmt.Sprintf(": %q is not expected there", t.String[offset:end])
		}
		at = t.Range.Sub(offset, end)
	}
	return nil, &ValueError{Range: at, Summary: summary, Detail: detail}
}

// wordLength is the length of the word, the blanks or the separator at the start of
// a text.
func wordLength(s string) int {
	switch n := strings.IndexAny(s, " \t,:"); {
	case n < 0:
		return len(s)
	case n > 0:
		return n
	}
	return max(1, leadingBlanks(s))
}

// identity is the Format of languages whose values are text.
func identity(s string) string { return s }
