package lint_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile/lint"
)

// thousand is a thousand configurations of a hundred lines that include one more.
func thousand(tb testing.TB) lint.Request {
	tb.Helper()
	typical, err := os.ReadFile("../testdata/load/typical.conf")
	if err != nil {
		tb.Fatal(err)
	}
	var common strings.Builder
	for i := range 100 {
		fmt.Fprintf(&common, "lxc.mount.entry = /srv/data%d srv/data%d none bind,create=dir 0 0\n", i, i)
	}
	const shared = "/etc/lxc/common.conf"
	files := tree{"/usr/share/lxc/config/common.seccomp": "2\ndenylist\nmount errno 1\n", shared: common.String() + "lcx.group = a\n"}
	r := lint.Request{Files: files}
	for i := range 1000 {
		name := fmt.Sprintf("c%03d.conf", i)
		files[name] = string(typical) + fmt.Sprintf("lxc.include = %s\nlxc.group%d = a\n", shared, i)
		r.Names = append(r.Names, name)
	}
	return r
}

// Whichever file is ready first, the findings come in the order the files are named,
// and those of the file that all include once.
func TestRunIsDeterministic(t *testing.T) {
	r := thousand(t)
	first := lint.Run(r)
	if len(first.Findings) != 1001 || first.Findings[0].Subject.File != "c000.conf" || first.Findings[1].Subject.File != "/etc/lxc/common.conf" || first.Findings[1000].Subject.File != "c999.conf" {
		t.Fatalf("%d findings, the first %v", len(first.Findings), first.Findings[:2])
	}
	for range 5 {
		if diff := cmp.Diff(first.Findings, lint.Run(r).Findings); diff != "" {
			t.Fatalf("another run finds otherwise:\n%s", diff)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	r := thousand(b)
	b.ReportAllocs()
	for b.Loop() {
		lint.Run(r)
	}
}
