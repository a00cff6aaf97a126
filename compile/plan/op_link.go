package plan

import "fmt"

// An interface of the container is known by its NIC, the number in lxc.net.[i], on
// the host, and by its name in the container, which is fixed in the plan.

// NetlinkHandover opens a netlink socket in the container's network namespace and
// hands it to the monitor, which configures the container's interfaces through it:
// the kernel goes by the namespace of who opened a socket (netlink(7)).
type NetlinkHandover struct{}

func (NetlinkHandover) Kind() Kind     { return "netlink" }
func (NetlinkHandover) Object() string { return "net" }
func (NetlinkHandover) Describe() string {
	return "hand the monitor a netlink socket of the container's network namespace"
}

// MTU is the largest packet of a link. At most one of its fields is set; with
// neither it is the kernel's choice.
type MTU struct {
	Bytes uint32 `json:"bytes,omitempty"`
	Of    string `json:"of,omitempty"` // as large as that of a link of the host, which is not there before the launch
}

// String tells an MTU by itself.
func (m MTU) String() string {
	switch {
	case m.Of != "":
		return "that of " + m.Of
	case m.Bytes != 0:
		return fmt.Sprint(m.Bytes)
	}
	return "the kernel's choice"
}

// words is the MTU among other details, nothing when the kernel chooses.
func (m MTU) words() []string {
	if m == (MTU{}) {
		return nil
	}
	return []string{"MTU " + m.String()}
}

func (m MTU) describe() string {
	switch {
	case m.Of != "":
		return ", MTU that of " + m.Of
	case m.Bytes != 0:
		return fmt.Sprintf(", MTU %d", m.Bytes)
	}
	return ""
}

// Veth makes a pair of links (veth(4)), one end in the container and one on the
// host.
type Veth struct {
	NIC      uint32 `json:"nic"`
	Host     string `json:"host,omitempty"` // name of the host's end; empty: veth and six characters that are drawn at the launch
	Name     string `json:"name"`
	MTU      MTU    `json:"mtu,omitzero"`
	RxQueues uint32 `json:"rx_queues,omitempty"` // of the container's end; the host's has them the other way round
	TxQueues uint32 `json:"tx_queues,omitempty"`
}

func (Veth) Kind() Kind       { return "veth" }
func (o Veth) Object() string { return nicObject(o.NIC) }
func (o Veth) Describe() string {
	text := fmt.Sprintf("make a veth pair: %s on the host, %s in the container", o.hostName(), o.Name)
	if o.Host == "" {
		text += " (each X is drawn at the launch)"
	}
	text += o.MTU.describe()
	if o.RxQueues != 0 {
		text += fmt.Sprintf(", %d receive queues", o.RxQueues)
	}
	if o.TxQueues != 0 {
		text += fmt.Sprintf(", %d transmit queues", o.TxQueues)
	}
	return text
}
func (o Veth) Row() Row {
	row := Row{"veth", o.hostName() + " → " + o.Name, o.MTU.words()}
	if o.RxQueues != 0 {
		row.Details = append(row.Details, fmt.Sprintf("%d receive queues", o.RxQueues))
	}
	if o.TxQueues != 0 {
		row.Details = append(row.Details, fmt.Sprintf("%d transmit queues", o.TxQueues))
	}
	return row
}
func (o Veth) Summary() (Topic, string) { return TopicNetwork, o.Name + ", a veth pair" }
func (Veth) Requires() []Requirement    { return []Requirement{{Need: NeedModule, Object: "veth"}} }

// hostName is the name of the host's end, or what it is drawn from.
func (o Veth) hostName() string {
	if o.Host == "" {
		return "vethXXXXXX"
	}
	return o.Host
}

// UserVeth has lxc-user-nic(1) make a veth pair for an ordinary user and attach its
// host's end to a bridge, as /etc/lxc/lxc-usernet allows.
type UserVeth struct {
	NIC     uint32 `json:"nic"`
	Helper  string `json:"helper"`           // path of lxc-user-nic
	Bridge  string `json:"bridge,omitempty"` // empty: none
	Name    string `json:"name"`
	Release bool   `json:"release,omitempty"` // lxc-user-nic has to take the port away again: Open vSwitch remembers it
}

func (UserVeth) Kind() Kind       { return "user-veth" }
func (o UserVeth) Object() string { return nicObject(o.NIC) }
func (o UserVeth) Describe() string {
	text := fmt.Sprintf("have %s make a veth pair: %s in the container", o.Helper, o.Name)
	if o.Bridge != "" {
		text += ", the other end a port of the bridge " + o.Bridge
	}
	return text
}
func (o UserVeth) Row() Row {
	row := Row{"veth", "→ " + o.Name, []string{"by " + o.Helper}}
	if o.Bridge != "" {
		row.Subject = o.Bridge + " → " + o.Name
	}
	return row
}
func (o UserVeth) Summary() (Topic, string) {
	if o.Bridge == "" {
		return TopicNetwork, o.Name + ", a veth pair"
	}
	return TopicNetwork, o.Name + ", a veth pair on the bridge " + o.Bridge
}
func (o UserVeth) Requires() []Requirement {
	needs := []Requirement{{Need: NeedCommand, Object: o.Helper}, {Need: NeedModule, Object: "veth"}}
	if o.Bridge != "" {
		needs = append(needs, Requirement{Need: NeedBridge, Object: o.Bridge})
	}
	return needs
}

