//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// attachLoop attaches an image to a free loop device (loop(4)). The device detaches
// by itself when nobody has it open and no mount uses it, so there is nothing to undo
// but to close it.
func (m *Monitor) attachLoop(step string, op plan.LoopAttach) error {
	image, readOnly, err := m.openImage(op)
	if err != nil {
		return err
	}
	defer image.Close()
	config := unix.LoopConfig{Fd: uint32(image.Fd())}
	config.Info.Flags = unix.LO_FLAGS_AUTOCLEAR
	if readOnly {
		config.Info.Flags |= unix.LO_FLAGS_READ_ONLY
	}
	copy(config.Info.File_name[:len(config.Info.File_name)-1], op.Image) // as losetup(8) shows it
	for {
		device, err := freeLoop()
		if err != nil {
			return err
		}
		err = unix.IoctlLoopConfigure(int(device.Fd()), &config)
		if err == nil {
			m.loop, m.device = device, device.Name()
			m.laterClose(step, device) // unless the mount has it already
			return nil
		}
		device.Close()
		if !errors.Is(err, unix.EBUSY) { // else somebody was faster
			return fmt.Errorf("attach %s to %s: %w", op.Image, device.Name(), err)
		}
		if err := m.signals.interruption(); err != nil {
			return err
		}
	}
}

// openImage opens an image as the payload sees it: what runs before may have mounted
// the directory it is in.
func (m *Monitor) openImage(op plan.LoopAttach) (image *os.File, readOnly bool, err error) {
	root, err := openPath(fmt.Sprintf("/proc/%d/root", m.child.PID), unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return nil, false, err
	}
	defer unix.Close(root)
	how := unix.OpenHow{Flags: unix.O_RDWR | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT}
	name := strings.TrimPrefix(op.Image, "/")
	fd, err := unix.Openat2(root, name, &how)
	if op.ReadOnly && (errors.Is(err, unix.EROFS) || errors.Is(err, unix.EACCES)) {
		readOnly, how.Flags = true, unix.O_RDONLY|unix.O_CLOEXEC
		fd, err = unix.Openat2(root, name, &how)
	}
	if err != nil {
		return nil, false, &os.PathError{Op: "open", Path: op.Image, Err: err}
	}
	return os.NewFile(uintptr(fd), op.Image), readOnly, nil
}

// freeLoop opens a loop device that is free now.
func freeLoop() (*os.File, error) {
	const control = "/dev/loop-control"
	fd, err := openPath(control, unix.O_RDWR)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	number, err := unix.IoctlRetInt(fd, unix.LOOP_CTL_GET_FREE)
	if err != nil {
		return nil, &os.PathError{Op: "LOOP_CTL_GET_FREE", Path: control, Err: err}
	}
	return os.OpenFile(fmt.Sprintf("/dev/loop%d", number), os.O_RDWR, 0)
}
