package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

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

// errBoth says that -d and -w were given together.
var errBoth = errors.New("-d and -w exclude each other")

// give prints one file's new text, its difference or nothing, and writes it.
func (r *rewriting) give(out io.Writer, name, old, new string) error {
	switch {
	case r.diff:
		_, err := out.Write(diff.Diff(name, []byte(old), name, []byte(new)))
		return err
	case r.write && old != new:
		return replaceFile(name, new)
	case r.write:
		return nil
	}
	_, err := io.WriteString(out, new)
	return err
}

// replaceFile gives a file another text: wholly or, when anything fails, not at
// all. The new file has the owner and mode of the old one; through a symbolic link
// the file it leads to is replaced.
func replaceFile(name, text string) (err error) {
	if name == "-" {
		return errors.New("standard input cannot be written in place")
	}
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	var old unix.Stat_t
	if err := unix.Stat(real, &old); err != nil {
		return &os.PathError{Op: "stat", Path: real, Err: err}
	}
	if old.Mode&unix.S_IFMT != unix.S_IFREG {
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
	if _, err := f.WriteString(text); err != nil {
		return err
	}
	if int(old.Uid) != os.Geteuid() || int(old.Gid) != os.Getegid() {
		if err := f.Chown(int(old.Uid), int(old.Gid)); err != nil {
			return err
		}
	}
	// After the owner, because changing that clears the bits for set-user-ID.
	if err := unix.Fchmod(int(f.Fd()), old.Mode&0o7777); err != nil {
		return &os.PathError{Op: "chmod", Path: f.Name(), Err: err}
	}
	// On disk before the name is: a crash leaves the old text or the new one.
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), real)
}
