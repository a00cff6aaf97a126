package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// startKeys is the section on starting with the host.
func startKeys() []Key {
	none := NoSteps("only lxc-autostart looks at it")
	return []Key{
		{
			Name: "lxc.start.auto", Since: V1_0, Default: "0", Launch: none,
			Doc:     "Whether the container is started with the host.",
			Example: "lxc.start.auto = 1",
			field:   scalar(grammar.Bool, func(c *config.Config) *config.Value[bool] { return &c.Start.Auto }),
		},
		{
			Name: "lxc.start.delay", Since: V1_0, Default: "0", Launch: none,
			Doc:     "How long, in seconds, to wait after starting the container before the next is started.",
			Example: "lxc.start.delay = 5",
			field:   scalar(grammar.Uint32, func(c *config.Config) *config.Value[uint32] { return &c.Start.Delay }),
		},
		{
			Name: "lxc.start.order", Since: V1_0, Default: "0", Launch: none,
			Doc:     "Where in the order of starts the container stands; lower numbers later.",
			Example: "lxc.start.order = 10",
			field:   scalar(grammar.Int32, func(c *config.Config) *config.Value[int32] { return &c.Start.Order }),
		},
		{
			Name: "lxc.group", Since: V1_0, Launch: none,
			Without: "no group",
			Doc:     "Groups of containers that are started together.",
			Example: "lxc.group = onboot",
			field:   words(grammar.Words, func(c *config.Config) *config.Items[string] { return &c.Start.Groups }),
		},
	}
}
