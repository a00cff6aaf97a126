//go:build linux

package netlink

import (
	"encoding/binary"
	"errors"

	"golang.org/x/sys/unix"
)

// Change is a change of a link. What is left at its zero value stays as it is.
type Change struct {
	Name    string
	MTU     uint32
	Address HardwareAddr
	Master  int  // bridge to become a port of
	Up      bool // switch it on
}

// Set changes a link.
func (c *Conn) Set(l Link, change Change) error {
	err := c.set(l, change)
	if change.Name == "" || !errors.Is(err, unix.EBUSY) {
		return err
	}
	// Before Linux 6.2 a link that is up is not renamed. One that is switched on in the same
	// request is renamed first.
	off := newRequest(unix.RTM_NEWLINK, 0, l.Name, linkHeader(unix.AF_UNSPEC, l.Index, 0, unix.IFF_UP))
	if err := c.do(off); err != nil {
		return err
	}
	change.Up = change.Up || l.Up
	return c.set(l, change)
}

func (c *Conn) set(l Link, change Change) error {
	var flags uint32
	if change.Up {
		flags = unix.IFF_UP
	}
	r := newRequest(unix.RTM_NEWLINK, 0, l.Name, linkHeader(unix.AF_UNSPEC, l.Index, flags, flags))
	if change.MTU != 0 {
		r.uint32(unix.IFLA_MTU, change.MTU)
	}
	if change.Address != (HardwareAddr{}) {
		r.bytes(unix.IFLA_ADDRESS, change.Address[:])
	}
	if change.Master != 0 {
		r.uint32(unix.IFLA_MASTER, uint32(change.Master))
	}
	if change.Name != "" {
		r.text(unix.IFLA_IFNAME, change.Name)
	}
	return c.do(r)
}

// Namespace is a network namespace as a link is moved to it: that of a process, or
// an open one.
type Namespace struct{ attribute, value uint32 }

// NamespaceOf is the network namespace of a process.
func NamespaceOf(pid int) Namespace { return Namespace{unix.IFLA_NET_NS_PID, uint32(pid)} }

// OpenNamespace is the network namespace behind a descriptor.
func OpenNamespace(fd int) Namespace { return Namespace{unix.IFLA_NET_NS_FD, uint32(fd)} }

// Move moves a link to another network namespace, where it gets a name at once. The
// kernel switches it off, takes its addresses, and waits for an RCU grace period.
func (c *Conn) Move(l Link, to Namespace, name string) error {
	r := newRequest(unix.RTM_NEWLINK, 0, l.Name, linkHeader(unix.AF_UNSPEC, l.Index, 0, 0))
	r.uint32(uint16(to.attribute), to.value)
	r.text(unix.IFLA_IFNAME, name)
	return c.do(r)
}

// Delete deletes a link, and with one end of a veth pair the other. It waits for an
// RCU grace period.
func (c *Conn) Delete(l Link) error {
	return c.do(newRequest(unix.RTM_DELLINK, 0, l.Name, linkHeader(unix.AF_UNSPEC, l.Index, 0, 0)))
}

// AddAltName gives a link one more name, and DeleteAltName takes one away. Both know
// the link by its index, because another name could be a link's own.
func (c *Conn) AddAltName(l Link, name string) error {
	return c.altName(unix.RTM_NEWLINKPROP, unix.NLM_F_CREATE|unix.NLM_F_EXCL|unix.NLM_F_APPEND, l, name)
}

// DeleteAltName takes one of its other names from a link.
func (c *Conn) DeleteAltName(l Link, name string) error {
	return c.altName(unix.RTM_DELLINKPROP, 0, l, name)
}

func (c *Conn) altName(kind, flags uint16, l Link, name string) error {
	r := newRequest(kind, flags, name, linkHeader(unix.AF_UNSPEC, l.Index, 0, 0))
	r.nest(unix.IFLA_PROP_LIST, func() { r.text(unix.IFLA_ALT_IFNAME, name) })
	return c.do(r)
}

// What linux/if_bridge.h says of the VLANs of a bridge's port.
const (
	bridgeVLANInfo     = 2      // IFLA_BRIDGE_VLAN_INFO
	bridgeVLANPVID     = 1 << 1 // BRIDGE_VLAN_INFO_PVID: untagged packets that come in belong to it
	bridgeVLANUntagged = 1 << 2 // BRIDGE_VLAN_INFO_UNTAGGED: its packets go out untagged
)

// AddVLAN admits a VLAN on a port of a bridge: tagged, or as the one of untagged
// packets.
func (c *Conn) AddVLAN(port Link, id uint16, tagged bool) error {
	flags := uint16(0)
	if !tagged {
		flags = bridgeVLANPVID | bridgeVLANUntagged
	}
	return c.bridgeVLAN(unix.RTM_SETLINK, port, id, flags)
}

// DeleteVLAN shuts a VLAN out from a port of a bridge.
func (c *Conn) DeleteVLAN(port Link, id uint16) error {
	return c.bridgeVLAN(unix.RTM_DELLINK, port, id, 0)
}

func (c *Conn) bridgeVLAN(kind uint16, port Link, id, flags uint16) error {
	r := newRequest(kind, 0, port.Name, linkHeader(unix.AF_BRIDGE, port.Index, 0, 0))
	r.nest(unix.IFLA_AF_SPEC, func() { // struct bridge_vlan_info
		info := binary.NativeEndian.AppendUint16(nil, flags)
		r.bytes(bridgeVLANInfo, binary.NativeEndian.AppendUint16(info, id))
	})
	return c.do(r)
}
