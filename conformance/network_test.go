//go:build linux

package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// netScript is a script of an interface: it writes down its arguments and what LXC has
// put into its environment.
const netScript = `#!/bin/sh
PATH=/usr/bin:/bin
{
	echo "== $#"
	for word; do echo "argument $word"; done
	env | grep ^LXC_ | sort
} >>"$(dirname "$0")/told"
`

// networks are the interfaces that both launchers make. NETWORK/script is netScript;
// prepare is run on the host before.
var networks = []struct {
	name    string
	lines   []string
	prepare []string
	shift   int
}{
	{name: "a pair on a bridge", lines: []string{"type = veth", "link = br0", "flags = up"}},
	{name: "a pair that stays down", lines: []string{"type = veth", "link = br0"}},
	{name: "a pair with everything", lines: []string{"type = veth", "link = br0", "flags = up", "name = lan", "veth.pair = web0", "mtu = 1400",
		"hwaddr = 00:16:3e:01:02:03", "ipv4.address = 10.0.3.5/24", "ipv4.address = 10.0.3.6/25 10.0.3.127", "ipv4.gateway = 10.0.3.1",
		"ipv6.address = fd00::5/64", "ipv6.address = fd01::5", "ipv6.gateway = fd00::1", "veth.n_rxqueues = 2", "veth.n_txqueues = 3",
		"veth.ipv4.route = 192.168.7.0/24", "veth.ipv6.route = fd77::/64", "script.up = NETWORK/script", "script.down = NETWORK/script"}},
	{name: "gateways that are the bridge", lines: []string{"type = veth", "link = br0", "flags = up",
		"ipv4.address = 10.0.3.5/24", "ipv4.gateway = auto", "ipv6.address = fd00::5/64", "ipv6.gateway = auto"}},
	{name: "gateways elsewhere", lines: []string{"type = veth", "link = br0", "flags = up",
		"ipv4.address = 10.0.9.5/32", "ipv4.gateway = 169.254.0.1", "ipv6.address = fd09::5/128", "ipv6.gateway = fd0a::1"}},
	{name: "a gateway of IPv6 that is local to the link", lines: []string{"type = veth", "link = br0", "flags = up",
		"ipv6.address = fd00::5/64", "ipv6.gateway = fe80::1"}},
	{name: "the interface itself as gateway", lines: []string{"type = veth", "link = br0", "flags = up",
		"ipv4.address = 10.0.3.5/24", "ipv4.gateway = dev", "ipv6.address = fd00::5/64", "ipv6.gateway = dev"}},
	{name: "a pair without a link", lines: []string{"type = veth", "flags = up", "script.up = NETWORK/script"}},
	{name: "routes to a pair without a link", lines: []string{"type = veth", "flags = up", "veth.ipv4.route = 192.168.7.0/24"}},
	{name: "a routed pair", lines: []string{"type = veth", "veth.mode = router", "veth.pair = routed", "flags = up",
		"ipv4.address = 10.0.9.5/32", "ipv4.address = 10.0.9.6/32", "ipv4.gateway = 169.254.0.1", "ipv6.address = fd09::5/128", "ipv6.gateway = fe80::1"}},
	{name: "a routed pair whose addresses the host answers for", lines: []string{"type = veth", "veth.mode = router", "link = wan", "l2proxy = 1", "flags = up",
		"ipv4.address = 192.0.2.9/32", "ipv4.gateway = 169.254.0.1", "ipv6.address = fd09::5/128", "script.up = NETWORK/script 'one two'", "script.down = NETWORK/script"}},
	{name: "macvlan", lines: []string{"type = macvlan", "link = wan", "flags = up", "ipv4.address = 192.0.2.9/24", "script.up = NETWORK/script", "script.down = NETWORK/script"}},
	{name: "macvlan of another mode", lines: []string{"type = macvlan", "link = wan", "macvlan.mode = bridge", "mtu = 1300", "hwaddr = 02:00:00:00:00:99",
		"flags = up", "ipv4.address = 192.0.2.9/24", "ipv4.gateway = auto"}},
	{name: "macvlan vepa", lines: []string{"type = macvlan", "link = wan", "macvlan.mode = vepa"}},
	{name: "macvlan passthru", lines: []string{"type = macvlan", "link = wan", "macvlan.mode = passthru", "flags = up"}},
	{name: "ipvlan", prepare: needsKind("ipvlan"), lines: []string{"type = ipvlan", "link = wan", "flags = up", "script.up = NETWORK/script"}},
	{name: "ipvlan whose addresses the host answers for", prepare: needsKind("ipvlan"), lines: []string{"type = ipvlan", "link = wan", "ipvlan.mode = l3s",
		"ipvlan.isolation = private", "l2proxy = 1", "flags = up", "ipv4.address = 192.0.2.9/32", "ipv4.gateway = dev", "ipv6.address = fd09::5/128"}},
	{name: "vlan", prepare: needsKind("vlan id 7"), lines: []string{"type = vlan", "link = wan", "vlan.id = 42", "mtu = 1400", "flags = up", "ipv4.address = 192.0.2.9/24",
		"script.up = NETWORK/script"}},
	{name: "VLANs of a bridge's port", prepare: []string{"ip link add brv type bridge vlan_filtering 1", "ip link set brv up"},
		lines: []string{"type = veth", "link = brv", "veth.pair = vlan0", "veth.vlan.id = 10", "veth.vlan.tagged.id = 20", "veth.vlan.tagged.id = 30", "flags = up"}},
	{name: "no VLAN but tagged ones", prepare: []string{"ip link add brv type bridge vlan_filtering 1", "ip link set brv up"},
		lines: []string{"type = veth", "link = brv", "veth.pair = vlan0", "veth.vlan.id = none", "veth.vlan.tagged.id = 20", "flags = up"}},
	{name: "a device of the host", lines: []string{"type = phys", "link = dev0", "flags = up", "ipv4.address = 198.51.100.5/24", "script.up = NETWORK/script", "script.down = NETWORK/script"}},
	{name: "a device of the host with another name", lines: []string{"type = phys", "link = dev0", "name = eth7", "mtu = 1300", "hwaddr = 02:00:00:00:00:77", "flags = up"}},
	{name: "a device of the host by the beginning of its name", lines: []string{"type = phys", "link = de+"}},
	{name: "loopback", lines: []string{"type = empty", "flags = up", "ipv4.address = 127.0.0.9/8", "script.up = NETWORK/script"}},
	{name: "loopback that stays down", lines: []string{"type = empty"}},
	{name: "a pair below an id map", shift: shift, lines: []string{"type = veth", "link = br0", "flags = up", "ipv4.address = 10.0.3.5/24", "ipv4.gateway = auto"}},
	{name: "a device of the host below an id map", shift: shift, lines: []string{"type = phys", "link = dev0", "flags = up"}},
}

