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
	c := l.Config
	n := plan.Needs{Profiles: namedProfiles(c), Relative: c.Cgroup.Relative.V}
	for i := range c.Network.NICs {
		nic := &c.Network.NICs[i]
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
	if slices.ContainsFunc(c.Network.NICs, func(nic config.NIC) bool { return nic.Veth.Mode.V == "router" && nic.Gateway6.Set }) {
		n.Sysctls = append(n.Sysctls, "net/ipv6/conf/all/forwarding")
	}
	for _, s := range slices.Concat(c.Cgroup.V1, c.Cgroup.V2) {
		if s.Device != nil && s.Device.Path != "" {
			n.Devices = append(n.Devices, s.Device.Path)
		}
	}
	if len(c.IDMap) > 0 && onDirectory(c.Rootfs.Path.V) {
		n.Ways = append(n.Ways, c.Rootfs.Path.V.Path)
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
	if file, dir := logPaths(l.Config); file != "" {
		paths = append(paths, file, dir)
	}
	return append(paths, mountSources(l.Config.Mount)...)
}
