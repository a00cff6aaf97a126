package seccomp

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"lxcfg/grammar/source"
)

// splitLines cuts a file into lines at LF, and each line at a NUL byte: LXC handles
// lines as C strings. A CR stays: LXC does not know it.
func splitLines(f source.File) []Text {
	var lines []Text
	offset := 0
	for line := range strings.Lines(f.Text) {
		text, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\x00")
		n := len(lines) + 1
		lines = append(lines, Text{text, source.Range{
			File:  f.Name,
			Start: source.Pos{Offset: offset, Line: n, Column: 1},
			End:   source.Pos{Offset: offset + len(text), Line: n, Column: len(text) + 1},
		}})
		offset += len(line)
	}
	if lines == nil {
		start := source.Pos{Line: 1, Column: 1}
		lines = []Text{{Range: source.Range{File: f.Name, Start: start, End: start}}}
	}
	return lines
}

// lineAt is the line that an offset of the file is in, the last one for its end.
func lineAt(lines []Text, offset int) Text {
	at := lines[0]
	for _, l := range lines {
		if l.Range.Start.Offset <= offset {
			at = l
		}
	}
	return at
}

// sub is the part of a text from byte i to byte j.
func (t Text) sub(i, j int) Text { return Text{t.String[i:j], t.Range.Sub(i, j)} }

// trimLeft cuts the blanks LXC skips before an action: no tabs.
func (t Text) trimLeft() Text {
	n := len(t.String) - len(strings.TrimLeft(t.String, " "))
	return t.sub(n, len(t.String))
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
