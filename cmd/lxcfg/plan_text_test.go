package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// escape is what colours are made of.
var escape = regexp.MustCompile("\x1b\\[[0-9;]*m")

// goldenFacts is the host that the golden texts are made for.
func goldenFacts() plan.Facts {
	return plan.Facts{
		Arch: "amd64", Kernel: "6.1.0", LastCap: 40, CgroupNS: true, TimeNS: true, RootfsMount: "/usr/lib/lxc/rootfs",
		Caller: plan.CallerFacts{Capabilities: plan.ListOf("CAP_SYS_ADMIN", "CAP_MKNOD")},
		Cgroups: plan.CgroupFacts{Layout: plan.CgroupUnified, Hierarchies: plan.ListOf(
			plan.Hierarchy{Name: "unified", Version: 2, Mount: "/sys/fs/cgroup", Base: "/", Controllers: plan.ListOf("cpu", "memory", "pids"), Writable: true},
		)},
		DelegateList: plan.ListOf("cgroup.procs", "cgroup.threads"),
	}
}

// goldenPlan compiles a configuration of testdata/text.
func goldenPlan(t *testing.T, name string, edits ...string) plan.Plan {
	t.Helper()
	file := filepath.Join("testdata/text", name)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.NewReplacer(edits...).Replace(string(text))
	l := compile.Load(compile.Request{File: source.File{Name: "/var/lib/lxc/web/config", Text: edited}, Files: hostFiles{}})
	p, findings := compile.Compile(l, compile.Options{Name: "web", LXCPath: "/var/lib/lxc"}, goldenFacts())
	if l.Findings.Has(diag.Error) || findings.Has(diag.Error) {
		t.Fatalf("%s does not compile: %v%v", file, l.Findings, findings)
	}
	return p
}

// golden compares with a file of testdata/text, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata/text", name)
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
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// atWidths runs a test for terminals of several widths, with and without colour.
// No line may be wider than the terminal.
func atWidths(t *testing.T, name string, print func(width int, color paint) []byte) {
	t.Helper()
	for _, width := range []int{40, 80, 160} {
		plain := print(width, false)
		golden(t, fmt.Sprintf("%s-%d.txt", name, width), plain)
		colored := print(width, true)
		golden(t, fmt.Sprintf("%s-%d-color.txt", name, width), colored)
		for line := range strings.Lines(string(plain)) {
			if n := diag.TextWidth(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("a line of %d columns on a terminal of %d: %s", n, width, line)
			}
		}
		if bare := escape.ReplaceAll(colored, nil); !bytes.Equal(bare, plain) {
			t.Errorf("at width %d colours change the text (-plain +coloured):\n%s", width, cmp.Diff(string(plain), string(bare)))
		}
	}
}

func TestPlanText(t *testing.T) {
	p, _ := goldenPlan(t, "web.conf").Masked()
	atWidths(t, "plan", func(width int, color paint) []byte {
		var out bytes.Buffer
		v := planView{paint: color, width: width}
		if err := v.print(&out, p); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	})
}

func TestShortFileNames(t *testing.T) {
	list := plan.ListOf(plan.Source{Name: "/var/lib/lxc/web/config"}, plan.Source{Name: "/usr/share/lxc/config/common.conf"},
		plan.Source{Name: "/etc/a/common.conf"}, plan.Source{Name: "/srv/a/common.conf"}, plan.Source{Name: "common.conf"})
	want := fileNames{"/var/lib/lxc/web/config": "config", "/usr/share/lxc/config/common.conf": "config/common.conf",
		"/etc/a/common.conf": "etc/a/common.conf", "/srv/a/common.conf": "srv/a/common.conf", "common.conf": "common.conf"}
	if diff := cmp.Diff(want, shortFileNames(list)); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestRanges(t *testing.T) {
	for _, c := range []struct {
		lines []int
		want  string
	}{
		{[]int{5}, "5"}, {[]int{7, 5, 5}, "5,7"}, {[]int{1, 2, 3, 9}, "1-3,9"}, {[]int{1, 3, 5, 7, 9}, "1,3,5,7,9"}, {[]int{1, 3, 5, 7, 9, 11}, "1…11"},
	} {
		if got := ranges(c.lines); got != c.want {
			t.Errorf("ranges(%v) = %q, want %q", c.lines, got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text    string
		columns int
		want    []string
	}{
		{"", 10, []string{""}},
		{"a bb ccc", 4, []string{"a bb", "ccc"}},
		{"/usr/share/lxc/config/common.conf", 24, []string{"/usr/share/lxc/config/", "common.conf"}},
		{"aaaaaaaaaaaa", 5, []string{"aaaaa", "aaaaa", "aa"}},
		{"東京東京", 5, []string{"東京", "東京"}},
		{"x 東京東京", 3, []string{"x", "東", "京", "東", "京"}},
	} {
		if diff := cmp.Diff(c.want, wrap(c.text, c.columns)); diff != "" {
			t.Errorf("wrap(%q, %d) (-want +got):\n%s", c.text, c.columns, diff)
		}
	}
}
