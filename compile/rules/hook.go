package rules

import (
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// hookRules are about lxc.hook.
func hookRules() []Rule {
	return []Rule{
		{
			Code: "hook/autodev-off", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "an autodev hook that never runs",
			Doc:   "The hook runs when LXC has made /dev, which it does not with lxc.autodev = 0.",
			Bad:   "lxc.autodev = 0\nlxc.hook.autodev = /etc/lxc/nodes\n",
			Good:  "lxc.autodev = 0\nlxc.hook.mount = /etc/lxc/nodes\n",
			check: autodevHookOff,
		},
		{
			Code: "hook/start-arguments", Severity: diag.Warning, Effect: diag.FailsAtStart,
			Title: "arguments of a start hook",
			Doc: "Before it runs start hooks LXC looks whether the first is there, by its whole text: with arguments behind the name it finds no such file and " +
				"does not start the container. lxcfg looks for the program and runs it with its arguments.",
			Bad:   "lxc.hook.start = /etc/hook now\n",
			Good:  "lxc.hook.start = /etc/hook\n",
			check: startHookArguments,
		},
	}
}

func autodevHookOff(c *config.Config, report report) {
	if c.Dev.Auto.V {
		return
	}
	for _, hook := range c.Hooks.Commands["autodev"] {
		report(hook.Origin, "the autodev hook does not run with lxc.autodev = 0", "Use lxc.hook.mount, or set lxc.autodev to 1.")
	}
}

func startHookArguments(c *config.Config, report report) {
	hooks := c.Hooks.Commands["start"]
	if len(hooks) > 0 && strings.ContainsAny(hooks[0].V, " \t") {
		report(hooks[0].Origin, "LXC looks for a file of this whole name in the container", "Put the command into a script in the container, and name the script alone.")
	}
}
