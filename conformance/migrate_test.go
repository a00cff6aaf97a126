//go:build linux

package conformance

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile/keys"
	"lxcfg/compile/migrate"
	"lxcfg/grammar/source"
)

var update = flag.Bool("update", false, "write the golden files")

// TestMigration rewrites every legacy configuration for LXC 5.0. Beside each file
// stands the text it is meant to become; that text has to mean what the old one
// meant to an LXC of its time, and liblxc has to find the same in it.
func TestMigration(t *testing.T) {
	files, err := filepath.Glob("testdata/configs/legacy/*.conf")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d legacy configurations: %v", len(files), err)
	}
	var texts []string
	for _, name := range files {
		old, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		result := migrate.Rewrite(migrate.Request{File: source.File{Name: name, Text: string(old)}, To: keys.V5_0})
		made := result.Files[0].New
		golden := strings.TrimSuffix(name, ".conf") + ".migrated"
		if *update {
			if err := os.WriteFile(golden, []byte(made), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), made); diff != "" {
			t.Errorf("%s becomes something else:\n%s", name, diff)
		}
		if judgedByTheGolden[filepath.Base(name)] == "" {
			if diff := cmp.Diff(readInItsTime(t, name, string(old)).values, read(made).values); diff != "" {
				t.Errorf("%s comes to mean something else:\n%s", name, diff)
			}
		}
		if !read(made).accepted {
			t.Errorf("%s would not load", name)
		}
		texts = append(texts, made)
	}
	judgeAll(t, texts)
}

// TestMigrationOfLimits rewrites the same configurations for LXC 7.0. What it takes,
// LXC 5.0 takes as well.
func TestMigrationOfLimits(t *testing.T) {
	files, err := filepath.Glob("testdata/configs/legacy/*.conf")
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, name := range files {
		old, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		made := migrate.Rewrite(migrate.Request{File: source.File{Name: name, Text: string(old)}}).Files[0].New
		if j := readAs(keys.V7_0, made); !j.accepted {
			t.Errorf("LXC 7.0 would not load %s", name)
		}
		texts = append(texts, made)
	}
	judgeAll(t, texts)
}

// judgedByTheGolden are the configurations in which lxcfg resolves a value of an
// older LXC as today's would; the text beside them says what is intended.
var judgedByTheGolden = map[string]string{
	"mixed-names.conf":           "sections are counted apart from the indexes of lxc.net",
	"openwrt-router.conf":        "sys is resolved as sys:mixed",
	"quoted-hooks.conf":          "its quotes are those of LXC 2, its names are of LXC 1 too",
	"remarks-behind-values.conf": "text behind an id map is refused",
	"sloppy-numbers.conf":        "numbers of id maps are resolved as octal",
}

// readInItsTime reads a text as the oldest LXC that takes it.
func readInItsTime(t *testing.T, name, text string) judgement {
	t.Helper()
	for _, v := range keys.Versions() {
		if j := readAs(v, text); j.accepted && v <= keys.V2_1 {
			return j
		}
	}
	t.Errorf("no LXC up to 2.1 takes %s", name)
	return judgement{}
}
