package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// archKeys is the section on the architecture.
func archKeys() []Key {
	return []Key{{
		Name: "lxc.arch", Since: V1_0, Launch: Steps(),
		Without: "the host's architecture",
		Doc:     "The architecture the container believes to run on. Only its width matters: a 32-bit name on a 64-bit host makes uname(2) report a 32-bit machine.",
		Example: "lxc.arch = i686",
		field: scalar(grammar.Arch, func(c *config.Config) *config.Value[config.Arch] { return &c.Arch }).neverEmpty().
			inLXC1(diag.SilentlyDifferent).newer(V6_0, "loong64", "loongarch64", "x32"),
	}}
}
