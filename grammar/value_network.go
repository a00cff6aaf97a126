package grammar

import (
	"net/netip"
	"strconv"
	"strings"
)

// Flag is set by any text: LXC does not look at it.
var Flag = Language[bool]{
	Name: "flag", Syntax: `"up"`,
	Parse: func(Text) (bool, *ValueError) { return true, nil },
	Format: func(up bool) string {
		if up {
			return "up"
		}
		return ""
	},
}

// IPv4Address is an address of an interface, with its prefix and broadcast.
var IPv4Address = Language[string]{
	Name: "IPv4 address", Syntax: `a.b.c.d ["/" prefix] [" " broadcast]`,
	Parse: func(t Text) (string, *ValueError) {
		const detail = "Write for example `192.168.1.5/24`."
		address, broadcast, hasBroadcast := strings.Cut(t.String, " ")
		address, prefix, hasPrefix := strings.Cut(address, "/")
		if !isIPv4(address) {
			return "", invalid(t.Sub(0, len(address)), detail, "%q is no IPv4 address", address)
		}
		if n, ok := parseUint(prefix, 32); hasPrefix && (!ok || n > 32) {
			return "", invalid(t, detail, "%q is no prefix length of an IPv4 network", prefix)
		}
		if hasBroadcast && !isIPv4(broadcast) {
			return "", invalid(t, detail, "%q is no IPv4 broadcast address", broadcast)
		}
		return t.String, nil
	},
	Format: identity,
}

// IPv6Address is an address of an interface with its prefix, 64 when there is none.
var IPv6Address = Language[string]{
	Name: "IPv6 address", Syntax: `address ["/" prefix]`,
	Parse: func(t Text) (string, *ValueError) {
		const detail = "Write for example `fd00::5/64`."
		address, prefix, hasPrefix := strings.Cut(t.String, "/")
		if !isIPv6(address) {
			return "", invalid(t.Sub(0, len(address)), detail, "%q is no IPv6 address", address)
		}
		if _, ok := parseUint(prefix, 32); hasPrefix && !ok {
			return "", invalid(t, detail, "%q is no prefix length", prefix)
		}
		return t.String, nil
	},
	Format: identity,
}

// IPv4Gateway is a gateway: an address, the one of the link, or the device itself.
var IPv4Gateway = gateway("IPv4 gateway", isIPv4)

// IPv6Gateway is the same for IPv6.
var IPv6Gateway = gateway("IPv6 gateway", isIPv6)

func gateway(name string, valid func(string) bool) Language[string] {
	return Language[string]{
		Name: name, Syntax: `address | "auto" | "dev"`,
		Parse: func(t Text) (string, *ValueError) {
			if t.String == "auto" || t.String == "dev" || valid(t.String) {
				return t.String, nil
			}
			return "", invalid(t, "Write an address without a prefix, auto or dev.", "%q is no gateway", t.String)
		},
		Format: identity,
	}
}

// IPv4Route is a network reached through a veth.
var IPv4Route = route("IPv4 route", isIPv4, 32)

// IPv6Route is the same for IPv6.
var IPv6Route = route("IPv6 route", isIPv6, 128)

func route(name string, valid func(string) bool, most uint64) Language[string] {
	return Language[string]{
		Name: name, Syntax: `address "/" prefix`,
		Parse: func(t Text) (string, *ValueError) {
			address, prefix, ok := strings.Cut(t.String, "/")
			n, isNumber := parseUint(prefix, 32)
			if !ok || !valid(address) || !isNumber || n > most {
				return "", invalid(t, "Write a network address with its prefix, such as `10.0.0.0/8`.", "%q is no route", t.String)
			}
			return t.String, nil
		},
		Format: identity,
	}
}

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

// isIPv4 takes what inet_pton(3) takes: four decimal numbers without leading zeros.
func isIPv4(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is4()
}

// isIPv6 takes addresses without a zone.
func isIPv6(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is6() && a.Zone() == ""
}
