package rules

import (
	"fmt"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// hostNetworkRules are about what an interface means for the host and its neighbours.
func hostNetworkRules() []Rule {
	const veth = "lxc.net.0.type = veth\nlxc.net.0.link = br0\n"
	return []Rule{
		{
			Code: "net/host-network", Severity: diag.Info, Effect: diag.Advice, Missing: true,
			Title: "the host's network for the container",
			Doc:   "With no interface but of type none the container has the host's network: it may listen on its ports, reaches all that listens on the host's loopback, and talks to abstract sockets such as systemd's.",
			Bad:   "lxc.net.0.type = none\n",
			Good:  "lxc.net.0.type = empty\n",
			check: netHostNetwork,
		},
		{
			Code: "net/not-up", Severity: diag.Info, Effect: diag.Advice, Missing: true,
			Title: "an interface with addresses that stays down",
			Doc:   "LXC brings an interface up with `flags = up` only. Without it the container has to do that itself, and the address is of no use until then.",
			Bad:   veth + "lxc.net.0.ipv4.address = 10.0.3.5/24\n",
			Good:  veth + "lxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.5/24\n",
			check: eachNIC(nicNotUp),
		},
		{
			Code: "net/fixed-hwaddr", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "one hardware address for many containers",
			Doc:   "Every container that is made of this file, or includes it, gets the same address, and two on one bridge take each other's packets. LXC draws a digit for each x.",
			Bad:   veth + "lxc.net.0.hwaddr = 00:16:3e:12:34:56\n",
			Good:  veth + "lxc.net.0.hwaddr = 00:16:3e:xx:xx:xx\n",
			check: netFixedHWAddr,
		},
	}
}

func netHostNetwork(c *config.Config, report report) {
	nics := c.Network.NICs
	for i := range nics {
		if nics[i].Type.V != "none" {
			return
		}
	}
	if len(nics) > 0 {
		report(nics[0].Type.Origin, "the container has the host's network", "Leave the line where that is meant; `empty` gives the container a loopback device and nothing else.")
	}
}

func nicNotUp(n *config.NIC, report report) {
	addresses := append(n.IPv4[:len(n.IPv4):len(n.IPv4)], n.IPv6...)
	if !n.Type.Set || n.Type.V == "empty" || n.Type.V == "none" || n.Up.V || len(addresses) == 0 || n.Gateway4.Set || n.Gateway6.Set {
		return // with a gateway the launch fails, which is another finding
	}
	report(addresses[0].Origin, "the interface has an address and stays down", fmt.Sprintf("Add `lxc.net.%d.flags = up`.", n.Index)).
		below(false, fmt.Sprintf("lxc.net.%d.flags = up", n.Index))
}

// netFixedHWAddr is about files that are no container's own: nothing in them says which
// one.
func netFixedHWAddr(c *config.Config, report report) {
	if isContainer(c) || c.UTS.Name.Set {
		return
	}
	for i := range c.Network.NICs {
		if n := &c.Network.NICs[i]; n.HWAddr.V != "" && !strings.ContainsAny(n.HWAddr.V, "xX") && n.Type.V != "none" && n.Type.V != "empty" {
			report(n.HWAddr.Origin, "all containers that use this file get this address", "Write x for digits that are to be drawn: 00:16:3e:xx:xx:xx.").
				replace(false, "00:16:3e:xx:xx:xx")
		}
	}
}
