//go:build linux

package doctor

import (
	"fmt"

	"lxcfg/compile/plan"
	"lxcfg/launch/netlink"
)

// link looks for a network link of the host.
func (e *examiner) link(r plan.Requirement) {
	if !e.plan.Facts().Link(r.Object).Exists {
		e.missing(r, "host/link", fmt.Sprintf("the network link %q does not exist", r.Object), "`ip link` lists the links of this host.")
	}
}

// bridge looks for a bridge, and whether it is switched on.
func (e *examiner) bridge(r plan.Requirement) {
	l := e.plan.Facts().Link(r.Object)
	switch {
	case !l.Exists:
		help := fmt.Sprintf("Make it: `ip link add %s type bridge && ip link set %s up`.", r.Object, r.Object)
		if r.Object == "lxcbr0" {
			help = "`systemctl start lxc-net` makes it, with addresses and DHCP; `ip link add lxcbr0 type bridge && ip link set lxcbr0 up` makes a bare one."
		}
		e.missing(r, "host/bridge", fmt.Sprintf("the bridge %q does not exist", r.Object), help)
	case l.Kind != "bridge" && !l.IsOpenVSwitch():
		e.reportf("host/bridge", Error, "`ip link show type bridge` lists the bridges of this host.", "the network link %q is no bridge", r.Object)
	case l.Kind == "bridge" && !switchedOn(r.Object):
		e.reportf("host/bridge-down", Warning, fmt.Sprintf("Switch it on: `ip link set %s up`.", r.Object), "the bridge %q is switched off: nothing gets through", r.Object)
	}
}

// switchedOn reports whether a link is administratively up (netdevice(7), IFF_UP).
// sysfs would show the links of the namespace that it was mounted in.
func switchedOn(name string) bool {
	c, err := netlink.Open()
	if err != nil {
		return true
	}
	defer c.Close()
	l, err := c.LinkByName(name)
	return err != nil || l.Up
}
