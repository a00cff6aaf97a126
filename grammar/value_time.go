package grammar

import (
	"fmt"
	"math"
	"strings"
)

// TimeOffset is an offset of a clock: whole seconds or nanoseconds, each in a slot
// of its own.
type TimeOffset struct {
	Seconds     int64
	Nanoseconds int64
	Fraction    bool // the value was given in ms, us or ns
}

// ClockOffset is lxc.time.offset.*.
var ClockOffset = Language[TimeOffset]{
	Name: "time offset", Syntax: `["+" | "-"] digits [" "] ("h" | "m" | "s" | "ms" | "us" | "ns")`,
	Parse: parseTimeOffset,
	Format: func(o TimeOffset) string {
		if o.Fraction {
			return fmt.Sprintf("%dns", o.Nanoseconds)
		}
		return fmt.Sprintf("%ds", o.Seconds)
	},
}

func parseTimeOffset(t Text) (TimeOffset, *ValueError) {
	const detail = "Write a number with one of the units h, m, s, ms, us and ns behind it, such as 10s or 2h."
	number := strings.TrimRight(t.String, "hmsun")
	unit := t.String[len(number):]
	// LXC looks at two characters behind the digits: a blank and a unit of one
	// letter fit, a blank and a unit of two do not.
	number, blank := strings.CutSuffix(number, " ")
	behind := t.Sub(len(t.String)-len(unit), len(t.String))
	if blank && len(unit) > 1 {
		return TimeOffset{}, invalid(t.Sub(len(number), len(number)+1), "Write the unit directly behind the number.", "%q has a blank before its unit", t.String)
	}
	n, ok := parseDecimal(number)
	if !ok {
		return TimeOffset{}, invalid(afterSign(t, number), detail, "%q is no time offset", t.String)
	}
	factor := map[string]int64{"h": 3600, "m": 60, "s": 1, "ms": 1e6, "us": 1e3, "ns": 1}[unit]
	switch {
	case factor == 0:
		return TimeOffset{}, invalid(behind, detail, "%q has no unit LXC knows", t.String)
	case n > math.MaxInt64/factor || n < math.MinInt64/factor:
		return TimeOffset{}, invalid(t, detail, "%q is more than a clock can hold", t.String)
	case n < 0 && factor != 1:
		// LXC's check for overflow takes every negative product for one.
		return TimeOffset{}, invalid(behind, "Write it in seconds or, below one, in nanoseconds: a negative offset may have no other unit.",
			"LXC takes no minus sign before the unit %q", unit)
	case len(unit) == 2:
		return TimeOffset{Nanoseconds: n * factor, Fraction: true}, nil
	}
	return TimeOffset{Seconds: n * factor}, nil
}

// afterSign is what keeps a text from starting with a decimal number.
func afterSign(t Text, number string) Text {
	n := len(number) - len(strings.TrimLeft(number, "+-"))
	rest := afterNumber(t.Sub(n, len(number)))
	if rest.String == number[n:] {
		return t
	}
	return rest
}

func parseDecimal(s string) (int64, bool) {
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	if s == "" {
		return 0, false
	}
	var n int64
	for _, c := range []byte(s) {
		if c < '0' || c > '9' || n > (math.MaxInt64-9)/10 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}
