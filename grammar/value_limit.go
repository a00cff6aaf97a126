package grammar

import (
	"strconv"
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2"
)

// Unlimited is the limit that does not limit (RLIM_INFINITY, getrlimit(2)).
const Unlimited = ^uint64(0)

// Limit is a resource limit.
type Limit struct{ Soft, Hard uint64 }

type limitGrammar struct {
	Soft  *word  `parser:"@@?"`
	Colon string `parser:"( @':'"`
	Hard  *word  `parser:"  @@? )?"`
}

var limitParser = sync.OnceValue(func() *participle.Parser[limitGrammar] {
	return participle.MustBuild[limitGrammar](participle.Lexer(valueLexer{blanks: cBlanks, separators: ":"}), participle.Elide("Blank"))
})

// ResourceLimit is lxc.prlimit.[resource].
var ResourceLimit = Language[Limit]{
	Name: "resource limit", Syntax: `limit [":" limit]; limit: digits | "unlimited"`,
	Parse: parseLimit,
	Format: func(l Limit) string {
		if l.Soft == l.Hard {
			return formatLimit(l.Soft)
		}
		return formatLimit(l.Soft) + ":" + formatLimit(l.Hard)
	},
}

func parseLimit(t Text) (Limit, *ValueError) {
	const detail = "Write a decimal number or unlimited; two with a colon between them are the soft and the hard limit."
	g, err := parseWith(limitParser(), t, "resource limit", detail)
	if err != nil {
		return Limit{}, err
	}
	var l Limit
	if g.Soft != nil && g.Soft.text == "unlimited" && g.Soft.offset > 0 {
		return Limit{}, invalid(t, detail, "LXC takes no blank before %q", g.Soft.text)
	}
	if l.Soft, err = limitNumber(t, g.Soft, detail); err != nil {
		return Limit{}, err
	}
	l.Hard = l.Soft
	if g.Hard != nil {
		if l.Hard, err = limitNumber(t, g.Hard, detail); err != nil {
			return Limit{}, err
		}
	}
	return l, nil
}

// limitNumber reads one limit as strtoull(3) does: nothing is 0, and a minus sign
// wraps around, so that -1 is unlimited.
func limitNumber(t Text, w *word, detail string) (uint64, *ValueError) {
	if w == nil {
		return 0, nil
	}
	if w.text == "unlimited" {
		return Unlimited, nil
	}
	digits := strings.TrimPrefix(w.text, "-")
	n, err := strconv.ParseUint(strings.TrimPrefix(digits, "+"), 10, 64)
	if err != nil {
		return 0, notANumber(w.in(t), detail)
	}
	if digits != w.text {
		return -n, nil
	}
	return n, nil
}

func formatLimit(n uint64) string {
	if n == Unlimited {
		return "unlimited"
	}
	return strconv.FormatUint(n, 10)
}
