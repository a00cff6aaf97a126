//go:build linux

package remains

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Thing is something on the host that is to be taken back.
type Thing struct {
	Kind  Kind
	Words []string // which one: what its kind needs to take it back
}

// withdrawn begins the line of a thing that was not made after all.
const withdrawn = "-"

// appendLine writes a thing as a line of quoted words.
func appendLine(line []byte, t Thing, marks ...string) []byte {
	for i, word := range slices.Concat(marks, []string{string(t.Kind)}, t.Words) {
		if i > 0 {
			line = append(line, ' ')
		}
		line = strconv.AppendQuote(line, word)
	}
	return append(line, '\n')
}

// parseLine reads the words of a line.
func parseLine(line string) (words []string, err error) {
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimLeft(line, " ") {
		quoted, err := strconv.QuotedPrefix(line)
		if err != nil {
			return nil, fmt.Errorf("the line %q is not one of lxcfg's", line)
		}
		word, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, err
		}
		words = append(words, word)
		line = line[len(quoted):]
	}
	return words, nil
}

// parse reads a list: whose it is, and the things in it, the last first. A launcher can
// be killed in the middle of a line, which then says nothing: the thing was not made yet.
func parse(text string) (owner []string, things []Thing, err error) {
	text = text[:strings.LastIndexByte(text, '\n')+1]
	for line := range strings.Lines(text) {
		words, err := parseLine(line)
		switch {
		case err != nil:
			return nil, nil, err
		case len(words) == 0:
		case owner == nil:
			owner = words
		case words[0] == withdrawn && len(words) > 1:
			gone := Thing{Kind(words[1]), words[2:]}
			things = slices.DeleteFunc(things, func(t Thing) bool { return t.Kind == gone.Kind && slices.Equal(t.Words, gone.Words) })
		default:
			t := Thing{Kind(words[0]), words[1:]}
			if !t.known() {
				return nil, nil, fmt.Errorf("this lxcfg does not know what %q is", line)
			}
			things = append(things, t)
		}
	}
	slices.Reverse(things)
	return owner, things, nil
}
