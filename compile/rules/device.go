package rules

import (
	"fmt"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// deviceRules are about lxc.cgroup2.devices and, of older LXC, lxc.cgroup.devices.
func deviceRules() []Rule {
	const standard = "lxc.cgroup2.devices.deny = a\nlxc.cgroup2.devices.allow = c 1:* rwm\nlxc.cgroup2.devices.allow = c 5:* rwm\nlxc.cgroup2.devices.allow = c 136:* rwm\n"
	return []Rule{
		{
			Code: "cgroup/device-undone", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a device rule that a later line takes back",
			Doc:   "`devices.deny = a` and `devices.allow = a` start the list anew: what stands above has no effect. It happens to lines above an include that holds such a line.",
			Bad:   "lxc.cgroup2.devices.allow = c 226:* rwm\n" + standard,
			Good:  standard + "lxc.cgroup2.devices.allow = c 226:* rwm\n",
			check: deviceUndone,
		},
		{
			Code: "cgroup/device-ignored", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a device rule that LXC passes over",
			Doc:   "Behind `devices.deny = a` only lines with devices.allow count, behind `devices.allow = a` only those with devices.deny. What a wildcard has allowed, LXC takes back for no single device.",
			Bad:   "lxc.cgroup2.devices.deny = a\nlxc.cgroup2.devices.allow = c *:* rm\nlxc.cgroup2.devices.deny = c 1:1 rwm\n",
			Good:  standard + "lxc.cgroup2.devices.allow = c *:* m\n",
			check: deviceIgnored,
		},
		{
			Code: "cgroup/devices-denied", Severity: diag.Warning, Effect: diag.SilentlyDifferent, Missing: true,
			Title: "device rules that leave the container without /dev/null",
			Doc:   "As soon as there is one device rule of cgroup v2, LXC denies every device that no line allows, also behind a line that denies a single one. Few programs work without /dev/null and terminals.",
			Bad:   "lxc.rootfs.path = dir:/srv/web\nlxc.cgroup2.devices.allow = c 10:229 rwm\n",
			Good:  "lxc.rootfs.path = dir:/srv/web\n" + standard + "lxc.cgroup2.devices.allow = c 10:229 rwm\n",
			check: devicesDenied,
		},
		{
			Code: "cgroup/all-devices", Severity: diag.Warning, Effect: diag.Advice, Missing: true,
			Title: "a container that may use every device of the host",
			Doc:   "With mknod(2) the container's root gets at the disks of the host, unless an id map keeps it from that. Allow the devices that it needs.",
			Bad:   "lxc.cgroup2.devices.allow = a\n",
			Good:  standard,
			check: allDevices,
		},
	}
}

// deviceList are the rules of one cgroup version, in order.
type deviceList struct {
	rules []*config.CgroupSetting
	v2    bool
	last  int  // position of the last rule about all devices, which starts the list anew; -1 for none
	deny  bool // devices are denied that no rule allows
}

// deviceLists are the rules for devices: those of cgroup v2 where there are any, and
// those of v1 otherwise, which say the same in configurations for both.
func deviceLists(c *config.Config) deviceList {
	list := deviceList{v2: true, rules: deviceSettings(c.Cgroup.V2), last: -1}
	if len(list.rules) == 0 {
		list.v2, list.rules = false, deviceSettings(c.Cgroup.V1)
	}
	for i := range list.rules {
		if isAll(list.rules[i]) {
			list.last = i
		}
	}
	// cgroup v1 starts from what the cgroup above allows, which is everything.
	list.deny = list.v2 && len(list.rules) > 0
	if list.last >= 0 {
		list.deny = !allows(list.rules[list.last])
	}
	return list
}

func deviceSettings(all []config.CgroupSetting) (devices []*config.CgroupSetting) {
	for i := range all {
		if all[i].Device != nil {
			devices = append(devices, &all[i])
		}
	}
	return devices
}

func allows(s *config.CgroupSetting) bool { return s.File == "devices.allow" }

// isAll reports whether a rule is about all devices at once.
func isAll(s *config.CgroupSetting) bool { return s.Device.Type == 'a' }

// counting are the rules that are not taken back.
func (l deviceList) counting() []*config.CgroupSetting { return l.rules[l.last+1:] }

// permitted are the devices that the container may open.
func (l deviceList) permitted() permitted {
	p := permitted{all: !l.deny, devices: make(deviceSet)} // what is denied one by one, nobody mounts
	for _, s := range l.counting() {
		if allows(s) {
			p.all = p.all || s.Device.Path != "" // which one it is only the host knows
			p.devices.add(s)
		}
	}
	return p
}

// permitted are devices that may be opened.
type permitted struct {
	all     bool
	devices deviceSet
}

// has reports whether a device is among them.
func (p permitted) has(n node) bool {
	_, ok := p.devices.covering(n.kind, n.major, n.minor)
	return p.all || ok
}

// deviceSet finds, among the rules that were added, those about a device.
type deviceSet map[deviceNumbers]config.Origin

// deviceNumbers are those of a rule, -1 for a wildcard; anyMinor stands for every minor
// number that a rule may have.
type deviceNumbers struct {
	kind         byte
	major, minor int64
}

const anyMinor = -2

// add adds a rule, if it is about more than making nodes. The first of several stays.
func (set deviceSet) add(s *config.CgroupSetting) {
	d := s.Device
	if d.Access == "m" || d.Path != "" {
		return
	}
	for _, minor := range [...]int64{d.Minor, anyMinor} {
		numbers := deviceNumbers{d.Type, d.Major, minor}
		if _, known := set[numbers]; !known {
			set[numbers] = s.Origin
		}
	}
}

// covering finds a rule that is about a device. A minor number of -1 stands for any of
// the major.
func (set deviceSet) covering(kind byte, major, minor int64) (config.Origin, bool) {
	minors := [...]int64{minor, -1}
	if minor < 0 {
		minors[1] = anyMinor
	}
	for _, of := range [...]int64{major, -1} {
		for _, minor := range minors {
			if at, ok := set[deviceNumbers{kind, of, minor}]; ok {
				return at, true
			}
		}
	}
	return config.Origin{}, false
}

// deviceUndone tells of rules that are lost. What an included file says, a line of the
// file that includes it may well take back.
func deviceUndone(c *config.Config, report report) {
	list := deviceLists(c)
	for i := range max(list.last, 0) {
		s, over := list.rules[i], list.rules[list.last]
		if isAll(s) || allows(s) == allows(over) || len(s.Origin.Trail()) > len(over.Origin.Trail()) || sameFile(s.Origin, over.Origin) && len(s.Origin.Trail()) > 0 {
			continue
		}
		report(s.Origin, "a later line about all devices takes this rule back", "Move this line below that one.",
			diag.Related{Range: over.Origin.Range(), Summary: "the list starts anew here"})
	}
}

// sameFile reports whether two lines stand in one file.
func sameFile(a, b config.Origin) bool { return a.Range().File == b.Range().File }

func deviceIgnored(c *config.Config, report report) {
	list := deviceLists(c)
	if !list.v2 {
		return // the kernel takes an exception back in v1
	}
	effective := make(deviceSet) // the rules above that count
	for _, s := range list.counting() {
		if allows(s) == list.deny {
			effective.add(s)
			continue
		}
		over, covered := effective.covering(s.Device.Type, s.Device.Major, s.Device.Minor)
		if !covered || s.Device.Path != "" {
			continue
		}
		summary, detail := "LXC denies no device that another line allows", "Allow the devices one by one, without this one."
		if allows(s) {
			summary, detail = "LXC allows no device that another line denies", "Deny the devices one by one, without this one."
		}
		report(s.Origin, summary, detail, diag.Related{Range: over.Range(), Summary: "this line counts"})
	}
}

func devicesDenied(c *config.Config, report report) {
	list := deviceLists(c)
	if !list.v2 || !isContainer(c) || c.Proxmox || !list.deny {
		return
	}
	null, _ := findNode("/dev/null")
	if list.permitted().has(null) {
		return
	}
	at := list.rules[max(list.last, 0)]
	detail := "Include /usr/share/lxc/config/common.conf above this line, which allows what every container needs, or allow `c 1:3 rwm` and the like."
	if !allows(at) && !isAll(at) {
		detail = "Write `lxc.cgroup2.devices.allow = a` above it to deny this device alone."
	}
	report(at.Origin, "with this rule LXC denies every other device, /dev/null too", detail)
}

func allDevices(c *config.Config, report report) {
	if mapsIDs(c) {
		return // its root makes no nodes
	}
	list := deviceLists(c)
	rules := list.counting()
	if list.last >= 0 && !list.deny {
		rules = list.rules[list.last : list.last+1]
	}
	for _, s := range rules {
		d := s.Device
		every := d.Path == "" && d.Major < 0 && (isAll(s) || d.Type == 'b') && d.Access != "m"
		if allows(s) && every {
			report(s.Origin, fmt.Sprintf("this allows the container every %s of the host", map[bool]string{true: "device", false: "disk"}[isAll(s)]),
				"Allow the devices that it needs, one line each.")
		}
	}
}

// mapsIDs reports whether the container's root is not the host's.
func mapsIDs(c *config.Config) bool {
	return (len(c.IDMap) > 0 || c.Unprivileged) && getsUserNamespace(c)
}

// hasUserNamespace reports whether the container is in another user namespace than its
// starter, its own or that of another container.
func hasUserNamespace(c *config.Config) bool { return mapsIDs(c) || c.Namespaces.Share["user"].V != "" }
