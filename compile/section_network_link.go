package compile

import (
	"cmp"
	"fmt"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// compileVeth makes a pair: the host's end is a port of a bridge, or, with
// veth.mode = router, the host routes to it.
func (n *networkCompiler) compileVeth(nic *config.NIC, name string, link plan.Link) {
	veth := &nic.Veth
	pair := plan.Veth{NIC: nic.Index, Host: veth.Pair.V, Name: name, MTU: n.vethMTU(nic, link),
		RxQueues: uint32(max(0, veth.RxQueues.V)), TxQueues: uint32(max(0, veth.TxQueues.V))}
	n.addNIC(nic, pair, lineOf(nic.Link), lineOf(nic.Name), lineOf(nic.MTU), lineOf(veth.Pair), lineOf(veth.RxQueues), lineOf(veth.TxQueues))

	router := veth.Mode.V == "router"
	if nic.Link.V != "" && !router {
		n.compileBridge(nic, link)
	}
	n.addNIC(nic, plan.HostLinkUp{NIC: nic.Index})
	for _, route := range veth.Routes4 {
		n.add(plan.AtNIC, plan.HostRoute{Link: plan.HostLink{NIC: nic.Index}, To: route.V.Masked().String()}, route.Origin)
	}
	for _, route := range veth.Routes6 {
		n.add(plan.AtNIC, plan.HostRoute{Link: plan.HostLink{NIC: nic.Index}, To: route.V.Masked().String()}, route.Origin)
	}
	if router {
		n.compileRouter(nic, link)
	}
	n.compileL2Proxy(nic, link)
}

// vethMTU is the MTU of both ends: the configuration's, that of the link, or that of
// Ethernet.
func (n *networkCompiler) vethMTU(nic *config.NIC, link plan.Link) plan.MTU {
	const ethernet = 1500
	switch {
	case nic.MTU.V != "":
		return n.mtu(nic)
	case link.Exists:
		return plan.MTU{Bytes: link.MTU}
	case nic.Link.V != "":
		return plan.MTU{Of: nic.Link.V}
	}
	return plan.MTU{Bytes: ethernet}
}

// compileChild makes a link on a link of the host, in the container at once.
func (n *networkCompiler) compileChild(nic *config.NIC, name string, link plan.Link) {
	mtu := n.mtu(nic)
	// The kernel lets a macvlan or VLAN have no larger packets than what it is on.
	if nic.Type.V != "ipvlan" && link.Exists && mtu.Bytes > link.MTU {
		n.refuse(nic.MTU.Origin, "net/mtu-above-link", fmt.Sprintf("the MTU %d is larger than the %d of %s", mtu.Bytes, link.MTU, nic.Link.V),
			fmt.Sprintf("Take a smaller one, or `ip link set %s mtu %d`.", nic.Link.V, mtu.Bytes))
		return
	}
	lines := append(lineOf(nic.Link), append(lineOf(nic.Name), lineOf(nic.MTU)...)...)
	switch nic.Type.V {
	case "macvlan":
		n.addNIC(nic, plan.Macvlan{NIC: nic.Index, Parent: nic.Link.V, Name: name, Mode: cmp.Or(nic.MacvlanMode.V, "private"), MTU: mtu},
			lines, lineOf(nic.MacvlanMode))
	case "ipvlan":
		n.addNIC(nic, plan.IPvlan{NIC: nic.Index, Parent: nic.Link.V, Name: name, Mode: cmp.Or(nic.IPvlanMode.V, "l2"),
			Isolation: cmp.Or(nic.IPvlanIso.V, "bridge"), MTU: mtu}, lines, lineOf(nic.IPvlanMode), lineOf(nic.IPvlanIso))
	case "vlan":
		n.addNIC(nic, plan.VLAN{NIC: nic.Index, Parent: nic.Link.V, Name: name, ID: nic.VlanID.V, MTU: mtu}, lines, lineOf(nic.VlanID))
	}
	n.compileL2Proxy(nic, link)
}
