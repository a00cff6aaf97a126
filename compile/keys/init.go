package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// initKeys is the section on the container's first process.
func initKeys() []Key {
	return []Key{
		{
			Name: "lxc.init.cmd", Since: V2_1, Default: "/sbin/init", Launch: Steps(),
			Doc:     "The command that lxc-start runs as init, below the container's root. A command given at the start goes before it.",
			Example: "lxc.init.cmd = /lib/systemd/systemd --system",
			field:   scalar(grammar.InitCommand, func(c *config.Config) *config.Value[string] { return &c.Init.Cmd }),
		},
		{
			Name: "lxc.execute.cmd", Since: V3_0, Launch: Steps(),
			Without: "none: the command line has to name one",
			Doc:     "The command that lxc-execute and `lxcfg execute` run when none is given. Without one it is lxc.init.cmd, when a line sets that.",
			Example: "lxc.execute.cmd = /bin/make -j2",
			field:   scalar(grammar.CommandLine, func(c *config.Config) *config.Value[string] { return &c.Init.ExecuteCmd }),
		},
		{
			Name: "lxc.init.uid", Since: V2_1, Default: "0", Launch: Steps(),
			Doc:     "The user id, in the container, that init runs as.",
			Example: "lxc.init.uid = 1000",
			field:   scalar(grammar.Uint32, func(c *config.Config) *config.Value[uint32] { return &c.Init.UID }).passesOver(),
		},
		{
			Name: "lxc.init.gid", Since: V2_1, Default: "0", Launch: Steps(),
			Doc:     "The group id, in the container, that init runs as.",
			Example: "lxc.init.gid = 1000",
			field:   scalar(grammar.Uint32, func(c *config.Config) *config.Value[uint32] { return &c.Init.GID }).passesOver(),
		},
		{
			Name: "lxc.init.groups", Since: V4_0, Launch: Steps(),
			Without: "none, besides the group of lxc.init.gid",
			Doc:     "The supplementary groups of init, as numbers.",
			Example: "lxc.init.groups = 4,27",
			field:   words(grammar.GroupIDs, func(c *config.Config) *config.Items[uint32] { return &c.Init.Groups }),
		},
		{
			Name: "lxc.init.cwd", Since: V3_0, Launch: Steps(),
			Without: "the root directory",
			Changes: []Change{{V7_0, "A directory that is missing fails the start; now it is made."}},
			Doc:     "The directory, in the container, that init starts in. LXC 7.0 makes it when it is missing.",
			Example: "lxc.init.cwd = /srv",
			field:   scalar(grammar.Path, func(c *config.Config) *config.Value[string] { return &c.Init.Cwd }),
		},
		{
			Name: "lxc.ephemeral", Since: V2_0, Default: "0", Launch: Steps(),
			Doc:     "Destroy the container, with its rootfs, when it stops.",
			Example: "lxc.ephemeral = 1",
			field:   scalar(grammar.Bool, func(c *config.Config) *config.Value[bool] { return &c.Init.Ephemeral }),
		},
	}
}
