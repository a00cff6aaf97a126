package grammar

import "strings"

// HWAddr is lxc.net.[i].hwaddr: six octets in hexadecimal, x for a digit that LXC
// draws. LXC keeps any text and reads it when it makes the interface: a colon may be
// left out, an octet may have one digit, and what follows the sixth is not looked at.
var HWAddr = Language[string]{
	Name: "hardware address", Syntax: `hex hex {":" hex hex}, six times; hex: a hexadecimal digit, or x for a random one`,
	Parse: func(t Text) (string, *ValueError) {
		return t.String, checkHWAddr(t)
	},
	Format: identity,
}

func checkHWAddr(t Text) *ValueError {
	const detail = "Write six pairs of hexadecimal digits such as 00:16:3e:xx:xx:xx; x stands for a random digit."
	s, octets, at := t.String, 0, 0
	for ; octets < 6 && at < len(s); octets++ {
		digits := 0
		for digits < 2 && at+digits < len(s) && isHexDigit(s[at+digits]) {
			digits++
		}
		if digits == 0 || digits == 1 && at+1 < len(s) && s[at+1] != ':' {
			return fails(t.Sub(at+digits, len(s)), detail, "%q is no hardware address", s)
		}
		if octets == 0 && isMulticast(s[at:at+digits]) {
			return fails(t.Sub(at, at+digits), "Make the second digit an even one.", "%q is the address of a group: no interface can have it", s)
		}
		at += digits
		for colons := 3 - digits; colons > 0 && at < len(s) && s[at] == ':'; colons-- {
			at++ // LXC steps over two behind a single digit
		}
	}
	switch {
	case octets == 6 && strings.Trim(s[:at], "0:") == "":
		return fails(t, detail, "no interface can have the address %q", s)
	case octets < 6:
		return remark(t, detail, "%q has %d octets of 6: LXC sets an address nobody wrote", s, octets)
	case strings.HasSuffix(s[:at], ":"):
		at-- // a colon behind the last octet
	}
	if at < len(s) {
		return remark(t.Sub(at, len(s)), "An address has six octets.", "LXC does not look at %q", s[at:])
	}
	return nil
}

func isHexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' || c == 'x' || c == 'X'
}

// isMulticast reports whether the first octet of an address has the bit that makes
// it one of a group. LXC draws none that has.
func isMulticast(octet string) bool {
	last := octet[len(octet)-1]
	return last != 'x' && last != 'X' && strings.IndexByte("13579bdfBDF", last) >= 0
}

// MTU is lxc.net.[i].mtu. LXC keeps any text and reads the number when it makes the
// interface.
var MTU = Language[string]{
	Name: "MTU", Syntax: "digits",
	Parse: func(t Text) (string, *ValueError) {
		n, ok := parseUint(t.String, 32)
		if !ok {
			return t.String, fails(afterNumber(t), "Write the number of bytes.", "%q is no number LXC takes here", t.String)
		}
		return t.String, octal(t, int64(n))
	},
	Format: identity,
}
