package rules

import (
	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// startRules are about lxc.start and what becomes of the container afterwards.
func startRules() []Rule {
	return []Rule{
		{
			Code: "start/not-automatic", Severity: diag.Info, Effect: diag.Advice, Missing: true,
			Title: "an order or delay for a container that is not started",
			Doc:   "lxc-autostart looks at lxc.start.order and lxc.start.delay of containers that it starts: those with lxc.start.auto = 1, or all with its option --all.",
			Bad:   "lxc.rootfs.path = dir:/srv/web\nlxc.start.delay = 5\n",
			Good:  "lxc.rootfs.path = dir:/srv/web\nlxc.start.auto = 1\nlxc.start.delay = 5\n",
			check: startNotAutomatic,
		},
		{
			Code: "ephemeral/not-managed", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a container that is to be destroyed and kept",
			Doc:   "lxc.rootfs.managed = 0 says that the storage is not LXC's to destroy, and lxc.ephemeral = 1 that it goes with the container. lxcfg keeps it; LXC 5.0 destroys it.",
			Bad:   "lxc.ephemeral = 1\nlxc.rootfs.managed = 0\n",
			Good:  "lxc.ephemeral = 1\n",
			check: ephemeralNotManaged,
		},
		{
			Code: "start/ephemeral", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a container that starts with the host and is destroyed when it stops",
			Doc:   "lxc.ephemeral = 1 destroys the container, with its rootfs, when it stops. It starts with the host once, and is gone after the next shutdown.",
			Bad:   "lxc.ephemeral = 1\nlxc.start.auto = 1\n",
			Good:  "lxc.start.auto = 1\n",
			check: startEphemeral,
		},
	}
}

func startNotAutomatic(c *config.Config, report report) {
	if c.Start.Auto.V || !isContainer(c) {
		return
	}
	if c.Start.Delay.V != 0 {
		report(c.Start.Delay.Origin, "nothing waits for a container that is not started automatically", "Add `lxc.start.auto = 1`, or remove the line.")
	}
	if c.Start.Order.V != 0 {
		report(c.Start.Order.Origin, "a container that is not started automatically has no turn", "Add `lxc.start.auto = 1`, or remove the line.")
	}
}

func ephemeralNotManaged(c *config.Config, report report) {
	if ephemeral, managed := c.Init.Ephemeral, c.Rootfs.Managed; ephemeral.V && !managed.V {
		report(ephemeral.Origin, "lxc.rootfs.managed = 0 says that the storage is not LXC's to destroy", "LXC 5.0 destroys it all the same, lxcfg does not. Remove one of the two lines.",
			diag.Related{Range: managed.Origin.Range(), Summary: "not managed"})
	}
}

func startEphemeral(c *config.Config, report report) {
	if c.Init.Ephemeral.V && c.Start.Auto.V {
		report(c.Init.Ephemeral.Origin, "the container is destroyed when it stops, and started with the host no more", "Remove one of the lines.",
			diag.Related{Range: c.Start.Auto.Origin.Range(), Summary: "started automatically"})
	}
}
