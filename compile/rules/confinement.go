package rules

import (
	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// confinementRules are about what keeps the container's root from the host.
func confinementRules() []Rule {
	const root = "lxc.rootfs.path = dir:/srv/web\n"
	return []Rule{
		{
			Code: "security/unconfined", Severity: diag.Info, Effect: diag.Advice, Missing: true,
			Title: "root of the host without an AppArmor profile",
			Doc:   "Without an id map the container's root is the host's, and AppArmor is most of what holds it. unconfined takes that away. `lxcfg security` weighs all such settings together.",
			Bad:   root + "lxc.apparmor.profile = unconfined\n",
			Good:  root + "lxc.apparmor.profile = generated\n",
			check: securityUnconfined,
		},
		{
			Code: "security/writable-proc", Severity: diag.Warning, Effect: diag.Advice, Missing: true,
			Title: "/proc or /sys of the host, writable for its root",
			Doc:   "Without an id map the container's root is the host's, and what it writes to /proc/sys, /proc/sysrq-trigger and /sys changes the host: it can stop it, or run programs there.",
			Bad:   root + "lxc.mount.auto = proc:rw sys:rw\n",
			Good:  root + "lxc.mount.auto = proc:mixed sys:mixed\n",
			check: securityWritableProc,
		},
		{
			Code: "apparmor/nesting-unused", Severity: diag.Info, Effect: diag.SilentlyDifferent,
			Title: "nesting for a profile that is not generated",
			Doc:   "lxc.apparmor.allow_nesting opens a generated profile for containers in the container. A profile by name is as it was loaded, whatever the line says.",
			Bad:   "lxc.apparmor.profile = lxc-container-default-cgns\nlxc.apparmor.allow_nesting = 1\n",
			Good:  "lxc.apparmor.profile = generated\nlxc.apparmor.allow_nesting = 1\n",
			check: apparmorNestingUnused,
		},
	}
}

func securityUnconfined(c *config.Config, report report) {
	if profile := c.Security.AppArmorProfile; profile.V == "unconfined" && isContainer(c) && !mapsIDs(c) {
		report(profile.Origin, "nothing but capabilities keeps this container's root from the host", "Write `generated`, or map ids with lxc.idmap.")
	}
}

func securityWritableProc(c *config.Config, report report) {
	if !isContainer(c) || mapsIDs(c) {
		return
	}
	for _, auto := range [...]struct {
		value      config.Value[string]
		name, safe string
	}{{c.Mount.Auto.Proc, "/proc", "proc:mixed"}, {c.Mount.Auto.Sys, "/sys", "sys:mixed"}} {
		if auto.value.V == "rw" {
			report(auto.value.Origin, "the container's root may write to all of the host's "+auto.name, "Write `"+auto.safe+"`, or map ids with lxc.idmap.")
		}
	}
}

func apparmorNestingUnused(c *config.Config, report report) {
	nesting, profile := c.Security.AppArmorAllowNesting, c.Security.AppArmorProfile
	if nesting.V && profile.V != "generated" && profile.V != "unconfined" && profile.V != "unchanged" && profile.Set {
		report(nesting.Origin, "allow_nesting opens a generated profile only", "Write `lxc.apparmor.profile = generated`.", diag.Related{Range: profile.Origin.Range(), Summary: "the profile"})
	}
}
