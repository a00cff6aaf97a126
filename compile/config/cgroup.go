package config

import "lxcfg/grammar"

// Cgroup is lxc.cgroup.*, lxc.cgroup2.* and lxc.cgroup.dir.*.
type Cgroup struct {
	V1                []CgroupSetting // lxc.cgroup.[file], removed in LXC 7.0
	V2                []CgroupSetting // lxc.cgroup2.[file]
	Dir               Value[string]
	DirContainer      Value[string]
	DirContainerInner Value[string]
	DirMonitor        Value[string]
	DirMonitorPivot   Value[string]
	Relative          Value[bool]
}

// CgroupSetting is one line for a file of the payload's cgroup.
type CgroupSetting struct {
	File   string // "memory.max", "devices.allow"
	Value  string // as written
	Device *DeviceRule
	Origin Origin
}

// DeviceRule is a value of devices.allow or devices.deny.
type DeviceRule = grammar.DeviceRule
