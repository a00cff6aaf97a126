package grammar

import "strings"

// settingPrefix is what LXC recognises a setting by.
const settingPrefix = "lxc."

// parts are the parts of a line, as offsets into it.
type parts struct {
	kind  LineKind
	quote byte // around the value
	key   span
	value span
}

type span struct{ from, to int }

// parts takes a line apart:
//
//	Line = Blanks? (Key Blanks? "=" Blanks? Value? | "#" … | …) Blanks?
//
// It is written by hand because every line of every file comes through here;
// FuzzParse holds it against the grammar that participle derives from struct tags.
func (d Dialect) parts(line string) parts {
	if d == PVE {
		return proxmoxParts(line)
	}
	start := leadingBlanks(line)
	content := line[start:]
	switch {
	case content == "":
		return parts{kind: LineBlank}
	case content[0] == '#':
		return parts{kind: LineComment}
	case !strings.HasPrefix(content, settingPrefix):
		return parts{kind: LineIgnored}
	}
	equals := strings.IndexByte(content, '=')
	if equals < 0 {
		return parts{kind: LineBad}
	}
	p := parts{kind: LineAssign, key: span{start, start + len(trimBlanks(content[:equals]))}}
	behind := start + equals + 1
	behind += leadingBlanks(line[behind:])
	value := trimBlanks(line[behind:])
	p.value = span{behind, behind + len(value)}
	if d.quotes() && isQuoted(value) {
		p.quote = value[0]
		p.value = span{behind + 1, behind + len(value) - 1}
	}
	return p
}

// isQuoted reports whether a value stands in quotes, as LXC sees it: the first and
// the last byte are the same kind of quote and not the same byte.
func isQuoted(value string) bool {
	if len(value) < 2 || value[0] != '"' && value[0] != '\'' {
		return false
	}
	return value[len(value)-1] == value[0]
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
