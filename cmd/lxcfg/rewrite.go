package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/rogpeppe/go-internal/diff"
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
	info, err := os.Stat(real)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
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
	if err := likeFile(f, real, info); err != nil {
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
