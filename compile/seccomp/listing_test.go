package seccomp_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile/seccomp"
	policy "lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

var update = flag.Bool("update", false, "write the golden listings")

// TestListings holds what is told of filters to people, on three machines, against
// golden files.
func TestListings(t *testing.T) {
	for _, name := range []string{"denylist-notify", "denylist-sections", "denylist-bundled", "denylist-duplicates", "allowlist-several", "allowlist-large", "allowlist-v1"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", name+".policy"))
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			for _, goarch := range []string{"amd64", "arm64", "ppc64le"} {
				filter, _ := seccomp.Compile(policy.Parse(source.File{Name: name, Text: string(text)}), goarch)
				fmt.Fprintf(&out, "%s: %d instructions, notify %v\n", goarch, len(filter.Program), filter.Notify)
				for _, table := range filter.Tables {
					fmt.Fprintf(&out, "  %s\n", table.Arch)
					for _, line := range table.Lines() {
						fmt.Fprintf(&out, "    %s\n", line)
					}
				}
			}
			golden := filepath.Join("testdata", name+".listing")
			if *update {
				if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Errorf("listing (-want +got):\n%s", diff)
			}
		})
	}
}
