package grammar

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2"
)

// DeviceRule is a value of devices.allow and devices.deny. Major and Minor are -1
// for any.
type DeviceRule struct {
	Type   byte // 'a', 'b' or 'c'
	Major  int64
	Minor  int64
	Access string
}

// deviceGrammar is a device rule as written: "c 1:3 rwm", or "a".
type deviceGrammar struct {
	Type   word  `parser:"@@"`
	Major  *word `parser:"( @@"`
	Minor  *word `parser:"  ':' @@"`
	Access *word `parser:"  @@ )?"`
}

var deviceParser = sync.OnceValue(func() *participle.Parser[deviceGrammar] {
	return participle.MustBuild[deviceGrammar](participle.Lexer(valueLexer{blanks: " \t", separators: ":"}), participle.Elide("Blank"))
})

// Device is a device rule.
var Device = Language[DeviceRule]{
	Name: "device rule", Syntax: `"a" | ("a" | "b" | "c") " " (major | "*") ":" (minor | "*") " " access, access of the letters r, w and m`,
	Parse: parseDevice,
	Format: func(r DeviceRule) string {
		if r.Type == 'a' && r.Major < 0 && r.Minor < 0 && r.Access == "" {
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

func parseDevice(t Text) (DeviceRule, *ValueError) {
	const detail = "Write for example `c 1:3 rwm`: the type (b, c or a for all), the numbers of the device or *, and the accesses r, w and m."
	g, err := parseWith(deviceParser(), t, "device rule", detail)
	if err != nil {
		return DeviceRule{}, err
	}
	if len(g.Type.text) != 1 || strings.IndexByte("abc", g.Type.text[0]) < 0 {
		return DeviceRule{}, invalid(g.Type.in(t), detail, "%q is no type of device", g.Type.text)
	}
	r := DeviceRule{Type: g.Type.text[0], Major: -1, Minor: -1}
	if g.Major == nil {
		if r.Type != 'a' {
			return DeviceRule{}, invalid(t, detail, "%q names no device", t.String)
		}
		return r, nil
	}
	for _, part := range []struct {
		word *word
		into *int64
	}{{g.Major, &r.Major}, {g.Minor, &r.Minor}} {
		if part.word.text == "*" {
			continue
		}
		n, err := strconv.ParseUint(part.word.text, 10, 31)
		if err != nil {
			return DeviceRule{}, invalid(part.word.in(t), "Device numbers are decimal; `ls -l` shows them, `stat -c %t` shows them in hexadecimal.", "%q is no device number", part.word.text)
		}
		*part.into = int64(n)
	}
	r.Access = g.Access.text
	if len(r.Access) > 3 || strings.Trim(r.Access, "rwm") != "" {
		return DeviceRule{}, invalid(g.Access.in(t), "Write one to three of the letters r, w and m.", "%q is no access to a device", r.Access)
	}
	return r, nil
}
