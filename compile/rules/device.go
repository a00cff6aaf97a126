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
			Code: "cgroup/devices-denied", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "device rules that leave the container without /dev/null",
			Doc:   "As soon as there is one device rule of cgroup v2, LXC denies every device that no line allows, also behind a line that denies a single one. Few programs work without /dev/null and terminals.",
			Bad:   "lxc.rootfs.path = dir:/srv/web\nlxc.cgroup2.devices.allow = c 10:229 rwm\n",
			Good:  "lxc.rootfs.path = dir:/srv/web\n" + standard + "lxc.cgroup2.devices.allow = c 10:229 rwm\n",
			check: devicesDenied,
		},
		{
			Code: "cgroup/all-devices", Severity: diag.Warning, Effect: diag.Advice,
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
	rules []config.CgroupSetting
	v2    bool
}

// deviceLists are the rules for devices: those of cgroup v2 where there are any, and
// those of v1 otherwise, which say the same in configurations for both.
func deviceLists(c *config.Config) deviceList {
	list := deviceList{v2: true}
	for _, s := range c.Cgroup.V2 {
		if s.Device != nil {
			list.rules = append(list.rules, s)
		}
	}
	if len(list.rules) > 0 {
		return list
	}
	list.v2 = false
	for _, s := range c.Cgroup.V1 {
		if s.Device != nil {
			list.rules = append(list.rules, s)
		}
	}
	return list
}

func allows(s config.CgroupSetting) bool { return s.File == "devices.allow" }

// isAll reports whether a rule is about all devices at once.
func isAll(s config.CgroupSetting) bool { return s.Device.Type == 'a' }

// last is the position of the last rule about all devices, -1 for none.
func (l deviceList) last() int {
	for i := len(l.rules) - 1; i >= 0; i-- {
		if isAll(l.rules[i]) {
			return i
		}
	}
	return -1
}

// allowlist reports whether devices are denied that no rule allows. cgroup v1 starts
// from what the cgroup above allows, which is everything.
func (l deviceList) allowlist() bool {
	if i := l.last(); i >= 0 {
		return !allows(l.rules[i])
	}
	return l.v2 && len(l.rules) > 0
}

// counting are the rules that are not taken back.
func (l deviceList) counting() []config.CgroupSetting { return l.rules[l.last()+1:] }

// permits reports whether the container may open a device for reading and writing.
func (l deviceList) permits(n node) bool {
	if !l.allowlist() {
		return true // what is denied one by one, nobody mounts
	}
	for _, s := range l.counting() {
		if d := s.Device; allows(s) && (d.Path != "" || covers(d, n.kind, n.major, n.minor)) {
			return true
		}
	}
	return false
}

// covers reports whether a rule is about a device, for more than making its node. A
// minor number of -1 stands for any of the major.
func covers(d *config.DeviceRule, kind byte, major, minor int64) bool {
	if d.Access == "m" || d.Type != kind {
		return false
	}
	return (d.Major < 0 || d.Major == major) && (d.Minor < 0 || minor < 0 || d.Minor == minor)
}

// deviceUndone tells of rules that are lost. What an included file says, a line of the
// file that includes it may well take back.
func deviceUndone(c *config.Config, report report) {
	list := deviceLists(c)
	last := list.last()
	for i := range max(last, 0) {
		s, over := list.rules[i], list.rules[last]
		if isAll(s) || len(s.Origin.Trail()) > len(over.Origin.Trail()) || sameFile(s.Origin, over.Origin) && len(s.Origin.Trail()) > 0 {
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
	counting := list.counting()
	for i, s := range counting {
		if allows(s) == list.allowlist() {
			continue
		}
		for _, other := range counting[:i] {
			if d := s.Device; allows(other) == list.allowlist() && d.Path == "" && other.Device.Path == "" && covers(other.Device, d.Type, d.Major, d.Minor) {
				summary, detail := "LXC denies no device that another line allows", "Allow the devices one by one, without this one."
				if allows(s) {
					summary, detail = "LXC allows no device that another line denies", "Deny the devices one by one, without this one."
				}
				report(s.Origin, summary, detail, diag.Related{Range: other.Origin.Range(), Summary: "this line counts"})
				break
			}
		}
	}
}

func devicesDenied(c *config.Config, report report) {
	list := deviceLists(c)
	if !list.v2 || !isContainer(c) || c.Proxmox || !list.allowlist() {
		return
	}
	null, _ := findNode("/dev/null")
	if list.permits(null) {
		return
	}
	at := list.rules[max(list.last(), 0)]
	detail := "Include /usr/share/lxc/config/common.conf above this line, which allows what every container needs, or allow `c 1:3 rwm` and the like."
	if !allows(at) && !isAll(at) {
		detail = "Write `lxc.cgroup2.devices.allow = a` above it to deny this device alone."
	}
	report(at.Origin, "with this rule LXC denies every other device, /dev/null too", detail)
}

func allDevices(c *config.Config, report report) {
	list := deviceLists(c)
	rules := list.counting()
	if i := list.last(); i >= 0 && !list.allowlist() {
		rules = list.rules[i : i+1]
	}
	for _, s := range rules {
		d := s.Device
		every := d.Path == "" && d.Major < 0 && (isAll(s) || d.Type == 'b') && d.Access != "m"
		if allows(s) && every && !mapsIDs(c) {
			report(s.Origin, fmt.Sprintf("this allows the container every %s of the host", map[bool]string{true: "device", false: "disk"}[isAll(s)]),
				"Allow the devices that it needs, one line each.")
		}
	}
}

// mapsIDs reports whether the container's root is not the host's.
func mapsIDs(c *config.Config) bool { return len(c.IDMap) > 0 && getsUserNamespace(c) }
