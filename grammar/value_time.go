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
	number := strings.TrimLeft(t.String, cBlanks)
	signed := strings.TrimLeft(number, "+-")
	number = number[:len(number)-len(strings.TrimLeft(signed, "0123456789"))]
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return TimeOffset{}, invalid(t, detail, "%q is no time offset", t.String)
	}
	// LXC looks at two characters behind the digits: a blank and a unit of one
	// letter fit, a blank and a unit of two do not.
	unit := strings.TrimLeft(signed, "0123456789")
	letters := strings.Trim(unit, " \t")
	if len(unit) > 2 && letters != unit {
		return TimeOffset{}, invalid(t, "Write the unit directly behind the number.", "%q has blanks beside its unit", t.String)
	}
	unit = letters
	factor := map[string]int64{"h": 3600, "m": 60, "s": 1, "ms": 1e6, "us": 1e3, "ns": 1}[unit]
	switch {
	case factor == 0:
		return TimeOffset{}, invalid(t, detail, "%q has no unit LXC knows", t.String)
	case n > math.MaxInt64/factor || n < math.MinInt64/factor:
		return TimeOffset{}, invalid(t, detail, "%q is more than a clock can hold", t.String)
	case n < 0 && factor != 1:
		// LXC's check for overflow takes every negative product for one.
		return TimeOffset{}, invalid(t, "Write it in seconds or, below one, in nanoseconds: a negative offset may have no other unit.",
			"LXC takes no minus sign before the unit %q", unit)
	case len(unit) == 2:
		return TimeOffset{Nanoseconds: n * factor, Fraction: true}, nil
	}
	return TimeOffset{Seconds: n * factor}, nil
}
