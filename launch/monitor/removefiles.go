//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// removal takes a tree away that a container has filled: it follows no link, leaves
// mounts alone, and keeps few descriptors open however deep the tree is.
type removal struct {
	top   int      // directory that the tree is in
	left  []string // names in it of what is still to be removed
	moved int      // subtrees that were moved there
}

// maxDepth is how deep a removal goes before it moves what is below to the top.
const maxDepth = 64

// removeFiles removes a directory and all that is in it, or a file.
func removeFiles(path string) error {
	top, err := openPath(filepath.Dir(path), unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	defer unix.Close(top)
	r := &removal{top: top, left: []string{filepath.Base(path)}}
	for len(r.left) > 0 {
		name := r.left[0]
		r.left = r.left[1:]
		if err := r.remove(top, name, 0); err != nil {
			return fmt.Errorf("remove %s: %w", path, err)
		}
	}
	return nil
}

// remove removes what a directory has under a name.
func (r *removal) remove(dir int, name string, depth int) error {
	err := unix.Unlinkat(dir, name, 0)
	switch {
	case err == nil, errors.Is(err, unix.ENOENT):
		return nil
	case !errors.Is(err, unix.EISDIR) && !errors.Is(err, unix.EPERM): // unlink(2): either, for a directory
		return &os.PathError{Op: "unlinkat", Path: name, Err: err}
	}
	if depth > maxDepth {
		return r.moveUp(dir, name)
	}
	fd, err := unix.Openat2(dir, name, &unix.OpenHow{Flags: unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV})
	if err != nil {
		return &os.PathError{Op: "openat2", Path: name, Err: err}
	}
	f := os.NewFile(uintptr(fd), name)
	err = r.empty(f, depth)
	f.Close()
	if err != nil {
		return err
	}
	if err := unix.Unlinkat(dir, name, unix.AT_REMOVEDIR); err != nil {
		return &os.PathError{Op: "unlinkat", Path: name, Err: err}
	}
	return nil
}

// empty removes what is in a directory. Reading goes on after a removal where some
// file systems have moved entries to, so it begins anew until nothing is left.
func (r *removal) empty(dir *os.File, depth int) error {
	for {
		removed := 0
		for {
			names, err := dir.Readdirnames(256)
			for _, name := range names {
				if err := r.remove(int(dir.Fd()), name, depth+1); err != nil {
					return err
				}
			}
			removed += len(names)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
		}
		if removed == 0 {
			return nil
		}
		if _, err := dir.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
}

// moveUp moves a subtree to the top, to be removed from there.
func (r *removal) moveUp(dir int, name string) error {
	r.moved++
	to := fmt.Sprintf(".lxcfg-removed-%d-%d", os.Getpid(), r.moved)
	if err := unix.Renameat2(dir, name, r.top, to, unix.RENAME_NOREPLACE); err != nil {
		return &os.PathError{Op: "renameat2", Path: name, Err: err}
	}
	r.left = append(r.left, to)
	return nil
}
