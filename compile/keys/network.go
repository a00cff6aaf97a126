package keys

import (
	"fmt"

	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// networkKeys is the section on network interfaces. They are numbered by [i]; the
// type of an interface comes first, because setting it wipes what stands before.
func networkKeys() []Key {
	types := grammar.Enum("type of network", "empty", "ipvlan", "macvlan", "none", "phys", "veth", "vlan")
	nic := func(sub string, since Version, launch Launch, doc, example string, f field) Key {
		return Key{Name: "lxc.net.[i]." + sub, Since: since, Launch: launch, Doc: doc, Example: "lxc.net.0." + sub + " = " + example, field: f}
	}
	later := Launch{}
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
		nic("type", V2_1, Steps(), "The kind of interface: veth pairs, macvlan, ipvlan and vlan devices on a link, phys for a device of the host, empty for loopback only, none for the host's network. It wipes what lines above set for the same interface.", "veth", nicType(types)),
		nic("flags", V2_1, later, "up brings the interface up; so does any other text.", "up", nicScalar("", grammar.Flag, func(n *config.NIC) *config.Value[bool] { return &n.Up })),
		nic("link", V2_1, later, "The bridge or device of the host the interface belongs to.", "lxcbr0", nicScalar("", grammar.InterfaceName, func(n *config.NIC) *config.Value[string] { return &n.Link })),
		nic("l2proxy", V4_0, later, "Whether the host answers for the interface's addresses on its link.", "1", nicScalar("", grammar.Bool, func(n *config.NIC) *config.Value[bool] { return &n.L2Proxy })),
		nic("name", V2_1, later, "The interface's name in the container.", "eth0", nicScalar("", grammar.InterfaceName, func(n *config.NIC) *config.Value[string] { return &n.Name })),
		nic("hwaddr", V2_1, later, "The interface's hardware address; x stands for a random digit.", "00:16:3e:xx:xx:xx", nicScalar("", grammar.String, func(n *config.NIC) *config.Value[string] { return &n.HWAddr })),
		nic("mtu", V2_1, later, "The largest packet the interface takes, in bytes.", "1400", nicScalar("", grammar.String, func(n *config.NIC) *config.Value[string] { return &n.MTU })),
		nic("script.up", V2_1, later, "A command run on the host once the interface is made.", "/etc/lxc/up.sh", nicScalar("", grammar.ShellCommand, func(n *config.NIC) *config.Value[string] { return &n.ScriptUp })),
		nic("script.down", V2_1, later, "A command run on the host before the interface goes.", "/etc/lxc/down.sh", nicScalar("", grammar.ShellCommand, func(n *config.NIC) *config.Value[string] { return &n.ScriptDown })),
		nic("ipv4.address", V2_1, later, "An IPv4 address with its prefix length. Without one LXC guesses it from the last number of the address.", "10.0.3.5/24", nicList("", grammar.IPv4Address, func(n *config.NIC) *config.Items[string] { return &n.IPv4 })),
		nic("ipv6.address", V2_1, later, "An IPv6 address with its prefix length.", "fd00::5/64", nicList("", grammar.IPv6Address, func(n *config.NIC) *config.Items[string] { return &n.IPv6 })),
		nic("ipv4.gateway", V2_1, later, "The IPv4 gateway: an address, auto for the link's own, dev for the interface itself.", "10.0.3.1", nicScalar("", grammar.IPv4Gateway, func(n *config.NIC) *config.Value[string] { return &n.Gateway4 })),
		nic("ipv6.gateway", V2_1, later, "The IPv6 gateway, written as the IPv4 one.", "fd00::1", nicScalar("", grammar.IPv6Gateway, func(n *config.NIC) *config.Value[string] { return &n.Gateway6 })),
		nic("macvlan.mode", V2_1, later, "How a macvlan device reaches others on its link.", "bridge", nicScalar("macvlan", grammar.Enum("macvlan mode", "bridge", "passthru", "private", "vepa"), func(n *config.NIC) *config.Value[string] { return &n.MacvlanMode }).newer(V1_1, "passthru")),
		nic("ipvlan.mode", V4_0, later, "The layer an ipvlan device works on. LXC's manual says l3 is the default; it is l2.", "l3s", nicScalar("ipvlan", grammar.Enum("ipvlan mode", "l2", "l3", "l3s"), func(n *config.NIC) *config.Value[string] { return &n.IPvlanMode })),
		nic("ipvlan.isolation", V4_0, later, "How an ipvlan device reaches others on its link.", "private", nicScalar("ipvlan", grammar.Enum("ipvlan isolation", "bridge", "private", "vepa"), func(n *config.NIC) *config.Value[string] { return &n.IPvlanIso })),
		nic("vlan.id", V2_1, later, "The id of a vlan device.", "42", nicScalar("vlan", grammar.VlanID, func(n *config.NIC) *config.Value[uint16] { return &n.VlanID })),
		nic("veth.mode", V4_0, later, "bridge attaches the host's end to the link, router routes to it.", "router", nicScalar("veth", grammar.Enum("veth mode", "bridge", "router"), func(n *config.NIC) *config.Value[string] { return &n.Veth.Mode })),
		nic("veth.pair", V2_1, later, "The name of the host's end.", "vethweb", nicScalar("veth", grammar.InterfaceName, func(n *config.NIC) *config.Value[string] { return &n.Veth.Pair })),
		nic("veth.n_rxqueues", V5_0, later, "How many receive queues the pair has.", "2", nicScalar("veth", grammar.PositiveInt32, func(n *config.NIC) *config.Value[int32] { return &n.Veth.RxQueues })),
		nic("veth.n_txqueues", V5_0, later, "How many transmit queues the pair has.", "2", nicScalar("veth", grammar.PositiveInt32, func(n *config.NIC) *config.Value[int32] { return &n.Veth.TxQueues })),
		nic("veth.ipv4.route", V4_0, later, "An IPv4 network the host reaches through the pair.", "192.168.7.0/24", nicList("veth", grammar.IPv4Route, func(n *config.NIC) *config.Items[string] { return &n.Veth.Routes4 })),
		nic("veth.ipv6.route", V4_0, later, "An IPv6 network the host reaches through the pair.", "fd01::/64", nicList("veth", grammar.IPv6Route, func(n *config.NIC) *config.Items[string] { return &n.Veth.Routes6 })),
		nic("veth.vlan.id", V5_0, later, "The VLAN that untagged packets belong to, on a bridge with vlan_filtering; none for no VLAN.", "10", nicScalar("veth", grammar.VethVlanID, func(n *config.NIC) *config.Value[string] { return &n.Veth.VlanID })),
		nic("veth.vlan.tagged.id", V4_0, later, "A VLAN whose tagged packets are passed on.", "20", nicList("veth", grammar.TaggedVlanID, func(n *config.NIC) *config.Items[uint16] { return &n.Veth.Tagged })),
	}
}

