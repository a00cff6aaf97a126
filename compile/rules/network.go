package rules

import (
	"fmt"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// networkRules are about lxc.net.
func networkRules() []Rule {
	return []Rule{
		{
			Code: "net/no-type", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "an interface without a type",
			Doc:   "An interface has a type. LXC takes one without for `empty`, and fails on the settings that do not fit it.",
			Bad:   "lxc.net.0.link = br0\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.link = br0\n",
			check: netNoType,
		},
		{
			Code: "net/no-link", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "an interface without the device it belongs to",
			Doc:   "macvlan, ipvlan, vlan and phys interfaces belong to a device of the host.",
			Bad:   "lxc.net.0.type = macvlan\n",
			Good:  "lxc.net.0.type = macvlan\nlxc.net.0.link = eth0\n",
			check: netNoLink,
		},
	}
}

func netNoType(c *config.Config, report report) {
	for i := range c.Network.NICs {
		n := &c.Network.NICs[i]
		if n.Type.Set {
			continue
		}
		for _, v := range []config.Value[string]{n.Link, n.Name, n.HWAddr, n.MTU} {
			if v.Set {
				report(v.Origin, fmt.Sprintf("interface %d has no type", n.Index),
					fmt.Sprintf("Write `lxc.net.%d.type = veth`, or another type, as its first line: setting the type wipes what stands above it.", n.Index))
				break
			}
		}
	}
}

func netNoLink(c *config.Config, report report) {
	for i := range c.Network.NICs {
		n := &c.Network.NICs[i]
		switch n.Type.V {
		case "macvlan", "ipvlan", "vlan", "phys":
			if n.Link.V == "" {
				report(n.Type.Origin, fmt.Sprintf("an interface of type %s needs a link", n.Type.V),
					fmt.Sprintf("Add `lxc.net.%d.link = ` and the name of a device of the host.", n.Index))
			}
		}
	}
}
