//go:build linux

package lxclog_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lxcfg/launch/lxclog"
)

// written returns what stands in a log after one message.
func written(t *testing.T, l *lxclog.Log, level lxclog.Level, at lxclog.Place, message string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "in/a/directory/log")
	if err := l.Open(file); err != nil {
		t.Fatal(err)
	}
	l.Write(level, "start", at, message)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestLine(t *testing.T) {
	at := lxclog.Place{File: "/var/lib/lxc/web/config", What: "mount", Line: 12}
	for name, test := range map[string]struct {
		log     *lxclog.Log
		level   lxclog.Level
		at      lxclog.Place
		message string
		want    string
	}{
		"a line of the configuration": {&lxclog.Log{Program: "lxc-start", Container: "web"}, lxclog.Debug, at, "mount tmpfs",
			`^lxc-start web \d{14}\.\d{3} DEBUG    start - config:mount:12 - mount tmpfs\n$`},
		"no line": {&lxclog.Log{Program: "lxc-start", Container: "web"}, lxclog.Notice, lxclog.Place{What: "exec"}, "execute",
			`^lxc-start web \d{14}\.\d{3} NOTICE   start - default:exec:0 - execute\n$`},
		"two lines are one": {&lxclog.Log{Program: "lxc-start", Container: "web"}, lxclog.Error, at, "a\nlxc-start web 2 ERROR forged\x00\n",
			`^lxc-start web \d{14}\.\d{3} ERROR    start - config:mount:12 - a\\nlxc-start web 2 ERROR forged\\0\n$`},
		"LXC 1":             {&lxclog.Log{Program: "lxc-start", Container: "web", Old: true}, lxclog.Warn, at, "x", `^      lxc-start \d{10}\.\d{3} WARN     lxc_start - config:mount:12 - x\n$`},
		"below the level":   {&lxclog.Log{Program: "lxc-start", Container: "web", Level: lxclog.Info}, lxclog.Debug, at, "x", `^$`},
		"at the level":      {&lxclog.Log{Program: "lxc-start", Container: "web", Level: lxclog.Info}, lxclog.Info, at, "x", ` - x\n$`},
		"a level of none":   {&lxclog.Log{Program: "lxc-start", Container: "web", Level: lxclog.Trace}, lxclog.None, at, "x", `^$`},
		"longer than LXC's": {&lxclog.Log{Program: "lxc-start", Container: "web"}, lxclog.Info, at, strings.Repeat("ä", 3000), `ä\n$`},
	} {
		t.Run(name, func(t *testing.T) {
			got := written(t, test.log, test.level, test.at, test.message)
			if !regexp.MustCompile(test.want).MatchString(got) || len(got) > 4096 {
				t.Errorf("the log says %q, want %s", got, test.want)
			}
		})
	}
}

func TestNoLog(t *testing.T) {
	var none *lxclog.Log
	none.Write(lxclog.Fatal, "start", lxclog.Place{}, "to nobody")
	if none.Wants(lxclog.Fatal) || none.File() != nil {
		t.Error("no log wants something")
	}
}

func TestParseLevel(t *testing.T) {
	for _, name := range lxclog.Levels() {
		level, ok := lxclog.ParseLevel(strings.ToLower(name))
		if !ok || level.String() != name {
			t.Errorf("%q is the level %v, %v", strings.ToLower(name), level, ok)
		}
	}
	for _, word := range []string{"", "NOTSET", "loud", "ERR"} {
		if level, ok := lxclog.ParseLevel(word); ok {
			t.Errorf("%q is the level %v", word, level)
		}
	}
}

func TestDefaultFiles(t *testing.T) {
	system, own := "/var/log/lxc/web.log", "/var/lib/lxc/web/web.log"
	for name, test := range map[string]struct {
		path string
		root bool
		want []string
	}{
		"root":                       {"/var/lib/lxc", true, []string{system, own}},
		"a user":                     {"/var/lib/lxc", false, []string{own, system}},
		"root with other containers": {"/srv", true, []string{"/srv/web/web.log", system}},
	} {
		if got := lxclog.DefaultFiles(test.path, "web", test.root); !slices.Equal(got, test.want) {
			t.Errorf("%s: the files are %q, want %q", name, got, test.want)
		}
	}
}
