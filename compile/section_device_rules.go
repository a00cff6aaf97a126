package compile

import (
	"fmt"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// compileDeviceRules restricts devices, once the container's own are made.
func (c *compiler) compileDeviceRules() {
	unified := c.facts.Cgroups.Layout == plan.CgroupUnified
	settings, version := c.config.Cgroup.V1, 1
	if unified {
		settings, version = c.config.Cgroup.V2, 2
	}
	var rules []plan.DeviceRule
	var lines []config.Origin
	for _, s := range settings {
		if s.Device == nil {
			continue
		}
		rule, ok := c.deviceRule(s)
		if !ok {
			return
		}
		lines = append(lines, s.Origin)
		rules = append(rules, rule)
	}
	if len(rules) == 0 {
		return
	}
	mayRestrict := c.facts.Caller.Root() && !c.facts.Caller.InUserNS
	if unified && !mayRestrict {
		c.leaveDeviceRules(lines[0])
		return
	}
	h, ok := c.hierarchyOf(config.CgroupSetting{File: "devices.allow", Origin: lines[0]})
	switch {
	case !ok:
	case !mayRestrict:
		c.leaveDeviceRules(lines[0])
	default:
		c.add(plan.AtDeviceRules, plan.DeviceRules{Hierarchy: h.Name, Version: version, Rules: plan.ListOf(rules...)}, lines...)
	}
}

// deviceRule resolves a rule: a path stands for the device it is now.
func (c *compiler) deviceRule(s config.CgroupSetting) (plan.DeviceRule, bool) {
	rule := plan.DeviceRule{Allow: s.File == "devices.allow", Type: string(s.Device.Type),
		Major: s.Device.Major, Minor: s.Device.Minor, Access: s.Device.Access}
	if s.Device.Path == "" {
		return rule, true
	}
	device := c.facts.Device(s.Device.Path)
	switch {
	case !device.Exists:
		c.refuse(s.Origin, "cgroup/no-device", fmt.Sprintf("there is no %q on this host", device.Path),
			"LXC looks a path up when the container starts. Write the device's type and numbers, as `ls -l` shows them where there is one.")
		return rule, false
	case device.Type == "":
		c.refuse(s.Origin, "cgroup/no-device", fmt.Sprintf("%q is no device", device.Path), "Name a device node, or write type and numbers.")
		return rule, false
	}
	rule.Type, rule.Major, rule.Minor = device.Type, int64(device.Major), int64(device.Minor)
	return rule, true
}

// leaveDeviceRules tells that the rules are left out: only root of the host may
// restrict devices. LXC goes on without them too; in a user namespace no device
// node can be made in any case.
func (c *compiler) leaveDeviceRules(at config.Origin) {
	c.report(diag.Warning, diag.SilentlyDifferent, at, "cgroup/devices-need-root",
		"the device rules are left out: only root of the host may restrict devices",
		"LXC leaves them out too. The container can make no device nodes and has those of the host that are bound into it. "+
			"To be silent about it, write `lxc.cgroup2.devices.deny =` and `lxc.cgroup2.devices.allow =` (or lxc.cgroup.…) behind the rules, as userns.conf does.")
}
