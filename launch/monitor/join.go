//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/command"
)

// openJoins opens the namespaces of others that the payload is made in.
func (m *Monitor) openJoins(op plan.Spawn) (files []*os.File, err error) {
	for _, j := range op.Join.All() {
		file, err := m.openJoin(j)
		if err != nil {
			return files, err
		}
		files = append(files, file)
	}
	return files, nil
}

func (m *Monitor) openJoin(j plan.Join) (*os.File, error) {
	path := j.File()
	if j.Container != "" {
		pid, err := command.InitPID(m.plan.LXCPath(), j.Container)
		if err != nil {
			return nil, fmt.Errorf("ask for the init of container %q: %w", j.Container, err)
		}
		path = fmt.Sprintf("/proc/%d/ns/%s", pid, j.Namespace)
	}
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0) // not to wait at what may be a fifo
	if errors.Is(err, fs.ErrNotExist) && j.PID != 0 {
		return nil, fmt.Errorf("there is no process %d", j.PID)
	}
	return file, err
}

// unshare gives the monitor's thread a mount namespace of its own (unshare(2)). All
// that the launch does it does on this thread, and what it starts inherits it.
func (m *Monitor) unshare() error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("unshare the mount namespace: %w", err)
	}
	// Mounts of the host still come here; none goes there.
	attributes := unix.MountAttr{Propagation: unix.MS_SLAVE}
	if err := unix.MountSetattr(unix.AT_FDCWD, "/", unix.AT_RECURSIVE, &attributes); err != nil {
		return &os.PathError{Op: "mount_setattr", Path: "/", Err: err}
	}
	return nil
}
