package schema_test

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile/plan/schema"
)

var update = flag.Bool("update", false, "write docs/plan.schema.json")

// The published schema is the one of the Go types.
func TestPublishedSchema(t *testing.T) {
	const file = "../../../docs/plan.schema.json"
	got, err := schema.Generate(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/plan.schema.json is not that of the types; `make update` writes it (-published +types):\n%s", diff)
	}
}
