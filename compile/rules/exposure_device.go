package rules

import "lxcfg/compile/config"

// deviceExposures are about the host's devices.
func deviceExposures() []Exposure {
	return []Exposure{
		{
			Name: "devices", Title: "every device of the host", Most: 12, Missing: true, weigh: weighDevices,
			Doc: "A root that makes device nodes gets at the disks of the host, if device rules do not deny them. Rules start with `lxc.cgroup2.devices.deny = a`; LXC's common.conf has them.",
		},
		{
			Name: "device-access", Title: "devices of the host", Most: 6, weigh: weighDeviceAccess,
			Doc: "A device that is allowed is the host's own: its driver, and often the memory behind it. Disks and /dev/mem are as good as the host.",
		},
	}
}

func weighDevices(c *config.Config) weight {
	if mapsIDs(c) {
		return weight{} // its root makes no nodes, and the host's file permissions hold
	}
	list := deviceLists(c)
	switch {
	case len(list.rules) == 0:
		return weight{points: 12, summary: "there are no device rules: root may make nodes for all devices of the host",
			lower: "Include /usr/share/lxc/config/common.conf, or deny all devices and allow those that are needed."}
	case !list.deny:
		at := list.rules[max(list.last, 0)].Origin
		return weight{12, at, "the device rules allow what they do not deny", "Begin with `lxc.cgroup2.devices.deny = a` and allow the devices that are needed."}
	}
	return weight{}
}

// harmless reports whether every container has a device: memory that nobody owns,
// terminals, ptys, and file systems in user space.
func harmless(d *config.DeviceRule) bool {
	switch {
	case d.Access == "m":
		return true
	case d.Path != "" || d.Type != 'c':
		return false
	}
	return d.Major == 1 && d.Minor > 2 || d.Major == 5 || d.Major == 136 || d.Major == 10 && d.Minor == 229
}

func weighDeviceAccess(c *config.Config) (w weight) {
	const each, whole = 1, 6
	list := deviceLists(c)
	if !list.deny {
		return weight{}
	}
	mapped := mapsIDs(c)
	for _, s := range list.counting() {
		d := s.Device
		if !allows(s) || harmless(d) {
			continue
		}
		points := each
		if memory := d.Major == 1; !mapped && d.Path == "" && (d.Type == 'b' || d.Major < 0 || memory) {
			points = whole
		}
		if w.points += points; w.summary == "" || points == whole {
			w.at, w.summary, w.lower = s.Origin, "the container may use devices of the host: "+s.Value, "Leave out the devices that the container does not use."
		}
	}
	return w
}
