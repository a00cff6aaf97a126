package keys

import (
	"net/netip"

	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// networkKeys is the section on network interfaces. They are numbered by [i]; the
// type of an interface comes first, because setting it wipes what stands before.
func networkKeys() []Key {
	types := grammar.Enum("type of network", "empty", "ipvlan", "macvlan", "none", "phys", "veth", "vlan")
	return []Key{
		{
			Name: "lxc.net", Since: V2_1, Launch: NoSteps("it only clears lines above it"),
			Doc:     "An empty value removes every interface above.",
			Example: "lxc.net =",
			field:   clearsOnly(func(c *config.Config, _ input) { c.Network.Clear() }),
		},
		{
			Name: "lxc.net.[i]", Since: V2_1, Launch: NoSteps("it only clears lines above it"),
			Doc:     "An empty value removes the interface.",
			Example: "lxc.net.0 =",
			field:   clearsOnly(func(c *config.Config, in input) { c.Network.Remove(in.index) }),
		},
		{
			Name: "lxc.net.[i].type", Since: V2_1, Launch: Steps(),
			Without: "empty, which other settings of the interface then break",
			Changes: []Change{{V4_0, "A second type keeps what lines above set for the interface, and there is no ipvlan."}},
			Doc:     "The kind of interface: veth pairs, macvlan, ipvlan and vlan devices on a link, phys for a device of the host, empty for loopback only, none for the host's network. It wipes what lines above set for the same interface.",
			Example: "lxc.net.0.type = veth",
			field:   nicType(types),
		},
		{
			Name: "lxc.net.[i].flags", Since: V2_1, Launch: Steps(),
			Without: "the interface stays down",
			Doc:     "up brings the interface up; so does any other text.",
			Example: "lxc.net.0.flags = up",
			field:   nicScalar("", grammar.Flag, func(n *config.NIC) *config.Value[bool] { return &n.Up }),
		},
		{
			Name: "lxc.net.[i].link", Since: V2_1, Launch: Steps(),
			Without: "a veth pair stays unattached; macvlan, ipvlan, vlan and phys cannot start",
			Doc:     "The bridge or device of the host the interface belongs to.",
			Example: "lxc.net.0.link = lxcbr0",
			field:   nicScalar("", grammar.InterfaceName, func(n *config.NIC) *config.Value[string] { return &n.Link }),
		},
		{
			Name: "lxc.net.[i].l2proxy", Since: V4_0, Launch: Steps(),
			Without: "0",
			Doc:     "Whether the host answers for the interface's addresses on its link.",
			Example: "lxc.net.0.l2proxy = 1",
			field:   nicScalar("", grammar.Bool, func(n *config.NIC) *config.Value[bool] { return &n.L2Proxy }),
		},
		{
			Name: "lxc.net.[i].name", Since: V2_1, Launch: Steps(),
			Without: "the first free ethN; lo for type empty, the link's name for type phys",
			Doc:     "The interface's name in the container.",
			Example: "lxc.net.0.name = eth0",
			field:   nicScalar("", grammar.InterfaceName, func(n *config.NIC) *config.Value[string] { return &n.Name }),
		},
		{
			Name: "lxc.net.[i].hwaddr", Since: V2_1, Launch: Steps(),
			Without: "the kernel draws one",
			Changes: []Change{{V6_0, "A clone's address begins with 00:16:3e; now with 10:66:6a."}},
			Doc:     "The interface's hardware address; x stands for a random digit.",
			Example: "lxc.net.0.hwaddr = 00:16:3e:xx:xx:xx",
			field:   nicScalar("", grammar.HWAddr, func(n *config.NIC) *config.Value[string] { return &n.HWAddr }),
		},
		{
			Name: "lxc.net.[i].mtu", Since: V2_1, Launch: Steps(),
			Without: "that of the link, or 1500",
			Doc:     "The largest packet the interface takes, in bytes.",
			Example: "lxc.net.0.mtu = 1400",
			field:   nicScalar("", grammar.MTU, func(n *config.NIC) *config.Value[string] { return &n.MTU }),
		},
		{
			Name: "lxc.net.[i].script.up", Since: V2_1, Launch: Steps(),
			Without: "no command",
			Doc:     "A command run on the host once the interface is made.",
			Example: "lxc.net.0.script.up = /etc/lxc/up.sh",
			field:   nicScalar("", grammar.ShellCommand, func(n *config.NIC) *config.Value[string] { return &n.ScriptUp }),
		},
		{
			Name: "lxc.net.[i].script.down", Since: V2_1, Launch: Steps(),
			Without: "no command",
			Doc:     "A command run on the host before the interface goes.",
			Example: "lxc.net.0.script.down = /etc/lxc/down.sh",
			field:   nicScalar("", grammar.ShellCommand, func(n *config.NIC) *config.Value[string] { return &n.ScriptDown }),
		},
		{
			Name: "lxc.net.[i].ipv4.address", Since: V2_1, Launch: Steps(),
			Without: "no address",
			Changes: []Change{{V6_0, "Without a broadcast address in the line a wrong one is set, 0.0.0.x."}},
			Doc:     "An IPv4 address with its prefix length. Without one LXC guesses it from the last number of the address.",
			Example: "lxc.net.0.ipv4.address = 10.0.3.5/24",
			field:   nicList("", grammar.IPv4Address, func(n *config.NIC) *config.Items[config.InterfaceAddress] { return &n.IPv4 }).readBefore(V2_1, plainPrefix),
		},
		{
			Name: "lxc.net.[i].ipv6.address", Since: V2_1, Launch: Steps(),
			Without: "no address",
			Doc:     "An IPv6 address with its prefix length.",
			Example: "lxc.net.0.ipv6.address = fd00::5/64",
			field:   nicList("", grammar.IPv6Address, func(n *config.NIC) *config.Items[config.InterfaceAddress] { return &n.IPv6 }).readBefore(V2_1, plainPrefix),
		},
		{
			Name: "lxc.net.[i].ipv4.gateway", Since: V2_1, Launch: Steps(),
			Without: "no default route",
			Changes: []Change{{V4_0, "There is no dev."}},
			Doc:     "The IPv4 gateway: an address, auto for the link's own, dev for the interface itself.",
			Example: "lxc.net.0.ipv4.gateway = 10.0.3.1",
			field:   nicGateway(grammar.IPv4Gateway, func(n *config.NIC) *config.Value[config.Gateway] { return &n.Gateway4 }),
		},
		{
			Name: "lxc.net.[i].ipv6.gateway", Since: V2_1, Launch: Steps(),
			Without: "no default route",
			Changes: []Change{{V4_0, "There is no dev."}},
			Doc:     "The IPv6 gateway, written as the IPv4 one.",
			Example: "lxc.net.0.ipv6.gateway = fd00::1",
			field:   nicGateway(grammar.IPv6Gateway, func(n *config.NIC) *config.Value[config.Gateway] { return &n.Gateway6 }),
		},
		{
			Name: "lxc.net.[i].macvlan.mode", Since: V2_1, Launch: Steps(),
			Without: "private",
			Doc:     "How a macvlan device reaches others on its link.",
			Example: "lxc.net.0.macvlan.mode = bridge",
			field:   nicScalar("macvlan", grammar.Enum("macvlan mode", "bridge", "passthru", "private", "vepa"), func(n *config.NIC) *config.Value[string] { return &n.MacvlanMode }).newer(V1_1, "passthru"),
		},
		{
			Name: "lxc.net.[i].ipvlan.mode", Since: V4_0, Launch: Steps(),
			Without: "l2",
			Doc:     "The layer an ipvlan device works on. LXC's manual says l3 is the default; it is l2.",
			Example: "lxc.net.0.ipvlan.mode = l3s",
			field:   nicScalar("ipvlan", grammar.Enum("ipvlan mode", "l2", "l3", "l3s"), func(n *config.NIC) *config.Value[string] { return &n.IPvlanMode }),
		},
		{
			Name: "lxc.net.[i].ipvlan.isolation", Since: V4_0, Launch: Steps(),
			Without: "bridge",
			Doc:     "How an ipvlan device reaches others on its link.",
			Example: "lxc.net.0.ipvlan.isolation = private",
			field:   nicScalar("ipvlan", grammar.Enum("ipvlan isolation", "bridge", "private", "vepa"), func(n *config.NIC) *config.Value[string] { return &n.IPvlanIso }),
		},
		{
			Name: "lxc.net.[i].vlan.id", Since: V2_1, Launch: Steps(),
			Without: "0",
			Doc:     "The id of a vlan device.",
			Example: "lxc.net.0.vlan.id = 42",
			field:   nicScalar("vlan", grammar.VlanID, func(n *config.NIC) *config.Value[uint16] { return &n.VlanID }),
		},
		{
			Name: "lxc.net.[i].veth.mode", Since: V4_0, Launch: Steps(),
			Without: "bridge",
			Doc:     "bridge attaches the host's end to the link, router routes to it.",
			Example: "lxc.net.0.veth.mode = router",
			field:   nicScalar("veth", grammar.Enum("veth mode", "bridge", "router"), func(n *config.NIC) *config.Value[string] { return &n.Veth.Mode }),
		},
		{
			Name: "lxc.net.[i].veth.pair", Since: V2_1, Launch: Steps(),
			Without: "veth and six random characters",
			Doc:     "The name of the host's end.",
			Example: "lxc.net.0.veth.pair = vethweb",
			field:   nicScalar("veth", grammar.InterfaceName, func(n *config.NIC) *config.Value[string] { return &n.Veth.Pair }),
		},
		{
			Name: "lxc.net.[i].veth.n_rxqueues", Since: V5_0, Launch: Steps(),
			Without: "the kernel's default",
			Doc:     "How many receive queues the pair has.",
			Example: "lxc.net.0.veth.n_rxqueues = 2",
			field:   nicScalar("veth", grammar.PositiveInt32, func(n *config.NIC) *config.Value[int32] { return &n.Veth.RxQueues }),
		},
		{
			Name: "lxc.net.[i].veth.n_txqueues", Since: V5_0, Launch: Steps(),
			Without: "the kernel's default",
			Doc:     "How many transmit queues the pair has.",
			Example: "lxc.net.0.veth.n_txqueues = 2",
			field:   nicScalar("veth", grammar.PositiveInt32, func(n *config.NIC) *config.Value[int32] { return &n.Veth.TxQueues }),
		},
		{
			Name: "lxc.net.[i].veth.ipv4.route", Since: V4_0, Launch: Steps(),
			Without: "no route",
			Doc:     "An IPv4 network the host reaches through the pair.",
			Example: "lxc.net.0.veth.ipv4.route = 192.168.7.0/24",
			field:   nicList("veth", grammar.IPv4Route, func(n *config.NIC) *config.Items[netip.Prefix] { return &n.Veth.Routes4 }),
		},
		{
			Name: "lxc.net.[i].veth.ipv6.route", Since: V4_0, Launch: Steps(),
			Without: "no route",
			Doc:     "An IPv6 network the host reaches through the pair.",
			Example: "lxc.net.0.veth.ipv6.route = fd01::/64",
			field:   nicList("veth", grammar.IPv6Route, func(n *config.NIC) *config.Items[netip.Prefix] { return &n.Veth.Routes6 }),
		},
		{
			Name: "lxc.net.[i].veth.vlan.id", Since: V5_0, Launch: Steps(),
			Without: "the bridge's own default",
			Doc:     "The VLAN that untagged packets belong to, on a bridge with vlan_filtering; none for no VLAN.",
			Example: "lxc.net.0.veth.vlan.id = 10",
			field:   nicScalar("veth", grammar.VethVlanID, func(n *config.NIC) *config.Value[string] { return &n.Veth.VlanID }),
		},
		{
			Name: "lxc.net.[i].veth.vlan.tagged.id", Since: V4_0, Launch: Steps(),
			Without: "none",
			Doc:     "A VLAN whose tagged packets are passed on.",
			Example: "lxc.net.0.veth.vlan.tagged.id = 20",
			field:   nicList("veth", grammar.TaggedVlanID, func(n *config.NIC) *config.Items[uint16] { return &n.Veth.Tagged }),
		},
	}
}
