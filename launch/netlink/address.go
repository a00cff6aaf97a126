//go:build linux

package netlink

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"
)

// addressFamily is an address' family as rtnetlink(7) numbers it.
func addressFamily(a netip.Addr) uint8 {
	if a.Is4() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}

// addressHeader is struct ifaddrmsg (rtnetlink(7)).
func addressHeader(family, bits uint8, index int) []byte {
	h := make([]byte, unix.SizeofIfAddrmsg)
	h[0], h[1] = family, bits
	binary.NativeEndian.PutUint32(h[4:], uint32(index))
	return h
}

// AddAddress gives a link an address. The prefix' address is the link's, its bits are
// the network's; a broadcast address is set when it is valid.
func (c *Conn) AddAddress(l Link, address netip.Prefix, broadcast netip.Addr) error {
	ip := address.Addr()
	r := newRequest(unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_EXCL, address.String(),
		addressHeader(addressFamily(ip), uint8(address.Bits()), l.Index))
	r.bytes(unix.IFA_LOCAL, ip.AsSlice())
	r.bytes(unix.IFA_ADDRESS, ip.AsSlice())
	if broadcast.IsValid() {
		r.bytes(unix.IFA_BROADCAST, broadcast.AsSlice())
	}
	return c.do(r)
}

// Addresses lists a link's addresses in the kernel's order, IPv4 before IPv6.
func (c *Conn) Addresses(l Link) (list []netip.Prefix, err error) {
	for _, family := range [...]uint8{unix.AF_INET, unix.AF_INET6} {
		r := newRequest(unix.RTM_GETADDR, 0, l.Name, addressHeader(family, 0, l.Index))
		err := c.dump(r, func(body []byte) {
			// A kernel before 4.20 tells of all links.
			if len(body) < unix.SizeofIfAddrmsg || int(binary.NativeEndian.Uint32(body[4:])) != l.Index {
				return
			}
			if p, ok := parseAddress(body); ok {
				list = append(list, p)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// parseAddress reads an address. Of a point-to-point link the other end's stands in
// IFA_ADDRESS and its own in IFA_LOCAL, which IPv6 leaves out everywhere else.
func parseAddress(body []byte) (p netip.Prefix, ok bool) {
	attributes(body[unix.SizeofIfAddrmsg:], func(kind uint16, value []byte) {
		if kind != unix.IFA_LOCAL && (kind != unix.IFA_ADDRESS || ok) {
			return
		}
		if ip, isAddress := netip.AddrFromSlice(value); isAddress {
			p, ok = netip.PrefixFrom(ip, int(body[1])), true
		}
	})
	return p, ok && p.IsValid()
}
