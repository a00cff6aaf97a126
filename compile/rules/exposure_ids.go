package rules

import (
	"fmt"

	"lxcfg/compile/config"
)

// idExposures are about who the container's users are on the host.
func idExposures() []Exposure {
	return []Exposure{
		{
			Name: "rootfs", Title: "the host's own files", Most: 40, Missing: true, weigh: weighRootfs,
			Doc: "Without a root file system of its own the container writes to that of the host.",
		},
		{
			Name: "host-root", Title: "root of the host", Most: 30, Missing: true, Told: true, weigh: weighHostRoot,
			Doc: "Without an id map the container's root is the host's. Whatever gets out of the container, through a bug of the kernel or a setting below, has the host.",
		},
		{
			Name: "host-users", Title: "users of the host", Most: 5, weigh: weighHostUsers,
			Doc: "An id of the host's own users in the map is that user: it owns the user's files, processes and keys. Ids from 100000 on are nobody's.",
		},
		{
			Name: "new-privileges", Title: "programs that gain rights", Most: 2, Missing: true, weigh: weighNewPrivileges,
			Doc: "Programs with the set-user-ID bit or file capabilities give a user of the container rights in it, the first step of most ways out. lxc.no_new_privs ends that, with su and sudo.",
		},
	}
}

func weighRootfs(c *config.Config) weight {
	switch path := c.Rootfs.Path; {
	case path.V.Path == "/":
		return weight{40, path.Origin, "the root file system is the host's", "Give the container a directory of its own."}
	case path.V.Path == "":
		return weight{40, c.UTS.Name.Origin, "the container has no root file system of its own", "Name one: `lxc.rootfs.path = dir:/var/lib/lxc/NAME/rootfs`."}
	}
	return weight{}
}

func weighHostRoot(c *config.Config) weight {
	const line = "Map ids: `lxc.idmap = u 0 100000 65536` and `lxc.idmap = g 0 100000 65536`, and shift the owners of the rootfs."
	if !hasUserNamespace(c) {
		return weight{points: 30, summary: "the container's root is root on the host", lower: line}
	}
	for _, m := range c.IDMap {
		if m.V.Host == 0 && m.V.Range > 0 && m.V.Kind == 'u' {
			return weight{20, m.Origin, fmt.Sprintf("user %d of the container is root on the host", m.V.Container), "Leave 0 of the host out of the map."}
		}
	}
	return weight{}
}

func weighHostUsers(c *config.Config) weight {
	const own, ofEach = 65536, 2 // ids below are given to users, of a host or of a network
	w := weight{lower: "Map ids from 100000 on, and open single directories with idmapped mounts or access lists."}
	for _, m := range c.IDMap {
		if m.V.Host > 0 && m.V.Host < own && m.V.Kind == 'u' && m.V.Range > 0 {
			if w.points == 0 {
				w.at, w.summary = m.Origin, fmt.Sprintf("user %d of the container is user %d of the host", m.V.Container, m.V.Host)
			}
			w.points += ofEach
		}
	}
	if w.points == 0 {
		return weight{}
	}
	return w
}

func weighNewPrivileges(c *config.Config) weight {
	if c.Security.NoNewPrivs.V {
		return weight{}
	}
	return weight{points: 2, summary: "programs in the container may gain rights", lower: "Where nobody needs su or sudo: `lxc.no_new_privs = 1`."}
}
