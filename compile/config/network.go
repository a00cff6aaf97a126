package config

import (
	"net/netip"

	"lxcfg/grammar"
)

// InterfaceAddress is one line of lxc.net.[i].ipv4.address or ipv6.address.
type InterfaceAddress = grammar.InterfaceAddress

// Gateway is lxc.net.[i].ipv4.gateway or ipv6.gateway.
type Gateway = grammar.Gateway

// Network is lxc.net.*: the interfaces, once read, by ascending index.
type Network struct {
	NICs      []NIC
	positions map[uint32]int // in NICs, by index
}

// NIC is lxc.net.[i].*.
type NIC struct {
	Index       uint32
	At          Origin        // the first line about it since its type was set
	Settings    int           // how many lines have set something of it since its type was set
	Type        Value[string] // "veth", "macvlan", …; not set when only subkeys were given
	Up          Value[bool]
	BadType     bool // a line gives it a type that there is not, which LXC refuses
	Link        Value[string]
	L2Proxy     Value[bool]
	Name        Value[string]
	HWAddr      Value[string]
	MTU         Value[string]
	ScriptUp    Value[string]
	ScriptDown  Value[string]
	IPv4        Items[InterfaceAddress]
	IPv6        Items[InterfaceAddress]
	Gateway4    Value[Gateway]
	Gateway6    Value[Gateway]
	MacvlanMode Value[string]
	IPvlanMode  Value[string]
	IPvlanIso   Value[string]
	VlanID      Value[uint16]
	Veth        Veth
}

// Veth is lxc.net.[i].veth.*.
type Veth struct {
	Mode     Value[string]
	Pair     Value[string]
	RxQueues Value[int32]
	TxQueues Value[int32]
	Routes4  Items[netip.Prefix]
	Routes6  Items[netip.Prefix]
	VlanID   Value[string] // "none" or a number
	Tagged   Items[uint16]
}
