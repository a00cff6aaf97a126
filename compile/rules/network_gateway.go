package rules

import (
	"fmt"
	"net/netip"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// gatewayRules are about lxc.net.[i].ipv4.gateway and ipv6.gateway.
func gatewayRules() []Rule {
	return []Rule{
		{
			Code: "net/gateway-down", Severity: diag.Error, Effect: diag.FailsAtStart, Missing: true,
			Title: "a gateway behind an interface that stays down",
			Doc:   "A route goes over an interface that is up.",
			Bad:   "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.0.ipv4.gateway = 10.0.3.1\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.0.ipv4.gateway = 10.0.3.1\n",
			check: eachGateway(gatewayDown),
		},
		{
			Code: "net/gateway-no-address", Severity: diag.Error, Effect: diag.FailsAtStart, Missing: true,
			Title: "a gateway without an address to reach it from",
			Doc:   "A gateway needs an address of the same kind on the interface, but for one of IPv6 that is local to the link. With `ipv6.gateway = dev` and no address LXC crashes.",
			Bad:   "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.gateway = 10.0.3.1\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.0.ipv6.gateway = fe80::1\n",
			check: eachGateway(gatewayNoAddress),
		},
		{
			Code: "net/gateway-auto", Severity: diag.Error, Effect: diag.FailsAtStart, Missing: true,
			Title: "an automatic gateway that LXC cannot find",
			Doc:   "auto is the address of the link. LXC knows it for veth and macvlan interfaces only, whatever its manual says.",
			Bad:   "lxc.net.0.type = ipvlan\nlxc.net.0.link = eth0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.0.ipv4.gateway = auto\n",
			Good:  "lxc.net.0.type = macvlan\nlxc.net.0.link = eth0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.0.ipv4.gateway = auto\n",
			check: eachGateway(gatewayAuto),
		},
		{
			Code: "net/gateway-dev-stays", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a gateway that dev overrules",
			Doc:   "Once a gateway was dev it stays so: LXC does not look at an address or auto that a later line gives.",
			Bad:   "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.0.ipv4.gateway = dev\nlxc.net.0.ipv4.gateway = 10.0.3.1\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.0.ipv4.gateway = 10.0.3.1\n",
			check: eachGateway(gatewayDevStays),
		},
		{
			Code: "net/gateway-elsewhere", Severity: diag.Info, Effect: diag.Advice, Missing: true,
			Title: "a gateway outside the networks of the interface",
			Doc:   "A gateway that is in no network of its interface's gets a route of its own. That is meant with an address that is a network by itself, as 10.0.3.5/32, and a mistake with most others.",
			Bad:   "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.0.ipv4.gateway = 10.0.30.1\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.5/32\nlxc.net.0.ipv4.gateway = 10.0.30.1\n",
			check: eachGateway(gatewayElsewhere),
		},
		{
			Code: "net/two-gateways", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "two gateways of one kind",
			Doc:   "There is one default route of each kind: LXC fails to add a second.",
			Bad: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.0.ipv4.gateway = 10.0.3.1\n" +
				"lxc.net.1.type = veth\nlxc.net.1.link = br1\nlxc.net.1.flags = up\nlxc.net.1.ipv4.address = 10.0.4.5/24\nlxc.net.1.ipv4.gateway = 10.0.4.1\n",
			Good: "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.5/24\nlxc.net.0.ipv4.gateway = 10.0.3.1\n" +
				"lxc.net.1.type = veth\nlxc.net.1.link = br1\nlxc.net.1.flags = up\nlxc.net.1.ipv4.address = 10.0.4.5/24\n",
			check: netTwoGateways,
		},
	}
}

// nicGateway is a gateway with what it depends on.
type nicGateway struct {
	nic       *config.NIC
	kind      string // "IPv4" or "IPv6"
	value     config.Value[config.Gateway]
	addresses config.Items[config.InterfaceAddress]
}

// eachGateway is a check of each gateway by itself.
func eachGateway(check func(nicGateway, report)) func(*config.Config, report) {
	return eachNIC(func(n *config.NIC, report report) {
		for _, g := range [...]nicGateway{{n, "IPv4", n.Gateway4, n.IPv4}, {n, "IPv6", n.Gateway6, n.IPv6}} {
			if g.given() && n.Type.V != "none" {
				check(g, report)
			}
		}
	})
}

func (g nicGateway) given() bool {
	return g.value.Set && (g.value.V.Auto || g.value.V.Dev || g.value.V.Address.IsValid())
}

func gatewayDown(g nicGateway, report report) {
	if !g.nic.Up.V {
		report(g.value.Origin, "the interface stays down, so there is no way to its gateway", fmt.Sprintf("Add `lxc.net.%d.flags = up`.", g.nic.Index))
	}
}

func gatewayNoAddress(g nicGateway, report report) {
	a := g.value.V.Address
	if len(g.addresses) == 0 && !(a.Is6() && a.IsLinkLocalUnicast()) {
		report(g.value.Origin, fmt.Sprintf("a gateway of %s needs an address of %s on the interface", g.kind, g.kind),
			fmt.Sprintf("Give the interface one: lxc.net.%d.%s.address.", g.nic.Index, map[string]string{"IPv4": "ipv4", "IPv6": "ipv6"}[g.kind]))
	}
}

func gatewayAuto(g nicGateway, report report) {
	if !g.value.V.Auto {
		return
	}
	switch {
	case g.nic.Type.V != "veth" && g.nic.Type.V != "macvlan":
		report(g.value.Origin, fmt.Sprintf("LXC finds no gateway for an interface of type %s", g.nic.Type.V), "Write the gateway's address.")
	case g.nic.Link.V == "":
		report(g.value.Origin, "a gateway that is the address of the link needs a link", fmt.Sprintf("Write the gateway's address, or add `lxc.net.%d.link = ` and a bridge.", g.nic.Index))
	}
}

func gatewayDevStays(g nicGateway, report report) {
	if v := g.value.V; v.Dev && (v.Auto || v.Address.IsValid()) {
		report(g.value.Origin, "the gateway stays dev, as a line above says", "Remove that line.")
	}
}

func gatewayElsewhere(g nicGateway, report report) {
	a := g.value.V.Address
	if g.value.V.Dev || g.value.V.Auto || !a.IsValid() || len(g.addresses) == 0 || a.Is6() && a.IsLinkLocalUnicast() {
		return
	}
	for _, own := range g.addresses {
		p := netip.PrefixFrom(own.V.Address, int(own.V.Prefix))
		if p.IsSingleIP() || p.Contains(a) {
			return
		}
	}
	report(g.value.Origin, fmt.Sprintf("the gateway %s is in no network of the interface's", a), "Check the address and the prefix length.")
}

func netTwoGateways(c *config.Config, report report) {
	var first [2]config.Value[config.Gateway]
	for i := range c.Network.NICs {
		n := &c.Network.NICs[i]
		for kind, g := range [...]nicGateway{{n, "IPv4", n.Gateway4, n.IPv4}, {n, "IPv6", n.Gateway6, n.IPv6}} {
			switch {
			case !g.given() || n.Type.V == "none":
			case first[kind].Set:
				report(g.value.Origin, fmt.Sprintf("there is another gateway of %s already", g.kind), "Leave one of them out.",
					diag.Related{Range: first[kind].Origin.Range(), Summary: "the first one"})
			default:
				first[kind] = g.value
			}
		}
	}
}
