//go:build linux

package monitor

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// logged opens a log, writes to it piece by piece and closes it.
func logged(t *testing.T, op plan.ConsoleLog, pieces ...string) {
	t.Helper()
	m := newMonitor(t)
	if err := m.openConsoleLog("test", op); err != nil {
		t.Fatal(err)
	}
	for _, piece := range pieces {
		if n, err := m.log.Write([]byte(piece)); err != nil || n != len(piece) {
			t.Fatalf("write %d bytes: %d, %v", len(piece), n, err)
		}
	}
	m.launched = true
	if _, err := m.Undo(); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return "-"
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestConsoleLog(t *testing.T) {
	for name, test := range map[string]struct {
		before    string // in the log
		size      uint64
		rotate    bool
		pieces    []string
		log, kept string // afterwards; "-": there is none
	}{
		"appends":                              {before: "old\n", pieces: []string{"one\n", "two\n"}, log: "old\none\ntwo\n", kept: "-"},
		"without a size it is never renewed":   {rotate: true, pieces: []string{strings.Repeat("x", 10000)}, log: strings.Repeat("x", 10000), kept: "-"},
		"a full log is emptied":                {size: 4, pieces: []string{"abcd", "ef"}, log: "ef", kept: "-"},
		"a full log is kept":                   {size: 4, rotate: true, pieces: []string{"abcd", "ef"}, log: "ef", kept: "abcd"},
		"a piece is cut where the log is full": {before: "ab", size: 4, rotate: true, pieces: []string{"cdef"}, log: "ef", kept: "abcd"},
		"a long piece goes through several":    {size: 4, rotate: true, pieces: []string{"abcdefghij"}, log: "ij", kept: "efgh"},
		"one that is too long already":         {before: "abcdefgh", size: 4, rotate: true, pieces: []string{"ij"}, log: "ij", kept: "abcdefgh"},
		"a log that just fits":                 {size: 4, rotate: true, pieces: []string{"ab", "cd"}, log: "abcd", kept: "-"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "log")
			if test.before != "" {
				if err := os.WriteFile(file, []byte(test.before), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			logged(t, plan.ConsoleLog{File: file, Size: test.size, Rotate: test.rotate}, test.pieces...)
			if got := content(t, file); got != test.log {
				t.Errorf("the log holds %q, want %q", got, test.log)
			}
			if got := content(t, file+".1"); got != test.kept {
				t.Errorf("the one before holds %q, want %q", got, test.kept)
			}
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the log is %v, %v", info.Mode(), err)
			}
		})
	}
}

// A log that the launch has made goes with the launch, one that was there stays.
func TestConsoleLogOfAFailedLaunch(t *testing.T) {
	for _, before := range []string{"", "old\n"} {
		file := filepath.Join(t.TempDir(), "log")
		if before != "" {
			if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		m := newMonitor(t)
		if err := m.openConsoleLog("test", plan.ConsoleLog{File: file}); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Undo(); err != nil {
			t.Fatal(err)
		}
		if want := map[string]string{"": "-", "old\n": "old\n"}[before]; content(t, file) != want {
			t.Errorf("after a launch that failed the log holds %q, want %q", content(t, file), want)
		}
	}
}

// In a directory that the container has filled, no link leads the log elsewhere, and
// nothing in its place holds up the launch.
func TestConsoleLogInTheRootfs(t *testing.T) {
	dir := t.TempDir()
	rootfs, outside := filepath.Join(dir, "rootfs"), filepath.Join(dir, "outside")
	for _, d := range []string{filepath.Join(rootfs, "log"), outside} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{"link": outside, "log/file": filepath.Join(outside, "file"), "log/up": "../../outside/up"} {
		if err := os.Symlink(to, filepath.Join(rootfs, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Mkfifo(filepath.Join(rootfs, "log/fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"/link/new", "/log/file", "/log/up"} {
		m := newMonitor(t)
		err := m.openConsoleLog("test", plan.ConsoleLog{File: name, Below: rootfs})
		if !errors.Is(err, unix.ELOOP) {
			t.Errorf("%s: %v, want too many levels of symbolic links", name, err)
		}
	}
	if names, err := os.ReadDir(outside); err != nil || len(names) > 0 {
		t.Errorf("outside there is %v, %v", names, err)
	}
	logged(t, plan.ConsoleLog{File: "/log/fifo", Below: rootfs, Size: 4096}, "lost")
	logged(t, plan.ConsoleLog{File: "/log/fine", Below: rootfs}, "fine")
	if got := content(t, filepath.Join(rootfs, "log/fine")); got != "fine" {
		t.Errorf("the log holds %q", got)
	}
}