// needsKind are commands that fail on a kernel without a kind of link.
func needsKind(kind string) []string {
	return []string{"ip link add link wan name probe type " + kind, "ip link del probe"}
}

// interfaces are several interfaces at once, with their numbers.
var interfaces = []struct {
	name  string
	lines []string
}{
	{"two pairs", []string{"lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.flags = up", "lxc.net.0.script.up = NETWORK/script",
		"lxc.net.7.type = veth", "lxc.net.7.link = br1", "lxc.net.7.flags = up", "lxc.net.7.script.up = NETWORK/script", "lxc.net.7.script.down = NETWORK/script"}},
	{"names around given ones", []string{"lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.1.type = veth", "lxc.net.1.link = br0", "lxc.net.1.name = eth0",
		"lxc.net.2.type = macvlan", "lxc.net.2.link = wan", "lxc.net.2.name = eth2", "lxc.net.3.type = veth", "lxc.net.4.type = veth"}},
	{"devices that change names", []string{"lxc.net.0.type = phys", "lxc.net.0.link = dev0", "lxc.net.0.name = wire0", "lxc.net.1.type = phys", "lxc.net.1.link = wire0", "lxc.net.1.name = dev0"}},
	{"loopback beside a pair", []string{"lxc.net.0.type = empty", "lxc.net.0.ipv4.address = 127.0.0.9/8", "lxc.net.1.type = veth", "lxc.net.1.link = br0", "lxc.net.1.flags = up"}},
	{"none beside a pair", []string{"lxc.net.0.type = none", "lxc.net.1.type = veth", "lxc.net.1.link = br0", "lxc.net.1.flags = up"}},
	{"scripts told by their environment", []string{"lxc.hook.version = 1", "lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.script.up = NETWORK/script", "lxc.net.0.script.down = NETWORK/script",
		"lxc.net.1.type = macvlan", "lxc.net.1.link = wan", "lxc.net.1.script.up = NETWORK/script", "lxc.net.2.type = phys", "lxc.net.2.link = dev0", "lxc.net.2.script.down = NETWORK/script"}},
}

