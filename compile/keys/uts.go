package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// utsKeys is the section on the host name.
func utsKeys() []Key {
	return []Key{{
		Name: "lxc.uts.name", Since: V2_1, Launch: Steps(),
		Doc:     "The container's host name. Without it the new UTS namespace keeps the host's name.",
		Example: "lxc.uts.name = web",
		field:   scalar(grammar.Hostname, func(c *config.Config) *config.Value[string] { return &c.UTS.Name }),
	}}
}
