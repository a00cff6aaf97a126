//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"lxcfg/compile/plan"
	"lxcfg/launch/remains"
)

// mapRBD has rbd(8) map an image of a Ceph cluster, unless it is mapped already. The
// program prints the device.
func (m *Monitor) mapRBD(step string, op plan.RBDMap) error {
	if _, err := os.Stat(op.Device); err == nil {
		m.device = op.Device
		return nil
	}
	device, program, err := m.askProgram("rbd", "map", op.Image)
	if err != nil {
		return err
	}
	m.device = device
	m.later(step, undo{How: undoRBD, Words: []string{program, device}})
	return m.note(remains.RBD, device)
}

// unmapRBD lets a device go, once nobody uses it any more.
func (m *Monitor) unmapRBD(program, device string) error {
	if err := awaitUnused(device); err != nil {
		return err
	}
	_, err := m.runDeviceHelper(program, "rbd", "unmap", device)
	return err
}

// findDataset has zfs(8) say which dataset a directory belongs to.
func (m *Monitor) findDataset(op plan.ZFSFind) (err error) {
	m.device, _, err = m.askProgram("zfs", "list", "-H", "-o", "name", op.Path)
	return err
}

// askProgram runs a program of the host for the line that it prints.
func (m *Monitor) askProgram(name string, arguments ...string) (answer, program string, err error) {
	if program, err = exec.LookPath(name); err != nil {
		return "", "", err
	}
	argv := append([]string{name}, arguments...)
	output, err := m.runDeviceHelper(program, argv...)
	if err != nil {
		return "", "", err
	}
	if answer = strings.TrimSpace(lastLine(output)); answer == "" {
		return "", "", fmt.Errorf("%s: %w", strings.Join(argv, " "), errors.New("it printed nothing"))
	}
	return answer, program, nil
}
