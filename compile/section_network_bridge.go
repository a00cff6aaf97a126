package compile

import (
	"fmt"
	"net/netip"
	"strconv"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// compileBridge makes the host's end of a pair a port of the bridge it belongs to.
func (n *networkCompiler) compileBridge(nic *config.NIC, link plan.Link) {
	// A route of IPv6 over the port takes IPv6 on it.
	if len(nic.Veth.Routes6) == 0 {
		n.builder.Add(plan.AtNIC, plan.HostLinkSysctl{NIC: nic.Index, Family: "ipv6", Setting: "disable_ipv6", Value: "1", SkipMissing: true},
			"the port of a bridge needs no address, and would give itself one of IPv6", planOrigins(lineOf(nic.Link))...)
	}
	switch {
	case !link.Exists, link.Kind == "bridge":
		n.addNIC(nic, plan.BridgePort{NIC: nic.Index, Bridge: nic.Link.V}, lineOf(nic.Link))
		n.compileBridgeVLANs(nic, link)
	case link.IsOpenVSwitch():
		n.compileOpenVSwitch(nic)
	default:
		n.refuse(nic.Link.Origin, "net/not-a-bridge", fmt.Sprintf("%s is no bridge, so nothing can be attached to it", nic.Link.V),
			fmt.Sprintf("Name a bridge, write `lxc.net.%d.type = macvlan` for an address of its own on %s, or `lxc.net.%d.veth.mode = router`.",
				nic.Index, nic.Link.V, nic.Index))
	}
}

// compileBridgeVLANs lets VLANs through at the port of a bridge of the kernel's.
func (n *networkCompiler) compileBridgeVLANs(nic *config.NIC, link plan.Link) {
	veth := &nic.Veth
	if !veth.VlanID.Set && len(veth.Tagged) == 0 {
		return
	}
	lines := append(lineOf(veth.VlanID), origins(veth.Tagged)...)
	if link.Exists && !link.VLANFiltering {
		n.refuse(lines[0], "net/no-vlan-filtering", fmt.Sprintf("the bridge %s does not tell VLANs apart", nic.Link.V),
			fmt.Sprintf("Switch it on: `ip link set %s type bridge vlan_filtering 1`.", nic.Link.V))
		return
	}
	op := plan.BridgeVLAN{NIC: nic.Index, Tagged: plan.ListOf(values(veth.Tagged)...)}
	if veth.VlanID.Set {
		id, isNumber := vlanNumber(veth.VlanID.V)
		if isNumber {
			op.Untagged = id
		}
		switch {
		case !link.Exists:
			op.RemoveOf = nic.Link.V
		case link.DefaultPVID != 0 && !(isNumber && link.DefaultPVID == id):
			op.Remove = link.DefaultPVID
		}
	}
	n.addNIC(nic, op, lines)
}

// compileOpenVSwitch attaches a port by ovs-vsctl. With tagged VLANs it takes untagged
// packets as well, of the VLAN that is given or of none, unless there is to be none.
func (n *networkCompiler) compileOpenVSwitch(nic *config.NIC) {
	veth := &nic.Veth
	op := plan.OpenVSwitchPort{NIC: nic.Index, Bridge: nic.Link.V, Trunks: plan.ListOf(values(veth.Tagged)...)}
	id, isNumber := vlanNumber(veth.VlanID.V)
	if isNumber {
		op.Mode, op.Tag = "access", strconv.Itoa(int(id))
	}
	switch {
	case len(veth.Tagged) > 0 && veth.VlanID.V == "none":
		op.Mode = "trunk"
	case len(veth.Tagged) > 0:
		op.Mode = "native-untagged"
	case veth.VlanID.V == "none":
		n.refuse(veth.VlanID.Origin, "net/openvswitch-no-vlan", "a port of Open vSwitch belongs to some VLAN",
			"Give the VLANs by veth.vlan.tagged.id, or take the line out.")
		return
	}
	n.addNIC(nic, op, lineOf(nic.Link), lineOf(veth.VlanID), origins(veth.Tagged))
}

// vlanNumber reads lxc.net.[i].veth.vlan.id, which is a number or "none".
func vlanNumber(text string) (id uint16, ok bool) {
	number, err := strconv.ParseUint(text, 10, 16)
	return uint16(number), err == nil
}

// compileRouter has the host route packets to and from its end of a pair, and answer
// there for the container's gateway, which need not exist anywhere.
func (n *networkCompiler) compileRouter(nic *config.NIC, link plan.Link) {
	for _, family := range nicFamilies(nic) {
		gateway, ok := n.gatewayAddress(nic, family, link)
		if ok {
			if family.ip == "ipv6" {
				n.checkSysctl(family.gateway.Origin, "net/ipv6/conf/all/forwarding", "the kernel forwards no packets of IPv6 otherwise")
			}
			n.addNIC(nic, plan.HostLinkSysctl{NIC: nic.Index, Family: family.ip, Setting: "forwarding", Value: "1"}, lineOf(nic.Veth.Mode), lineOf(family.gateway))
			if family.ip == "ipv6" {
				n.addNIC(nic, plan.HostLinkSysctl{NIC: nic.Index, Family: "ipv6", Setting: "proxy_ndp", Value: "1"}, lineOf(nic.Veth.Mode), lineOf(family.gateway))
			}
			n.add(plan.AtProxy, plan.ProxyNeighbour{Link: plan.HostLink{NIC: nic.Index}, Address: gateway.String()},
				append(lineOf(nic.Veth.Mode), lineOf(family.gateway)...)...)
		}
		for _, a := range family.addresses {
			n.add(plan.AtNIC, plan.HostRoute{Link: plan.HostLink{NIC: nic.Index}, To: single(a.V.Address)}, append(lineOf(nic.Veth.Mode), a.Origin)...)
		}
	}
}

// compileL2Proxy has the host answer for the container's addresses on the link its
// interface belongs to, and forward what comes for them.
func (n *networkCompiler) compileL2Proxy(nic *config.NIC, link plan.Link) {
	if !nic.L2Proxy.V || nic.Link.V == "" {
		return
	}
	for _, family := range nicFamilies(nic) {
		if len(family.addresses) == 0 {
			continue
		}
		if link.Exists {
			conf := "net/" + family.ip + "/conf/" + nic.Link.V + "/"
			n.checkSysctl(nic.L2Proxy.Origin, conf+"forwarding", "packets for the container come in there")
			if family.ip == "ipv6" {
				n.checkSysctl(nic.L2Proxy.Origin, conf+"proxy_ndp", "the host answers for no other address otherwise")
			}
		}
		for _, a := range family.addresses {
			lines := append(lineOf(nic.L2Proxy), a.Origin)
			n.add(plan.AtProxy, plan.ProxyNeighbour{Link: plan.HostLink{NIC: nic.Index, Name: nic.Link.V}, Address: a.V.Address.String()}, lines...)
			if nic.Type.V == "ipvlan" {
				// The kernel answers for addresses it has a route to on another link, and
				// an ipvlan's are on the same.
				n.add(plan.AtProxy, plan.HostRoute{Link: plan.HostLink{NIC: nic.Index, Name: "lo"}, To: single(a.V.Address)}, lines...)
			}
		}
	}
}

// checkSysctl wants a setting of the host to be 1. A command that the launch runs
// before may still set it.
func (n *networkCompiler) checkSysctl(at config.Origin, name, because string) {
	if n.facts.Sysctl(name) == "1" {
		return
	}
	severity := diag.Error
	if len(n.config.Hooks.Commands["pre-start"]) > 0 {
		severity = diag.Warning
	}
	n.report(severity, diag.FailsAtStart, at, "net/sysctl", fmt.Sprintf("this needs the sysctl %s to be 1: %s", name, because),
		fmt.Sprintf("Set it: `sysctl -w %s=1`.", name))
}

// single is the network that holds one address only.
func single(a netip.Addr) string { return netip.PrefixFrom(a, a.BitLen()).String() }

// values takes the values out of their lines.
func values[T any](items config.Items[T]) []T {
	list := make([]T, 0, len(items))
	for _, v := range items {
		list = append(list, v.V)
	}
	return list
}
