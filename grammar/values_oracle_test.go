package grammar

import (
	"strings"
	"sync"
	"testing"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The value languages that are read by hand, in the words of participle: slow, and
// plain to read. What the hand takes, the grammar has to take, and the other way
// round.

// autoMountOracle is lxc.mount.auto.
type autoMountOracle struct {
	Words []struct {
		Proc     []string `parser:"  @'proc' ( ':' @( 'mixed' | 'rw' ) )?"`
		Sys      []string `parser:"| @'sys' ( ':' @( 'mixed' | 'ro' | 'rw' ) )?"`
		Cgroup   []string `parser:"| @( 'cgroup' | 'cgroup-full' ) ( ':' @( 'mixed' | 'ro' | 'rw' ) )? ( ':' @'force' )?"`
		Cgroup2  []string `parser:"| @'cgroup2' ( ':' @'ro' )? ( ':' @'force' )?"`
		ShMounts []string `parser:"| @'shmounts' @':' ( @Word | @':' )*"`
	} `parser:"Blank? ( @@ ( Blank @@ )* )? Blank?"`
}

// offsetOracle is lxc.time.offset.*.
type offsetOracle struct {
	Number string `parser:"@Number"`
	Unit   string `parser:"( Blank @( 'h' | 'm' | 's' ) | @( 'h' | 'm' | 's' ) Blank? | @( 'ms' | 'us' | 'ns' ) )"`
}

// groupsOracle is lxc.init.groups.
type groupsOracle struct {
	Groups []string `parser:"','* @Number ( ','+ @Number )* ','*"`
}

// commandOracle is lxc.execute.cmd.
type commandOracle struct {
	Words []string `parser:"Blank? ( @( Quoted | Word ) Blank? )*"`
	Lost  string   `parser:"@Open?"`
}

// addressOracle is lxc.net.[i].hwaddr as it should be written.
type addressOracle struct {
	Octets []string `parser:"@Octet ':' @Octet ':' @Octet ':' @Octet ':' @Octet ':' @Octet"`
}

// oracleOf builds a parser with the words of a language, by regular expressions.
func oracleOf[G any](rules ...lexer.SimpleRule) func() *participle.Parser[G] {
	return sync.OnceValue(func() *participle.Parser[G] {
		return participle.MustBuild[G](participle.Lexer(lexer.MustSimple(rules)), participle.UseLookahead(participle.MaxLookahead))
	})
}

var (
	autoMountGrammar = oracleOf[autoMountOracle](lexer.SimpleRule{Name: "Blank", Pattern: `[ \t]+`},
		lexer.SimpleRule{Name: "Colon", Pattern: `:`}, lexer.SimpleRule{Name: "Word", Pattern: `[^ \t:]+`})
	offsetGrammar = oracleOf[offsetOracle](lexer.SimpleRule{Name: "Number", Pattern: `[ \t\n\v\f\r]*[+-]?[0-9]+`}, lexer.SimpleRule{Name: "Unit", Pattern: `[a-z]+`},
		lexer.SimpleRule{Name: "Blank", Pattern: `[ \t]`}, lexer.SimpleRule{Name: "Other", Pattern: `(?s).`})
	groupsGrammar = oracleOf[groupsOracle](lexer.SimpleRule{Name: "Comma", Pattern: `,`}, lexer.SimpleRule{Name: "Number", Pattern: `[ \t\n\v\f\r]*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)`},
		lexer.SimpleRule{Name: "Other", Pattern: `(?s).`})
	commandGrammar = oracleOf[commandOracle](lexer.SimpleRule{Name: "Blank", Pattern: `[ \t\n\v\f\r]+`}, lexer.SimpleRule{Name: "Quoted", Pattern: `"[^"]*"|'[^']*'`},
		lexer.SimpleRule{Name: "Open", Pattern: `(?s)["'].*`}, lexer.SimpleRule{Name: "Word", Pattern: `[^ \t\n\v\f\r"'][^ \t\n\v\f\r]*`})
	addressGrammar = oracleOf[addressOracle](lexer.SimpleRule{Name: "Octet", Pattern: `[0-9a-fA-FxX]{2}`}, lexer.SimpleRule{Name: "Other", Pattern: `(?s).`})
)

// agree holds that a language takes a text exactly when its grammar does. What is
// about the size of numbers is left out: a grammar does not count.
func agree[G, T any](t *testing.T, grammar *participle.Parser[G], l Language[T], text string) *G {
	t.Helper()
	g, refused := grammar.ParseString("", text)
	_, err := l.Parse(whole(text))
	if taken := err == nil || err.Kept; taken != (refused == nil) {
		t.Fatalf("%s: %q is taken: %v, and the grammar says %v", l.Name, text, taken, refused)
	}
	if refused != nil {
		return nil
	}
	return g
}

// checkOracles gives a text to the grammars of the languages read by hand.
func checkOracles(t *testing.T, text string) {
	t.Helper()
	agree(t, autoMountGrammar(), AutoMounts, text)
	if len(text) < 12 && !strings.Contains(text, "-") {
		agree(t, offsetGrammar(), ClockOffset, text)
	}
	if len(text) < 10 {
		agree(t, groupsGrammar(), GroupIDs, text)
	}
	if g, err := commandGrammar().ParseString("", text); err == nil {
		for i, word := range SplitCommand(text) {
			want := g.Words[i]
			if want[0] == '"' || want[0] == '\'' {
				want = want[1 : len(want)-1]
			}
			if word != want {
				t.Fatalf("command line: word %d of %q is %q, the grammar says %q", i, text, word, want)
			}
		}
		if words := SplitCommand(text); len(words) != len(g.Words) {
			t.Fatalf("command line: %q has %d words, the grammar says %d", text, len(words), len(g.Words))
		}
	} else {
		t.Fatalf("the grammar of commands is not total: %v in %q", err, text)
	}
	if _, err := addressGrammar().ParseString("", text); err == nil {
		if _, problem := HWAddr.Parse(whole(text)); problem != nil && problem.Kept && !problem.AtStart {
			t.Fatalf("hardware address: %q is right, and there is a remark: %s", text, problem.Summary)
		}
	}
}
