package compile

import (
	"fmt"
	"slices"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// compileCapabilities drops what lxc.cap.drop names, or all but what
// lxc.cap.keep names, from the bounding set.
func (c *compiler) compileCapabilities() {
	dropped := c.droppedCapabilities()
	if len(dropped) == 0 {
		return
	}
	drop := make([]plan.Capability, 0, len(dropped))
	for _, d := range dropped {
		drop = append(drop, plan.Capability{Name: d.Name, Number: d.Number})
	}
	lines := origins(c.config.Cap.Drop)
	if c.config.Cap.KeepSet.V {
		lines = append(origins(c.config.Cap.Keep), c.config.Cap.KeepSet.Origin)
	}
	c.add(plan.AtCapability, plan.CapabilityDrop{Capabilities: plan.ListOf(drop...)}, distinct(lines)...)
}

// droppedCapabilities lists what the container loses, each once.
func (c *compiler) droppedCapabilities() []config.Capability {
	caps := &c.config.Cap
	for _, v := range append(slices.Clip(caps.Drop), caps.Keep...) {
		if v.V.Number > c.facts.LastCap {
			c.report(diag.Warning, diag.SilentlyDifferent, v.Origin, "capability/not-in-kernel",
				fmt.Sprintf("this kernel has no capability number %d", v.V.Number),
				fmt.Sprintf("Its last one is number %d. Nobody has the other, so there is nothing to drop or keep; LXC refuses its number.", c.facts.LastCap))
		}
	}
	var dropped []config.Capability
	if caps.KeepSet.V {
		for number := uint32(0); number <= c.facts.LastCap; number++ {
			if !hasCapability(caps.Keep, number) {
				dropped = append(dropped, config.Capability{Name: grammar.CapabilityName(number), Number: number})
			}
		}
		return dropped
	}
	told := make(map[uint32]bool)
	for _, d := range caps.Drop {
		if d.V.Number <= c.facts.LastCap && !told[d.V.Number] {
			told[d.V.Number] = true
			dropped = append(dropped, d.V)
		}
	}
	return dropped
}

func hasCapability(items config.Items[config.Capability], number uint32) bool {
	for _, v := range items {
		if v.V.Number == number {
			return true
		}
	}
	return false
}

// compileConfinement is what holds init from its first instruction on: the LSM
// label, no_new_privs and the seccomp filter.
func (c *compiler) compileConfinement() {
	c.compileLabel()
	c.compileNoNewPrivs()
	c.compileSeccomp()
}

func (c *compiler) compileNoNewPrivs() {
	if nnp := c.config.Security.NoNewPrivs; nnp.V {
		c.add(plan.AtNoNewPrivs, plan.NoNewPrivs{}, nnp.Origin)
	}
}
