package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// monitorKeys is the section on the monitor process.
func monitorKeys() []Key {
	return []Key{{
		Name: "lxc.monitor.unshare", Since: V2_0, Default: "0", Launch: Steps(),
		Doc:     "Whether the monitor gets a mount namespace of its own before anything is done.",
		Example: "lxc.monitor.unshare = 1",
		field:   scalar(grammar.Uint32, func(c *config.Config) *config.Value[uint32] { return &c.Monitor.Unshare }),
	}}
}
