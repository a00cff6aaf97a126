package compile

import "lxcfg/grammar/diag"

// Lines that examples of interfaces start with.
const (
	rootLine  = "lxc.rootfs.path = dir:/srv/web\n"
	idmapLine = "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n"
)

// networkCodes are about interfaces on a host: its links, its settings, and what the
// caller may do.
func networkCodes() []diag.Row {
	veth := rootLine + "lxc.net.0.type = veth\nlxc.net.0.link = br0\n"
	userVeth := rootLine + idmapLine + "lxc.net.0.type = veth\nlxc.net.0.link = br0\n"
	return []diag.Row{
		{
			Code: "net/link-missing", Verdicts: []diag.Verdict{diag.Failing, {Severity: diag.Warning, Effect: diag.FailsAtStart}}, Title: "a link that the host does not have",
			Doc: "The bridge or device that lxc.net.[i].link names is not there, and LXC fails when it comes to use it. It is a warning where a command that runs before may make it.",
			Bad: rootLine + "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr7\n", Good: veth,
		},
		{
			Code: "net/not-a-bridge", Verdicts: []diag.Verdict{diag.Failing}, Title: "a link that is no bridge",
			Doc: "The host's end of a veth pair is attached to a bridge. Other links take none.",
			Bad: rootLine + "lxc.net.0.type = veth\nlxc.net.0.link = eth0\n", Good: veth,
		},
		{
			Code: "net/no-vlan-filtering", Verdicts: []diag.Verdict{diag.Failing}, Title: "a VLAN on a bridge that does not tell VLANs apart",
			Doc: "A bridge of the kernel keeps VLANs apart when vlan_filtering is switched on. Otherwise LXC fails.",
			Bad: veth + "lxc.net.0.veth.vlan.id = 10\n", Good: rootLine + "lxc.net.0.type = veth\nlxc.net.0.link = vlans\nlxc.net.0.veth.vlan.id = 10\n",
		},
		{
			Code: "net/openvswitch-no-vlan", Verdicts: []diag.Verdict{diag.Failing}, Title: "a port of Open vSwitch without a VLAN",
			Doc:  "Every port of Open vSwitch belongs to some VLAN, so `none` has no meaning there.",
			Bad:  rootLine + "lxc.net.0.type = veth\nlxc.net.0.link = ovs0\nlxc.net.0.veth.vlan.id = none\n",
			Good: rootLine + "lxc.net.0.type = veth\nlxc.net.0.link = ovs0\nlxc.net.0.veth.vlan.id = 10\n",
		},
		{
			Code: "net/sysctl", Verdicts: []diag.Verdict{diag.Failing, {Severity: diag.Warning, Effect: diag.FailsAtStart}}, Title: "a setting of the host that the network needs",
			Doc:  "A router, or a host that answers for the container, needs forwarding to be switched on, which LXC does not do. It is a warning where a hook may do it.",
			Bad:  rootLine + "lxc.net.0.type = ipvlan\nlxc.net.0.ipvlan.mode = l3s\nlxc.net.0.link = enp+\nlxc.net.0.l2proxy = 1\nlxc.net.0.ipv4.address = 192.0.2.8/32\n",
			Good: rootLine + "lxc.net.0.type = ipvlan\nlxc.net.0.ipvlan.mode = l3s\nlxc.net.0.link = eth0\nlxc.net.0.l2proxy = 1\nlxc.net.0.ipv4.address = 192.0.2.8/32\n",
		},
		{
			Code: "net/gateway-unknown", Verdicts: []diag.Verdict{diag.Failing}, Title: "a gateway to be found on a link without an address",
			Doc:  "The gateway `auto` is the address of the link. This one has none of the kind.",
			Bad:  rootLine + "lxc.net.0.type = veth\nlxc.net.0.link = vlans\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.7/24\nlxc.net.0.ipv4.gateway = auto\n",
			Good: veth + "lxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.7/24\nlxc.net.0.ipv4.gateway = auto\n",
		},
		{
			Code: "net/short-hwaddr", Verdicts: []diag.Verdict{diag.Failing}, Title: "a hardware address of fewer than six octets",
			Doc: "LXC takes what is there and leaves the other octets to chance, so the interface gets an address that nobody wrote. lxcfg starts no such container.",
			Bad: veth + "lxc.net.0.hwaddr = 00:16:3e:12\n", Good: veth + "lxc.net.0.hwaddr = 00:16:3e:12:34:56\n",
		},
		{
			Code: "net/mtu-above-link", Verdicts: []diag.Verdict{diag.Failing}, Title: "an MTU larger than that of the link",
			Doc: "A macvlan or VLAN interface sends through its link, and the kernel lets it have no larger packets.",
			Bad: rootLine + "lxc.net.0.type = macvlan\nlxc.net.0.link = eth0\nlxc.net.0.mtu = 9000\n", Good: rootLine + "lxc.net.0.type = macvlan\nlxc.net.0.link = eth0\nlxc.net.0.mtu = 1400\n",
		},
		{
			Code: "net/needs-capability", Verdicts: []diag.Verdict{diag.Failing}, Title: "interfaces where root may make none",
			Doc: "Making network interfaces takes CAP_NET_ADMIN, which root of a container often lacks.",
			Bad: veth, Good: rootLine + "lxc.net.0.type = empty\n", Host: "root-without-network",
		},
		{
			Code: "net/needs-root", Verdicts: []diag.Verdict{diag.Failing}, Title: "an interface that only root can make",
			Doc: "An ordinary user gets veth pairs, which lxc-user-nic makes. All other types take root.",
			Bad: rootLine + idmapLine + "lxc.net.0.type = macvlan\nlxc.net.0.link = eth0\n", Good: userVeth, Host: "user",
		},
		{
			Code: "net/needs-user-nic", Verdicts: []diag.Verdict{diag.Failing}, Title: "an ordinary user's interface without lxc-user-nic",
			Doc: "lxc-user-nic, which is set-user-ID root and a part of LXC, makes the interfaces of ordinary users.",
			Bad: userVeth, Good: rootLine + idmapLine + "lxc.net.0.type = empty\n", Host: "user-without-nic",
		},
		{
			Code: "net/not-granted", Verdicts: []diag.Verdict{diag.Failing}, Title: "interfaces that the user may not have",
			Doc: "/etc/lxc/lxc-usernet says how many pairs a user may have on which bridge (lxc-usernet(5)). lxc-user-nic refuses others.",
			Bad: rootLine + idmapLine + "lxc.net.0.type = veth\nlxc.net.0.link = vlans\n", Good: userVeth, Host: "user",
		},
		{
			Code: "net/ignored-for-users", Verdicts: []diag.Verdict{diag.Differing}, Title: "a setting of an interface that ordinary users do not get",
			Doc: "lxc-user-nic makes a pair and attaches it to the bridge. LXC drops what else is said about it, without a word.",
			Bad: userVeth + "lxc.net.0.mtu = 1400\n", Good: userVeth, Host: "user",
		},
	}
}
