package rules

import (
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// devRules are about lxc.autodev.
func devRules() []Rule {
	const root = "lxc.rootfs.path = dir:/srv/web\n"
	return []Rule{{
		Code: "dev/left-to-rootfs", Severity: diag.Info, Effect: diag.Advice, Missing: true,
		Title: "a /dev that nobody makes",
		Doc:   "With lxc.autodev = 0 the container has the /dev of its rootfs, which is an empty directory in most that are made today: without /dev/null few programs work. LXC 1 made no /dev by default, so that the line comes with old configurations.",
		Bad:   root + "lxc.autodev = 0\n",
		Good:  root + "lxc.autodev = 1\n",
		check: devLeftToRootfs,
	}}
}

func devLeftToRootfs(c *config.Config, report report) {
	const android = "/init" // it makes /dev itself
	auto := c.Dev.Auto
	if auto.V || c.Init.Cmd.V == android || !auto.Set || !isContainer(c) || c.Proxmox || len(c.Hooks.Commands["mount"])+len(c.Hooks.Commands["pre-mount"])+len(c.Hooks.Commands["autodev"]) > 0 {
		return
	}
	for m := range mountEntries(c) {
		if strings.HasPrefix(targetOf(m.V)+"/", "/dev/") {
			return // somebody has thought of it
		}
	}
	report(auto.Origin, "the container has the /dev of its rootfs, and what is missing there nobody makes", "Leave the line where the rootfs holds the nodes, or its init makes them. Else remove it.")
}
