//go:build linux

package netlink

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// Route is a route of the main table (ip-route(8)).
type Route struct {
	To      netip.Prefix
	Gateway netip.Addr // the zero Addr: To is reached on the link itself
	Link    Link
	// LinkScope says that To is on the link, as for a gateway that no network of the
	// link's own holds: the kernel only takes a gateway it reaches so.
	LinkScope bool
}

// AddRoute adds a route; that it exists already is an error.
func (c *Conn) AddRoute(t Route) error {
	return c.do(t.request(unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_EXCL))
}

// DeleteRoute takes a route away.
func (c *Conn) DeleteRoute(t Route) error { return c.do(t.request(unix.RTM_DELROUTE, 0)) }

func (t Route) request(kind, flags uint16) *request {
	scope := uint8(unix.RT_SCOPE_UNIVERSE)
	if t.LinkScope {
		scope = unix.RT_SCOPE_LINK
	}
	to := t.To.Addr()
	header := make([]byte, unix.SizeofRtMsg) // struct rtmsg
	header[0], header[1] = addressFamily(to), uint8(t.To.Bits())
	header[4], header[5], header[6], header[7] = unix.RT_TABLE_MAIN, unix.RTPROT_BOOT, scope, unix.RTN_UNICAST
	r := newRequest(kind, flags, t.To.String(), header)
	if t.To.Bits() > 0 {
		r.bytes(unix.RTA_DST, to.AsSlice())
	}
	if t.Gateway.IsValid() {
		r.object += " via " + t.Gateway.String()
		r.bytes(unix.RTA_GATEWAY, t.Gateway.AsSlice())
	}
	r.uint32(unix.RTA_OIF, uint32(t.Link.Index))
	return r
}

// AddProxy has the machine answer on a link for an address that is elsewhere (arp(7),
// proxy ARP and NDP), and DeleteProxy ends that.
func (c *Conn) AddProxy(l Link, address netip.Addr) error {
	return c.proxy(unix.RTM_NEWNEIGH, unix.NLM_F_CREATE|unix.NLM_F_EXCL, l, address)
}

// DeleteProxy takes an entry of AddProxy away.
func (c *Conn) DeleteProxy(l Link, address netip.Addr) error {
	return c.proxy(unix.RTM_DELNEIGH, 0, l, address)
}

func (c *Conn) proxy(kind, flags uint16, l Link, address netip.Addr) error {
	header := make([]byte, unix.SizeofNdMsg) // struct ndmsg
	header[0] = addressFamily(address)
	copy(header[4:], linkHeader(0, l.Index, 0, 0)[4:8])
	header[10], header[11] = unix.NTF_PROXY, unix.RTN_UNICAST
	r := newRequest(kind, flags, address.String(), header)
	r.bytes(unix.NDA_DST, address.AsSlice())
	return c.do(r)
}
