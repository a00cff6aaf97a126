package rules

import (
	"fmt"
	"strings"

	"lxcfg/compile/config"
)

// limitExposures are about what the container can use up, and change for all.
func limitExposures() []Exposure {
	rows := []Exposure{{
		Name: "host-settings", Title: "settings of the whole host", Most: 3, weigh: weighHostSettings,
		Doc: "lxc.sysctl writes settings that the kernel keeps once for all: they hold for the host and its other containers too.",
	}}
	for _, limit := range [...]struct{ name, file, what, example string }{
		{"memory-limit", "memory.max", "memory", "512M"}, {"process-limit", "pids.max", "process ids", "1000"},
	} {
		rows = append(rows, Exposure{
			Name: limit.name, Title: "all " + limit.what + " of the host", Most: 2, Missing: true,
			Doc: fmt.Sprintf("Without a limit one container can use up the host's %s, and with that stop it.", limit.what),
			weigh: func(c *config.Config) weight {
				if limits(c, limit.file) {
					return weight{}
				}
				return weight{points: 2, summary: fmt.Sprintf("the container may use up the host's %s", limit.what), lower: fmt.Sprintf("Set a limit: `lxc.cgroup2.%s = %s`.", limit.file, limit.example)}
			},
		})
	}
	return rows
}

// limits reports whether a file of a controller is set, of either cgroup version, to
// something else than no limit.
func limits(c *config.Config, file string) bool {
	controller, _, _ := strings.Cut(file, ".")
	for _, s := range c.Cgroup.V2 {
		if (s.File == file || s.File == controller+".high") && s.Value != "max" {
			return true
		}
	}
	for _, s := range c.Cgroup.V1 {
		if (s.File == file || s.File == controller+".limit_in_bytes") && s.Value != "-1" && s.Value != "max" {
			return true
		}
	}
	return false
}

func weighHostSettings(c *config.Config) weight {
	if mapsIDs(c) {
		return weight{} // its root may not write them
	}
	for _, s := range c.Limits.Sysctl {
		if s.V.Name != "" && !isOfNamespace(sysctlPath(s.V.Name)) {
			return weight{3, s.Origin, fmt.Sprintf("%s is set for the whole host", s.V.Name), "Set it on the host, in /etc/sysctl.d, and remove the line."}
		}
	}
	return weight{}
}
