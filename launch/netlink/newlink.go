//go:build linux

package netlink

import "golang.org/x/sys/unix"

// NewLink says what link to make.
type NewLink struct {
	Name      string
	Kind      Kind
	Parent    int          // index of the link it is made on, 0 for none
	Namespace int          // process in whose network namespace it is made, 0: the socket's own
	MTU       uint32       // bytes, 0: the kernel's choice
	Address   HardwareAddr // the zero address: the kernel draws one
	RxQueues  uint32       // 0: the kernel's choice
	TxQueues  uint32
}

// Kind is a kind of link with what only it has.
type Kind interface {
	name() string
	data(r *request)
}

// Veth is one end of a pair; Peer is the other (veth(4)).
type Veth struct{ Peer NewLink }

// vethInfoPeer is VETH_INFO_PEER of linux/veth.h.
const vethInfoPeer = 1

func (Veth) name() string { return "veth" }

// data describes the peer: a message within the message.
func (v Veth) data(r *request) {
	r.nest(vethInfoPeer, func() {
		r.put(linkHeader(unix.AF_UNSPEC, 0, 0, 0))
		v.Peer.attributes(r)
	})
}

// Macvlan is a link with an address of its own on its parent.
type Macvlan struct{ Mode MacvlanMode }

// MacvlanMode is a mode of linux/if_link.h.
type MacvlanMode uint32

// The modes.
const (
	MacvlanPrivate  MacvlanMode = 1
	MacvlanVEPA     MacvlanMode = 2
	MacvlanBridge   MacvlanMode = 4
	MacvlanPassthru MacvlanMode = 8
)

func (Macvlan) name() string      { return "macvlan" }
func (m Macvlan) data(r *request) { r.uint32(unix.IFLA_MACVLAN_MODE, uint32(m.Mode)) }

// IPvlan is a link that shares its parent's hardware address.
type IPvlan struct {
	Mode      IPvlanMode
	Isolation IPvlanIsolation
}

// IPvlanMode is a mode of linux/if_link.h.
type IPvlanMode uint16

// The modes.
const (
	IPvlanL2  IPvlanMode = 0
	IPvlanL3  IPvlanMode = 1
	IPvlanL3S IPvlanMode = 2
)

// IPvlanIsolation says whom the links of one parent reach. It belongs to the parent:
// of several links on it the last one's counts.
type IPvlanIsolation uint16

// The kinds of isolation.
const (
	IPvlanBridge  IPvlanIsolation = 0
	IPvlanPrivate IPvlanIsolation = 1
	IPvlanVEPA    IPvlanIsolation = 2
)

func (IPvlan) name() string { return "ipvlan" }
func (v IPvlan) data(r *request) {
	r.uint16(unix.IFLA_IPVLAN_MODE, uint16(v.Mode))
	if v.Isolation != IPvlanBridge { // the only one that kernels before 4.15 have
		r.uint16(unix.IFLA_IPVLAN_FLAGS, uint16(v.Isolation))
	}
}

// VLAN is one tagged network of its parent.
type VLAN struct{ ID uint16 }

func (VLAN) name() string      { return "vlan" }
func (v VLAN) data(r *request) { r.uint16(unix.IFLA_VLAN_ID, v.ID) }

// Create makes a link.
func (c *Conn) Create(l NewLink) error {
	r := newRequest(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL, l.Name, linkHeader(unix.AF_UNSPEC, 0, 0, 0))
	l.attributes(r)
	return c.do(r)
}

// attributes appends what a link, or the peer of one, is to be.
func (l NewLink) attributes(r *request) {
	r.text(unix.IFLA_IFNAME, l.Name)
	if l.Namespace != 0 {
		r.uint32(unix.IFLA_NET_NS_PID, uint32(l.Namespace))
	}
	if l.MTU != 0 {
		r.uint32(unix.IFLA_MTU, l.MTU)
	}
	if l.Address != (HardwareAddr{}) {
		r.bytes(unix.IFLA_ADDRESS, l.Address[:])
	}
	if l.RxQueues != 0 {
		r.uint32(unix.IFLA_NUM_RX_QUEUES, l.RxQueues)
	}
	if l.TxQueues != 0 {
		r.uint32(unix.IFLA_NUM_TX_QUEUES, l.TxQueues)
	}
	if l.Parent != 0 {
		r.uint32(unix.IFLA_LINK, uint32(l.Parent))
	}
	if l.Kind == nil {
		return // the peer of a veth is what its pair is
	}
	r.nest(unix.IFLA_LINKINFO, func() {
		r.text(unix.IFLA_INFO_KIND, l.Kind.name())
		r.nest(unix.IFLA_INFO_DATA, func() { l.Kind.data(r) })
	})
}
