package grammar

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2"

	"lxcfg/grammar/late"
)

// DeviceRule is a value of devices.allow and devices.deny: a device by its type and
// numbers, or by its node, whose type and numbers LXC looks up. Major and Minor are
// -1 for any.
type DeviceRule struct {
	Path   string // of a node, empty for a rule by numbers
	Type   byte   // 'a', 'b' or 'c'
	Major  int64
	Minor  int64
	Access string // of the letters r, w and m
}

// deviceGrammar is a rule by numbers as written: "c 1:3 rwm", or "a".
type deviceGrammar struct {
	Type   word     `parser:"@@"`
	Gap    *gap     `parser:"( @@"`
	Major  *word    `parser:"  @@"`
	Minor  *word    `parser:"  ':' @@"`
	Space  *gap     `parser:"  @@"`
	Access *word    `parser:"  @@"`
	Rest   []string `parser:"  ( @Word | @Blank | @':' )* )?"`
}

var deviceParser = late.Value[*participle.Parser[deviceGrammar]]{Make: func() *participle.Parser[deviceGrammar] {
	return participle.MustBuild[deviceGrammar](participle.Lexer(newValueLexer(" \t\v\f\r", ":")))
}}

// Device is a device rule.
var Device = Language[DeviceRule]{
	Name: "device rule", Syntax: `"a" | ("a" | "b" | "c") " " (major | "*") ":" (minor | "*") " " access | "/" path " " access, access of the letters r, w and m`,
	Parse: parseDevice,
	Format: func(r DeviceRule) string {
		switch {
		case r.Path != "":
			return r.Path + " " + r.Access
		case r.Type == 'a' && r.Major < 0 && r.Minor < 0 && r.Access == "":
			return "a"
		}
		return fmt.Sprintf("%c %s:%s %s", r.Type, formatDevice(r.Major), formatDevice(r.Minor), r.Access)
	},
}

func formatDevice(n int64) string {
	if n < 0 {
		return "*"
	}
	return strconv.FormatInt(n, 10)
}

const deviceDetail = "Write for example `c 1:3 rwm`: the type (b, c or a for all), the numbers of the device or *, and the accesses r, w and m, with one blank between them."

func parseDevice(t Text) (DeviceRule, *ValueError) {
	if r, ok := readDevice(t.String); ok {
		return r, nil
	}
	if strings.HasPrefix(t.String, "/") {
		return parseDeviceNode(t)
	}
	g, err := parseWith(deviceParser.Get(), t, "device rule", deviceDetail)
	if err != nil {
		return DeviceRule{}, err
	}
	return g.value(t)
}

// value gives a rule as written its meaning.
func (g *deviceGrammar) value(t Text) (DeviceRule, *ValueError) {
	if len(g.Type.text) != 1 || strings.IndexByte("abc", g.Type.text[0]) < 0 {
		return DeviceRule{}, invalid(g.Type.in(t), deviceDetail, "%q is no type of device", g.Type.text)
	}
	r := DeviceRule{Type: g.Type.text[0], Major: -1, Minor: -1}
	if g.Major == nil {
		if r.Type != 'a' {
			return DeviceRule{}, invalid(t, deviceDetail, "%q names no device", t.String)
		}
		return r, nil
	}
	for _, gap := range []*gap{g.Gap, g.Space} {
		if gap.length > 1 {
			return DeviceRule{}, invalid(t.Sub(gap.offset, gap.offset+gap.length), "Write one blank.", "there are %d blanks where LXC takes one", gap.length)
		}
	}
	for _, part := range []struct {
		word *word
		into *int64
	}{{g.Major, &r.Major}, {g.Minor, &r.Minor}} {
		n, ok := deviceNumber(part.word.text)
		if !ok {
			return DeviceRule{}, invalid(part.word.in(t), "Device numbers are decimal; `ls -l` shows them, `stat -c %t` shows them in hexadecimal.", "%q is no device number", part.word.text)
		}
		*part.into = n
	}
	access, ok := deviceAccess(g.Access.text)
	if !ok {
		return DeviceRule{}, notAnAccess(g.Access.in(t))
	}
	r.Access = access
	return r, nil
}

// readDevice is a shortcut for right rules by numbers: there may be dozens in a
// file. What it does not take goes through the grammar; FuzzValues holds one
// against the other.
func readDevice(s string) (DeviceRule, bool) {
	if s == "a" {
		return DeviceRule{Type: 'a', Major: -1, Minor: -1}, true
	}
	if len(s) < len("c *:* r") || strings.IndexByte("abc", s[0]) < 0 || s[1] != ' ' {
		return DeviceRule{}, false
	}
	numbers, access, _ := strings.Cut(s[2:], " ")
	major, minor, hasMinor := strings.Cut(numbers, ":")
	r := DeviceRule{Type: s[0]}
	var isMajor, isMinor, isAccess bool
	r.Major, isMajor = deviceNumber(major)
	r.Minor, isMinor = deviceNumber(minor)
	r.Access, isAccess = deviceAccess(access)
	return r, hasMinor && isMajor && isMinor && isAccess && len(access) == len(r.Access)
}

// deviceNumber reads digits as C does, octal behind a zero, or * for any.
func deviceNumber(s string) (int64, bool) {
	if s == "*" {
		return -1, true
	}
	if strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, ok := parseDigits(s, 31)
	return int64(n), ok
}

// deviceAccess reads the letters of an access. LXC takes three and does not look
// at what follows.
func deviceAccess(s string) (string, bool) {
	s = s[:min(3, len(s))]
	return s, s != "" && strings.Trim(s, "rwm") == ""
}

func notAnAccess(t Text) *ValueError {
	return invalid(t, "Write one to three of the letters r, w and m.", "%q is no access to a device", t.String)
}

// parseDeviceNode reads a rule that names a node: its path, blanks, an access, and
// whatever stands behind another blank.
func parseDeviceNode(t Text) (DeviceRule, *ValueError) {
	path, rest, _ := strings.Cut(t.String, " ")
	from := len(t.String) - len(strings.TrimLeft(rest, " "))
	word, _, _ := strings.Cut(t.String[from:], " ")
	if word == "" {
		return DeviceRule{}, invalid(t.Sub(len(t.String), len(t.String)), "Write the accesses r, w and m behind the path.", "%q gives no access", t.String)
	}
	access, ok := deviceAccess(word)
	if !ok {
		return DeviceRule{}, notAnAccess(t.Sub(from, from+len(word)))
	}
	return DeviceRule{Path: path, Major: -1, Minor: -1, Access: access}, nil
}
