package seccomp

import (
	"fmt"
	"strings"

	"lxcfg/grammar/source"
)

// LineKind is what LXC takes a line for.
type LineKind uint8

// The kinds of lines.
const (
	LineUnknown LineKind = iota // nothing: LXC refuses the policy there, or before
	LineBlank                   // an empty line, or one of blanks above the style
	LineComment                 // "# …"
	LineHead                    // the version, the style or both
	LineSection                 // "[x86]"
	LineRule                    // about a system call
)

// String names the kind.
func (k LineKind) String() string {
	switch k {
	case LineUnknown:
		return "unknown"
	case LineBlank:
		return "blank"
	case LineComment:
		return "comment"
	case LineHead:
		return "head"
	case LineSection:
		return "section"
	case LineRule:
		return "rule"
	}
	return fmt.Sprintf("LineKind(%d)", uint8(k))
}

// Line is one line of a policy file.
type Line struct {
	Kind LineKind
	Text Text   // what LXC reads of it
	end  string // what LXC does not: the LF, and all from a NUL byte on
}

// String gives the policy file back, byte for byte.
func (p *Policy) String() string {
	var text strings.Builder
	for i := range p.Lines {
		text.WriteString(p.Lines[i].Text.String)
		text.WriteString(p.Lines[i].end)
	}
	return text.String()
}

// splitLines cuts a file into lines at LF, and each line at a NUL byte: LXC handles
// lines as C strings. A CR stays: LXC does not know it. There is always a line.
func splitLines(f source.File) []Line {
	var lines []Line
	offset := 0
	for line := range strings.Lines(f.Text) {
		text, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\x00")
		n := len(lines) + 1
		lines = append(lines, Line{
			Text: Text{text, source.Range{
				File:  f.Name,
				Start: source.Pos{Offset: offset, Line: n, Column: 1},
				End:   source.Pos{Offset: offset + len(text), Line: n, Column: len(text) + 1},
			}},
			end: line[len(text):],
		})
		offset += len(line)
	}
	if lines == nil {
		start := source.Pos{Line: 1, Column: 1}
		lines = []Line{{Text: Text{Range: source.Range{File: f.Name, Start: start, End: start}}}}
	}
	return lines
}

// lineAt is the index of the line that an offset of the file is in, of the last one
// for its end.
func lineAt(lines []Line, offset int) int {
	at := 0
	for at+1 < len(lines) && lines[at+1].Text.Range.Start.Offset <= offset {
		at++
	}
	return at
}
