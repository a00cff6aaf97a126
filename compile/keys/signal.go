package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// signalKeys is the section on the signals that end a container.
func signalKeys() []Key {
	row := func(name, def, doc, example string, at func(*config.Config) *config.Value[uint32]) Key {
		return Key{Name: name, Since: V2_1, Default: def, Launch: Steps(), Doc: doc, Example: name + " = " + example, field: scalar(grammar.Signal, at)}
	}
	death := row("lxc.monitor.signal.pdeath", "SIGKILL", "The signal init gets when the monitor dies. An empty value means none.", "SIGTERM",
		func(c *config.Config) *config.Value[uint32] { return &c.Signals.ParentDeath })
	death.Since = V4_0
	death.field = death.emptyMeans(func(c *config.Config, in input) *grammar.ValueError {
		c.Signals.ParentDeath = config.Of(uint32(0), in.origin)
		return nil
	})
	return []Key{
		row("lxc.signal.halt", "SIGPWR", "The signal that asks init to shut the container down.", "SIGUSR1",
			func(c *config.Config) *config.Value[uint32] { return &c.Signals.Halt }),
		row("lxc.signal.reboot", "SIGINT", "The signal that asks init to reboot the container.", "SIGTERM",
			func(c *config.Config) *config.Value[uint32] { return &c.Signals.Reboot }),
		row("lxc.signal.stop", "SIGKILL", "The signal that ends the container at once.", "SIGKILL",
			func(c *config.Config) *config.Value[uint32] { return &c.Signals.Stop }),
		death,
	}
}
