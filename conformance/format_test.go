//go:build linux

package conformance

import (
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/source"
)

// formatted is a configuration in canonical layout.
func formatted(text string) string {
	return grammar.Format(grammar.Parse(source.File{Name: "config", Text: text}))
}

// untidy draws another layout of a configuration, which LXC reads the same.
func untidy(r *rand.Rand, text string) string {
	pick := func(choices ...string) string { return choices[r.IntN(len(choices))] }
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString(pick("", "", "\n\n\n", "\r\n", "# a comment\t\n", "  # another\r", " \t\n", "foreign = line \n"))
		out.WriteString(pick("", "", " ", "\t \t"))
		key, value, isSetting := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		out.WriteString(key)
		if isSetting {
			out.WriteString(pick("", " ", "\t") + "=" + pick("", " ", "\t\t") + value)
		}
		out.WriteString(pick("", " ", "\t") + pick("\n", "\n", "\r\n", "\r", "\n\n"))
	}
	return out.String()
}

// TestFormatChangesNothing holds that lxcfg and LXC make of a formatted
// configuration what they make of it as it was.
func TestFormatChangesNothing(t *testing.T) {
	const n = 500
	g := &generator{Rand: rand.New(rand.NewPCG(7, 0)), dir: t.TempDir()}
	g.makeIncludes(t)
	var all []question
	for range n {
		text := untidy(g.Rand, g.config())
		before := readIn(g.dir, keys.V5_0, question{text: text})
		after := question{text: formatted(text)}
		if now := readIn(g.dir, keys.V5_0, after); before.accepted != now.accepted || !maps.Equal(before.values, now.values) {
			t.Errorf("%q is read as %v, formatted as %v", text, before, now)
		}
		all = append(all, after)
	}
	for _, wrong := range judgeEach(t, g.dir, n, func(i int) question { return all[i] }) {
		t.Error(wrong)
	}
}
