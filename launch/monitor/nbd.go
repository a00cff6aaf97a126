//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/remains"
)

// deviceTimeout is how long a launch waits for a block device to appear, and for one
// to be let go.
const deviceTimeout = 10 * time.Second

// attachNBD has qemu-nbd(8) serve an image on a free network block device. The
// program goes to the background once the device is there.
func (m *Monitor) attachNBD(step string, op plan.NBDAttach) error {
	program, err := exec.LookPath("qemu-nbd")
	if err != nil {
		return fmt.Errorf("%w: install qemu-utils", err)
	}
	devices, err := filepath.Glob("/sys/block/nbd*")
	if err != nil || len(devices) == 0 {
		return errors.New("this kernel has no network block devices: load its module with `modprobe nbd max_part=8`")
	}
	for _, sys := range devices {
		if serviceOf(sys).pid != "" {
			continue
		}
		device := "/dev/" + filepath.Base(sys)
		// The format is left to the program to find out: of an image that it takes for
		// raw it keeps the container from writing a header of another format, which
		// could name a file of the host.
		if err := m.note(remains.NBD, device, op.Image); err != nil {
			return err
		}
		_, err := m.runDeviceHelper(program, "qemu-nbd", "--connect="+device, op.Image)
		switch by := m.awaitService(sys, err == nil); {
		case strings.Contains(by.command, op.Image):
			m.later(step, undo{How: undoNBD, Words: []string{program, sys}})
			return m.takePartition(device, op.Partition)
		case by.pid == "" && err != nil:
			return err
		}
		// Somebody else was faster with this device.
	}
	return errors.New("every network block device is in use")
}

// service is the process that serves a network block device.
type service struct {
	pid     string // empty: there is none
	command string
}

// serviceOf finds the process that serves a device, of which the kernel names a thread.
func serviceOf(sys string) service {
	thread, err := os.ReadFile(filepath.Join(sys, "pid"))
	if err != nil {
		return service{}
	}
	found := service{pid: strings.TrimSpace(string(thread))}
	status, err := os.ReadFile("/proc/" + found.pid + "/status")
	if err != nil {
		return found
	}
	for line := range strings.Lines(string(status)) {
		if pid, ok := strings.CutPrefix(line, "Tgid:"); ok {
			found.pid = strings.TrimSpace(pid)
		}
	}
	command, _ := os.ReadFile("/proc/" + found.pid + "/cmdline")
	found.command = string(command)
	return found
}

// awaitService finds the process that serves a device now. qemu-nbd goes on in the
// background before it does, and ends with an error when it has warned of something.
func (m *Monitor) awaitService(sys string, sure bool) service {
	patience := time.Second
	if sure {
		patience = deviceTimeout
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(deviceInterval) {
		by := serviceOf(sys)
		if by.pid != "" || time.Now().After(deadline) || m.signals.interruption() != nil {
			return by
		}
	}
}

// detachNBD ends the service of a device, once nobody uses it any more: what is still
// to be written would be lost. The image is free when the process has ended.
func (m *Monitor) detachNBD(program, sys string) error {
	device := "/dev/" + filepath.Base(sys)
	if err := awaitUnused(device); err != nil {
		return err
	}
	by := serviceOf(sys)
	if by.pid == "" {
		return nil // it has ended by itself
	}
	argv := []string{"qemu-nbd", "--disconnect", device}
	if _, err := m.runDeviceHelper(program, argv...); err != nil {
		return err
	}
	for deadline := time.Now().Add(deviceTimeout); time.Now().Before(deadline); time.Sleep(deviceInterval) {
		if _, err := os.Stat("/proc/" + by.pid); errors.Is(err, os.ErrNotExist) {
			return nil
		}
	}
	return fmt.Errorf("process %s, which served %s, does not end", by.pid, device)
}

// takePartition makes the device, or a partition of it, the one to be mounted. The
// kernel looks for partitions when it is asked to, and makes their nodes later.
func (m *Monitor) takePartition(device string, partition uint32) error {
	m.device = device
	if partition > 0 {
		m.device = fmt.Sprintf("%sp%d", device, partition)
	}
	for deadline := time.Now().Add(deviceTimeout); ; time.Sleep(deviceInterval) {
		size, err := deviceSize(m.device)
		if err == nil && size > 0 {
			return nil
		}
		if err := m.signals.interruption(); err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not appear: does the image have this partition, and was the module loaded with max_part?", m.device)
		}
		if partition > 0 {
			readPartitions(device)
		}
	}
}

// readPartitions has the kernel look for partitions. One that is busy with the device
// says so and is asked again.
func readPartitions(device string) {
	f, err := os.Open(device)
	if err != nil {
		return
	}
	defer f.Close()
	_ = unix.IoctlSetInt(int(f.Fd()), unix.BLKRRPART, 0)
}

// deviceInterval is how often a block device is looked at.
const deviceInterval = 10 * time.Millisecond

// deviceSize returns the size of a block device in bytes.
func deviceSize(device string) (int64, error) {
	f, err := os.Open(device)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.Seek(0, unix.SEEK_END)
}

// awaitUnused waits until a block device can be had for oneself: a mount has it for
// itself, and the container's go some time after its last process.
func awaitUnused(device string) error {
	for deadline := time.Now().Add(deviceTimeout); ; time.Sleep(deviceInterval) {
		fd, err := unix.Open(device, unix.O_RDONLY|unix.O_EXCL|unix.O_CLOEXEC, 0)
		if err == nil {
			return unix.Close(fd)
		}
		if !errors.Is(err, unix.EBUSY) || time.Now().After(deadline) {
			return &os.PathError{Op: "open", Path: device, Err: err}
		}
	}
}
