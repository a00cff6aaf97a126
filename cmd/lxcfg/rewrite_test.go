//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// newConfig writes a file for a test and returns its path.
func newConfig(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// holds demands a file's text, and that nothing else lies beside it.
func holds(t *testing.T, name, want string, beside ...string) {
	t.Helper()
	if got, err := os.ReadFile(name); err != nil || string(got) != want {
		t.Errorf("%s holds %q (%v), want %q", name, got, err, want)
	}
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil || len(entries) != 1+len(beside) {
		t.Errorf("the directory holds %v (%v)", entries, err)
	}
}

func TestWriteFileKeepsMode(t *testing.T) {
	name := newConfig(t, "old")
	if err := os.Chmod(name, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(name, "old", "new"); err != nil {
		t.Fatal(err)
	}
	holds(t, name, "new")
	if info, err := os.Stat(name); err != nil || info.Mode() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestWriteFileKeepsOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	name := newConfig(t, "old")
	if err := os.Chown(name, 12, 34); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(name, "old", "new"); err != nil {
		t.Fatal(err)
	}
	holds(t, name, "new")
	var info unix.Stat_t
	if err := unix.Stat(name, &info); err != nil || info.Uid != 12 || info.Gid != 34 {
		t.Errorf("owner %d:%d, %v", info.Uid, info.Gid, err)
	}
}

func TestWriteFileKeepsExtendedAttributes(t *testing.T) {
	name := newConfig(t, "old")
	if err := unix.Setxattr(name, "user.comment", []byte("mine"), 0); err != nil {
		t.Skipf("the file system has no extended attributes: %v", err)
	}
	if err := writeFile(name, "old", "new"); err != nil {
		t.Fatal(err)
	}
	holds(t, name, "new")
	value := make([]byte, 10)
	if n, err := unix.Getxattr(name, "user.comment", value); err != nil || string(value[:n]) != "mine" {
		t.Errorf("user.comment is %q, %v", value[:max(n, 0)], err)
	}
}

func TestWriteFileFollowsLinks(t *testing.T) {
	name := newConfig(t, "old")
	link := filepath.Join(filepath.Dir(name), "link")
	if err := os.Symlink("config", link); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(link, "old", "new"); err != nil {
		t.Fatal(err)
	}
	holds(t, name, "new", link)
	if target, err := os.Readlink(link); err != nil || target != "config" {
		t.Errorf("the link leads to %q, %v", target, err)
	}
}

// A file that has nothing to change keeps its inode and its time.
func TestWriteFileOfTheSameText(t *testing.T) {
	name := newConfig(t, "old")
	var before, after unix.Stat_t
	if err := unix.Stat(name, &before); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(name, "old", "old"); err != nil {
		t.Fatal(err)
	}
	if err := unix.Stat(name, &after); err != nil || before.Ino != after.Ino || before.Mtim != after.Mtim {
		t.Errorf("inode %d became %d, %v", before.Ino, after.Ino, err)
	}
}

func TestWriteFileRefuses(t *testing.T) {
	t.Run("what has changed meanwhile", func(t *testing.T) {
		name := newConfig(t, "another's")
		if err := writeFile(name, "old", "new"); err == nil || !strings.Contains(err.Error(), "has changed") {
			t.Errorf("error %v", err)
		}
		holds(t, name, "another's")
	})
	t.Run("what is no file", func(t *testing.T) {
		if err := writeFile(t.TempDir(), "old", "new"); err == nil || !strings.Contains(err.Error(), "no regular file") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("what is not there", func(t *testing.T) {
		if err := writeFile(filepath.Join(t.TempDir(), "config"), "old", "new"); err == nil {
			t.Error("no error")
		}
	})
}

func TestUnifiedDiff(t *testing.T) {
	if got := unifiedDiff("config", "a\nb\n", "a\nb\n"); got != "" {
		t.Errorf("texts that are the same differ by %q", got)
	}
	const want = "diff config config\n--- config\n+++ config\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n"
	if got := unifiedDiff("config", "a\nb\n", "a\nc"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
