package seccomp

import (
	"strconv"
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// conditionGrammar is what stands behind an action: "[0,1,==][1,0x10,&=,0xf0]". A
// blank may stand between two conditions and not behind the last.
type conditionGrammar struct {
	Conditions []*conditionSyntax `parser:"@@+"`
}

type conditionSyntax struct {
	Pos    lexer.Position
	Index  string `parser:"'[' @Word"`
	Value  string `parser:"',' @Word"`
	Op     string `parser:"',' @Word"`
	Mask   string `parser:"( ',' @Word )? Close"`
	EndPos lexer.Position
}

var conditionParser = sync.OnceValue(func() *participle.Parser[conditionGrammar] {
	tokens := lexer.MustSimple([]lexer.SimpleRule{
		{Name: "Close", Pattern: `\] ?`}, {Name: "Word", Pattern: `[^\[\],]+`}, {Name: "Sign", Pattern: `[\[,]`},
	})
	return participle.MustBuild[conditionGrammar](participle.Lexer(tokens))
})

// maxConditions is how many arguments a system call has.
const maxConditions = 6

// conditions reads the comparisons of a rule.
func (p *parser) conditions(t Text) ([]Condition, bool) {
	const detail = "Write [INDEX,VALUE,OPERATOR], such as [0,2,==], one behind the other and nothing behind the last; [INDEX,VALUE,&=,MASK] compares some bits only."
	g, err := conditionParser().ParseString("", t.String)
	if err != nil || len(g.Conditions) > maxConditions || strings.HasSuffix(t.String, " ") {
		p.fail(t, "seccomp/condition", detail, "%q compares no arguments of a system call", t.String)
		return nil, false
	}
	var list []Condition
	seen := 0
	for _, s := range g.Conditions {
		c, ok := s.condition()
		if !ok {
			p.fail(t.sub(s.Pos.Offset, min(s.EndPos.Offset, len(t.String))), "seccomp/condition", detail, "%q compares no argument", t.String[s.Pos.Offset:min(s.EndPos.Offset, len(t.String))])
			return nil, false
		}
		if seen&(1<<c.Index) != 0 {
			p.fail(t, "seccomp/condition-twice", "Write two rules, or one comparison that says both.", "argument %d is compared twice", c.Index)
			return nil, false
		}
		seen |= 1 << c.Index
		list = append(list, c)
	}
	return list, true
}

func (s *conditionSyntax) condition() (Condition, bool) {
	index, ok1 := number(s.Index)
	value, ok2 := number(s.Value)
	mask, ok3 := uint64(0), true
	if s.Mask != "" {
		mask, ok3 = number(s.Mask)
	}
	op, ok4 := operator(s.Op)
	return Condition{Index: uint8(index), Op: op, Value: value, Mask: mask}, ok1 && ok2 && ok3 && ok4 && index < maxConditions
}

// number reads a number as C does: decimal, 0x hexadecimal, 0 octal.
func number(s string) (uint64, bool) {
	n, err := strconv.ParseUint(strings.TrimLeft(s, " \t"), 0, 64)
	return n, err == nil && !strings.ContainsAny(s, "_oObB") || err == nil && strings.HasPrefix(strings.ToLower(s), "0x") && !strings.Contains(s, "_")
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
