package seccomp

import (
	"strconv"
	"strings"
)

// maxConditions is how many comparisons LXC reads: system calls have six arguments.
const maxConditions = 6

const conditionDetail = "Write [INDEX,VALUE,OPERATOR], such as [0,2,==], one behind the other and nothing behind the last; [INDEX,VALUE,&=,MASK] compares some bits only."

// conditions reads the comparisons of a rule, "[0,1,==][1,0x10,&=,0xf0]":
//
//	Conditions = Condition+
//	Condition  = … "[" Index "," Value "," Operator ["," Mask …] "]"
//
// It is written by hand because LXC cuts the text at every "]" and takes what
// scanf(3) makes of each piece from its first "[" on.
func (p *parser) conditions(t Text) ([]Condition, bool) {
	var list []Condition
	for at := 0; at < len(t.String); {
		piece := t.sub(at, len(t.String))
		if n := strings.IndexByte(piece.String, ']'); n >= 0 {
			piece = piece.sub(0, n)
		}
		at += len(piece.String) + 1
		if len(list) == maxConditions {
			p.ignored(piece, "seccomp/condition-ignored", "LXC reads six comparisons and passes over the rest.", "%q is not read", piece.String)
			break
		}
		if piece.String == "" {
			continue // "]]": strtok(3) takes them for one
		}
		c, ok := p.condition(piece)
		if !ok {
			return nil, false
		}
		list = append(list, c)
	}
	return list, true
}

// condition reads one comparison, without its closing bracket.
func (p *parser) condition(t Text) (Condition, bool) {
	open := strings.IndexByte(t.String, '[')
	if open < 0 {
		p.fail(t, "seccomp/condition", conditionDetail, "%q compares no argument", t.String)
		return Condition{}, false
	}
	if before := t.sub(0, open); strings.Trim(before.String, " ") != "" {
		p.ignored(before, "seccomp/condition-ignored", "Remove it.", "%q between comparisons is not read", before.String)
	}
	parts := strings.SplitN(t.String[open+1:], ",", 5)
	for len(parts) < 4 {
		parts = append(parts, "")
	}
	index, okIndex := scanIndex(parts[0])
	value, okValue := number(parts[1])
	op, okOp := operator(parts[2])
	mask, okMask := uint64(0), true
	if parts[3] != "" {
		mask, okMask = number(parts[3])
	}
	if !okIndex || !okValue || !okOp || !okMask {
		p.fail(t.sub(open, len(t.String)), "seccomp/condition", conditionDetail, "%q compares no argument", t.String[open:]+"]")
		return Condition{}, false
	}
	return Condition{Index: index, Op: op, Value: value, Mask: mask, Range: t.sub(open, len(t.String)).Range}, true
}

// scanIndex reads the number of an argument as scanf(3) does with %i.
func scanIndex(s string) (uint8, bool) {
	s = s[skipBlanks(s, 0):]
	n, ok := number(s)
	return uint8(n), ok && n < maxConditions
}

// maxNumber is how many characters of a number LXC makes room for.
const maxNumber = 23

// number reads a number as LXC does: decimal, 0x hexadecimal, 0 octal, blanks and a
// plus sign before it, nothing behind.
func number(s string) (uint64, bool) {
	if len(s) > maxNumber {
		return 0, false
	}
	digits := strings.TrimPrefix(s[skipBlanks(s, 0):], "+")
	if digits == "" || digits[0] < '0' || digits[0] > '9' || strings.ContainsAny(digits, "_oOpP") || strings.HasPrefix(strings.ToLower(digits), "0b") {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 0, 64)
	return n, err == nil
}

// operator reads a comparison, as a sign or by libseccomp's name.
func operator(s string) (Op, bool) {
	switch s {
	case "==", "SCMP_CMP_EQ":
		return Equal, true
	case "!=", "SCMP_CMP_NE":
		return NotEqual, true
	case "<", "SCMP_CMP_LT":
		return Less, true
	case "<=", "SCMP_CMP_LE":
		return LessEqual, true
	case ">", "SCMP_CMP_GT":
		return Greater, true
	case ">=", "SCMP_CMP_GE":
		return GreaterEqual, true
	case "&=", "SCMP_CMP_MASKED_EQ":
		return MaskedEqual, true
	}
	return "", false
}
