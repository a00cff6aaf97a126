package lint

import (
	"strings"
	"testing"

	"lxcfg/compile/keys"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

func TestMatchesPath(t *testing.T) {
	for _, c := range []struct {
		glob, file string
		want       bool
	}{
		{"web.conf", "web.conf", true},
		{"web.conf", "a/b/web.conf", true},
		{"*.conf", "a/web.conf", true},
		{"*.conf", "a/web.seccomp", false},
		{"a/*.conf", "a/web.conf", true},
		{"a/*.conf", "a/b/web.conf", false},
		{"a/**/*.conf", "a/web.conf", true},
		{"a/**/*.conf", "a/b/c/web.conf", true},
		{"a/", "a/b/c/web.conf", true},
		{"a/", "b/a/web.conf", false},
		{"**/a/", "b/a/web.conf", true},
		{"/web.conf", "web.conf", true},
		{"/web.conf", "a/web.conf", false},
		{"web", "web/config", false},
		{"[ab]/config", "b/config", true},
		{"?/config", "bc/config", false},
		{"**", "a/b", true},
		{"../x", "../x", true},
	} {
		if got := matchesPath(c.glob, c.file); got != c.want {
			t.Errorf("%q and %q: %v", c.glob, c.file, got)
		}
	}
}

// A later table stands above an earlier one, and what none says the head does.
func TestProjectFor(t *testing.T) {
	p, err := ParseProject(source.File{Name: ProjectFile, Text: `
version = '6.0'
only = ["key/*"]
[[path]]
files = "old/"
version = "2.1"
severity = "error"
[[path]]
files = ["old/new/"]
version = "5.0"
only = []
`})
	if err != nil {
		t.Fatal(err)
	}
	if s := p.For("web.conf"); s.Version != keys.V6_0 || s.Severity != 0 || !s.Only.Match("key/unknown") {
		t.Errorf("a file elsewhere has %+v", s)
	}
	if s := p.For("old/web.conf"); s.Version != keys.V2_1 || s.Severity != diag.Error || !s.Only.Match("key/unknown") {
		t.Errorf("an old file has %+v", s)
	}
	if s := p.For("old/new/web.conf"); s.Version != keys.V5_0 || s.Severity != diag.Error || s.Only == nil || s.Only.Match("key/unknown") {
		t.Errorf("a new one among the old has %+v", s)
	}
}

// What is wrong is told with its place.
func TestProjectErrors(t *testing.T) {
	for text, want := range map[string]string{
		"version = 6.0\n":                               ".lxcfg.toml:1:11: a text in quotes is expected here",
		"\n  severity = \"fatal\"\n":                    ".lxcfg.toml:2:14: \"fatal\" is none of error, warning, info",
		"only = [[\"a\"]]\n":                            ".lxcfg.toml:1:10: a text in quotes is expected here",
		"except = {a = 1}\n":                            "a text in quotes is expected here",
		"a = 1\na = 2\n":                                ".lxcfg.toml:2:1",
		"[path]\nfiles = \"x\"\n":                       ".lxcfg.toml:1:2: write [[path]]: there may be several",
		"[[path]]\n":                                    ".lxcfg.toml:1:3: the table [[path]] has no files",
		"path = [{files = \"x\"}]\n":                    ".lxcfg.toml:1:1: there is no setting \"path\"",
		"\"ver sion\" = \"6.0\"\n":                      ".lxcfg.toml:1:1: there is no setting \"ver sion\"; did you mean \"version\"?",
		"version = \"6.0\nx":                            ".lxcfg.toml:1:",
		"\xff":                                          ".lxcfg.toml:1:1",
		"[[path.deeper]]\nfiles = \"x\"":                "there is no table \"path.deeper\"",
		"[[path]]\nfiles = []\nversion = \"6.0\"":       "has no files",
		"version = \"\"\"\n9\"\"\"\n":                   "is no version of LXC",
		"# only a comment\n[[path]]\nfile = \"x.conf\"": ".lxcfg.toml:3:1: there is no setting \"file\"; did you mean \"files\"?",
	} {
		if _, err := ParseProject(source.File{Name: ProjectFile, Text: text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

// FuzzProject: no text makes reading it fail otherwise than by an error.
func FuzzProject(f *testing.F) {
	f.Add("version = \"6.0\"\n[[path]]\nfiles = [\"a/\"]\nonly = [\"key/*\"]\n")
	f.Add("a.\"b\".c = [{x = 1}, [2]]\n[t]\n[[t.u]]\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseProject(source.File{Name: ProjectFile, Text: text})
		if err == nil {
			p.For("a/b")
		}
	})
}
