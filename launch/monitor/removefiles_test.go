//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// What a container has left is removed, and nothing that its links lead to.
func TestRemoveFiles(t *testing.T) {
	dir := t.TempDir()
	tree, outside := filepath.Join(dir, "tree"), filepath.Join(dir, "outside")
	for _, d := range []string{"a/b/c", "many", "locked"} {
		if err := os.MkdirAll(filepath.Join(tree, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(outside, "kept"), 0o755); err != nil {
		t.Fatal(err)
	}
	for n := range 1000 {
		if err := os.WriteFile(filepath.Join(tree, "many", fmt.Sprint(n)), nil, 0o000); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{"link": outside, "a/up": "../../outside", "a/dangling": "/no/where", "a/loop": "loop"} {
		if err := os.Symlink(to, filepath.Join(tree, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(unix.Mkfifo(filepath.Join(tree, "fifo"), 0o600), os.Chmod(filepath.Join(tree, "locked"), 0)); err != nil {
		t.Fatal(err)
	}
	if err := removeFiles(tree); err != nil {
		t.Fatal(err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 1 {
		t.Errorf("left is %v, %v", names, err)
	}
	if _, err := os.Stat(filepath.Join(outside, "kept")); err != nil {
		t.Error(err)
	}
	if err := removeFiles(tree); err != nil {
		t.Errorf("what is gone already: %v", err)
	}
}

// A tree may be deeper than there are descriptors, and than a path is long.
func TestRemoveDeepTree(t *testing.T) {
	dir := t.TempDir()
	at, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		const name = "a-directory-with-a-name-of-some-length"
		if err := unix.Mkdirat(at, name, 0o755); err != nil {
			t.Fatal(err)
		}
		next, err := unix.Openat(at, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		unix.Close(at)
		at = next
	}
	unix.Close(at)
	if err := removeFiles(filepath.Join(dir, "a-directory-with-a-name-of-some-length")); err != nil {
		t.Fatal(err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) > 0 {
		t.Errorf("left is %v, %v", names, err)
	}
}

// A mount in the tree is not the container's to take with it.
func TestRemoveFilesStopsAtMounts(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting takes root")
	}
	tree := filepath.Join(t.TempDir(), "tree")
	if err := os.MkdirAll(filepath.Join(tree, "mnt"), 0o755); err != nil {
		t.Fatal(err)
	}
	err := onOwnThread(func() error {
		err := errors.Join(unix.Unshare(unix.CLONE_NEWNS), unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
			unix.Mount("tmpfs", filepath.Join(tree, "mnt"), "tmpfs", 0, ""), os.WriteFile(filepath.Join(tree, "mnt/kept"), nil, 0o600))
		if err != nil {
			return err
		}
		if err = removeFiles(tree); err == nil || !strings.Contains(err.Error(), "mnt") {
			return fmt.Errorf("the removal ends with %v, want an error about the mount", err)
		}
		_, err = os.Stat(filepath.Join(tree, "mnt/kept"))
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// onOwnThread calls a function on a thread that may be left in namespaces of its own:
// it ends with the goroutine. The process' first thread would not.
func onOwnThread(fn func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			done <- onOwnThread(fn)
			runtime.UnlockOSThread()
			return
		}
		done <- fn()
	}()
	return <-done
}
