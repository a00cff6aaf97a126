package migrate_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile/keys"
	"lxcfg/compile/migrate"
)

var update = flag.Bool("update", false, "write the tables of the documentation")

// The tables of docs/migrate.md are those of the code.
func TestDocumentation(t *testing.T) {
	const name = "../../docs/migrate.md"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := string(text)
	for marker, table := range map[string]string{"names": nameTable(), "limits": limitTable()} {
		before, rest, ok := strings.Cut(want, "<!-- "+marker+" -->\n")
		_, after, closed := strings.Cut(rest, "<!-- end -->\n")
		if !ok || !closed {
			t.Fatalf("%s has no place for the table of %s", name, marker)
		}
		want = before + "<!-- " + marker + " -->\n" + table + "<!-- end -->\n" + after
	}
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("run the tests with -update:\n%s", diff)
	}
}

func nameTable() string {
	var out strings.Builder
	out.WriteString("| LXC 1 and 2 | today | |\n|---|---|---|\n")
	for _, l := range keys.LegacyNames() {
		modern := "`" + l.Modern + "`"
		if l.Modern == "" {
			modern = "a comment"
		}
		fmt.Fprintf(&out, "| `%s` | %s | %s |\n", l.Name, modern, l.Doc)
	}
	return out.String()
}

func limitTable() string {
	var out strings.Builder
	out.WriteString("| `lxc.cgroup.` | `lxc.cgroup2.` | |\n|---|---|---|\n")
	for _, l := range migrate.Limits() {
		v2 := "`" + l.V2 + "`"
		switch {
		case l.V2 == "" && l.Needs:
			v2 = "a comment, and a warning"
		case l.V2 == "":
			v2 = "a comment"
		}
		fmt.Fprintf(&out, "| `%s` | %s | %s |\n", l.V1, v2, l.Doc)
	}
	return out.String()
}
