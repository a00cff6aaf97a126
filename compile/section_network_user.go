package compile

import (
	"cmp"
	"fmt"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// mayMake refuses an interface that the caller cannot make.
func (n *networkCompiler) mayMake(nic *config.NIC) bool {
	caller := n.facts.Caller
	switch {
	case nic.Type.V == "empty":
		return true
	case caller.Root() && caller.Has("CAP_NET_ADMIN"):
		return true
	case caller.Root():
		n.refuse(nic.Type.Origin, "net/needs-capability", "making network interfaces takes the capability CAP_NET_ADMIN, which root lacks here",
			"Start the container outside of this one, or share the network: `lxc.net.0.type = none`.")
		return false
	case nic.Type.V != "veth":
		n.refuse(nic.Type.Origin, "net/needs-root", fmt.Sprintf("only root can make an interface of type %s", nic.Type.V),
			fmt.Sprintf("An ordinary user gets veth pairs, by lxc-user-nic: write `lxc.net.%d.type = veth` and a bridge that /etc/lxc/lxc-usernet allows.", nic.Index))
		return false
	case caller.UserNIC == "":
		n.refuse(nic.Type.Origin, "net/needs-user-nic", "lxc-user-nic, which makes interfaces for ordinary users, is not installed with its privileges",
			"Install LXC and let root set the bit: `chmod u+s /usr/libexec/lxc/lxc-user-nic`. Without it the types empty and none are left.")
		return false
	}
	return n.takeGrant(nic)
}

// takeGrant takes one pair off those that /etc/lxc/lxc-usernet gives the caller.
func (n *networkCompiler) takeGrant(nic *config.NIC) bool {
	bridge := cmp.Or(nic.Link.V, "none")
	n.granted[bridge]--
	if n.granted[bridge] >= 0 {
		return true
	}
	at := nic.Link.Origin
	if nic.Link.V == "" {
		at = nic.Type.Origin
	}
	n.refuse(at, "net/not-granted", fmt.Sprintf("/etc/lxc/lxc-usernet gives user %q no more interfaces on %q", n.facts.Caller.User, bridge),
		fmt.Sprintf("Let root add the line `%s veth %s 10` to it.", n.facts.Caller.User, bridge))
	return false
}

// compileUserVeth has lxc-user-nic make a pair. It attaches the host's end to the
// bridge and leaves no other choice, so what says more is told.
func (n *networkCompiler) compileUserVeth(nic *config.NIC, name string, link plan.Link) {
	veth := &nic.Veth
	for _, lines := range [][]config.Origin{lineOf(nic.MTU), lineOf(nic.L2Proxy), lineOf(veth.Mode), lineOf(veth.Pair), lineOf(veth.RxQueues), lineOf(veth.TxQueues),
		origins(veth.Routes4), origins(veth.Routes6), lineOf(veth.VlanID), origins(veth.Tagged)} {
		for _, at := range lines {
			n.report(diag.Warning, diag.SilentlyDifferent, at, "net/ignored-for-users", fmt.Sprintf("lxc-user-nic, which makes the interface for an ordinary user, knows no %s", at.Key),
				"Remove the line, or start the container as root.")
		}
	}
	n.addNIC(nic, plan.UserVeth{NIC: nic.Index, Helper: n.facts.Caller.UserNIC, Bridge: nic.Link.V, Name: name, Release: link.IsOpenVSwitch()},
		lineOf(nic.Link), lineOf(nic.Name))
}
