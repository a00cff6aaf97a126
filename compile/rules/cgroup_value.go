package rules

import (
	"strconv"
	"strings"
)

// cgroupKind is what a file of cgroup v2 takes.
type cgroupKind int

// The kinds. What depends on the host's devices is not looked at.
const (
	anyKind       cgroupKind = iota
	sizeKind                 // bytes with one letter behind, or max
	countKind                // a number, or max
	weightKind               // 1 to 10000
	niceKind                 // -20 to 19
	switchKind               // 0 or 1
	bandwidthKind            // microseconds, or max, of each period
	listKind                 // numbers and ranges
)

// words says what to write.
func (k cgroupKind) words() string {
	return [...]string{"", "a number of bytes, one of the letters K, M, G, T behind it if you like, or max", "a number, or max", "a number from 1 to 10000", "a number from -20 to 19", "0 or 1",
		"the microseconds of a period that the container may run, 1000 at least, or max, and the period behind it: `50000 100000` is half a processor", "numbers and ranges, as in 0-3,8"}[k]
}

// takes reports whether the kernel takes a value.
func (k cgroupKind) takes(value string) bool {
	value = strings.Trim(value, " \t")
	switch k {
	case sizeKind:
		return value == "max" || isNumber(strings.TrimRight(value, "KMGTPEkmgtpe")) && len(value)-len(strings.TrimRight(value, "KMGTPEkmgtpe")) <= 1
	case countKind:
		return value == "max" || isNumber(value)
	case weightKind:
		return between(value, 1, 10000)
	case niceKind:
		return between(value, -20, 19)
	case switchKind:
		return value == "0" || value == "1"
	case bandwidthKind:
		words := strings.Fields(value)
		quota := len(words) > 0 && (words[0] == "max" || between(words[0], 1000, 1<<62))
		return quota && (len(words) == 1 || len(words) == 2 && between(words[1], 1000, 1000000))
	case listKind:
		return strings.Trim(value, "0123456789,-:/ ") == "" || value == "all"
	}
	return true
}

// isNumber reports whether a text is a number as the kernel reads it, 0x and all.
func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 0, 64)
	return err == nil
}

func between(s string, least, most int64) bool {
	n, err := strconv.ParseInt(s, 0, 64)
	return err == nil && least <= n && n <= most
}

// mend is what a value can have been meant for, empty for what cannot be told; safe
// when it can have been meant for nothing else.
func (k cgroupKind) mend(value string) (better string, safe bool) {
	compact := strings.ToUpper(strings.ReplaceAll(value, " ", ""))
	switch {
	case (k == sizeKind || k == countKind || k == bandwidthKind) && (compact == "-1" || compact == "UNLIMITED" || compact == "INFINITY" || compact == "MAX" || compact == "NONE"):
		return "max", true
	case k == sizeKind:
		for _, unit := range [...]string{"IB", "B", ""} {
			if short, ok := strings.CutSuffix(compact, unit); ok && short != value && k.takes(short) {
				return short, true
			}
		}
	case k == switchKind && (compact == "YES" || compact == "TRUE" || compact == "ON"):
		return "1", true
	case k == switchKind && (compact == "NO" || compact == "FALSE" || compact == "OFF"):
		return "0", true
	case k == bandwidthKind && strings.HasSuffix(compact, "%"):
		if percent, err := strconv.Atoi(strings.TrimSuffix(compact, "%")); err == nil && percent > 0 && percent < 100000 {
			return strconv.Itoa(percent*1000) + " 100000", false
		}
	}
	return "", false
}
