package grammar

import (
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2"

	"lxcfg/grammar/late"
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

var limitParser = late.Value[*participle.Parser[limitGrammar]]{Make: func() *participle.Parser[limitGrammar] {
	return participle.MustBuild[limitGrammar](participle.Lexer(newValueLexer(cBlanks, ":")), participle.Elide("Blank"))
}}

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

const limitDetail = "Write a decimal number or unlimited; two with a colon between them are the soft and the hard limit."

func parseLimit(t Text) (Limit, *ValueError) {
	if l, ok := readLimit(t.String); ok {
		return l, nil
	}
	g, err := parseWith(limitParser.Get(), t, "resource limit", limitDetail)
	if err != nil {
		return Limit{}, err
	}
	return g.value(t)
}

// value gives a limit as written its meaning.
func (g *limitGrammar) value(t Text) (l Limit, err *ValueError) {
	if g.Soft != nil && g.Soft.text == "unlimited" && g.Soft.offset > 0 {
		return l, invalid(t.Sub(0, g.Soft.offset), limitDetail, "LXC takes no blank before %q", g.Soft.text)
	}
	if l.Soft, err = limitNumber(t, g.Soft); err != nil {
		return Limit{}, err
	}
	l.Hard = l.Soft
	if g.Hard != nil {
		if l.Hard, err = limitNumber(t, g.Hard); err != nil {
			return Limit{}, err
		}
	}
	if l.Soft > l.Hard {
		return l, fails(t, "The hard limit comes second, and bounds the soft one.", "the soft limit is above the hard one")
	}
	return l, nil
}

// readLimit is a shortcut for limits without blanks and signs. What it does not
// take goes through the grammar; FuzzValues holds one against the other.
func readLimit(s string) (Limit, bool) {
	soft, hard, two := strings.Cut(s, ":")
	if !two {
		hard = soft
	}
	var l Limit
	var isSoft, isHard bool
	l.Soft, isSoft = plainLimit(soft)
	l.Hard, isHard = plainLimit(hard)
	return l, isSoft && isHard && l.Soft <= l.Hard
}

func plainLimit(s string) (uint64, bool) {
	if s == "unlimited" {
		return Unlimited, true
	}
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil
}

// limitNumber reads one limit as strtoull(3) does: nothing is 0, and a minus sign
// wraps around, so that -1 is unlimited.
func limitNumber(t Text, w *word) (uint64, *ValueError) {
	if w == nil {
		return 0, nil
	}
	if w.text == "unlimited" {
		return Unlimited, nil
	}
	digits := strings.TrimPrefix(w.text, "-")
	n, err := strconv.ParseUint(strings.TrimPrefix(digits, "+"), 10, 64)
	if err != nil {
		return 0, notANumber(w.in(t), limitDetail)
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

// Resources lists LXC's names of the resources that a limit may be for, by number
// (getrlimit(2)).
func Resources() []string {
	return []string{"cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending",
		"msgqueue", "nice", "rtprio", "rttime"}
}

// IsResource reports whether a word names a resource, or is the number of one.
func IsResource(word string) bool {
	n, isNumber := parseUint(word, 32)
	return isNumber && n < uint64(len(Resources())) || slices.Contains(Resources(), word)
}
