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

// TestMigration rewrites every legacy configuration for LXC 5.0 and has liblxc read
// what came of it. Beside each file stands the text it is meant to become.
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
		texts = append(texts, made)
	}
	judgeAll(t, texts)
	for i, name := range files {
		if j := read(texts[i]); !j.accepted {
			t.Errorf("%s would not load", name)
		}
	}
}
