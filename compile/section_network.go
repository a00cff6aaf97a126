package compile

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// networkCompiler makes the steps for the container's interfaces.
type networkCompiler struct {
	*compiler
	links    map[string]plan.Link // of the host, those the configuration names
	granted  map[string]int       // pairs an ordinary user may still have, by bridge
	handover []config.Origin      // the first line whose steps need the container's netlink socket
	loopback bool                 // there is a step that switches lo on
	commands bool                 // the launch runs commands of the configuration's before the next interface
}

// compileNetwork makes the interfaces in the order of their numbers, as LXC does:
// each with what belongs to it on the host and its script, and when all are there,
// what is set inside the container. A container that shares a network namespace has
// none: LXC passes over its lines.
func (c *compiler) compileNetwork() {
	nics := c.config.Network.NICs
	if !c.namespaces.Has(plan.NamespaceNet) {
		return
	}
	n := &networkCompiler{compiler: c, links: make(map[string]plan.Link), granted: make(map[string]int)}
	for _, l := range c.facts.Links.All() {
		n.links[l.Name] = l
	}
	for _, g := range c.facts.Caller.NICGrants.All() {
		if g.Type == "veth" {
			n.granted[g.Bridge] += g.Count
		}
	}
	n.commands = len(n.config.Hooks.Commands["pre-start"]) > 0
	names := n.interfaceNames(nics)
	for i := range nics {
		n.compileNIC(&nics[i], names[i])
		n.commands = n.commands || nics[i].ScriptUp.V != ""
	}
	if len(n.handover) > 0 {
		c.builder.Add(plan.AtNetlink, plan.NetlinkHandover{}, "the monitor configures the container's interfaces", planOrigins(n.handover)...)
	}
}

// compileNIC makes one interface. Its name in the container is known.
func (n *networkCompiler) compileNIC(nic *config.NIC, name string) {
	if nic.Type.V == "" || nic.Type.V == "none" { // none is inert beside others
		return
	}
	if !n.mayMake(nic) {
		return
	}
	link, ok := n.link(nic)
	if !ok {
		n.compileScripts(nic, nic.Link.V, false) // for a draft, which tells what else there is
		return
	}
	switch nic.Type.V {
	case "veth":
		if n.facts.Caller.Root() {
			n.compileVeth(nic, name, link)
		} else {
			n.compileUserVeth(nic, name, link)
		}
		n.compileScripts(nic, nic.Link.V, true)
	case "macvlan", "ipvlan", "vlan":
		n.compileChild(nic, name, link)
		n.compileScripts(nic, nic.Link.V, false)
	case "phys":
		// The scripts see the device on the host: up before it goes, down when it is
		// back, which is taken back first because it was done last.
		device := cmp.Or(link.Is, nic.Link.V)
		n.compileScripts(nic, device, false)
		n.addNIC(nic, plan.Phys{NIC: nic.Index, Link: device, Name: name, MTU: n.mtu(nic)}, lineOf(nic.Link), lineOf(nic.Name), lineOf(nic.MTU))
	case "empty":
		n.compileScripts(nic, "", false)
	}
	n.compileInterface(nic, name, link)
}

// addNIC adds a step on the host for an interface. It comes from the interface's
// type and from the lines given.
func (n *networkCompiler) addNIC(nic *config.NIC, op plan.Op, lines ...[]config.Origin) {
	origins := lineOf(nic.Type)
	for _, l := range lines {
		origins = append(origins, l...)
	}
	n.add(plan.AtNIC, op, origins...)
	switch op.(type) {
	case plan.Veth, plan.UserVeth, plan.Macvlan, plan.IPvlan, plan.VLAN, plan.Phys:
		n.handOver(nic)
	}
}

// handOver notes that an interface is looked at or changed in the container. The
// socket is the same for all, so the first one stands for it.
func (n *networkCompiler) handOver(nic *config.NIC) {
	if n.handover == nil {
		n.handover = lineOf(nic.Type)
	}
}

// interfaceNames are the names in the container. LXC gives an interface without one
// the first ethN that is free when those with a name have got theirs; a device of the
// host keeps its own.
func (n *networkCompiler) interfaceNames(nics []config.NIC) []string {
	names := make([]string, len(nics))
	taken := map[string]bool{"lo": true}
	patterns := make([]string, len(nics))
	for i := range nics {
		nic := &nics[i]
		name := nic.Name.V
		switch {
		case nic.Type.V == "none":
			continue
		case nic.Type.V == "empty":
			name = "lo"
		case nic.Type.V == "phys" && name == "":
			name = cmp.Or(n.links[nic.Link.V].Is, nic.Link.V)
		case name == "":
			name = "eth%d"
		}
		if strings.Contains(name, "%d") {
			patterns[i] = name
			continue
		}
		names[i] = name
		taken[name] = true
	}
	next := make(map[string]int)
	for i, pattern := range patterns {
		for pattern != "" && names[i] == "" {
			name := strings.Replace(pattern, "%d", strconv.Itoa(next[pattern]), 1)
			next[pattern]++
			if !taken[name] {
				names[i] = name
				taken[name] = true
			}
		}
	}
	return names
}

// link describes the link of the host that an interface belongs to. One that is
// missing stops the launch, unless a command that runs before could make it.
func (n *networkCompiler) link(nic *config.NIC) (link plan.Link, ok bool) {
	name := nic.Link.V
	if name == "" || nic.Type.V == "empty" {
		return plan.Link{}, true
	}
	link, asked := n.links[name]
	if !asked {
		link = plan.Link{Name: name}
	}
	if link.Exists {
		return link, true
	}
	summary := fmt.Sprintf("there is no network link %q on this host", name)
	switch detail := missingLink(nic); {
	case strings.HasSuffix(name, "+"): // which link it stands for is part of the plan
		n.refuse(nic.Link.Origin, "net/link-missing", summary, detail)
		return link, false
	case n.commands:
		n.report(diag.Warning, diag.FailsAtStart, nic.Link.Origin, "net/link-missing", summary,
			"The launch fails unless a command that it runs before makes it. "+detail)
	default:
		n.missing(nic.Link.Origin, "net/link-missing", summary, detail)
	}
	return link, true
}

// missingLink says what to type for a link that an interface wants.
func missingLink(nic *config.NIC) string {
	name := nic.Link.V
	switch {
	case name == "lxcbr0":
		return "LXC's own bridge is made by `systemctl start lxc-net`."
	case nic.Type.V == "veth" && nic.Veth.Mode.V != "router":
		return fmt.Sprintf("Make the bridge: `ip link add %s type bridge && ip link set %s up`.", name, name)
	case strings.HasSuffix(name, "+"):
		return fmt.Sprintf("The name stands for the last link that begins with %q; `ip link` lists all.", strings.TrimSuffix(name, "+"))
	}
	return "`ip link` lists those there are."
}

// mtu is what lxc.net.[i].mtu says.
func (n *networkCompiler) mtu(nic *config.NIC) plan.MTU {
	bytes, _ := grammar.Uint32.Parse(grammar.Text{String: nic.MTU.V})
	return plan.MTU{Bytes: bytes}
}
