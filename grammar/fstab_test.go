package grammar_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/grammar"
	"lxcfg/grammar/source"
)

// The entries of a file are those that getmntent(3) finds in it.
func TestParseFstab(t *testing.T) {
	text := "# a comment\n" +
		"\t # another\n" +
		"\n \t\n" +
		"/srv/a\\040b  srv\tnone bind,x=\\134 1 2 behind\n" +
		"  tmpfs run\n" +
		"lone\n" +
		"proc proc proc #nodev\n" +
		"sys \\101\\n sysfs ro"
	want := []string{
		`5:1-45 "/srv/a b" "srv" "none" "bind,x=\\134"`,
		`6:3-12 "tmpfs" "run" "" ""`,
		`7:1-5 "lone" "" "" ""`,
		`8:1-22 "proc" "proc" "proc" "#nodev"`,
		`9:1-20 "sys" "\\101\\n" "sysfs" "ro"`,
	}
	entries, findings := grammar.ParseFstab(source.File{Name: "fstab", Text: text})
	var got []string
	for _, e := range entries {
		r, m := e.Line.Range, e.Entry
		got = append(got, fmt.Sprintf("%d:%d-%d %q %q %q %q", r.Start.Line, r.Start.Column, r.End.Column, m.Source, m.Target, m.FSType, m.Options))
	}
	if diff := cmp.Diff(want, got); diff != "" || len(findings) > 0 {
		t.Errorf("entries (-want +got):\n%s\nfindings %v", diff, findings)
	}
}

// What LXC reads otherwise than it looks is found, with its place.
func TestFstabFindings(t *testing.T) {
	long := "o m overlay lowerdir=" + strings.Repeat("x", 5000)
	for text, want := range map[string]string{
		"a b c d\r\na b c d 0 0\r\n":      "value/fstab 1:8-9",
		"a b\x00c d e\n":                  "value/fstab 1:4-5",
		"\n" + long + " 0 0\na b c d 0 0": "value/fstab 2:4096-5026",
		"a b none bind,create=File 0 0\n": "value/mount-entry 1:15-26",
	} {
		_, findings := grammar.ParseFstab(source.File{Name: "fstab", Text: text})
		var got []string
		for _, f := range findings {
			got = append(got, fmt.Sprintf("%s %d:%d-%d", f.Code, f.Subject.Start.Line, f.Subject.Start.Column, f.Subject.End.Column))
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%.40q: findings %q, want %q", text, got, want)
		}
	}
}