// TestSameNetworkAsStock makes each network under stock LXC and under lxcfg, each on a
// host of its own, and compares what is seen inside, outside, by scripts and afterwards.
func TestSameNetworkAsStock(t *testing.T) {
	requireStock(t)
	for _, test := range networks {
		var lines []string
		for _, line := range test.lines {
			lines = append(lines, "lxc.net.0."+line)
		}
		if test.shift != 0 {
			lines = append(lines, "lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536")
		}
		t.Run(test.name, func(t *testing.T) { sameNetwork(t, lines, test.prepare, test.shift) })
	}
	for _, test := range interfaces {
		t.Run(test.name, func(t *testing.T) { sameNetwork(t, test.lines, nil, 0) })
	}
}

func sameNetwork(t *testing.T, lines, prepare []string, shift int) {
	c := newContainer(t, shift, all(without("lxc.net.0.type"), with(lines...)))
	c.mend(t, func(config string) string { return strings.ReplaceAll(config, "NETWORK", c.lxcpath) })
	one := observeNetwork(t, newHostnet(t, prepare...), stock(t), c)
	two := observeNetwork(t, newHostnet(t, prepare...), ours(t), c)
	for _, line := range differences(one, two) {
		if !knownDifference(line) {
			t.Errorf("stock LXC (-) and lxcfg (+): %s", line)
		}
	}
}

var (
	processID = regexp.MustCompile(`(LXC_PID=|/proc/)\d+`)
	openFile  = regexp.MustCompile(`/fd/\d+`)
)

// observeNetwork starts a container on a host of its own and writes down what there is
// to see of its network.
func observeNetwork(t *testing.T, h hostnet, l launcher, c container) observation {
	t.Helper()
	told := filepath.Join(c.lxcpath, "told")
	if err := os.RemoveAll(told); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.lxcpath, "script"), []byte(netScript), 0o755); err != nil {
		t.Fatal(err)
	}
	before := h.seen(t)
	seen := observation{}
	ended := runWaiting(t, h.launcher(l), c, withoutHelpers, func(init int) {
		seen["network inside"] = networkOf(t, init)
		seen["network outside"] = h.seen(t)
		seen["bridge vlans"] = strings.Split(h.sh(t, "bridge vlan || true"), "\n")
		seen["sysfs"] = strings.Split(in(t, init, "sh", "-c", fmt.Sprintf("ls -ln /proc/%d/root/sys/class/net/lo/ | cut -d' ' -f3,4", init)), "\n")
	})
	if seen["network inside"] == nil {
		l.giveUp(t, "%s did not start the container (status %d); the terminal shows:\n%s", l.name, ended.status, ended.output)
	}
	after := h.settle(t, before)
	for _, line := range added(before, after) {
		seen["network afterwards"] = append(seen["network afterwards"], "more: "+line)
	}
	for _, line := range added(after, before) {
		seen["network afterwards"] = append(seen["network afterwards"], "gone: "+line)
	}
	for _, line := range readLines(t, told) {
		line = randomLink.ReplaceAllString(line, "vethRANDOM")
		line = openFile.ReplaceAllString(processID.ReplaceAllString(line, "${1}N"), "/fd/N")
		seen["scripts"] = append(seen["scripts"], line)
	}
	for name, lines := range seen {
		for i, line := range lines {
			seen[name][i] = strings.NewReplacer(c.lxcpath, "LXCPATH", containerName, "NAME").Replace(line)
		}
	}
	return seen
}
