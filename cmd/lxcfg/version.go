package main

import (
	"fmt"

	"lxcfg/compile/keys"
	"lxcfg/compile/plan"
)

func versionCommand() command {
	return command{
		name: "version", summary: "print the version", run: func(a *app, _ command, _ []string) int {
			fmt.Fprintf(a.stdout, "lxcfg %s (plan format %d, LXC %s to %s)\n", plan.Version, plan.Format, keys.V1_0, keys.Newest)
			return exitOK
		},
		detail: "Scripts can rely on the plan format: a plan file of another format is refused.",
	}
}
