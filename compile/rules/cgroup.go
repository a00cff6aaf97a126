package rules

import (
	"fmt"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// cgroupRules are about lxc.cgroup.dir and its family.
func cgroupRules() []Rule {
	return []Rule{
		{
			Code: "cgroup/two-places", Severity: diag.Error, Effect: diag.FailsAtStart,
			Doc:   "lxc.cgroup.dir and the keys that give exact paths exclude each other.",
			Bad:   "lxc.cgroup.dir = customer\nlxc.cgroup.dir.container = customer/web\nlxc.cgroup.dir.monitor = customer/monitor\n",
			Good:  "lxc.cgroup.dir = customer\n",
			check: cgroupTwoPlaces,
		},
		{
			Code: "cgroup/half-a-place", Severity: diag.Error, Effect: diag.FailsAtStart, Missing: true,
			Doc:   "Exact paths are given for both the container and its monitor, and an inner cgroup needs them.",
			Bad:   "lxc.cgroup.dir.container = customer/web\n",
			Good:  "lxc.cgroup.dir.container = customer/web\nlxc.cgroup.dir.monitor = customer/monitor\nlxc.cgroup.dir.container.inner = init\n",
			check: cgroupHalfAPlace,
		},
	}
}

// exactPlaces are the keys that give the path of a cgroup exactly.
func exactPlaces(c *config.Config) []config.Value[string] {
	return []config.Value[string]{c.Cgroup.DirContainer, c.Cgroup.DirMonitor, c.Cgroup.DirContainerInner}
}

func cgroupTwoPlaces(c *config.Config, report report) {
	dir := c.Cgroup.Dir
	for _, v := range exactPlaces(c) {
		if dir.V != "" && v.V != "" {
			report(v.Origin, fmt.Sprintf("%s and lxc.cgroup.dir exclude each other", v.Origin.Key),
				"Keep one of them. To take back what an included file set, write `lxc.cgroup.dir =`.", diag.Related{Range: dir.Origin.Range(), Summary: "lxc.cgroup.dir"})
			return
		}
	}
}

func cgroupHalfAPlace(c *config.Config, report report) {
	container, monitor := c.Cgroup.DirContainer, c.Cgroup.DirMonitor
	if container.V != "" && monitor.V != "" {
		return
	}
	missing := "lxc.cgroup.dir.container"
	if container.V != "" {
		missing = "lxc.cgroup.dir.monitor"
	}
	for _, v := range exactPlaces(c) {
		if v.V != "" {
			report(v.Origin, fmt.Sprintf("%s needs %s beside it", v.Origin.Key, missing), fmt.Sprintf("Add a line for %s, or use lxc.cgroup.dir.", missing))
			return
		}
	}
}
