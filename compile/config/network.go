package config

// Network is lxc.net.*: the interfaces, once read, by ascending index.
type Network struct {
	NICs      []NIC
	positions map[uint32]int // in NICs, by index
}

// NIC is lxc.net.[i].*.
type NIC struct {
	Index       uint32
	Type        Value[string] // "veth", "macvlan", …; not set when only subkeys were given
	Up          Value[bool]
	Link        Value[string]
	L2Proxy     Value[bool]
	Name        Value[string]
	HWAddr      Value[string]
	MTU         Value[string]
	ScriptUp    Value[string]
	ScriptDown  Value[string]
	IPv4        Items[string] // as written, checked
	IPv6        Items[string]
	Gateway4    Value[string] // an address, "auto" or "dev"
	Gateway6    Value[string]
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
	Routes4  Items[string]
	Routes6  Items[string]
	VlanID   Value[string] // "none" or a number
	Tagged   Items[uint16]
}
