//go:build linux

package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"lxcfg/compile/plan"
)

// path looks for a path of the host that a step shows, opens or mounts.
func (e *examiner) path(r plan.Requirement) {
	info, ok := e.stat(r)
	if !ok {
		return
	}
	switch {
	case r.Create == plan.CreateDir && !info.IsDir():
		e.reportf("host/path-kind", Error, "Write create=file in the place of create=dir.", "%q is no directory, and the line makes a directory to mount it on", r.Object)
	case r.Create == plan.CreateFile && info.IsDir():
		e.reportf("host/path-kind", Error, "Write create=dir in the place of create=file.", "%q is a directory, and the line makes a file to mount it on", r.Object)
	}
}

// directory looks for a directory of the host.
func (e *examiner) directory(r plan.Requirement) {
	info, ok := e.stat(r)
	if !ok {
		return
	}
	if !info.IsDir() {
		e.reportf("host/path", Error, "Name a directory.", "%q is no directory", r.Object)
		return
	}
	if st, known := info.Sys().(*syscall.Stat_t); known && r.Owned && e.owner.mapped && !e.owner.holdsUID(st.Uid) {
		e.reportf("host/not-shifted", Warning,
			fmt.Sprintf("Inside, its files belong to nobody and nobody may change them. Give them to ids of the map (`chown` of the whole tree by %d for a tree made for root), "+
				"or have the mount do it: `lxc.rootfs.options = idmap=container`.", e.owner.uid),
			"%q belongs to uid %d, which the id map does not hold", r.Object, st.Uid)
	}
}

// stat looks at a path as the payload will find it. What keeps it from that is
// reported.
func (e *examiner) stat(r plan.Requirement) (info fs.FileInfo, ok bool) {
	info, err := os.Stat(r.Object)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if e.step.Side() == plan.Payload && !r.Lenient {
			e.passage(r.Object)
		}
		e.missing(r, "host/path", fmt.Sprintf("%q does not exist%s", r.Object, existing(r.Object)), missingHelp(r))
		return nil, false
	case err != nil:
		e.reportf("host/path", Info, "Look as root.", "%q cannot be looked at: %v", r.Object, errno(err))
		return nil, false
	}
	if e.step.Side() == plan.Payload && !r.Lenient {
		e.passage(r.Object)
	}
	return info, true
}

// existing says how far a path that does not exist does.
func existing(path string) string {
	for dir := filepath.Dir(path); dir != "/" && dir != "."; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(dir); err == nil {
			if dir == filepath.Dir(path) {
				return ""
			}
			return fmt.Sprintf("; %q does", dir)
		}
	}
	return ""
}

// missingHelp says what to do about a path that does not exist.
func missingHelp(r plan.Requirement) string {
	const without = " Where the container can do without, add optional to the options of the line."
	switch {
	case r.Owned:
		return "Correct the path; `lxc-create` or a tarball of a distribution makes a root file system."
	case r.Need == plan.NeedDirectory:
		return fmt.Sprintf("Correct the path, or make it: `mkdir -p %s`.", r.Object)
	case strings.HasPrefix(r.Object, "/dev/"):
		return "The device or its driver is missing." + without
	}
	return fmt.Sprintf("Correct the path, or make it: `mkdir -p %s`.", r.Object) + without
}

// errno is the kernel's word for an error, without the path that is told already.
func errno(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
