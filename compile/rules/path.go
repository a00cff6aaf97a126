package rules

import (
	"fmt"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// pathRules are about files of the host that a configuration names. Mount sources,
// hooks and includes have rules of their own.
func pathRules() []Rule {
	return []Rule{{
		Code: "path/relative", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Title: "a file that is looked for where LXC happens to run",
		Doc:   "A path without a slash before it begins at the directory that LXC runs in, not at the configuration: another one when a service starts the container. LXC knows neither ~ nor variables.",
		Bad:   "lxc.log.file = web.log\n",
		Good:  "lxc.log.file = /var/log/lxc/web.log\n",
		check: pathRelative,
	}}
}

func pathRelative(c *config.Config, report report) {
	for _, v := range [...]config.Value[string]{c.Mount.Fstab, c.Seccomp.Profile, c.Log.File, c.Console.LogFile, c.Rootfs.Mount} {
		switch {
		case v.V == "" || v.V == "none" || strings.HasPrefix(v.V, "/"):
		case strings.HasPrefix(v.V, "~"):
			report(v.Origin, fmt.Sprintf("LXC knows no home directory %q: the path begins where it runs", "~"), "Write the path from / on.")
		default:
			report(v.Origin, fmt.Sprintf("where %q is depends on the directory that LXC runs in", v.V), "Write the path from / on.")
		}
	}
}
