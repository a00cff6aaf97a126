package grammar

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
)

// Flag is set by any text: LXC does not look at it.
var Flag = Language[bool]{
	Name: "flag", Syntax: `"up"`,
	Parse: func(t Text) (bool, *ValueError) {
		if t.String != "up" {
			return true, remark(t, "Remove the line to leave the interface down.", "LXC brings the interface up, whatever %q says", t.String)
		}
		return true, nil
	},
	Format: func(up bool) string {
		if up {
			return "up"
		}
		return ""
	},
}

// InterfaceAddress is an address that an interface gets.
type InterfaceAddress struct {
	Address   netip.Addr
	Prefix    uint32     // bits of the network; LXC does not check those of IPv6
	Broadcast netip.Addr // of IPv4, the zero Addr when the text has none
}

// IPv4Address is an address of an interface, with its prefix and broadcast.
var IPv4Address = Language[InterfaceAddress]{
	Name: "IPv4 address", Syntax: `a.b.c.d ["/" prefix] [" " broadcast]`,
	Parse: func(t Text) (InterfaceAddress, *ValueError) {
		const detail = "Write for example `192.168.1.5/24`."
		written, broadcast, hasBroadcast := strings.Cut(t.String, " ")
		written, prefix, hasPrefix := strings.Cut(written, "/")
		var a InterfaceAddress
		var ok bool
		if a.Address, ok = parseIPv4(written); !ok {
			return a, invalid(t.Sub(0, len(written)), detail, "%q is no IPv4 address", written)
		}
		if a.Prefix, ok = parsePrefix(prefix, 32); hasPrefix && !ok {
			at := len(written) + 1
			return a, invalid(t.Sub(at, at+len(prefix)), detail, "%q is no prefix length of an IPv4 network", prefix)
		}
		if a.Broadcast, ok = parseIPv4(broadcast); hasBroadcast && !ok {
			return a, invalid(t.Sub(len(t.String)-len(broadcast), len(t.String)), detail, "%q is no IPv4 broadcast address", broadcast)
		}
		if !hasPrefix {
			a.Prefix = guessPrefix(a.Address)
			return a, remark(t.Sub(0, len(written)), detail, "without a prefix length LXC takes /%d, by the last number of the address", a.Prefix)
		}
		return a, nil
	},
	Format: formatAddress,
}

// IPv6Address is an address of an interface with its prefix, 64 when there is none.
var IPv6Address = Language[InterfaceAddress]{
	Name: "IPv6 address", Syntax: `address ["/" prefix]`,
	Parse: func(t Text) (InterfaceAddress, *ValueError) {
		const detail = "Write for example `fd00::5/64`."
		written, prefix, hasPrefix := strings.Cut(t.String, "/")
		a := InterfaceAddress{Prefix: 64}
		var ok bool
		if a.Address, ok = parseIPv6(written); !ok {
			return a, invalid(t.Sub(0, len(written)), detail, "%q is no IPv6 address", written)
		}
		if !hasPrefix {
			return a, nil
		}
		if a.Prefix, ok = parsePrefix(prefix, math.MaxUint32); !ok {
			at := len(written) + 1
			return a, invalid(t.Sub(at, at+len(prefix)), detail, "%q is no prefix length", prefix)
		}
		if a.Prefix > 128 {
			at := len(written) + 1
			return a, fails(t.Sub(at, at+len(prefix)), "An IPv6 address has 128 bits.", "the prefix length %q is more than there is", prefix)
		}
		return a, nil
	},
	Format: formatAddress,
}

func formatAddress(a InterfaceAddress) string {
	text := formatIP(a.Address) + "/" + strconv.FormatUint(uint64(a.Prefix), 10)
	if a.Broadcast.IsValid() {
		text += " " + formatIP(a.Broadcast)
	}
	return text
}

// guessPrefix is what LXC makes of an IPv4 address without a prefix: the prefix of
// its class, told by its last number because LXC reads the address the wrong way
// round.
func guessPrefix(a netip.Addr) uint32 {
	switch last := a.As4()[3]; {
	case last < 128:
		return 8
	case last < 192:
		return 16
	case last < 224:
		return 24
	}
	return 0
}

// Gateway is where packets to other networks go. Auto and Dev can be set together: dev stays set under an address or auto that a later
// line gives.
type Gateway struct {
	Auto    bool // the address of the link
	Dev     bool // the interface itself
	Address netip.Addr
}

// IPv4Gateway is a gateway: an address, the one of the link, or the device itself.
var IPv4Gateway = Language[Gateway]{
	Name: "IPv4 gateway", Syntax: gatewaySyntax,
	Parse:  func(t Text) (Gateway, *ValueError) { return parseGateway(t, parseIPv4) },
	Format: formatGateway,
}

