package keys

import (
	"slices"

	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// cgroupKeys is the section on control groups.
func cgroupKeys() []Key {
	v1 := func(c *config.Config) *[]config.CgroupSetting { return &c.Cgroup.V1 }
	v2 := func(c *config.Config) *[]config.CgroupSetting { return &c.Cgroup.V2 }
	return []Key{
		{
			Name: "lxc.cgroup2", Since: V3_0, Launch: NoSteps("it only clears lines above it"),
			Doc:     "An empty value clears every lxc.cgroup2 line above.",
			Example: "lxc.cgroup2 =",
			field:   clearsOnly(func(c *config.Config, _ input) { c.Cgroup.V2 = nil }),
		},
		{
			Name: "lxc.cgroup2.[file]", Since: V3_0, Launch: Steps(),
			Without: "the limits of the cgroup above",
			Doc:     "Writes a file of the container's cgroup, on a host with cgroup v2 only; elsewhere the line has no effect. devices.allow and devices.deny are no files but rules for a device filter.",
			Example: "lxc.cgroup2.memory.max = 512M",
			field:   cgroupSettings(v2),
		},
		{
			Name: "lxc.cgroup", Since: V1_0, Removed: V7_0, Launch: NoSteps("it only clears lines above it"),
			Doc:     "An empty value clears every lxc.cgroup line above.",
			Example: "lxc.cgroup =",
			field:   clearsOnly(func(c *config.Config, _ input) { c.Cgroup.V1 = nil }),
		},
		{
			Name: "lxc.cgroup.[file]", Since: V1_0, Removed: V7_0, Launch: Steps(),
			Without: "the limits of the cgroup above",
			Doc:     "Writes a file of the container's cgroup on a host with cgroup v1. LXC 7.0 removed these keys; the lxc.cgroup2 ones take their place.",
			Example: "lxc.cgroup.memory.limit_in_bytes = 512M",
			field:   cgroupSettings(v1),
		},
		{
			Name: "lxc.cgroup.dir", Since: V2_1, Launch: Steps(),
			Without: "lxc.payload.NAME",
			Changes: []Change{{V7_0, "A misspelt name below it is taken for a limit of cgroup v1."}},
			Doc:     "The cgroup, below the usual place, that the container's cgroups are made in.",
			Example: "lxc.cgroup.dir = customer/42",
			field:   scalar(grammar.CgroupDir, func(c *config.Config) *config.Value[string] { return &c.Cgroup.Dir }),
		},
		{
			Name: "lxc.cgroup.dir.container", Since: V5_0, Launch: Steps(),
			Without: "what lxc.cgroup.dir says",
			Doc:     "The exact path of the container's cgroup. It needs lxc.cgroup.dir.monitor beside it and excludes lxc.cgroup.dir.",
			Example: "lxc.cgroup.dir.container = lxc/web",
			field:   scalar(grammar.CgroupDir, func(c *config.Config) *config.Value[string] { return &c.Cgroup.DirContainer }),
		},
		{
			Name: "lxc.cgroup.dir.container.inner", Since: V5_0, Launch: Steps(),
			Without: "the container sees the cgroup that the limits stand in",
			Doc:     "A cgroup below the container's that its processes start in; the limits stay on the outer one, out of the container's reach.",
			Example: "lxc.cgroup.dir.container.inner = init",
			field:   scalar(grammar.CgroupLeaf, func(c *config.Config) *config.Value[string] { return &c.Cgroup.DirContainerInner }),
		},
		{
			Name: "lxc.cgroup.dir.monitor", Since: V5_0, Launch: NoSteps("lxcfg leaves the monitor in the cgroup it was started in"),
			Without: "what lxc.cgroup.dir says, or lxc.monitor.NAME",
			Doc:     "The exact path of the monitor's cgroup.",
			Example: "lxc.cgroup.dir.monitor = lxc/monitor-web",
			field:   scalar(grammar.CgroupDir, func(c *config.Config) *config.Value[string] { return &c.Cgroup.DirMonitor }),
		},
		{
			Name: "lxc.cgroup.dir.monitor.pivot", Since: V5_0, Launch: NoSteps("lxcfg leaves the monitor in the cgroup it was started in"),
			Without: "lxc.pivot",
			Doc:     "The cgroup the monitor goes to at the container's end, so that its own can be removed.",
			Example: "lxc.cgroup.dir.monitor.pivot = lxc/pivot",
			field:   scalar(grammar.CgroupDir, func(c *config.Config) *config.Value[string] { return &c.Cgroup.DirMonitorPivot }),
		},
		{
			Name: "lxc.cgroup.relative", Since: V4_0, Default: "0", Launch: Steps(),
			Doc:     "Whether the container's cgroups go below the caller's own instead of those of process 1.",
			Example: "lxc.cgroup.relative = 1",
			field:   scalar(grammar.Bool, func(c *config.Config) *config.Value[bool] { return &c.Cgroup.Relative }),
		},
	}
}

// cgroupSettings is a family of cgroup files. Lines of one file add up: they are
// written one after the other.
func cgroupSettings(at func(*config.Config) *[]config.CgroupSetting) *field {
	return &field{
		language: grammar.String.Name, syntax: "what the file takes; devices.allow and devices.deny: " + grammar.Device.Syntax, repeat: Appends,
		set: func(c *config.Config, in input) *grammar.ValueError {
			if err := needsName(in); err != nil {
				return err
			}
			s := config.CgroupSetting{File: in.part, Value: in.value.String, Origin: in.origin}
			if isDeviceFile(in.part) {
				rule, err := grammar.Device.Parse(in.value)
				if err == nil && rule.Path != "" && in.part == "devices.deny" {
					err = &grammar.ValueError{Range: in.value.Range, Summary: "a device is denied by its numbers only",
						Detail: "Write its type and numbers, as `ls -l` shows them: LXC looks a path up for devices.allow alone."}
				}
				if err != nil {
					err.Code = grammar.Device.Name
					err.AtStart = true // LXC hands the text on and the kernel refuses it
					return err
				}
				s.Device = &rule
			}
			*at(c) = append(*at(c), s)
			return nil
		},
		clear: func(c *config.Config, in input) *grammar.ValueError {
			*at(c) = slices.DeleteFunc(*at(c), func(s config.CgroupSetting) bool { return s.File == in.part })
			return nil
		},
		show: func(c *config.Config, emit func(string, string, config.Origin)) {
			for _, s := range *at(c) {
				emit(s.File, s.Value, s.Origin)
			}
		},
	}
}

func isDeviceFile(name string) bool {
	return name == "devices.allow" || name == "devices.deny"
}
