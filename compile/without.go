package compile

import (
	"fmt"
	"slices"

	"lxcfg/compile/config"
	"lxcfg/compile/keys"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// builtWithoutCode is the code of what this file reports.
const builtWithoutCode = "lxc/built-without"

// lxcCodes are about the LXC that is installed on a host.
func lxcCodes() []diag.Row {
	return []diag.Row{{
		Code: builtWithoutCode, Verdicts: []diag.Verdict{diag.Refused, diag.Failing, diag.Differing}, Title: "a line for something that the installed LXC was built without",
		Doc: "LXC can be built without AppArmor, SELinux, seccomp and capabilities, and is for small systems. Today's then refuses every file with a line about what it lacks, `lxc.apparmor.profile = unconfined` included; " +
			"older ones leave the container unconfined without a word. It is judged with --host, and with --facts: by the messages in LXC's library and the libraries that it is linked to.",
		Bad: rootLine + "lxc.apparmor.profile = unconfined\n", Good: rootLine, Host: "lxc-without-everything",
	}}
}

// lxcPart is a part that LXC can be built without, and the lines that need it.
type lxcPart struct {
	part  plan.LXCPart
	words string
	// since is the first LXC that refuses to load a file with such a line; what those
	// before it do is earlier, and in words detail.
	since   keys.Version
	earlier diag.Verdict
	detail  string
	lines   func(*config.Config) []config.Origin
}

// lxcParts is one row a part.
func lxcParts() []lxcPart {
	const ignored = "LXC leaves the line out without a word. "
	return []lxcPart{
		{plan.LXCAppArmor, "AppArmor", keys.V5_0, diag.Differing, ignored, func(c *config.Config) []config.Origin {
			s := &c.Security
			return slices.Concat(lineOf(s.AppArmorProfile), lineOf(s.AppArmorAllowIncomplete), lineOf(s.AppArmorAllowNesting), origins(s.AppArmorRaw))
		}},
		{plan.LXCSELinux, "SELinux", keys.V5_0, diag.Differing, ignored, func(c *config.Config) []config.Origin {
			return slices.Concat(lineOf(c.Security.SELinuxContext), lineOf(c.Security.SELinuxKeyring))
		}},
		{plan.LXCSeccomp, "seccomp", keys.V5_0, diag.Differing, ignored, func(c *config.Config) []config.Origin {
			s := &c.Seccomp
			return slices.Concat(lineOf(s.Profile), lineOf(s.AllowNesting), lineOf(s.NotifyProxy), lineOf(s.NotifyCookie))
		}},
		{plan.LXCCapabilities, "capabilities", keys.V4_0, diag.Failing, "LXC knows no capability by its name then. ", func(c *config.Config) []config.Origin {
			return slices.Concat(origins(c.Cap.Drop), origins(c.Cap.Keep))
		}},
	}
}

// BuiltWithout are the lines that the LXC which is installed on a host cannot carry out,
// because it was built without what they need. lxcfg itself needs no LXC.
func BuiltWithout(l *Loaded, facts plan.Facts) (findings diag.List) {
	for _, p := range lxcParts() {
		if !slices.Contains(facts.LXCLacks.Slice(), p.part) {
			continue
		}
		verdict, detail := diag.Refused, ""
		if l.Version < p.since {
			verdict, detail = p.earlier, p.detail
		}
		lines := p.lines(l.Config)
		// A line may hold several capabilities.
		lines = slices.CompactFunc(lines, func(a, b config.Origin) bool { return a.Range() == b.Range() })
		for _, at := range lines {
			findings = append(findings, diag.Diagnostic{
				Code: builtWithoutCode, Severity: verdict.Severity, Effect: verdict.Effect,
				Summary: fmt.Sprintf("the LXC that is installed was built without %s", p.words),
				Detail:  detail + "Remove the line, or install an LXC that was built with it. `lxcfg start` carries the line out.",
				Subject: at.Range(), Key: at.Key, Trail: at.Trail(),
			})
		}
	}
	return findings
}
