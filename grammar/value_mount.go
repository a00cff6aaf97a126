package grammar

import (
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2"
)

// MountEntry is one line in the format of fstab(5).
type MountEntry struct {
	Source  string // escapes resolved
	Target  string
	FSType  string
	Options MountOptions
	Text    string // the line as written
}

// mountGrammar is an entry as written. getmntent(3) takes what is missing for
// empty, and does not look at what follows the options.
type mountGrammar struct {
	Source  word   `parser:"@@"`
	Target  *word  `parser:"( @@"`
	FSType  *word  `parser:"( @@"`
	Options *word  `parser:"( @@"`
	Rest    []word `parser:"  @@* )? )? )?"`
}

var mountParser = sync.OnceValue(func() *participle.Parser[mountGrammar] {
	return participle.MustBuild[mountGrammar](participle.Lexer(valueLexer{blanks: " \t"}), participle.Elide("Blank"))
})

// Mount is lxc.mount.entry, and a line of the file lxc.mount.fstab names. LXC
// takes any text and finds out at start; so does this, with empty fields.
var Mount = Language[MountEntry]{
	Name: "mount entry", Syntax: "source blanks target blanks type blanks options [blanks freq blanks pass], blanks in a field written \\040",
	Parse:  parseMount,
	Format: func(m MountEntry) string { return m.Text },
}

func parseMount(t Text) (MountEntry, *ValueError) {
	m := MountEntry{Text: t.String}
	if len(Fields(t)) == 0 {
		return m, nil
	}
	g, err := parseWith(mountParser(), t, "mount entry", "Write source, target, type and options, separated by blanks.")
	if err != nil {
		return m, err
	}
	m.Source = unescape(g.Source.text)
	m.Target = unescape(g.Target.optional())
	m.FSType = unescape(g.FSType.optional())
	if g.Options != nil {
		m.Options, err = ParseMountOptions(g.Options.in(t))
		m.Options.Text = g.Options.text
	}
	return m, err
}

// optional is the word's text, nothing for a word that is not there.
func (w *word) optional() string {
	if w == nil {
		return ""
	}
	return w.text
}

// unescape resolves the escapes getmntent(3) knows.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`, `\\`, `\`).Replace(s)
}
