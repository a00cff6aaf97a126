//go:build linux

package attach

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"lxcfg/launch/command"
)

// cgroups are those that the command is put into.
type cgroups struct {
	tasks   []*os.File // of v1, open for the child to write itself into
	unified *os.File   // directory of v2, nil: none
}

func (c *cgroups) close() {
	for _, f := range c.tasks {
		f.Close()
	}
	if c.unified != nil {
		c.unified.Close()
	}
}

// openCgroups opens the container's cgroups. A container may have none.
func openCgroups(peer command.Peer) (c cgroups, err error) {
	dirs, err := peer.OpenCgroups()
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.EBADF):
		return c, nil
	case errors.Is(err, unix.ENOSYS):
		return c, errors.New("the monitor does not tell the container's cgroups, as those of LXC before 4.0.7; `-eCGROUP` leaves the command in the caller's")
	case err != nil:
		return c, err
	}
	for _, dir := range dirs {
		var info unix.Statfs_t
		if err = unix.Fstatfs(int(dir.Fd()), &info); err != nil {
			break
		}
		if info.Type == unix.CGROUP2_SUPER_MAGIC {
			c.unified = dir
			continue
		}
		var fd int
		if fd, err = unix.Openat(int(dir.Fd()), "tasks", unix.O_WRONLY|unix.O_CLOEXEC, 0); err != nil {
			err = &os.PathError{Op: "open", Path: "tasks of the container's cgroup", Err: err}
			break
		}
		c.tasks = append(c.tasks, os.NewFile(uintptr(fd), "tasks"))
	}
	for _, dir := range dirs {
		if dir != c.unified || err != nil {
			dir.Close()
		}
	}
	if err != nil {
		c.unified = nil
		c.close()
	}
	return c, err
}

// maxLeaves is how many cgroups are tried, as in LXC.
const maxLeaves = 1000

// leaf opens a cgroup of v2 below the container's, which it makes if need be: one with
// controllers for those below it, as systemd in the container makes its own, can hold no
// processes (cgroups(7)). LXC calls it ".lxc", and has others where somebody in the
// container has made that one of the same kind.
func (c *Container) leaf(dir *os.File, n int) (*os.File, error) {
	name := ".lxc"
	if n > 0 {
		name = fmt.Sprintf(".lxc-%d", n)
	}
	at := int(dir.Fd())
	made := unix.Mkdirat(at, name, 0o755)
	if made != nil && !errors.Is(made, unix.EEXIST) {
		return nil, &os.PathError{Op: "mkdir", Path: name + " in the container's cgroup", Err: made}
	}
	fd, err := unix.Openat(at, name, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: name + " in the container's cgroup", Err: err}
	}
	leaf := os.NewFile(uintptr(fd), name)
	if made == nil {
		c.give(fd)
	}
	return leaf, nil
}

// give gives a cgroup to the container's root, as everything below the container's is.
// That root can do without it.
func (c *Container) give(leaf int) {
	for _, file := range [...]string{"", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"} {
		_ = unix.Fchownat(leaf, file, int(c.onHost[0]), int(c.onHost[1]), unix.AT_EMPTY_PATH|unix.AT_SYMLINK_NOFOLLOW)
	}
}
