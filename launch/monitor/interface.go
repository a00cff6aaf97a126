//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/netlink"
)

// setHWAddr sets the hardware address of an interface of the container.
func (m *Monitor) setHWAddr(op plan.InterfaceHWAddr) error {
	a, err := drawHWAddr(op.Address)
	if err != nil {
		return err
	}
	c, l, err := m.insideLink(op.Interface)
	if err != nil {
		return err
	}
	return c.Set(l, netlink.Change{Address: a})
}

// drawHWAddr reads an address and draws its digits that are an x. The second one of
// the first octet becomes even: an odd one makes the address that of a group.
func drawHWAddr(text string) (a netlink.HardwareAddr, err error) {
	digits := []byte(strings.ReplaceAll(text, ":", ""))
	for i := range digits {
		if digits[i] != 'x' {
			continue
		}
		var b [1]byte
		if _, err := unix.Getrandom(b[:], 0); err != nil {
			return a, fmt.Errorf("draw a hardware address: %w", err)
		}
		if i == 1 {
			b[0] &^= 1
		}
		digits[i] = "0123456789abcdef"[b[0]&0xf]
	}
	if len(digits) != 2*len(a) {
		return a, fmt.Errorf("%q is no hardware address", text)
	}
	for i := range a {
		n, err := strconv.ParseUint(string(digits[2*i:2*i+2]), 16, 8)
		if err != nil {
			return a, fmt.Errorf("%q is no hardware address: %w", text, err)
		}
		a[i] = byte(n)
	}
	return a, nil
}

// addAddress gives an interface of the container an address.
func (m *Monitor) addAddress(op plan.InterfaceAddress) error {
	p, err := netip.ParsePrefix(op.Address)
	if err != nil {
		return err
	}
	var broadcast netip.Addr
	if op.Broadcast != "" {
		if broadcast, err = netip.ParseAddr(op.Broadcast); err != nil {
			return err
		}
	}
	c, l, err := m.insideLink(op.Interface)
	if err != nil {
		return err
	}
	return c.AddAddress(l, p, broadcast)
}

// switchOn switches an interface of the container on.
func (m *Monitor) switchOn(op plan.InterfaceUp) error {
	c, l, err := m.insideLink(op.Interface)
	if err != nil {
		return err
	}
	return c.Set(l, netlink.Change{Up: true})
}

// addRoute adds a route of the container.
func (m *Monitor) addRoute(op plan.InterfaceRoute) error {
	to, err := netip.ParsePrefix(op.To)
	if err != nil {
		return err
	}
	c, l, err := m.insideLink(op.Interface)
	if err != nil {
		return err
	}
	route := netlink.Route{To: to, Link: l, LinkScope: op.OnLink}
	switch {
	case op.GatewayOf != "":
		if route.Gateway, err = m.firstAddress(op.GatewayOf, to.Addr().Is4()); err != nil {
			return err
		}
		return addGateway(c, route)
	case op.Gateway != "":
		if route.Gateway, err = netip.ParseAddr(op.Gateway); err != nil {
			return err
		}
	}
	return c.AddRoute(route)
}

// firstAddress is the first address of a link of the host.
func (m *Monitor) firstAddress(link string, ipv4 bool) (netip.Addr, error) {
	c, l, err := m.hostLink(plan.HostLink{Name: link})
	if err != nil {
		return netip.Addr{}, err
	}
	list, err := c.Addresses(l)
	if err != nil {
		return netip.Addr{}, err
	}
	for _, p := range list {
		if p.Addr().Is4() == ipv4 {
			return p.Addr(), nil
		}
	}
	return netip.Addr{}, fmt.Errorf("%s has no address to be the gateway", link)
}

// addGateway adds a route by a gateway that only the launch has found. Where no
// network of the interface holds it, a route to the gateway itself comes first.
func addGateway(c *netlink.Conn, route netlink.Route) error {
	err := c.AddRoute(route)
	if !errors.Is(err, unix.ENETUNREACH) && !errors.Is(err, unix.EHOSTUNREACH) {
		return err
	}
	itself := netlink.Route{To: netip.PrefixFrom(route.Gateway, route.Gateway.BitLen()), Link: route.Link, LinkScope: true}
	if err := c.AddRoute(itself); err != nil {
		return err
	}
	return c.AddRoute(route)
}
