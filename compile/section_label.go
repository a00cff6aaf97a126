package compile

import (
	"fmt"
	"slices"
	"strings"

	"lxcfg/compile/apparmor"
	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// The values of lxc.apparmor.profile that are no profile's name.
const (
	unconfined = "unconfined"
	unchanged  = "unchanged"
	generated  = "generated"
)

// The profiles that LXC brings along, without and with cgroup namespaces.
const (
	defaultProfile       = "lxc-container-default"
	defaultProfileCgroup = "lxc-container-default-cgns"
)

// namedProfiles lists the AppArmor profiles that a launch may want.
func namedProfiles(c *config.Config) []string {
	switch name := c.Security.AppArmorProfile.V; name {
	case "":
		return []string{defaultProfile, defaultProfileCgroup}
	case unconfined, unchanged, generated:
		return nil
	default:
		return []string{name}
	}
}

// compileLabel asks for the AppArmor profile or SELinux context, on a host that
// has the LSM. Elsewhere LXC ignores the keys, so there is nothing to do.
func (c *compiler) compileLabel() {
	security := &c.config.Security
	if c.facts.LSM == "apparmor" {
		c.compileAppArmor()
	} else if p := security.AppArmorProfile; p.V != "" && p.V != unconfined && p.V != unchanged {
		c.report(diag.Info, diag.SilentlyDifferent, p.Origin, "apparmor/not-here",
			fmt.Sprintf("this host has no AppArmor: the container is not confined by %q", p.V), "LXC ignores the line here too.")
	}
	context := security.SELinuxContext
	switch {
	case context.V == "":
	case c.facts.LSM == "selinux":
		c.add(plan.AtLabel, plan.Label{LSM: "selinux", Label: context.V}, context.Origin)
	default:
		c.report(diag.Info, diag.SilentlyDifferent, context.Origin, "selinux/not-here",
			fmt.Sprintf("SELinux does not decide on this host: the container does not run under %q", context.V), "LXC ignores the line here too.")
	}
}

// compileAppArmor chooses the profile that init runs under.
func (c *compiler) compileAppArmor() {
	profile := c.config.Security.AppArmorProfile
	switch profile.V {
	case unchanged:
	case unconfined:
		c.confine(unconfined, profile)
	case generated:
		c.generateProfile(profile)
	case "":
		name := defaultProfile
		if c.facts.CgroupNS {
			name = defaultProfileCgroup
		}
		c.confine(name, profile)
	default:
		c.confine(profile.V, profile)
	}
}

// confine has init run under a profile that is loaded.
func (c *compiler) confine(name string, profile config.Value[string]) {
	at := profile.Origin
	if !profile.Set {
		at = c.nowhere()
	}
	if c.facts.AppArmor.Label == name || !c.mayConfine(name, at) {
		return
	}
	if name != unconfined && c.facts.Profile(name) == plan.ProfileMissing {
		hint := "`aa-status` lists those that are."
		if name == defaultProfile || name == defaultProfileCgroup {
			hint = "LXC brings it along; `apparmor_parser -r /etc/apparmor.d/lxc-containers` loads it. Without it, `lxc.apparmor.profile = unconfined` starts the container unprotected."
		}
		c.refuse(at, "apparmor/no-profile", fmt.Sprintf("the AppArmor profile %q is not loaded", name), hint)
		return
	}
	addFor(c, plan.AtLabel, plan.Label{LSM: "apparmor", Label: name}, profile, "default of lxc.apparmor.profile")
}

// mayConfine refuses what LXC refuses: a kernel whose AppArmor lets every mount
// pass, and a launcher that cannot leave a profile of its own.
func (c *compiler) mayConfine(name string, at config.Origin) bool {
	host := c.facts.AppArmor
	switch {
	case name != unconfined && !host.Mount && !c.config.Security.AppArmorAllowIncomplete.V:
		c.refuse(at, "apparmor/incomplete", "the AppArmor of this kernel does not decide over mounts, which a container's root could use to get out",
			"LXC refuses too. With `lxc.apparmor.allow_incomplete = 1` it starts all the same.")
		return false
	case host.Label != unconfined && host.Label != "" && !host.Stacking:
		c.refuse(at, "apparmor/confined", fmt.Sprintf("lxcfg itself is confined by the AppArmor profile %q and cannot give the container another", host.Label),
			"LXC refuses too. Write `lxc.apparmor.profile = unchanged` to have the container run under that one.")
		return false
	}
	return true
}

// generateProfile makes a profile for this container alone.
func (c *compiler) generateProfile(profile config.Value[string]) {
	host, security := c.facts.AppArmor, &c.config.Security
	name := apparmor.Name(c.options.Name, c.options.LXCPath)
	switch {
	case !c.mayConfine(generated, profile.Origin):
		return
	case !host.Loading:
		c.refuse(profile.Origin, "apparmor/cannot-load", "only who has CAP_MAC_ADMIN may load the generated AppArmor profile",
			"LXC fails too. Name a profile that root has loaded, such as `lxc-container-default-cgns`, or start the container as root.")
		return
	case host.Parser == "":
		c.refuse(profile.Origin, "apparmor/no-parser", "apparmor_parser, which compiles the generated profile, is not installed",
			"Install the package apparmor, or name a profile that is loaded.")
		return
	case strings.ContainsAny(name, "\"\n\r\t"):
		c.refuse(profile.Origin, "apparmor/name", fmt.Sprintf("%q cannot be the name of an AppArmor profile", name),
			"It is made of the container's name and directory, which must have no quotes and no control characters then.")
		return
	}
	o := apparmor.Options{
		Name: name, CgroupNamespaces: c.facts.CgroupNS, UserNamespace: c.leaves(plan.NamespaceUser),
		Nesting: security.AppArmorAllowNesting.V,
	}
	lines := slices.Concat(lineOf(profile), lineOf(security.AppArmorAllowNesting), origins(security.AppArmorRaw))
	for _, rule := range security.AppArmorRaw {
		o.Raw = append(o.Raw, rule.V)
	}
	label := name
	if host.Stacking {
		o.Namespace = apparmor.Namespace(c.options.Name, c.options.LXCPath)
		label += "//&:" + o.Namespace + ":"
	}
	c.add(plan.AtProfile, plan.AppArmorProfile{Name: name, Namespace: o.Namespace, Parser: host.Parser, Text: apparmor.Profile(o)}, lines...)
	c.add(plan.AtLabel, plan.Label{LSM: "apparmor", Label: label}, profile.Origin)
}
