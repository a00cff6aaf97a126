package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// utsKeys is the section on the host name.
func utsKeys() []Key {
	return []Key{{
		Name: "lxc.uts.name", Since: V2_1, Launch: Steps(),
		Without: "the host's name in a namespace of its own",
		Changes: []Change{{V2_1, "An empty value sets an empty name."}},
		Doc:     "The container's host name. Without it the new UTS namespace keeps the host's name.",
		Example: "lxc.uts.name = web",
		field:   scalar(grammar.Hostname, func(c *config.Config) *config.Value[string] { return &c.UTS.Name }),
	}}
}
