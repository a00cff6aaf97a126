package seccomp_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
	"github.com/google/go-cmp/cmp"

	"lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// The language of well-formed policies of version 2, as participle derives it from
// struct tags: the oracle of the parser, which is written by hand for what LXC
// makes of the others.
type oraclePolicy struct {
	Style   string        `parser:"'2' EOL @Word"`
	Default *oracleAction `parser:"( Blank @@ )? EOL"`
	Lines   []oracleLine  `parser:"@@*"`
}

type oracleLine struct {
	Comment bool        `parser:"(  @Comment"`
	Section string      `parser:"|  '[' @Word ']'"`
	Rule    *oracleRule `parser:"|  @@ )? EOL"`
}

type oracleRule struct {
	Name       string            `parser:"@Word"`
	Action     *oracleAction     `parser:"( Blank @@"`
	Conditions []oracleCondition `parser:"( Blank? @@ )* )?"`
}

type oracleAction struct {
	Kind  string `parser:"@Word"`
	Errno int    `parser:"( Blank @Word )?"`
}

type oracleCondition struct {
	Index uint8  `parser:"'[' @Word"`
	Value uint64 `parser:"',' @Word"`
	Op    string `parser:"',' @Op"`
	Mask  uint64 `parser:"( ',' @Word )? ']'"`
}

var oracle = participle.MustBuild[oraclePolicy](participle.UseLookahead(3), participle.Lexer(lexer.MustSimple([]lexer.SimpleRule{
	{Name: "Comment", Pattern: `#[^\n]*`}, {Name: "EOL", Pattern: `\n`}, {Name: "Blank", Pattern: ` +`},
	{Name: "Word", Pattern: `[a-z0-9_]+`}, {Name: "Op", Pattern: `[=!<>&]=|[<>]`}, {Name: "Sign", Pattern: `[\[\],]`},
})))

// show gives the oracle's policy in the lines of the parser's.
func (o *oraclePolicy) show() []string {
	rest, rule := "kill", "allow"
	if o.Style == "denylist" {
		rest, rule = "allow", "kill"
	}
	if o.Default != nil {
		rest = o.Default.show()
	}
	lines, section := []string{"2 " + o.Style + " " + rest}, "all"
	for _, l := range o.Lines {
		if l.Section != "" {
			section = l.Section
		}
		if l.Rule == nil {
			continue
		}
		action := rule
		if l.Rule.Action != nil {
			action = l.Rule.Action.show()
		}
		line := fmt.Sprintf("[%s] %s %s", section, l.Rule.Name, action)
		for _, c := range l.Rule.Conditions {
			line += fmt.Sprintf(" %d%s%d/%d", c.Index, c.Op, c.Value, c.Mask)
		}
		lines = append(lines, line)
	}
	return lines
}

func (a *oracleAction) show() string {
	if a.Kind == "errno" {
		return fmt.Sprintf("errno%d", a.Errno)
	}
	return a.Kind
}

// TestOracle holds the parser against the oracle on random well-formed policies.
func TestOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	for range 2000 {
		text := wellFormed(r)
		want, err := oracle.ParseString("", text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want.show(), show(seccomp.Parse(source.File{Name: "policy", Text: text}))); diff != "" {
			t.Fatalf("%q (-oracle +parser):\n%s", text, diff)
		}
	}
}

// wellFormed draws a policy that has no finding.
func wellFormed(r *rand.Rand) string {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	action := func() string { return pick("kill", "allow", "trap", "notify", fmt.Sprintf("errno %d", r.IntN(4095))) }
	var text strings.Builder
	text.WriteString("2\n" + pick("allowlist", "denylist") + pick("", "", " "+action()) + "\n")
	for range r.IntN(8) {
		switch r.IntN(6) {
		case 0:
			text.WriteString(pick("", "# a comment", "#"))
		case 1:
			text.WriteString("[" + pick("all", "x86", "x86_64", "arm64", "s390x") + "]")
		case 2:
			text.WriteString(pick("open", "mount"))
		default:
			text.WriteString(pick("open", "ioctl", "clone3") + " " + action())
			for i := range r.IntN(4) {
				fmt.Fprintf(&text, "%s[%d,%s,%s%s]", pick("", " "), i, pick("0", "7", "0x1f", "010"), pick("==", "!=", "<", "<=", ">", ">=", "&="), pick("", ",0xff"))
			}
		}
		text.WriteString("\n")
	}
	return text.String()
}
