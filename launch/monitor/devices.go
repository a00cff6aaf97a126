//go:build linux

package monitor

import (
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/command"
)

// restrictDevices closes the container's device cgroup. It comes last on the host
// side: the nodes of /dev have been made by then.
func (m *Monitor) restrictDevices(op plan.DeviceRules) error {
	cg, err := m.cgroupOf(op.Hierarchy)
	if err != nil {
		return err
	}
	if op.Version == 2 {
		return m.devices.restrict(cg.limits, op.Rules.Slice())
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

// deviceFilter is what restricts devices on cgroup v2.
type deviceFilter struct {
	rules   []plan.DeviceRule
	program int // the eBPF program that is attached, 0: none, everything may be used
}

// restrict has the kernel go by other rules, at once: no moment is without any.
func (f *deviceFilter) restrict(dir string, rules []plan.DeviceRule) error {
	cgroup, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open %q: %w", dir, err)
	}
	defer unix.Close(cgroup)
	loaded := 0
	switch program := deviceProgram(rules); {
	case program != nil:
		if loaded, err = loadDeviceProgram(encode(program), len(program)); err != nil {
			return fmt.Errorf("load the device filter: %w", err)
		}
		if err := attachProgram(cgroup, loaded, f.program); err != nil {
			unix.Close(loaded)
			return fmt.Errorf("attach the device filter to %q: %w", dir, err)
		}
	case f.program != 0:
		if err := detachProgram(cgroup, f.program); err != nil {
			return fmt.Errorf("detach the device filter of %q: %w", dir, err)
		}
	}
	f.close()
	f.rules, f.program = rules, loaded
	return nil
}

// close lets go of the program, which stays in the life of the cgroup.
func (f *deviceFilter) close() {
	if f.program != 0 {
		unix.Close(f.program)
	}
	f.program = 0
}

// AddDeviceRule allows a container that runs another device, or takes one from it, where
// only cgroup v2 can (lxc-device(1), lxc-cgroup(1)). A container that no rules restrict may
// use every device before, and whatever it is not denied then. With a device controller of
// cgroup v1, who asks writes to that.
func (m *Monitor) AddDeviceRule(r command.DeviceRule) error {
	rule := plan.DeviceRule{Allow: r.Allow, Type: string(rune(r.Type)), Major: int64(r.Major), Minor: int64(r.Minor), Access: r.Access}
	if !strings.Contains("abc", rule.Type) || strings.Trim(r.Access, "rwm") != "" || r.Major < -1 || r.Minor < -1 {
		return fmt.Errorf("%v is no rule about devices: %w", r, unix.EINVAL)
	}
	for _, cg := range m.cgroups {
		if cg.version == 1 {
			return fmt.Errorf("this host has cgroups of v1: %w", unix.EINVAL)
		}
	}
	cg, err := m.cgroupOf("unified")
	if err != nil {
		return err
	}
	rules := m.devices.rules
	if m.devices.program == 0 {
		rules = []plan.DeviceRule{{Allow: true, Type: "a", Major: -1, Minor: -1}}
	}
	return m.devices.restrict(cg.limits, addRule(rules, rule))
}
