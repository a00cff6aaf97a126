package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"golang.org/x/sys/unix"
)

// rewriting is how a command that changes files gives what it made: fmt and
// migrate share it.
type rewriting struct {
	diff, write bool
}

func (r *rewriting) options() options {
	return options{
		{"diff", "d", "", "print what would change, as a unified diff", toggle(&r.diff)},
		{"write", "w", "", "write the files in place", toggle(&r.write)},
	}
}

// check says what is wrong with the command line: no file, or two ways to give one.
func (r *rewriting) check(paths []string) error {
	switch {
	case len(paths) == 0:
		return errors.New("no file is named")
	case r.diff && r.write:
		return errors.New("-d and -w exclude each other")
	case r.write && slices.Contains(paths, "-"):
		return errors.New("-w writes files in place; standard input is none")
	}
	return nil
}

// give prints one file's new text or its difference, or writes it.
func (r *rewriting) give(out io.Writer, name, old, new string) error {
	if r.write {
		return writeFile(name, old, new)
	}
	if r.diff {
		new = unifiedDiff(name, old, new)
	}
	_, err := io.WriteString(out, new)
	return err
}

// unifiedDiff returns the difference between two texts of a file as patch(1)
// takes it, empty when there is none.
func unifiedDiff(name, old, new string) string {
	return string(diff.Diff(name, []byte(old), name, []byte(new)))
}

// writeFile gives a file another text: wholly or, when anything fails, not at all.
// Nothing is written when the texts are the same, or when the file does not hold
// the old one any more. The new file has the owner, mode and extended attributes
// of the old one; through a symbolic link the file it leads to is replaced.
func writeFile(name, old, new string) (err error) {
	if old == new {
		return nil
	}
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	var info unix.Stat_t
	if err := unix.Stat(real, &info); err != nil {
		return &os.PathError{Op: "stat", Path: real, Err: err}
	}
	if info.Mode&unix.S_IFMT != unix.S_IFREG {
		return fmt.Errorf("%s is no regular file", name)
	}
	f, err := os.CreateTemp(filepath.Dir(real), "."+filepath.Base(real)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err := f.WriteString(new); err != nil {
		return err
	}
	if err := likeFile(f, real, &info); err != nil {
		return err
	}
	// On disk before the name is: a crash leaves the old text or the new one.
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if now, err := os.ReadFile(real); err != nil {
		return err
	} else if string(now) != old {
		return fmt.Errorf("%s has changed since it was read; it was not written", name)
	}
	return os.Rename(f.Name(), real)
}

// likeFile gives a new file the owner, the extended attributes and the mode of
// another.
func likeFile(f *os.File, other string, info *unix.Stat_t) error {
	if int(info.Uid) != os.Geteuid() || int(info.Gid) != os.Getegid() {
		if err := f.Chown(int(info.Uid), int(info.Gid)); err != nil {
			return fmt.Errorf("keep the owner of %s: %w", other, err)
		}
	}
	if err := copyAttributes(f, other); err != nil {
		return fmt.Errorf("keep the extended attributes of %s: %w", other, err)
	}
	// Last, because a change of the owner clears bits of the mode (chown(2)).
	if err := unix.Fchmod(int(f.Fd()), info.Mode&0o7777); err != nil {
		return fmt.Errorf("keep the mode of %s: %w", other, err)
	}
	return nil
}

// copyAttributes copies extended attributes, among them access control lists and
// SELinux labels (xattr(7)).
func copyAttributes(f *os.File, from string) error {
	list := make([]byte, 1<<16) // as long as the kernel lets a list be
	n, err := unix.Listxattr(from, list)
	if err != nil {
		return unlessUnsupported(err)
	}
	value := make([]byte, 1<<16)
	for name := range strings.SplitSeq(strings.TrimSuffix(string(list[:n]), "\x00"), "\x00") {
		if name == "" {
			return nil // there are none
		}
		size, err := unix.Getxattr(from, name, value)
		if err == nil {
			err = unix.Fsetxattr(int(f.Fd()), name, value[:size], 0)
		}
		if err := unlessUnsupported(err); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// unlessUnsupported drops the error of a file system without extended attributes.
func unlessUnsupported(err error) error {
	if errors.Is(err, unix.ENOTSUP) {
		return nil
	}
	return err
}
