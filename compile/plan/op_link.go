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
	host := o.Host
	if host == "" {
		host = "vethXXXXXX"
	}
	text := fmt.Sprintf("make a veth pair: %s on the host, %s in the container", host, o.Name)
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

func nicObject(nic uint32) string { return fmt.Sprint(nic) }
