package migrate_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"lxcfg/compile"
	"lxcfg/compile/keys"
	"lxcfg/compile/migrate"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// reading is what an LXC makes of a text.
type reading struct {
	newer    bool // it has keys of a later LXC, which loading it tells
	accepted bool // it loads the text, and nothing in it keeps a container from starting
	settings string
}

// readAs reads a text as an LXC of a version does.
func readAs(v keys.Version, text string) reading {
	l := compile.Load(compile.Request{File: source.File{Name: "config", Text: text}, Version: v, Stated: true,
		LookupEnv: func(string) (string, bool) { return "x", true }})
	r := reading{accepted: true}
	for _, f := range l.Findings {
		r.newer = r.newer || f.Code == "key/too-new"
		r.accepted = r.accepted && f.Effect != diag.RejectedAtLoad && f.Effect != diag.FailsAtStart
	}
	var lines []string
	for _, s := range keys.Show(l.Config) {
		if !s.Default {
			lines = append(lines, s.Key+" = "+s.Value)
		}
	}
	r.settings = strings.Join(lines, "\n")
	return r
}

// oldValues are what values can be beside the examples of the table of keys.
var oldValues = []string{"", "0", "1", "4", "08", "4x", "-3", "7 # seven", "x", "veth", "empty", "macvlan", "/a/b", "/a:b", "u 0 100000 65536",
	"u 00 0100000 065536 x", "10.0.0.1/24", "sys:ro", "web", "\"web\"", "'a'", "SIGPWR", "DEBUG", "5", "kill chown", "i686", "nonsense", "up"}

// oldNames are the names that LXC 2.0 has, families and groups left out.
func oldNames() []string {
	var names []string
	for _, l := range keys.LegacyNames() {
		names = append(names, strings.ReplaceAll(l.Name, "[resource]", "nofile"))
	}
	for _, k := range keys.All() {
		if k.Since <= keys.V2_0 && k.Name != keys.Include && !strings.Contains(k.Name, "[") && k.Repeat() != keys.ClearsOnly {
			names = append(names, k.Name)
		}
	}
	return names
}

// exampleValue is a right value for a name.
func exampleValue(name string) string {
	if l, ok := keys.LookupLegacy(name); ok {
		name = strings.ReplaceAll(l.Modern, "[i]", "0")
	}
	m, ok := keys.Lookup(name)
	if !ok {
		return ""
	}
	_, value, _ := strings.Cut(m.Key.Example, " = ")
	return strings.Replace(value, "proc:mixed sys", "proc:mixed sys:mixed", 1) // the one word that means something else
}

// TestMeaning draws configurations of older LXC and demands that what was accepted
// stays accepted and means the same, unless a person is asked.
func TestMeaning(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	names := oldNames()
	for range 2000 {
		var b strings.Builder
		for range 1 + r.IntN(5) {
			name, value := names[r.IntN(len(names))], oldValues[r.IntN(len(oldValues))]
			if r.IntN(2) == 0 {
				value = exampleValue(name)
			}
			fmt.Fprintf(&b, "%s = %s\n", name, value)
		}
		for _, from := range []keys.Version{keys.V1_0, keys.V2_0, keys.V2_1} {
			before := readAs(from, b.String())
			if !before.accepted {
				continue
			}
			for _, to := range []keys.Version{keys.V2_0, keys.V2_1, keys.V3_0, keys.V6_0} {
				result := migrate.Rewrite(migrate.Request{File: source.File{Name: "config", Text: b.String()}, From: from, To: to})
				after := readAs(to, result.Files[0].New)
				if from <= to && !result.Notes.Has(diag.Warning) && after != before {
					t.Fatalf("from %s to %s\n%sbecomes\n%swhich means (accepted %v)\n%s\ninstead of\n%s",
						from, to, b.String(), result.Files[0].New, after.accepted, after.settings, before.settings)
				}
			}
		}
	}
}