// Macvlan makes a link with a hardware address of its own on a link of the host.
type Macvlan struct {
	NIC    uint32 `json:"nic"`
	Parent string `json:"parent"`
	Name   string `json:"name"`
	Mode   string `json:"mode"` // "private", "vepa", "bridge" or "passthru"
	MTU    MTU    `json:"mtu,omitzero"`
}

func (Macvlan) Kind() Kind       { return "macvlan" }
func (o Macvlan) Object() string { return nicObject(o.NIC) }
func (o Macvlan) Describe() string {
	return fmt.Sprintf("make %s in the container, a macvlan of mode %s on %s%s", o.Name, o.Mode, o.Parent, o.MTU.describe())
}
func (o Macvlan) Row() Row {
	return Row{"macvlan", o.Parent + " → " + o.Name, append([]string{"mode " + o.Mode}, o.MTU.words()...)}
}
func (o Macvlan) Summary() (Topic, string) {
	return TopicNetwork, o.Name + ", a macvlan on " + o.Parent
}
func (o Macvlan) Requires() []Requirement {
	return []Requirement{{Need: NeedModule, Object: "macvlan"}, {Need: NeedLink, Object: o.Parent}}
}

// IPvlan makes a link that shares the hardware address of a link of the host.
type IPvlan struct {
	NIC       uint32 `json:"nic"`
	Parent    string `json:"parent"`
	Name      string `json:"name"`
	Mode      string `json:"mode"`      // "l2", "l3" or "l3s"
	Isolation string `json:"isolation"` // "bridge", "private" or "vepa"
	MTU       MTU    `json:"mtu,omitzero"`
}

func (IPvlan) Kind() Kind       { return "ipvlan" }
func (o IPvlan) Object() string { return nicObject(o.NIC) }
func (o IPvlan) Describe() string {
	return fmt.Sprintf("make %s in the container, an ipvlan of mode %s, isolation %s, on %s%s", o.Name, o.Mode, o.Isolation, o.Parent, o.MTU.describe())
}
func (o IPvlan) Row() Row {
	return Row{"ipvlan", o.Parent + " → " + o.Name, append([]string{"mode " + o.Mode, "isolation " + o.Isolation}, o.MTU.words()...)}
}
func (o IPvlan) Summary() (Topic, string) {
	return TopicNetwork, o.Name + ", an ipvlan on " + o.Parent
}
func (o IPvlan) Requires() []Requirement {
	return []Requirement{{Need: NeedModule, Object: "ipvlan"}, {Need: NeedLink, Object: o.Parent}}
}

// VLAN makes a link for one tagged network of a link of the host.
type VLAN struct {
	NIC    uint32 `json:"nic"`
	Parent string `json:"parent"`
	Name   string `json:"name"`
	ID     uint16 `json:"id"`
	MTU    MTU    `json:"mtu,omitzero"`
}

func (VLAN) Kind() Kind       { return "vlan" }
func (o VLAN) Object() string { return nicObject(o.NIC) }
func (o VLAN) Describe() string {
	return fmt.Sprintf("make %s in the container, the VLAN %d of %s%s", o.Name, o.ID, o.Parent, o.MTU.describe())
}
func (o VLAN) Row() Row {
	return Row{"vlan", o.Parent + " → " + o.Name, append([]string{fmt.Sprintf("VLAN %d", o.ID)}, o.MTU.words()...)}
}
func (o VLAN) Summary() (Topic, string) {
	return TopicNetwork, fmt.Sprintf("%s, VLAN %d of %s", o.Name, o.ID, o.Parent)
}
func (o VLAN) Requires() []Requirement {
	return []Requirement{{Need: NeedModule, Object: "8021q"}, {Need: NeedLink, Object: o.Parent}}
}

// Phys moves a device of the host into the container. The host gets it back at the
// end, with the name, MTU, hardware address and alternative names that it had.
type Phys struct {
	NIC  uint32 `json:"nic"`
	Link string `json:"link"`
	Name string `json:"name"`
	MTU  MTU    `json:"mtu,omitzero"`
}

func (Phys) Kind() Kind       { return "phys" }
func (o Phys) Object() string { return nicObject(o.NIC) }
func (o Phys) Describe() string {
	text := fmt.Sprintf("move %s of the host into the container", o.Link)
	if o.Name != o.Link {
		text += " as " + o.Name
	}
	return text + o.MTU.describe()
}
func (o Phys) Row() Row {
	return Row{"phys", o.Link + " → " + o.Name, append([]string{"the host's own device"}, o.MTU.words()...)}
}
func (o Phys) Summary() (Topic, string) { return TopicNetwork, o.Name + ", the host's " + o.Link }
func (o Phys) Requires() []Requirement  { return []Requirement{{Need: NeedLink, Object: o.Link}} }

func nicObject(nic uint32) string { return fmt.Sprint(nic) }
