package seccomp

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"lxcfg/grammar/diag"
)

// sub is the part of a text from byte i to byte j.
func (t Text) sub(i, j int) Text { return Text{t.String[i:j], t.Range.Sub(i, j)} }

// replace is a fix that writes something else in the place of a text.
func (t Text) replace(title, text string, safe bool) []diag.Fix {
	return []diag.Fix{{Title: title, Safe: safe, Edits: []diag.Edit{{Range: t.Range, Text: text}}}}
}

// trimLeft cuts the blanks LXC skips before an action: no tabs.
func (t Text) trimLeft() Text {
	n := len(t.String) - len(strings.TrimLeft(t.String, " "))
	return t.sub(n, len(t.String))
}

// word is the start of a text up to a blank or a condition.
func (t Text) word() Text {
	if n := strings.IndexAny(t.String, " ["); n >= 0 {
		return t.sub(0, n)
	}
	return t
}

// skipBlanks is the offset of the first byte that scanf(3) does not pass over.
func skipBlanks(s string, from int) int {
	for from < len(s) && strings.IndexByte(" \t\n\v\f\r", s[from]) >= 0 {
		from++
	}
	return from
}

// numberLength is how much scanf(3) takes for a number with %d.
func numberLength(s string) int {
	n := 0
	if s != "" && (s[0] == '+' || s[0] == '-') {
		n = 1
	}
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// scanNumber is the int that scanf(3) makes of a number with %d: a long, cut.
func scanNumber(s string) (int32, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		if n > 0 {
			n = math.MaxInt64
		}
		return int32(n), true
	}
	return int32(n), err == nil
}
