package rules

import (
	"fmt"

	"lxcfg/compile/config"
)

// confinementExposures are about security modules and system calls.
func confinementExposures() []Exposure {
	return []Exposure{
		{
			Name: "seccomp", Title: "every system call", Most: 10, Missing: true, weigh: weighSeccomp,
			Doc: "A policy keeps the container from system calls that it has no use for, and their bugs. LXC's common.seccomp denies a few that lead out.",
		},
		{
			Name: "unconfined", Title: "no security module", Most: 15, weigh: weighUnconfined,
			Doc: "AppArmor or SELinux keeps the container's root from what a mistake elsewhere opens. Without an id map little else does.",
		},
		{
			Name: "incomplete-profile", Title: "a profile that may not hold", Most: 3, weigh: weighIncomplete,
			Doc: "With lxc.apparmor.allow_incomplete the container starts also where AppArmor cannot decide over mounts.",
		},
		{
			Name: "nesting", Title: "containers in the container", Most: 4, weigh: weighNesting,
			Doc: "For nesting the profile allows mounts of proc and sysfs that nothing covers, in which the protection of /proc and /sys is lost.",
		},
		{
			Name: "keyring", Title: "the starter's keys", Most: 2, weigh: weighKeyring,
			Doc: "In the session keyring of who starts the container are its keys, such as those of encrypted directories.",
		},
	}
}

func weighSeccomp(c *config.Config) weight {
	if profile := c.Seccomp.Profile; profile.V != "" && profile.V != "none" {
		return weight{}
	}
	points := 10
	if mapsIDs(c) {
		points = 6
	}
	return weight{points, c.Seccomp.Profile.Origin, "the container may make every system call", "Name a policy: `lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp`."}
}

func weighUnconfined(c *config.Config) weight {
	profile := c.Security.AppArmorProfile
	if profile.V != "unconfined" && profile.V != "unchanged" || c.Security.SELinuxContext.V != "" {
		return weight{}
	}
	points := 15
	if mapsIDs(c) {
		points = 5
	}
	return weight{points, profile.Origin, fmt.Sprintf("with the profile %q AppArmor lets the container do everything", profile.V), "Write `lxc.apparmor.profile = generated`."}
}

func weighIncomplete(c *config.Config) weight {
	if v := c.Security.AppArmorAllowIncomplete; v.V {
		return weight{3, v.Origin, "the container starts without the protection of mounts, too", "Remove the line."}
	}
	return weight{}
}

func weighNesting(c *config.Config) weight {
	v := c.Security.AppArmorAllowNesting
	if !v.V {
		return weight{}
	}
	points := 4
	if mapsIDs(c) {
		points = 1
	}
	return weight{points, v.Origin, "containers in the container get a /proc and /sys without protection", "Remove the line, unless containers are started in the container."}
}

func weighKeyring(c *config.Config) weight {
	if v := c.Namespaces.KeyringSession; v.V {
		return weight{2, v.Origin, "the container has the session keyring of who starts it", "Remove the line."}
	}
	return weight{}
}
