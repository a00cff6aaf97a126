package compile

import (
	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// compileScripts has lxc.net.[i].script.up and script.down run on the host. They are
// told the type of the interface, its link where it has one, and the name of the
// host's end of a pair; with lxc.hook.version = 0 the container's name, "net" and "up"
// or "down" stand before.
func (n *networkCompiler) compileScripts(nic *config.NIC, link string, peer bool) {
	for _, script := range [...]struct {
		when    string
		command config.Value[string]
	}{{"up", nic.ScriptUp}, {"down", nic.ScriptDown}} {
		if script.command.V == "" {
			continue
		}
		op := plan.NetScript{NIC: nic.Index, When: script.when, Script: script.command.V, Peer: peer}
		arguments := []string{nic.Type.V}
		if link != "" {
			arguments = append(arguments, link)
		}
		environment, _ := n.hookEnvironment("net", script.when, false)
		if n.config.Hooks.Version.V == 0 {
			arguments = append([]string{n.options.Name, "net", script.when}, arguments...)
		} else {
			environment = append(environment, "LXC_NET_TYPE="+nic.Type.V)
			switch nic.Type.V {
			case "veth", "macvlan", "phys": // LXC tells of no others
				environment = append(environment, "LXC_NET_PARENT="+link)
			}
			if peer {
				environment = append(environment, plan.NetPeer+"=")
			}
		}
		op.Arguments, op.Environment = plan.ListOf(arguments...), plan.ListOf(environment...)
		told := []plan.Told{plan.ToldPID}
		if script.when == "down" {
			told = append(told, plan.ToldNamespaces)
			n.holdNamespaces(script.command.Origin)
		}
		op.Told = plan.ListOf(told...)
		n.add(plan.AtNIC, op, append(lineOf(script.command), lineOf(n.config.Hooks.Version)...)...)
	}
}
