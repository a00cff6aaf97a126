package grammar

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Bool is 0 or 1, written as a number.
var Bool = Language[bool]{
	Name: "boolean", Syntax: `"0" | "1"`,
	Parse: func(t Text) (bool, *ValueError) {
		n, ok := parseUint(t.String, 32)
		if !ok || n > 1 {
			return false, invalid(t, "Write 1 for yes or 0 for no; LXC takes no words here.", "%q is neither 0 nor 1", t.String)
		}
		return n == 1, nil
	},
	Format: func(b bool) string {
		if b {
			return "1"
		}
		return "0"
	},
}

// Uint32 is a number as C reads it: decimal, 0x for hexadecimal, 0 for octal.
var Uint32 = Language[uint32]{
	Name: "number", Syntax: "digits, 0xdigits or 0digits (octal), up to 4294967295",
	Parse: func(t Text) (uint32, *ValueError) {
		n, ok := parseUint(t.String, 32)
		if !ok {
			return 0, notANumber(t, "Write a number from 0 to 4294967295.")
		}
		return uint32(n), octal(t, int64(n))
	},
	Format: func(n uint32) string { return strconv.FormatUint(uint64(n), 10) },
}

// Int32 is a number that may be negative.
var Int32 = Language[int32]{
	Name: "signed number", Syntax: "[+-] digits, 0xdigits or 0digits (octal)",
	Parse: func(t Text) (int32, *ValueError) {
		n, ok := parseInt(t.String)
		if !ok {
			return 0, notANumber(t, "Write a number from -2147483648 to 2147483647.")
		}
		return n, octal(t, int64(n))
	},
	Format: formatInt32,
}

func formatInt32(n int32) string { return strconv.FormatInt(int64(n), 10) }

// PositiveInt32 is a number above zero.
var PositiveInt32 = Language[int32]{
	Name: "positive number", Syntax: "digits, above 0",
	Parse: func(t Text) (int32, *ValueError) {
		n, ok := parseInt(t.String)
		if !ok || n <= 0 {
			return 0, notANumber(t, "Write a number from 1 to 2147483647.")
		}
		return n, octal(t, int64(n))
	},
	Format: formatInt32,
}

// TmpfsSize is lxc.autodev.tmpfs.size, for which LXC takes everything: what is no
// number means its default.
var TmpfsSize = Language[int64]{
	Name: "bytes", Syntax: "digits",
	Parse: func(t Text) (int64, *ValueError) {
		n, ok := parseInt(t.String)
		if !ok {
			return DefaultTmpfsSize, remark(afterNumber(t), "Write the number of bytes, without a unit.",
				"%q is no number: LXC makes the file system %d bytes large", t.String, DefaultTmpfsSize)
		}
		return int64(n), octal(t, int64(n))
	},
	Format: func(n int64) string { return strconv.FormatInt(n, 10) },
}

// DefaultTmpfsSize is the size of the tmpfs on /dev in bytes.
const DefaultTmpfsSize = 500000

// Size is a number of bytes for the console's buffer and log: "auto" or a number
// with a unit. LXC raises it to a page and rounds it up to a power of two, and
// ignores a unit of one letter.
var Size = Language[uint64]{
	Name: "size", Syntax: `"auto" | digits [blanks] ["KB" | "MB" | "GB"]`,
	Parse:  parseSize,
	Format: func(n uint64) string { return strconv.FormatUint(n, 10) },
}

// autoSize is what "auto" means, in bytes.
const autoSize = 1 << 17

