package compile_test

import (
	"os"
	"testing"

	"lxcfg/compile"
	"lxcfg/grammar/source"
)

// typical is a configuration of 100 lines that LXC 5.0 loads, with values of most
// languages. scripts/bench-load times liblxc on the same file.
const typical = "testdata/load/typical.conf"

// BenchmarkLoad reads, parses and resolves a file, as liblxc's load_config does.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		text, err := os.ReadFile(typical)
		if err != nil {
			b.Fatal(err)
		}
		l := compile.Load(compile.Request{File: source.File{Name: typical, Text: string(text)}})
		if len(l.Findings) > 0 {
			b.Fatal(l.Findings[0].Summary)
		}
	}
}
