package compile

import (
	"cmp"
	"fmt"

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
		environment := n.scriptEnvironment()
		if n.config.Hooks.Version.V == 0 {
			arguments = append([]string{n.options.Name, "net", script.when}, arguments...)
		} else {
			environment = append(environment, "LXC_HOOK_TYPE="+script.when, "LXC_HOOK_SECTION=net", "LXC_NET_TYPE="+nic.Type.V)
			switch nic.Type.V {
			case "veth", "macvlan", "phys": // LXC tells of no others
				environment = append(environment, "LXC_NET_PARENT="+link)
			}
			if peer {
				environment = append(environment, plan.NetPeer+"=")
			}
		}
		op.Arguments, op.Environment = plan.ListOf(arguments...), plan.ListOf(environment...)
		n.add(plan.AtNIC, op, append(lineOf(script.command), lineOf(n.config.Hooks.Version)...)...)
	}
}

// scriptEnvironment is what LXC tells every command of the host's about a container.
func (n *networkCompiler) scriptEnvironment() []string {
	environment := []string{"LXC_CGNS_AWARE=1", "LXC_HOOK_VERSION=" + fmt.Sprint(n.config.Hooks.Version.V), "LXC_NAME=" + n.options.Name}
	if len(n.config.Sources) > 0 {
		environment = append(environment, "LXC_CONFIG_FILE="+n.config.Sources[0].Name)
	}
	if path := n.config.Rootfs.Path.V.Path; path != "" {
		environment = append(environment, "LXC_ROOTFS_PATH="+path)
	}
	if mount := cmp.Or(n.config.Rootfs.Mount.V, n.facts.RootfsMount); mount != "" {
		environment = append(environment, "LXC_ROOTFS_MOUNT="+mount)
	}
	return environment
}
