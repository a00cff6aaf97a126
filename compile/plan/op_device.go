package plan

import (
	"fmt"
	"strings"
)

// DeviceRule is one line of lxc.cgroup.devices.* or lxc.cgroup2.devices.*.
type DeviceRule struct {
	Allow  bool   `json:"allow"`
	Type   string `json:"type"`   // "a" all, "b" block, "c" character
	Major  int64  `json:"major"`  // -1 any
	Minor  int64  `json:"minor"`  // -1 any
	Access string `json:"access"` // letters of "rwm": read, write, mknod
}

// String gives the rule as the v1 device controller takes it, "c 1:3 rwm".
func (r DeviceRule) String() string {
	if r.Type == "a" {
		return "a *:* rwm"
	}
	return fmt.Sprintf("%s %s:%s %s", r.Type, deviceNumber(r.Major), deviceNumber(r.Minor), r.Access)
}

// words is the rule for people, with the name of a device that every host has.
func (r DeviceRule) words() string {
	verb := "deny "
	if r.Allow {
		verb = "allow "
	}
	for _, known := range knownDevices {
		if r.Type == "c" && r.Major == known.major && (r.Minor == known.minor || known.minor < 0) {
			return verb + r.String() + " " + known.name
		}
	}
	if r.Type == "a" {
		return verb + "all devices"
	}
	return verb + r.String()
}

// knownDevices are character devices by their number (the kernel's
// admin-guide/devices.txt); -1 is any.
var knownDevices = [...]struct {
	major, minor int64
	name         string
}{
	{1, 3, "null"}, {1, 5, "zero"}, {1, 7, "full"}, {1, 8, "random"}, {1, 9, "urandom"}, {1, 11, "kmsg"},
	{5, 0, "tty"}, {5, 1, "console"}, {5, 2, "ptmx"}, {136, -1, "pts"},
	{10, 200, "tun"}, {10, 229, "fuse"}, {10, 232, "kvm"}, {10, 237, "loop-control"}, {226, -1, "dri"},
}

func deviceNumber(n int64) string {
	if n < 0 {
		return "*"
	}
	return fmt.Sprint(n)
}

// DeviceRules restricts the devices the payload may use: line by line to
// devices.allow and devices.deny on v1, as one eBPF program on v2.
type DeviceRules struct {
	Hierarchy string           `json:"hierarchy"`
	Version   int              `json:"version"`
	Rules     List[DeviceRule] `json:"rules"` // in the order of the configuration
}

func (DeviceRules) Kind() Kind       { return "device-rules" }
func (o DeviceRules) Object() string { return o.Hierarchy }
func (o DeviceRules) Describe() string {
	words := make([]string, 0, o.Rules.Len())
	for _, r := range o.Rules.All() {
		verb := "deny "
		if r.Allow {
			verb = "allow "
		}
		words = append(words, verb+r.String())
	}
	return fmt.Sprintf("restrict devices (cgroup v%d): %s", o.Version, strings.Join(words, ", "))
}
func (o DeviceRules) Row() Row {
	row := Row{Verb: "devices", Subject: fmt.Sprintf("%d rules", o.Rules.Len())}
	for _, r := range o.Rules.All() {
		row.Details = append(row.Details, r.words())
	}
	return row
}
func (o DeviceRules) Summary() (Topic, string) {
	if o.Rules.Len() > 0 && o.Rules.At(0).Type == "a" && !o.Rules.At(0).Allow {
		return TopicDevices, fmt.Sprintf("all denied but what %d rules allow", o.Rules.Len()-1)
	}
	return TopicDevices, fmt.Sprintf("%d rules", o.Rules.Len())
}
func (o DeviceRules) Changes(before Op, _ bool) []string {
	was := before.(DeviceRules)
	if isNew(was, o) {
		return nil
	}
	gained, lost := difference(was.Row().Details, o.Row().Details)
	var words []string
	for _, rule := range gained {
		words = append(words, "new device rule: "+rule)
	}
	for _, rule := range lost {
		words = append(words, "device rule gone: "+rule)
	}
	if len(words) == 0 {
		return []string{"the device rules are in another order"}
	}
	return words
}
