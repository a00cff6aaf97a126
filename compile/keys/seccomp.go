package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// seccompKeys is the section on system call filters.
func seccompKeys() []Key {
	return []Key{
		{
			Name: "lxc.seccomp.profile", Since: V2_1, Launch: Steps(),
			Without: "no system call is filtered",
			Doc:     "A policy file: which system calls the container may make.",
			Example: "lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp",
			field:   scalar(grammar.Path, func(c *config.Config) *config.Value[string] { return &c.Seccomp.Profile }),
		},
		{
			Name: "lxc.seccomp.allow_nesting", Since: V4_0, Default: "0", Launch: Steps(),
			Doc:     "Whether the policy is loaded when the caller is confined by a filter already. LXC leaves it out otherwise, without a word.",
			Example: "lxc.seccomp.allow_nesting = 1",
			field:   scalar(grammar.Bool, func(c *config.Config) *config.Value[bool] { return &c.Seccomp.AllowNesting }).passesOver(),
		},
		{
			Name: "lxc.seccomp.notify.proxy", Since: V4_0, Launch: Steps(),
			Without: "nobody is asked, so a policy must not say notify",
			Doc:     "The socket of the program that decides about calls with the action notify.",
			Example: "lxc.seccomp.notify.proxy = unix:/run/proxy.sock",
			field:   scalar(grammar.NotifyProxy, func(c *config.Config) *config.Value[string] { return &c.Seccomp.NotifyProxy }),
		},
		{
			Name: "lxc.seccomp.notify.cookie", Since: V4_0, Launch: Steps(),
			Without: "none",
			Doc:     "A text that the proxy is sent with each call.",
			Example: "lxc.seccomp.notify.cookie = web",
			field:   scalar(grammar.String, func(c *config.Config) *config.Value[string] { return &c.Seccomp.NotifyCookie }),
		},
	}
}
