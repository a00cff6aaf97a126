package rules

import (
	"fmt"

	"lxcfg/compile/config"
)

// namespaceExposures are about what the container shares with the host and its
// neighbours.
func namespaceExposures() []Exposure {
	rows := []Exposure{
		{
			Name: "host-network", Title: "the host's network", Most: 8, weigh: weighHostNetwork,
			Doc: "With the host's network the container reaches all that listens on its loopback device and on abstract sockets, such as systemd's.",
		},
		{
			Name: "network-link", Title: "the network of the host's neighbours", Most: 2, weigh: weighNetworkLink,
			Doc: "An interface of type macvlan, ipvlan, vlan or phys is on the network that the host is on: no rule of the host's firewall sees its packets.",
		},
	}
	for _, ns := range [...]struct {
		name, what string
		points     int
	}{
		{"mnt", "mounts", 20}, {"pid", "processes", 8}, {"ipc", "shared memory and semaphores", 3}, {"uts", "host name", 1}, {"cgroup", "cgroups", 2},
	} {
		rows = append(rows, Exposure{
			Name: "namespace-" + ns.name, Title: "the " + ns.what + " of others", Most: ns.points,
			Doc:   fmt.Sprintf("Without a namespace %s of its own the container has the %s of the host, or of the container that lxc.namespace.share names.", ns.name, ns.what),
			weigh: func(c *config.Config) weight { return weighShared(c, ns.name, ns.what, ns.points) },
		})
	}
	return rows
}

// weighShared weighs a namespace that the container has none of its own of. Another
// container's is half as bad as the host's.
func weighShared(c *config.Config, name, what string, points int) weight {
	share, shared := c.Namespaces.Share[name]
	switch {
	case shared && share.Set:
		return weight{(points + 1) / 2, share.Origin, fmt.Sprintf("the container has the %s of %q", what, share.V), "Remove the line."}
	case makes(c, name):
		return weight{}
	}
	w := weight{points: points, summary: fmt.Sprintf("the container has the %s of the host", what), lower: fmt.Sprintf("Let it have a namespace %s of its own.", name)}
	for _, kept := range c.Namespaces.Keep {
		if kept.V == name {
			w.at, w.lower = kept.Origin, fmt.Sprintf("Take %s out of lxc.namespace.keep.", name)
		}
	}
	if len(c.Namespaces.Clone) > 0 {
		w.at = c.Namespaces.Clone[0].Origin
	}
	return w
}

func weighHostNetwork(c *config.Config) weight {
	at, shared := sharesNetwork(c)
	if !shared {
		return weight{}
	}
	if share := c.Namespaces.Share["net"]; share.Set {
		return weight{4, share.Origin, fmt.Sprintf("the container has the network of %q", share.V), "Remove the line."}
	}
	return weight{8, at, "the container has the host's network", "Give it a network of its own: a veth pair on a bridge, or `lxc.net.0.type = empty` for none."}
}

func weighNetworkLink(c *config.Config) weight {
	for i := range c.Network.NICs {
		switch n := &c.Network.NICs[i]; n.Type.V {
		case "macvlan", "ipvlan", "vlan", "phys":
			return weight{2, n.Type.Origin, fmt.Sprintf("an interface of type %s is on the host's own network", n.Type.V), "Use a veth pair on a bridge, whose packets the host's firewall sees."}
		}
	}
	return weight{}
}
