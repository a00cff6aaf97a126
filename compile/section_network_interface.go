package compile

import (
	"fmt"
	"net/netip"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// ipFamily is what an interface has of one of the two.
type ipFamily struct {
	ip        string // "ipv4" or "ipv6"
	addresses config.Items[config.InterfaceAddress]
	gateway   config.Value[config.Gateway]
	every     string // the network of all addresses
}

func nicFamilies(nic *config.NIC) [2]ipFamily {
	return [2]ipFamily{
		{"ipv4", nic.IPv4, nic.Gateway4, "0.0.0.0/0"},
		{"ipv6", nic.IPv6, nic.Gateway6, "::/0"},
	}
}

// compileInterface sets what an interface is in the container, in LXC's order:
// hardware address, addresses, switched on, and gateways, which need that.
func (n *networkCompiler) compileInterface(nic *config.NIC, name string, link plan.Link) {
	set := func(op plan.Op, lines ...config.Origin) {
		n.add(plan.AtInterface, op, lines...)
		n.handOver(nic)
	}
	if nic.HWAddr.V != "" {
		if address, ok := n.hwaddr(nic); ok {
			set(plan.InterfaceHWAddr{Interface: name, Address: address}, nic.HWAddr.Origin)
		}
	}
	for _, family := range nicFamilies(nic) {
		for _, a := range family.addresses {
			op := plan.InterfaceAddress{Interface: name, Address: prefixOf(a.V).String()}
			if b := broadcast(a.V); b.IsValid() {
				op.Broadcast = b.String()
			}
			set(op, a.Origin)
		}
	}
	if nic.Up.V {
		set(plan.InterfaceUp{Interface: name}, nic.Up.Origin)
		if name != "lo" && !n.loopback {
			set(plan.InterfaceUp{Interface: "lo"}, nic.Up.Origin)
		}
		n.loopback = true
	}
	for _, family := range nicFamilies(nic) {
		for _, route := range n.gatewayRoutes(nic, family, name, link) {
			set(route, family.gateway.Origin)
		}
	}
}

// gatewayRoutes are the routes that a gateway takes. One that is in no network of the
// interface's is made known by a route of its own first: the kernel takes a gateway
// only where it can reach it.
func (n *networkCompiler) gatewayRoutes(nic *config.NIC, family ipFamily, name string, link plan.Link) []plan.InterfaceRoute {
	every := plan.InterfaceRoute{Interface: name, To: family.every}
	gateway := family.gateway
	switch {
	case !gateway.Set || !gateway.V.Dev && !gateway.V.Auto && !gateway.V.Address.IsValid():
		return nil
	case gateway.V.Dev: // it stays whatever else was said
		return []plan.InterfaceRoute{every}
	case gateway.V.Auto && !link.Exists:
		every.GatewayOf = nic.Link.V
		return []plan.InterfaceRoute{every}
	}
	address, ok := n.gatewayAddress(nic, family, link)
	if !ok {
		n.refuse(gateway.Origin, "net/gateway-unknown", fmt.Sprintf("%q has no %s address to be the gateway", nic.Link.V, strings.Replace(family.ip, "ip", "IP", 1)),
			fmt.Sprintf("Give it one, such as `ip addr add 10.0.3.1/24 dev %s`, or write the gateway's address.", nic.Link.V))
		return nil
	}
	every.Gateway = address.String()
	if reached(address, family.addresses) {
		return []plan.InterfaceRoute{every}
	}
	return []plan.InterfaceRoute{{Interface: name, To: single(address), OnLink: true}, every}
}

// gatewayAddress is the address of a gateway: the one written, or the first that the
// link has; ok is false where there is none.
func (n *networkCompiler) gatewayAddress(nic *config.NIC, family ipFamily, link plan.Link) (a netip.Addr, ok bool) {
	gateway := family.gateway.V
	switch {
	case gateway.Dev:
		return a, false
	case !gateway.Auto || gateway.Address.IsValid():
		return gateway.Address, gateway.Address.IsValid()
	}
	for _, text := range link.Addresses.All() {
		p, err := netip.ParsePrefix(text)
		if err == nil && p.Addr().Is4() == (family.ip == "ipv4") {
			return p.Addr(), true
		}
	}
	return a, false
}

// reached reports whether an address is on the link of an interface with the given
// ones. Addresses of IPv6 that are local to a link always are.
func reached(address netip.Addr, own config.Items[config.InterfaceAddress]) bool {
	if address.Is6() && address.IsLinkLocalUnicast() {
		return true
	}
	for _, a := range own {
		if p := prefixOf(a.V); p.Bits() < address.BitLen() && p.Contains(address) {
			return true
		}
	}
	return false
}

// prefixOf is an address with its network. Loading has refused a network that is
// smaller than one address.
func prefixOf(a config.InterfaceAddress) netip.Prefix {
	return netip.PrefixFrom(a.Address, min(int(a.Prefix), a.Address.BitLen()))
}

// broadcast is the broadcast address of IPv4: the one written, or the last of the
// network; the zero Addr where a network has none (RFC 3021).
func broadcast(a config.InterfaceAddress) netip.Addr {
	if a.Broadcast.IsValid() || !a.Address.Is4() || a.Prefix > 30 {
		return a.Broadcast
	}
	b := a.Address.As4()
	for bit := a.Prefix; bit < 32; bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrFrom4(b)
}

// hwaddr gives lxc.net.[i].hwaddr one form: small letters, two digits an octet, colons
// between, an x for a digit to be drawn. LXC leaves out octets that are not written,
// and with them what the address is.
func (n *networkCompiler) hwaddr(nic *config.NIC) (address string, ok bool) {
	var octets []string
	rest := strings.ToLower(nic.HWAddr.V)
	for len(octets) < 6 && rest != "" {
		digits := min(2, len(rest))
		if i := strings.IndexByte(rest[:digits], ':'); i >= 0 {
			digits = i
		}
		octets = append(octets, strings.Repeat("0", 2-digits)+rest[:digits])
		rest = strings.TrimLeft(rest[digits:], ":")
	}
	if len(octets) < 6 {
		n.refuse(nic.HWAddr.Origin, "net/short-hwaddr", fmt.Sprintf("%q has %d octets of 6: LXC sets an address nobody wrote", nic.HWAddr.V, len(octets)),
			"Write six pairs of hexadecimal digits such as 00:16:3e:xx:xx:xx; x stands for a random digit.")
		return "", false
	}
	return strings.Join(octets, ":"), true
}
