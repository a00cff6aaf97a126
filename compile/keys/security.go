package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// securityKeys is the section on AppArmor, SELinux and no_new_privs.
func securityKeys() []Key {
	return []Key{
		{
			Name: "lxc.apparmor.profile", Since: V2_1, Launch: Steps(),
			Without: "LXC's own profile, lxc-container-default-cgns, or lxc-container-default on a kernel without cgroup namespaces",
			Doc:     "The AppArmor profile init runs under; unconfined, unchanged and generated have a meaning of their own. A host without AppArmor ignores it.",
			Example: "lxc.apparmor.profile = lxc-container-default-cgns",
			field:   scalar(grammar.String, func(c *config.Config) *config.Value[string] { return &c.Security.AppArmorProfile }),
		},
		{
			Name: "lxc.apparmor.allow_incomplete", Since: V2_1, Default: "0", Launch: NoSteps("it lets a launch go on that would be refused"),
			Doc:     "Whether to start on a kernel whose AppArmor cannot mediate mounts.",
			Example: "lxc.apparmor.allow_incomplete = 1",
			field:   scalar(grammar.Bool, func(c *config.Config) *config.Value[bool] { return &c.Security.AppArmorAllowIncomplete }),
		},
		{
			Name: "lxc.apparmor.allow_nesting", Since: V4_0, Default: "0", Launch: Steps(),
			Doc:     "Whether containers may be run in the container. It adds proc and sysfs below /dev/.lxc, when there is any lxc.mount.entry, and opens a generated profile.",
			Example: "lxc.apparmor.allow_nesting = 1",
			field:   scalar(grammar.Bool, func(c *config.Config) *config.Value[bool] { return &c.Security.AppArmorAllowNesting }),
		},
		{
			Name: "lxc.apparmor.raw", Since: V4_0, Launch: Steps(),
			Without: "no rule is added",
			Doc:     "A rule to add to a generated profile.",
			Example: "lxc.apparmor.raw = deny /proc/kcore rw,",
			field:   list(grammar.String, func(c *config.Config) *config.Items[string] { return &c.Security.AppArmorRaw }),
		},
		{
			Name: "lxc.selinux.context", Since: V2_1, Launch: Steps(),
			Without: "that of the process that starts the container",
			Doc:     "The SELinux context init runs under. A host without SELinux ignores it.",
			Example: "lxc.selinux.context = system_u:system_r:container_t:s0:c22",
			field:   scalar(grammar.String, func(c *config.Config) *config.Value[string] { return &c.Security.SELinuxContext }),
		},
		{
			Name: "lxc.selinux.context.keyring", Since: V4_0, Launch: Steps(),
			Without: "what lxc.selinux.context says",
			Doc:     "The SELinux context of the session keyring.",
			Example: "lxc.selinux.context.keyring = system_u:system_r:container_t:s0:c22",
			field:   scalar(grammar.String, func(c *config.Config) *config.Value[string] { return &c.Security.SELinuxKeyring }),
		},
		{
			Name: "lxc.no_new_privs", Since: V2_1, Default: "0", Launch: Steps(),
			Doc:     "Whether execve(2) stops granting privileges: set-user-ID programs and file capabilities lose their effect.",
			Example: "lxc.no_new_privs = 1",
			field:   scalar(grammar.Bool, func(c *config.Config) *config.Value[bool] { return &c.Security.NoNewPrivs }),
		},
	}
}
