package rules

import (
	"fmt"
	"slices"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// networkRules are about the interfaces of lxc.net.
func networkRules() []Rule {
	return []Rule{
		{
			Code: "net/no-type", Severity: diag.Error, Effect: diag.FailsAtStart, Missing: true,
			Title: "an interface without a type",
			Doc:   "An interface has a type. LXC takes one without for `empty`, and fails on the settings that do not fit it.",
			Bad:   "lxc.net.0.link = br0\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.link = br0\n",
			check: eachNIC(nicNoType),
		},
		{
			Code: "net/no-link", Severity: diag.Error, Effect: diag.FailsAtStart, Missing: true,
			Title: "an interface without the device it belongs to",
			Doc:   "macvlan, ipvlan, vlan and phys interfaces belong to a device of the host.",
			Bad:   "lxc.net.0.type = macvlan\n",
			Good:  "lxc.net.0.type = macvlan\nlxc.net.0.link = eth0\n",
			check: eachNIC(nicNoLink),
		},
		{
			Code: "net/none-beside-others", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "the type none beside other interfaces",
			Doc:   "Only a container whose interfaces are all of type none shares the host's network. Beside others none does nothing.",
			Bad:   "lxc.net.0.type = none\nlxc.net.1.type = empty\n",
			Good:  "lxc.net.0.type = empty\n",
			check: netNoneBesideOthers,
		},
		{
			Code: "net/shared-namespace", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "interfaces for a network that is shared",
			Doc:   "LXC makes interfaces in a network namespace of the container's own only. In one that it shares, the lines for interfaces do nothing.",
			Bad:   "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.namespace.keep = user net\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.namespace.keep = user ipc\n",
			check: netSharedNamespace,
		},
		{
			Code: "net/same-name", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "two interfaces with one name",
			Doc:   "Two interfaces of a container cannot have one name.",
			Bad:   "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.name = eth0\nlxc.net.1.type = veth\nlxc.net.1.link = br1\nlxc.net.1.name = eth0\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.name = eth0\nlxc.net.1.type = veth\nlxc.net.1.link = br1\n",
			check: repeated(nicOwnName, func(name string) (string, string) {
				return fmt.Sprintf("two interfaces are called %q", name), "Give them different names, or leave the name out for the first ethN that is free."
			}),
		},
		{
			Code: "net/loopback-name", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "another name for the loopback device",
			Doc:   "An interface of type empty is the loopback device, which is called lo.",
			Bad:   "lxc.net.0.type = empty\nlxc.net.0.name = eth0\n",
			Good:  "lxc.net.0.type = empty\n",
			check: eachNIC(nicLoopbackName),
		},
		{
			Code: "net/name", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "a name that no interface can have",
			Doc:   "The kernel takes no interface called . or .., none with a colon, and a percent sign only in %d, which stands for a number.",
			Bad:   "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.name = eth0:1\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.name = wan%d\n",
			check: eachNIC(nicName),
		},
		{
			Code: "net/same-hwaddr", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "two interfaces with one hardware address",
			Doc:   "Two interfaces with one hardware address on one link take each other's packets. The kernel refuses the second macvlan.",
			Bad:   "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.hwaddr = 00:16:3e:00:00:01\nlxc.net.1.type = veth\nlxc.net.1.link = br0\nlxc.net.1.hwaddr = 00:16:3e:00:00:01\n",
			Good:  "lxc.uts.name = web\nlxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.hwaddr = 00:16:3e:00:00:01\nlxc.net.1.type = veth\nlxc.net.1.link = br1\nlxc.net.1.hwaddr = 00:16:3e:00:00:01\n",
			check: repeated(nicFixedHWAddr, func(string) (string, string) {
				return "two interfaces on one link have this hardware address", "Write x for digits that are to be drawn, as in 00:16:3e:xx:xx:xx."
			}),
		},
		{
			Code: "net/mtu", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "an MTU that no interface can have",
			Doc:   "The kernel gives veth and macvlan interfaces an MTU from 68 to 65535.",
			Bad:   "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.mtu = 67\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.mtu = 68\n",
			check: eachNIC(nicMTU),
		},
		{
			Code: "net/vlan-id", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "a VLAN that does not exist",
			Doc:   "VLANs have ids up to 4094.",
			Bad:   "lxc.net.0.type = vlan\nlxc.net.0.link = eth0\nlxc.net.0.vlan.id = 4095\n",
			Good:  "lxc.net.0.type = vlan\nlxc.net.0.link = eth0\nlxc.net.0.vlan.id = 4094\n",
			check: eachNIC(nicVlanID),
		},
		{
			Code: "net/l2proxy-mode", Severity: diag.Error, Effect: diag.FailsAtStart, Missing: true,
			Title: "l2proxy with an ipvlan of another mode than l3s",
			Doc:   "The host can only answer for an ipvlan of mode l3s. LXC's default is l2, whatever its manual says.",
			Bad:   "lxc.net.0.type = ipvlan\nlxc.net.0.link = eth0\nlxc.net.0.l2proxy = 1\n",
			Good:  "lxc.net.0.type = ipvlan\nlxc.net.0.link = eth0\nlxc.net.0.ipvlan.mode = l3s\nlxc.net.0.l2proxy = 1\n",
			check: eachNIC(nicL2ProxyMode),
		},
		{
			Code: "net/l2proxy-no-link", Severity: diag.Warning, Effect: diag.SilentlyDifferent, Missing: true,
			Title: "l2proxy without a link",
			Doc:   "The host answers for the container's addresses on the link of the interface. Without one lxc.net.[i].l2proxy does nothing.",
			Bad:   "lxc.net.0.type = veth\nlxc.net.0.veth.mode = router\nlxc.net.0.l2proxy = 1\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.veth.mode = router\nlxc.net.0.link = eth0\nlxc.net.0.l2proxy = 1\n",
			check: eachNIC(nicL2ProxyNoLink),
		},
	}
}

// eachNIC is a check of each interface by itself.
func eachNIC(check func(*config.NIC, report)) func(*config.Config, report) {
	return func(c *config.Config, report report) {
		for i := range c.Network.NICs {
			check(&c.Network.NICs[i], report)
		}
	}
}

// repeated is a check for what no two interfaces may have in common: what value gives
// for them, empty for nothing.
func repeated(value func(*config.NIC) (string, config.Origin), say func(value string) (summary, detail string)) func(*config.Config, report) {
	return func(c *config.Config, report report) {
		first := make(map[string]config.Origin)
		for i := range c.Network.NICs {
			v, at := value(&c.Network.NICs[i])
			if v == "" {
				continue
			}
			if before, taken := first[v]; taken {
				summary, detail := say(v)
				report(at, summary, detail, diag.Related{Range: before.Range(), Summary: "the first one"})
				continue
			}
			first[v] = at
		}
	}
}

func nicNoType(n *config.NIC, report report) {
	if !n.Type.Set && !n.BadType {
		report(n.At, fmt.Sprintf("interface %d has no type", n.Index),
			fmt.Sprintf("Write `lxc.net.%d.type = veth`, or another type, as its first line: setting the type wipes what stands above it.", n.Index))
	}
}

func nicNoLink(n *config.NIC, report report) {
	switch n.Type.V {
	case "macvlan", "ipvlan", "vlan", "phys":
		if n.Link.V == "" {
			report(n.Type.Origin, fmt.Sprintf("an interface of type %s needs a link", n.Type.V),
				fmt.Sprintf("Add `lxc.net.%d.link = ` and the name of a device of the host.", n.Index))
		}
	}
}

func netNoneBesideOthers(c *config.Config, report report) {
	others := slices.ContainsFunc(c.Network.NICs, func(n config.NIC) bool { return n.Type.Set && n.Type.V != "none" })
	if !others {
		return
	}
	for i := range c.Network.NICs {
		if n := &c.Network.NICs[i]; n.Type.V == "none" {
			report(n.Type.Origin, "the type none does nothing beside other interfaces", "Remove the line: the container has a network of its own.")
		}
	}
}

func netSharedNamespace(c *config.Config, report report) {
	at, shared := sharesNetworkNamespace(c)
	if !shared {
		return
	}
	for i := range c.Network.NICs {
		if n := &c.Network.NICs[i]; n.Type.Set && n.Type.V != "none" && n.Type.V != "empty" {
			report(n.Type.Origin, "the container shares a network namespace, in which LXC makes no interfaces",
				"Remove the interface, or give the container a network of its own: take net out of lxc.namespace.keep and lxc.namespace.share, or into lxc.namespace.clone.",
				diag.Related{Range: at.Range(), Summary: "shared here"})
		}
	}
}

// nicOwnName is the name an interface is given, unless the kernel is to number it.
func nicOwnName(n *config.NIC) (string, config.Origin) {
	if strings.Contains(n.Name.V, "%d") || n.Type.V == "none" {
		return "", n.Name.Origin
	}
	return n.Name.V, n.Name.Origin
}

func nicLoopbackName(n *config.NIC, report report) {
	if n.Type.V == "empty" && n.Name.V != "" && n.Name.V != "lo" {
		report(n.Name.Origin, "an interface of type empty is called lo", "Remove the line, or give the interface another type.")
	}
}

func nicName(n *config.NIC, report report) {
	for _, v := range [...]config.Value[string]{n.Name, n.Veth.Pair} {
		percent := strings.Replace(v.V, "%d", "", 1)
		if v.V == "." || v.V == ".." || strings.ContainsAny(v.V, ":") || strings.Contains(percent, "%") {
			report(v.Origin, fmt.Sprintf("the kernel takes no interface called %q", v.V), "Use letters, digits and hyphens.")
		}
	}
}

// nicFixedHWAddr is the address an interface is given, together with its link.
func nicFixedHWAddr(n *config.NIC) (string, config.Origin) {
	address := strings.ToLower(n.HWAddr.V)
	if address == "" || strings.Contains(address, "x") {
		return "", n.HWAddr.Origin
	}
	return n.Link.V + " " + address, n.HWAddr.Origin
}

func nicMTU(n *config.NIC, report report) {
	const least, most = 68, 65535 // ETH_MIN_MTU and ETH_MAX_MTU
	bytes, err := grammar.Uint32.Parse(grammar.Text{String: n.MTU.V})
	if err != nil && !err.Kept || n.Type.V != "veth" && n.Type.V != "macvlan" || least <= bytes && bytes <= most {
		return
	}
	report(n.MTU.Origin, fmt.Sprintf("the kernel takes no MTU of %d", bytes), "Write a number of bytes from 68 to 65535; 1500 is usual.")
}

func nicVlanID(n *config.NIC, report report) {
	const most = 4094
	if n.Type.V == "vlan" && n.VlanID.V > most {
		report(n.VlanID.Origin, fmt.Sprintf("there is no VLAN %d", n.VlanID.V), "VLAN ids are numbers from 1 to 4094.")
	}
}

func nicL2ProxyMode(n *config.NIC, report report) {
	if n.L2Proxy.V && n.Type.V == "ipvlan" && n.IPvlanMode.V != "l3s" {
		report(n.L2Proxy.Origin, "l2proxy needs an ipvlan of mode l3s", fmt.Sprintf("Add `lxc.net.%d.ipvlan.mode = l3s`.", n.Index))
	}
}

func nicL2ProxyNoLink(n *config.NIC, report report) {
	if n.L2Proxy.V && n.Link.V == "" {
		report(n.L2Proxy.Origin, "l2proxy does nothing without a link", fmt.Sprintf("Add `lxc.net.%d.link = ` and the device the container's neighbours are on.", n.Index))
	}
}
