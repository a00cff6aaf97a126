package grammar

import (
	"iter"
	"strings"

	"lxcfg/grammar/source"
)

// SystemLine is one line of LXC's system configuration (lxc.system.conf(5)),
// /etc/lxc/lxc.conf. It has rules of its own: LXC looks for one key at a time, and
// the first line that sets it counts, though it is empty.
type SystemLine struct {
	Content Text
	Key     Text // empty for a line that sets nothing
	Value   Text // to the end of the line, blanks, quotes and CR included
	Comment bool // starts with # in the first column; anywhere else # is text
}

// ParseSystem reads a system configuration. It is written by hand, without a
// grammar behind it, because every launch asks it where the containers are.
func ParseSystem(f source.File) iter.Seq[SystemLine] {
	return func(yield func(SystemLine) bool) {
		number, start := 1, 0
		for start < len(f.Text) {
			end := len(f.Text)
			if n := strings.IndexByte(f.Text[start:], '\n'); n >= 0 {
				end = start + n
			}
			content := Text{String: f.Text[start:end], Range: source.Range{
				File:  f.Name,
				Start: source.Pos{Offset: start, Line: number, Column: 1},
				End:   source.Pos{Offset: end, Line: number, Column: end - start + 1},
			}}
			if !yield(parseSystemLine(content, end < len(f.Text))) {
				return
			}
			number++
			start = end + 1
		}
	}
}

// parseSystemLine takes one line apart. Without a line feed behind it an empty
// value is none.
func parseSystemLine(content Text, ended bool) SystemLine {
	l := SystemLine{Content: content, Comment: strings.HasPrefix(content.String, "#")}
	text := content.String
	if n := strings.IndexByte(text, 0); n >= 0 {
		text, ended = text[:n], false // LXC handles the line as a C string
	}
	equals := strings.IndexByte(text, '=')
	if l.Comment || equals < 0 {
		return l
	}
	from := leadingBlanks(text)
	key := content.Sub(from, max(from, len(trimBlanks(text[:equals]))))
	value := equals + 1 + leadingBlanks(text[equals+1:])
	if value == len(text) && !ended {
		return l
	}
	l.Key, l.Value = key, content.Sub(value, len(text))
	return l
}
