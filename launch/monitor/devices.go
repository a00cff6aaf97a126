//go:build linux

package monitor

import (
	"fmt"
	"path/filepath"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// restrictDevices closes the container's device cgroup. It comes last on the host
// side: the nodes of /dev have been made by then.
func (m *Monitor) restrictDevices(op plan.DeviceRules) error {
	cg, err := m.cgroupOf(op.Hierarchy)
	if err != nil {
		return err
	}
	if op.Version == 2 {
		return attachDeviceProgram(cg.limits, op.Rules.Slice())
	}
	for _, rule := range op.Rules.All() {
		file := "devices.deny"
		if rule.Allow {
			file = "devices.allow"
		}
		value := rule.String()
		if rule.Type == "a" {
			value = "a" // the v1 controller takes the letter alone for everything
		}
		if err := writeFile(filepath.Join(cg.limits, file), value); err != nil {
			return fmt.Errorf("rule %q: %w", rule, err)
		}
	}
	return nil
}

// attachDeviceProgram loads the filter and ties it to a v2 cgroup, in whose life
// it stays: no descriptor has to be kept.
func attachDeviceProgram(dir string, rules []plan.DeviceRule) error {
	program := deviceProgram(rules)
	if program == nil {
		return nil
	}
	cgroup, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open %q: %w", dir, err)
	}
	defer unix.Close(cgroup)
	loaded, err := loadDeviceProgram(encode(program), len(program))
	if err != nil {
		return fmt.Errorf("load the device filter: %w", err)
	}
	defer unix.Close(loaded)
	if err := attachProgram(cgroup, loaded); err != nil {
		return fmt.Errorf("attach the device filter to %q: %w", dir, err)
	}
	return nil
}
