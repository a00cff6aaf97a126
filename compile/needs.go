package compile

import (
	"fmt"
	"slices"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// Needs lists what has to be known of the host before the configuration can be
// compiled for it, beside what every plan needs.
func (l *Loaded) Needs() plan.Needs {
	var n plan.Needs
	for i := range l.Config.Network.NICs {
		nic := &l.Config.Network.NICs[i]
		if nic.Link.V == "" {
			continue
		}
		n.Links = append(n.Links, nic.Link.V)
		if nic.Gateway4.V.Auto || nic.Gateway6.V.Auto {
			n.Gateways = append(n.Gateways, nic.Link.V)
		}
		if nic.L2Proxy.V {
			for _, setting := range [...]string{"net/ipv4/conf/%s/forwarding", "net/ipv6/conf/%s/forwarding", "net/ipv6/conf/%s/proxy_ndp"} {
				n.Sysctls = append(n.Sysctls, fmt.Sprintf(setting, nic.Link.V))
			}
		}
	}
	if slices.ContainsFunc(l.Config.Network.NICs, func(nic config.NIC) bool { return nic.Veth.Mode.V == "router" && nic.Gateway6.Set }) {
		n.Sysctls = append(n.Sysctls, "net/ipv6/conf/all/forwarding")
	}
	for _, s := range slices.Concat(l.Config.Cgroup.V1, l.Config.Cgroup.V2) {
		if s.Device != nil && s.Device.Path != "" {
			n.Devices = append(n.Devices, s.Device.Path)
		}
	}
	n.Paths = l.neededPaths()
	for _, names := range [...]*[]string{&n.Links, &n.Gateways, &n.Sysctls, &n.Devices, &n.Paths} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	return n
}

// neededPaths are the paths that the compiler looks up: where the rootfs is, and what
// has to be there for a mount.
func (l *Loaded) neededPaths() []string {
	paths := rootfsOf(l.Config.Rootfs.Path.V).needed()
	if mount := l.Config.Rootfs.Mount.V; mount != "" {
		paths = append(paths, mount)
	}
	if peer := l.Config.Console.Path.V; peer != "" && peer != "none" {
		paths = append(paths, peer)
	}
	return append(paths, mountSources(l.Config.Mount)...)
}
