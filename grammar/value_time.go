package grammar

import (
	"fmt"
	"math"
	"strconv"
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
	from := len(t.String) - len(strings.TrimLeft(t.String, cBlanks))
	digits := from
	if digits < len(t.String) && (t.String[digits] == '-' || t.String[digits] == '+') {
		digits++
	}
	end := len(t.String) - len(strings.TrimLeft(t.String[digits:], "0123456789"))
	behind := t.Sub(end, len(t.String))
	n, err := strconv.ParseInt(t.String[from:end], 10, 64)
	switch {
	case digits == end && behind.String == "":
		return TimeOffset{}, invalid(t, detail, "%q is no time offset", t.String)
	case digits == end:
		return TimeOffset{}, invalid(behind, detail, "%q is no time offset", t.String)
	case err != nil:
		return TimeOffset{}, invalid(t.Sub(from, end), detail, "%q is more than a clock can hold", t.String)
	}
	// LXC looks at two characters behind the digits: a blank and a unit of one
	// letter fit, a blank and a unit of two do not.
	unit := strings.Trim(behind.String, " \t")
	if len(behind.String) > 2 && unit != behind.String {
		blank := strings.IndexAny(behind.String, " \t")
		return TimeOffset{}, invalid(behind.Sub(blank, blank+1), "Write the unit directly behind the number.", "%q has blanks beside its unit", t.String)
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
