package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// logKeys is the section on logging.
func logKeys() []Key {
	none := NoSteps("lxcfg writes the log beside the steps of a plan; a stored plan is launched without")
	return []Key{
		{
			Name: "lxc.log.level", Since: V2_1, Default: "ERROR", Launch: none,
			Doc:     "How much LXC writes to its log.",
			Example: "lxc.log.level = DEBUG",
			field:   scalar(grammar.LogLevel, func(c *config.Config) *config.Value[string] { return &c.Log.Level }).readBefore(V2_1, plainLevel),
		},
		{
			Name: "lxc.log.file", Since: V2_1, Launch: none,
			Without: "a file that LXC names after the container, or none",
			Doc:     "The file LXC logs to. LXC makes and opens it as soon as it reads the line.",
			Example: "lxc.log.file = /var/log/lxc/web.log",
			field:   scalar(grammar.Path, func(c *config.Config) *config.Value[string] { return &c.Log.File }),
		},
		{
			Name: "lxc.log.syslog", Since: V2_1, Launch: none,
			Without: "nothing goes to syslog",
			Doc:     "The syslog facility LXC logs to.",
			Example: "lxc.log.syslog = daemon",
			field:   scalar(grammar.Syslog, func(c *config.Config) *config.Value[string] { return &c.Log.Syslog }),
		},
	}
}