// nicType wipes the interface before it sets the type, as LXC does since 4.0.7.
func nicType(l grammar.Language[string]) field {
	f := nicScalar("", l, func(n *config.NIC) *config.Value[string] { return &n.Type })
	set := f.set
	f.set = func(c *config.Config, in input) *grammar.ValueError {
		if _, err := l.Parse(in.value); err != nil {
			return err
		}
		*c.Network.Add(in.index) = config.NIC{Index: in.index}
		return set(c, in)
	}
	return f
}

// nicScalar is a key of one interface with one value; kind is the type the
// interface must be of, empty for any.
func nicScalar[T any](kind string, l grammar.Language[T], at func(*config.NIC) *config.Value[T]) field {
	return nicField(kind, l.Name, l.Syntax, LastWins,
		func(n *config.NIC, in input) *grammar.ValueError {
			v, err := l.Parse(in.value)
			if err == nil {
				*at(n) = config.Of(v, in.origin)
			}
			return err
		},
		func(n *config.NIC) { *at(n) = config.Value[T]{} },
		func(n *config.NIC, emit func(string, string, config.Origin)) {
			if v := at(n); v.Set {
				emit("", l.Format(v.V), v.Origin)
			}
		})
}

// nicList is a key of one interface that collects.
func nicList[T any](kind string, l grammar.Language[T], at func(*config.NIC) *config.Items[T]) field {
	return nicField(kind, l.Name, l.Syntax, Appends,
		func(n *config.NIC, in input) *grammar.ValueError {
			v, err := l.Parse(in.value)
			if err == nil {
				*at(n) = append(*at(n), config.Of(v, in.origin))
			}
			return err
		},
		func(n *config.NIC) { *at(n) = nil },
		func(n *config.NIC, emit func(string, string, config.Origin)) {
			for _, v := range *at(n) {
				emit("", l.Format(v.V), v.Origin)
			}
		})
}

func nicField(kind, language, syntax string, repeat Repeat, set func(*config.NIC, input) *grammar.ValueError,
	clear func(*config.NIC), show func(*config.NIC, func(string, string, config.Origin))) field {
	return field{
		language: language, syntax: syntax, repeat: repeat,
		set: func(c *config.Config, in input) *grammar.ValueError {
			n := c.Network.Add(in.index)
			if kind != "" && n.Type.V != kind {
				return &grammar.ValueError{Range: in.origin.Range(), Summary: fmt.Sprintf("%s is for interfaces of type %s only", in.origin.Key, kind),
					Detail: fmt.Sprintf("Write `lxc.net.%d.type = %s` before this line, or remove the line.", in.index, kind)}
			}
			return set(n, in)
		},
		clear: func(c *config.Config, in input) *grammar.ValueError {
			n := c.Network.Find(in.index)
			if n == nil {
				return &grammar.ValueError{Range: in.origin.Range(), Summary: fmt.Sprintf("there is no interface %d to clear a setting of", in.index),
					Detail: "Remove the line."}
			}
			clear(n)
			return nil
		},
		show: func(c *config.Config, emit func(string, string, config.Origin)) {
			for i := range c.Network.NICs {
				show(&c.Network.NICs[i], emit)
			}
		},
	}
}
