package rules

import (
	"fmt"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// securityRules are about lxc.apparmor.
func securityRules() []Rule {
	return []Rule{{
		Code: "apparmor/rule-unused", Severity: diag.Warning, Effect: diag.SilentlyDifferent, Missing: true,
		Doc:   "Rules can be added to a generated profile only: a named one is as it was loaded.",
		Bad:   "lxc.apparmor.profile = lxc-container-default-cgns\nlxc.apparmor.raw = deny /proc/kcore rw,\n",
		Good:  "lxc.apparmor.profile = generated\nlxc.apparmor.raw = deny /proc/kcore rw,\n",
		check: apparmorRuleUnused,
	}}
}

func apparmorRuleUnused(c *config.Config, report report) {
	profile := c.Security.AppArmorProfile
	if profile.V == "generated" {
		return
	}
	for _, rule := range c.Security.AppArmorRaw {
		said := fmt.Sprintf("with the profile %q", profile.V)
		if profile.V == "" {
			said = "with LXC's default profile"
		}
		report(rule.Origin, "this rule has no effect "+said, "Write `lxc.apparmor.profile = generated`, or put the rule into the profile itself.")
	}
}
