package rules

import (
	"fmt"
	"slices"
	"strconv"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// vethRules are about lxc.net.[i].veth.
func vethRules() []Rule {
	return []Rule{
		{
			Code: "net/unattached", Severity: diag.Info, Effect: diag.Advice, Missing: true,
			Title: "a pair that ends nowhere",
			Doc:   "A veth pair without a link ends nowhere: nothing reaches the container unless somebody attaches the host's end.",
			Bad:   "lxc.net.0.type = veth\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.script.up = /etc/lxc/attach\n",
			check: eachVeth(vethUnattached),
		},
		{
			Code: "net/same-pair", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "two pairs with one name on the host",
			Doc:   "The host's ends of two pairs cannot have one name.",
			Bad:   "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.veth.pair = web\nlxc.net.1.type = veth\nlxc.net.1.link = br1\nlxc.net.1.veth.pair = web\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.veth.pair = web\nlxc.net.1.type = veth\nlxc.net.1.link = br1\n",
			check: repeated(func(n *config.NIC) (string, config.Origin) { return n.Veth.Pair.V, n.Veth.Pair.Origin },
				func(name string) (string, string) {
					return fmt.Sprintf("two pairs are called %q on the host", name), "Give them different names, or leave the name out for one that is drawn."
				}),
		},
		{
			Code: "net/vlan-no-bridge", Severity: diag.Error, Effect: diag.FailsAtStart, Missing: true,
			Title: "VLANs of a pair without a bridge",
			Doc:   "VLANs are told apart at the port of a bridge, so a pair without a bridge has none.",
			Bad:   "lxc.net.0.type = veth\nlxc.net.0.veth.mode = router\nlxc.net.0.veth.vlan.id = 10\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.veth.vlan.id = 10\n",
			check: eachVeth(vethVlanNoBridge),
		},
		{
			Code: "net/vlan-twice", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "a VLAN of one pair named twice",
			Doc:   "Packets of a VLAN are tagged or they are not, and a port becomes a member of each VLAN once: the kernel refuses the second time.",
			Bad:   "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.veth.vlan.id = 10\nlxc.net.0.veth.vlan.tagged.id = 10\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.veth.vlan.id = 10\nlxc.net.0.veth.vlan.tagged.id = 20\n",
			check: eachVeth(vethVlanTwice),
		},
		{
			Code: "net/vlan-zero", Severity: diag.Warning, Effect: diag.FailsAtStart,
			Title: "the VLAN 0",
			Doc:   "A bridge of the kernel's has no VLAN 0; the launch fails on one.",
			Bad:   "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.veth.vlan.tagged.id = 0\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.veth.vlan.tagged.id = 1\n",
			check: eachVeth(vethVlanZero),
		},
		{
			Code: "net/route-host-bits", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "a route to an address with a prefix",
			Doc:   "The kernel takes a route of IPv4 to a network only: no bit may be set behind its prefix.",
			Bad:   "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.veth.ipv4.route = 192.168.7.1/24\n",
			Good:  "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.veth.ipv4.route = 192.168.7.0/24\n",
			check: eachVeth(vethRouteHostBits),
		},
	}
}

// eachVeth is a check of each interface of type veth by itself.
func eachVeth(check func(*config.NIC, report)) func(*config.Config, report) {
	return eachNIC(func(n *config.NIC, report report) {
		if n.Type.V == "veth" {
			check(n, report)
		}
	})
}

func vethUnattached(n *config.NIC, report report) {
	v := &n.Veth
	if n.Link.V == "" && v.Mode.V != "router" && len(v.Routes4)+len(v.Routes6) == 0 && n.ScriptUp.V == "" {
		report(n.Type.Origin, "the pair's end on the host is attached to nothing",
			fmt.Sprintf("Add `lxc.net.%d.link = ` and a bridge, or `lxc.net.%d.veth.mode = router`.", n.Index, n.Index))
	}
}

// vethVlans are the lines that give a pair VLANs.
func vethVlans(n *config.NIC) []config.Origin {
	var lines []config.Origin
	if n.Veth.VlanID.Set {
		lines = append(lines, n.Veth.VlanID.Origin)
	}
	for _, v := range n.Veth.Tagged {
		lines = append(lines, v.Origin)
	}
	return lines
}

func vethVlanNoBridge(n *config.NIC, report report) {
	if n.Link.V != "" && n.Veth.Mode.V != "router" {
		return
	}
	for _, at := range vethVlans(n) {
		report(at, "the pair is the port of no bridge, so it has no VLANs", fmt.Sprintf("Add `lxc.net.%d.link = ` and a bridge, or remove the line.", n.Index))
	}
}

func vethVlanTwice(n *config.NIC, report report) {
	first := make(map[uint16]config.Origin, len(n.Veth.Tagged))
	for _, v := range n.Veth.Tagged {
		if above, again := first[v.V]; again {
			report(v.Origin, fmt.Sprintf("VLAN %d is tagged twice", v.V), "Remove one of the lines.", diag.Related{Range: above.Range(), Summary: "tagged first here"})
			continue
		}
		first[v.V] = v.Origin
	}
	i := slices.IndexFunc(n.Veth.Tagged, func(v config.Value[uint16]) bool {
		return n.Veth.VlanID.Set && strconv.Itoa(int(v.V)) == n.Veth.VlanID.V
	})
	if i >= 0 {
		report(n.Veth.Tagged[i].Origin, fmt.Sprintf("VLAN %s is to be tagged and untagged", n.Veth.VlanID.V), "Remove one of the lines.",
			diag.Related{Range: n.Veth.VlanID.Origin.Range(), Summary: "untagged here"})
	}
}

func vethVlanZero(n *config.NIC, report report) {
	const detail = "VLAN ids are numbers from 1 to 4094. Only Open vSwitch takes 0, for no VLAN."
	if n.Veth.VlanID.V == "0" {
		report(n.Veth.VlanID.Origin, "there is no VLAN 0", detail)
	}
	for _, v := range n.Veth.Tagged {
		if v.V == 0 {
			report(v.Origin, "there is no VLAN 0", detail)
		}
	}
}

func vethRouteHostBits(n *config.NIC, report report) {
	for _, r := range n.Veth.Routes4 {
		if network := r.V.Masked(); network != r.V {
			report(r.Origin, fmt.Sprintf("%s is no network", r.V), fmt.Sprintf("Write `%s`.", network))
		}
	}
}
