package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// consoleKeys is the section on the console, ttys and ptys.
func consoleKeys() []Key {
	return []Key{
		{
			Name: "lxc.console.path", Since: V2_1, Launch: Steps(),
			Without: "a pty of its own",
			Doc:     "The terminal the container's console is connected to; none leaves the container without a console.",
			Example: "lxc.console.path = none",
			field:   scalar(grammar.Path, func(c *config.Config) *config.Value[string] { return &c.Console.Path }),
		},
		{
			Name: "lxc.console.logfile", Since: V1_0, Launch: Steps(),
			Without: "no log",
			Doc:     "A file of the host that the console's output is appended to.",
			Example: "lxc.console.logfile = /var/log/lxc/web.console",
			field:   scalar(grammar.Path, func(c *config.Config) *config.Value[string] { return &c.Console.LogFile }),
		},
		{
			Name: "lxc.console.size", Since: V3_0, Launch: Steps(),
			Without: "the log grows without end",
			Doc:     "How long the console's log may get.",
			Example: "lxc.console.size = 2MB",
			field:   scalar(grammar.Size, func(c *config.Config) *config.Value[uint64] { return &c.Console.LogSize }),
		},
		{
			Name: "lxc.console.rotate", Since: V3_0, Default: "0", Launch: Steps(),
			Doc:     "Whether a log that is full is kept once more under another name.",
			Example: "lxc.console.rotate = 1",
			field:   scalar(grammar.Bool, func(c *config.Config) *config.Value[bool] { return &c.Console.Rotate }),
		},
		{
			Name: "lxc.console.buffer.size", Since: V3_0, Launch: Steps(),
			Without: "no buffer",
			Doc:     "How much of the console's output is kept in memory for lxc-console.",
			Example: "lxc.console.buffer.size = auto",
			field:   scalar(grammar.Size, func(c *config.Config) *config.Value[uint64] { return &c.Console.BufferSize }),
		},
		{
			Name: "lxc.tty.dir", Since: V2_1, Launch: Steps(),
			Without: "ttys stand in /dev",
			Doc:     "A directory below /dev for the console and the ttys. /dev/ttyN are then links into it.",
			Example: "lxc.tty.dir = lxc",
			field:   scalar(grammar.TTYDir, func(c *config.Config) *config.Value[string] { return &c.Console.TTYDir }),
		},
		{
			Name: "lxc.tty.max", Since: V2_1, Default: "0", Launch: Steps(),
			Doc:     "How many ttys the container has, for logins through lxc-console.",
			Example: "lxc.tty.max = 4",
			field:   scalar(grammar.Uint32, func(c *config.Config) *config.Value[uint32] { return &c.Console.TTYMax }),
		},
		{
			Name: "lxc.pty.max", Since: V2_1, Default: "0", Launch: Steps(),
			Doc:     "How many ptys the container may have. With any, it gets a devpts file system of its own.",
			Example: "lxc.pty.max = 1024",
			field:   scalar(grammar.Uint32, func(c *config.Config) *config.Value[uint32] { return &c.Console.PTYMax }),
		},
	}
}