func parseSize(t Text) (uint64, *ValueError) {
	if t.String == "auto" {
		return autoSize, nil
	}
	const detail = "Write auto, or a number with KB, MB or GB behind it."
	// LXC looks for the unit from the end, two letters at most: of 0x1f it reads
	// 0x1, and of 0x1fkb 0x1f.
	digits := strings.TrimRight(t.String, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	letters := t.Sub(len(digits), len(t.String))
	unit := letters.Sub(max(0, len(letters.String)-2), len(letters.String))
	factor := uint64(1)
	var ignored *ValueError
	switch lowerCase(unit.String) {
	case "":
	case "kb":
		factor = 1 << 10
	case "mb":
		factor = 1 << 20
	case "gb":
		factor = 1 << 30
	default:
		if len(unit.String) > 1 {
			return 0, invalid(letters, detail, "%q is no unit LXC knows", letters.String)
		}
		ignored = remark(unit, "Write KB, MB or GB when one of them is meant: LXC takes a single letter for nothing.", "the unit %q does not count", unit.String)
	}
	number := t.Sub(0, len(t.String)-len(unit.String))
	if unit.String != "" {
		number = number.Sub(0, len(strings.TrimRight(number.String, " \t")))
	}
	n, ok := parseUint(number.String, 63)
	switch {
	case !ok && len(letters.String) > 2:
		return 0, invalid(letters, detail, "%q is no unit LXC knows", letters.String)
	case !ok:
		return 0, invalid(afterNumber(number), detail, "%q is no size", t.String)
	case len(t.String) > 20 || n > math.MaxInt64/factor:
		return 0, invalid(t, detail, "%q is more than LXC takes", t.String)
	case ignored == nil:
		ignored = octal(number, int64(n))
	}
	return roundedSize(n * factor), ignored
}

// roundedSize is the size LXC makes of one: a power of two, a page at least.
func roundedSize(n uint64) uint64 {
	const page = 4096
	size := uint64(page)
	for size < n {
		size <<= 1
	}
	return size
}

// GroupIDs is lxc.init.groups: numbers separated by commas.
var GroupIDs = Language[[]uint32]{
	Name: "group ids", Syntax: `number {"," number}`,
	Parse: func(t Text) ([]uint32, *ValueError) {
		var groups []uint32
		at := 0
		for _, item := range strings.Split(t.String, ",") {
			if item != "" {
				n, ok := parseUint(item, 32)
				if !ok {
					return nil, notANumber(t.Sub(at, at+len(item)), "Write numeric group ids with commas between them; LXC takes no names.")
				}
				groups = append(groups, uint32(n))
			}
			at += len(item) + 1
		}
		if groups == nil {
			return nil, notANumber(t, "Write numeric group ids with commas between them.")
		}
		return groups, nil
	},
	Format: func(groups []uint32) string {
		words := make([]string, len(groups))
		for i, g := range groups {
			words[i] = strconv.FormatUint(uint64(g), 10)
		}
		return strings.Join(words, ",")
	},
}

func notANumber(t Text, detail string) *ValueError {
	return invalid(afterNumber(t), detail, "%q is no number LXC takes here", t.String)
}

// afterNumber is what keeps a text from being a number: what stands behind its
// digits, or all of it.
func afterNumber(t Text) Text {
	digits := len(t.String) - len(strings.TrimLeft(t.String, "0123456789"))
	if digits == len(t.String) {
		digits = 0
	}
	return t.Sub(digits, len(t.String))
}

// octal remarks that a number with a zero before it is not what it looks like.
func octal(t Text, n int64) *ValueError {
	s := strings.TrimLeft(t.String, " \t\n\v\f\r+-")
	if len(s) < 2 || s[0] != '0' || s[1] == 'x' || s[1] == 'X' || strings.Trim(s, "0") == "" {
		return nil
	}
	return remark(t, "Leave the zero out when a decimal number is meant.", "LXC reads %q as octal, which is %d", t.String, n)
}

// cBlanks are what isspace(3) takes for blanks; strtol(3) passes over those before a
// number.
const cBlanks = " \t\n\v\f\r"

// parseUint reads a number as strtoull(3) with base 0 does under LXC's checks:
// blanks and a plus sign may stand before it, nothing behind, no minus sign.
func parseUint(s string, bits int) (uint64, bool) {
	s = strings.TrimLeft(s, cBlanks)
	s = strings.TrimPrefix(s, "+")
	return parseDigits(s, bits)
}

// parseInt is parseUint with a sign, for 32 bits.
func parseInt(s string) (int32, bool) {
	s = strings.TrimLeft(s, cBlanks)
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	n, ok := parseDigits(s, 32)
	switch {
	case !ok || n > 1<<31 || n == 1<<31 && !negative:
		return 0, false
	case negative:
		return int32(-int64(n)), true
	}
	return int32(n), true
}

// SetsErrno reports whether LXC's reading of a number leaves an error number: for a
// minus sign, and for more than 64 bits. For other text that is no number it has none.
func SetsErrno(s string) bool {
	s = strings.TrimLeft(s, cBlanks)
	if strings.HasPrefix(s, "-") {
		return true
	}
	s = strings.TrimPrefix(s, "+")
	digits := s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
	_, err := strconv.ParseUint(digits, 10, 64)
	return errors.Is(err, strconv.ErrRange)
}

func parseDigits(s string, bits int) (uint64, bool) {
	base := 10
	switch {
	case len(s) > 2 && (s[:2] == "0x" || s[:2] == "0X"):
		base, s = 16, s[2:]
	case len(s) > 1 && s[0] == '0':
		base, s = 8, s[1:]
	}
	if s == "" || s[0] == '+' || s[0] == '-' || strings.IndexByte(s, '_') >= 0 {
		return 0, false
	}
	n, err := strconv.ParseUint(s, base, bits)
	return n, err == nil
}
