//go:build linux

package netlink

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"
)

// HardwareAddr is the address of an Ethernet interface.
type HardwareAddr [6]byte

// String gives the address as LXC and ip(8) write it, "00:16:3e:01:02:03".
func (a HardwareAddr) String() string {
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4], a[5])
}

// ParseHardwareAddr reads what String writes.
func ParseHardwareAddr(text string) (a HardwareAddr, err error) {
	if _, err := fmt.Sscanf(text, "%02x:%02x:%02x:%02x:%02x:%02x", &a[0], &a[1], &a[2], &a[3], &a[4], &a[5]); err != nil {
		return a, fmt.Errorf("%q is no hardware address: %w", text, err)
	}
	return a, nil
}

// Link is a network link as the kernel describes it.
type Link struct {
	Index    int
	Name     string
	Kind     string // "veth", "bridge", …; empty for a device of the machine
	MTU      uint32 // bytes
	Up       bool   // it is switched on, whether or not it has a carrier
	Master   int    // index of the bridge it is a port of, 0 for none
	Address  HardwareAddr
	AltNames []string

	VLANFiltering bool   // of a bridge
	DefaultPVID   uint16 // of a bridge: the VLAN of a new port, 0 for none
}

// linkHeader is struct ifinfomsg (rtnetlink(7)).
func linkHeader(family uint8, index int, flags, change uint32) []byte {
	h := make([]byte, unix.SizeofIfInfomsg)
	h[0] = family
	binary.NativeEndian.PutUint32(h[4:], uint32(index))
	binary.NativeEndian.PutUint32(h[8:], flags)
	binary.NativeEndian.PutUint32(h[12:], change)
	return h
}

// skipStatistics asks for a link without its counters, which is most of its
// description (RTEXT_FILTER_SKIP_STATS).
const skipStatistics = 1 << 3

// LinkByName describes the link of a name; that there is none is ENODEV.
func (c *Conn) LinkByName(name string) (Link, error) {
	r := newRequest(unix.RTM_GETLINK, 0, name, linkHeader(unix.AF_UNSPEC, 0, 0, 0))
	r.text(unix.IFLA_IFNAME, name)
	return c.link(r)
}

// LinkByIndex describes the link of an index.
func (c *Conn) LinkByIndex(index int) (Link, error) {
	return c.link(newRequest(unix.RTM_GETLINK, 0, fmt.Sprintf("link %d", index), linkHeader(unix.AF_UNSPEC, index, 0, 0)))
}

func (c *Conn) link(r *request) (Link, error) {
	r.uint32(unix.IFLA_EXT_MASK, skipStatistics)
	body, err := c.get(r)
	if err != nil {
		return Link{}, err
	}
	return parseLink(body)
}

// Links describes every link.
func (c *Conn) Links() (links []Link, err error) {
	r := newRequest(unix.RTM_GETLINK, 0, "every link", linkHeader(unix.AF_UNSPEC, 0, 0, 0))
	r.uint32(unix.IFLA_EXT_MASK, skipStatistics)
	err = c.dump(r, func(body []byte) {
		if l, err := parseLink(body); err == nil {
			links = append(links, l)
		}
	})
	return links, err
}

func parseLink(body []byte) (Link, error) {
	if len(body) < unix.SizeofIfInfomsg {
		return Link{}, fmt.Errorf("the description of a link is cut short")
	}
	l := Link{
		Index: int(int32(binary.NativeEndian.Uint32(body[4:]))),
		Up:    binary.NativeEndian.Uint32(body[8:])&unix.IFF_UP != 0,
	}
	attributes(body[unix.SizeofIfInfomsg:], func(kind uint16, value []byte) {
		switch kind {
		case unix.IFLA_IFNAME:
			l.Name = text(value)
		case unix.IFLA_MTU:
			l.MTU = number(value)
		case unix.IFLA_MASTER:
			l.Master = int(number(value))
		case unix.IFLA_ADDRESS:
			copy(l.Address[:], value)
		case unix.IFLA_LINKINFO:
			l.parseInfo(value)
		case unix.IFLA_PROP_LIST:
			attributes(value, func(kind uint16, value []byte) {
				if kind == unix.IFLA_ALT_IFNAME {
					l.AltNames = append(l.AltNames, text(value))
				}
			})
		}
	})
	return l, nil
}

// parseInfo reads what depends on the kind of link, which is named first.
func (l *Link) parseInfo(info []byte) {
	attributes(info, func(kind uint16, value []byte) {
		switch {
		case kind == unix.IFLA_INFO_KIND:
			l.Kind = text(value)
		case kind == unix.IFLA_INFO_DATA && l.Kind == "bridge":
			attributes(value, func(kind uint16, value []byte) {
				switch kind {
				case unix.IFLA_BR_VLAN_FILTERING:
					l.VLANFiltering = number(value) != 0
				case unix.IFLA_BR_VLAN_DEFAULT_PVID:
					l.DefaultPVID = uint16(number(value))
				}
			})
		}
	})
}