// IPv6Gateway is the same for IPv6.
var IPv6Gateway = Language[Gateway]{
	Name: "IPv6 gateway", Syntax: gatewaySyntax,
	Parse:  func(t Text) (Gateway, *ValueError) { return parseGateway(t, parseIPv6) },
	Format: formatGateway,
}

const gatewaySyntax = `address | "auto" | "dev"`

func parseGateway(t Text, parse func(string) (netip.Addr, bool)) (Gateway, *ValueError) {
	switch t.String {
	case "auto":
		return Gateway{Auto: true}, nil
	case "dev":
		return Gateway{Dev: true}, nil
	}
	a, ok := parse(t.String)
	if !ok {
		return Gateway{}, invalid(t, "Write an address without a prefix, auto or dev.", "%q is no gateway", t.String)
	}
	return Gateway{Address: a}, nil
}

func formatGateway(g Gateway) string {
	switch {
	case g.Auto:
		return "auto"
	case g.Dev:
		return "dev"
	}
	return formatIP(g.Address)
}

// IPv4Route is a network reached through a veth.
var IPv4Route = Language[netip.Prefix]{
	Name: "IPv4 route", Syntax: routeSyntax,
	Parse:  func(t Text) (netip.Prefix, *ValueError) { return parseRoute(t, parseIPv4, 32) },
	Format: formatRoute,
}

// IPv6Route is the same for IPv6.
var IPv6Route = Language[netip.Prefix]{
	Name: "IPv6 route", Syntax: routeSyntax,
	Parse:  func(t Text) (netip.Prefix, *ValueError) { return parseRoute(t, parseIPv6, 128) },
	Format: formatRoute,
}

const routeSyntax = `address "/" prefix`

func parseRoute(t Text, parse func(string) (netip.Addr, bool), most uint32) (netip.Prefix, *ValueError) {
	address, prefix, ok := strings.Cut(t.String, "/")
	a, isAddress := parse(address)
	bits, isNumber := parsePrefix(prefix, most)
	if !ok || !isAddress || !isNumber {
		return netip.Prefix{}, invalid(t, "Write a network address with its prefix, such as `10.0.0.0/8`.", "%q is no route", t.String)
	}
	return netip.PrefixFrom(a, int(bits)), nil
}

func formatRoute(p netip.Prefix) string { return formatIP(p.Addr()) + "/" + strconv.Itoa(p.Bits()) }

// VlanID is lxc.net.[i].vlan.id.
var VlanID = Language[uint16]{
	Name: "VLAN id", Syntax: "0 … 65535",
	Parse:  func(t Text) (uint16, *ValueError) { return vlan(t, 65535) },
	Format: formatVlan,
}

// TaggedVlanID is lxc.net.[i].veth.vlan.tagged.id.
var TaggedVlanID = Language[uint16]{
	Name: "VLAN id", Syntax: "0 … 4094",
	Parse:  func(t Text) (uint16, *ValueError) { return vlan(t, 4094) },
	Format: formatVlan,
}

// VethVlanID is lxc.net.[i].veth.vlan.id.
var VethVlanID = Language[string]{
	Name: "VLAN id", Syntax: `"none" | 0 … 4094`,
	Parse: func(t Text) (string, *ValueError) {
		if t.String == "none" {
			return t.String, nil
		}
		n, err := vlan(t, 4094)
		return formatVlan(n), err
	},
	Format: identity,
}

func vlan(t Text, most uint64) (uint16, *ValueError) {
	n, ok := parseUint(t.String, 32)
	if !ok || n > most {
		return 0, invalid(t, "VLAN ids are numbers from 1 to 4094.", "%q is no VLAN id", t.String)
	}
	return uint16(n), nil
}

func formatVlan(n uint16) string { return strconv.FormatUint(uint64(n), 10) }

// parseIPv4 takes what inet_pton(3) takes: four decimal numbers without leading zeros.
func parseIPv4(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	return a, err == nil && a.Is4()
}

// parseIPv6 takes addresses without a zone.
func parseIPv6(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	return a, err == nil && a.Is6() && a.Zone() == ""
}

// formatIP prints an address as inet_ntop(3) does, which ends an IPv6 address in
// twelve zero bytes and an IPv4 address in dots.
func formatIP(a netip.Addr) string {
	if a.Is6() && !a.Is4In6() {
		b := a.As16()
		if [12]byte(b[:12]) == [12]byte{} && (b[12] != 0 || b[13] != 0) {
			return "::" + netip.AddrFrom4([4]byte(b[12:])).String()
		}
	}
	return a.String()
}

// parsePrefix reads a prefix length, a number as C reads it.
func parsePrefix(s string, most uint32) (uint32, bool) {
	n, ok := parseUint(s, 32)
	return uint32(n), ok && n <= uint64(most)
}
