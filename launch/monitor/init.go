//go:build linux

package monitor

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"lxcfg/launch/reaper"
)

// initFile puts the minimal init into a file in memory, which the payload seals and
// executes (memfd_create(2)).
func initFile() (*os.File, error) {
	image, err := reaper.Image()
	if err != nil {
		return nil, err
	}
	const flags = unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	fd, err := unix.MemfdCreate("init", flags|unix.MFD_EXEC)
	if errors.Is(err, unix.EINVAL) {
		fd, err = unix.MemfdCreate("init", flags) // before Linux 6.3 every such file can be executed
	}
	if err != nil {
		return nil, &os.PathError{Op: "memfd_create", Path: "init", Err: err}
	}
	file := os.NewFile(uintptr(fd), "init")
	if _, err := file.Write(image); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}
