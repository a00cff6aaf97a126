//go:build linux

package monitor

import (
	"errors"
	"os"
	"os/exec"
	"strings"

	"lxcfg/compile/plan"
)

// removeStorage destroys what holds the rootfs. The container is gone by then, with
// all that used it; the kernel may still be letting go.
func (m *Monitor) removeStorage(op plan.StorageRemove) error {
	var argv []string
	switch op.Storage {
	case plan.StorageVolume:
		argv = []string{"lvremove", "--force", op.Path}
	case plan.StorageDataset:
		dataset := op.Path
		if strings.HasPrefix(dataset, "/") {
			dataset = m.device // what was found to be mounted there
		}
		argv = []string{"zfs", "destroy", "-r", dataset}
	case plan.StorageClusterImage:
		argv = []string{"rbd", "rm", op.Path}
	default:
		return removeFiles(op.Path)
	}
	program, err := exec.LookPath(argv[0])
	if err != nil {
		return err
	}
	if op.Storage == plan.StorageVolume {
		if err := awaitUnused(op.Path); err != nil {
			return err
		}
	}
	_, err = m.runDeviceHelper(program, argv...)
	return err
}

// removeContainer removes the directory that LXC keeps a container in.
func removeContainer(op plan.ContainerRemove) error {
	err := removeFiles(op.Path)
	if errors.Is(err, os.ErrNotExist) {
		return nil // started from a file elsewhere
	}
	return err
}
