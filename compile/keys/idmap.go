package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// idmapKeys is the section on user id mappings.
func idmapKeys() []Key {
	return []Key{{
		Name: "lxc.idmap", Since: V2_1, Launch: Steps(),
		Without: "no user namespace: root in the container is root of the host",
		Changes: []Change{{V2_1, "Numbers are decimal whatever zeros they start with, and text behind the count is ignored."}},
		Doc:     "Maps a range of ids of the container to ids of the host. Any such line gives the container a user namespace; ids of both kinds, u and g, have to be mapped.",
		Example: "lxc.idmap = u 0 100000 65536",
		field:   list(grammar.IDMapping, func(c *config.Config) *config.Items[config.IDMap] { return &c.IDMap }).readBefore(V2_1, plainIDMap),
	}}
}
