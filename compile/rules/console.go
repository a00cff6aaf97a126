package rules

import (
	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// consoleRules are about lxc.console.
func consoleRules() []Rule {
	return []Rule{{
		Code: "console/nothing-to-log", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Title: "a log without a console",
		Doc:   "A container without a console shows nothing that could be logged.",
		Bad:   "lxc.console.path = none\nlxc.console.logfile = /var/log/web.console\n",
		Good:  "lxc.console.logfile = /var/log/web.console\n",
		check: consoleNothingToLog,
	}}
}

func consoleNothingToLog(c *config.Config, report report) {
	if console := &c.Console; console.Path.V == "none" && console.LogFile.V != "" {
		report(console.LogFile.Origin, "the container has no console whose output could be logged", "Remove the line, or the line lxc.console.path = none.",
			diag.Related{Range: console.Path.Origin.Range(), Summary: "no console"})
	}
}
