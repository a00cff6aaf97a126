package diag

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"lxcfg/grammar/source"
)

// tabStop is the distance of tab stops in a shown line. It is small, because an
// indented line has to fit beside its number.
const tabStop = 4

// ellipsis stands for the part of a line that is left out.
const ellipsis = "…"

// excerpt gives the line that a range starts in and a line of marks to print
// below it. Of a line wider than the given columns it gives the part around the
// start of the range. Only so much of the text is looked at, however long the
// line is.
func excerpt(text string, r source.Range, mark byte, width int) (line, marks string) {
	start := r.Start.Offset
	end := min(max(r.End.Offset, start), len(text))
	// A cell is at least a byte of text except where bytes combine, so this many
	// bytes on either side fill the width.
	reach := utf8.UTFMax * width
	from := max(0, start-reach)
	from += strings.LastIndexByte(text[from:start], '\n') + 1
	for from > 0 && from < start && !utf8.RuneStart(text[from]) {
		from++
	}
	to := min(len(text), start+reach)
	if n := strings.IndexByte(text[start:to], '\n'); n >= 0 {
		to = start + n
		if to > start && text[to-1] == '\r' && to > end {
			to-- // half of a CR LF, unless the finding is about it
		}
	}

	cutLeft := from > 0 && text[from-1] != '\n'
	cutRight := to < len(text) && text[to] != '\n' && text[to] != '\r'
	before := cellsOf(text[from:start], 0)
	marked := cellsOf(text[start:max(start, min(end, to))], before.width)
	after := cellsOf(text[max(start, min(end, to)):to], before.width+marked.width)

	// The marked part gets the room it needs, but leaves a third to what precedes
	// it, which shows where one is.
	if room := max(width/3, width-marked.width-min(after.width, width/4)); before.width > room || cutLeft {
		before = before.last(room - 1)
		before.text = ellipsis + before.text
		before.width++
	}
	if room := width - before.width; marked.width > room {
		marked = marked.first(room - 1)
		after = cells{text: ellipsis, width: 1}
	} else if after.width > room-marked.width || cutRight {
		after = after.first(room - marked.width - 1)
		after.text += ellipsis
	}
	return strings.TrimRight(before.text+marked.text+after.text, " "),
		strings.Repeat(" ", before.width) + strings.Repeat(string(mark), max(1, marked.width))
}

// cells is text as a terminal shows it, and how many columns it takes.
type cells struct {
	text  string
	width int
}

// cellsOf makes bytes visible. The column is where they start, for the tabs.
func cellsOf(s string, column int) cells {
	var b strings.Builder
	width := 0
	for len(s) > 0 {
		n := 1
		if s[0] == '\t' {
			stop := tabStop - (column+width)%tabStop
			b.WriteString("        "[:stop])
			width += stop
		} else {
			var shown string
			shown, n = visibleRune(s)
			b.WriteString(shown)
			width += TextWidth(shown)
		}
		s = s[n:]
	}
	return cells{b.String(), width}
}

// first keeps at most so many columns from the start.
func (c cells) first(width int) cells {
	kept := cells{}
	for i, r := range c.text {
		if kept.width+runeWidth(r) > width {
			break
		}
		kept.width += runeWidth(r)
		kept.text = c.text[:i+utf8.RuneLen(r)]
	}
	return kept
}

// last keeps at most so many columns from the end.
func (c cells) last(width int) cells {
	kept := c
	for kept.width > width {
		r, n := utf8.DecodeRuneInString(kept.text)
		kept.text = kept.text[n:]
		kept.width -= runeWidth(r)
	}
	return kept
}

// Visible escapes what does not print: control characters, which could steer the
// terminal, characters that turn the direction of writing, and bytes that are no
// UTF-8.
func Visible(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] >= ' ' && s[i] < 0x7f
	}
	if plain {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		shown, n := visibleRune(s)
		b.WriteString(shown)
		s = s[n:]
	}
	return b.String()
}

// VisibleLines makes a text of several lines visible and keeps its line ends.
func VisibleLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = Visible(lines[i])
	}
	return strings.Join(lines, "\n")
}

// visibleRune gives the first character of a text as it is shown, and its size.
func visibleRune(s string) (shown string, size int) {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && size == 1, r < ' ', r == 0x7f:
		return fmt.Sprintf(`\x%02x`, s[0]), size
	case !strconv.IsPrint(r):
		quoted := strconv.QuoteRuneToASCII(r)
		return quoted[1 : len(quoted)-1], size
	}
	return s[:size], size
}

// TextWidth is the number of columns a visible text takes.
func TextWidth(s string) int {
	width := 0
	for _, r := range s {
		width += runeWidth(r)
	}
	return width
}

// runeWidth is the number of columns a character takes: none for the common
// combining marks, two for East Asian scripts and pictures (Unicode TR 11), else one.
func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case r <= 0x36f, r >= 0x20d0 && r <= 0x20ff, r >= 0xfe00 && r <= 0xfe0f:
		return 0
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3,
		r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60,
		r >= 0xffe0 && r <= 0xffe6, r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}
