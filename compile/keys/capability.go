package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// capKeys is the section on capabilities. LXC keeps one list for both keys and a
// flag that says which it is, so clearing either clears both.
func capKeys() []Key {
	return []Key{
		{
			Name: "lxc.cap.drop", Since: V1_0, Launch: Steps(),
			Without: "nothing is dropped",
			Doc:     "Capabilities the container does not get. It excludes lxc.cap.keep.",
			Example: "lxc.cap.drop = sys_module sys_time",
			field: exclusive(words(grammar.Capabilities, func(c *config.Config) *config.Items[config.Capability] { return &c.Cap.Drop }),
				keepAndDrop, func(c *config.Config) (config.Origin, bool) { return c.Cap.KeepSet.Origin, c.Cap.KeepSet.V }).emptyMeans(clearCapabilities).inLXC1(diag.FailsAtStart),
		},
		{
			Name: "lxc.cap.keep", Since: V1_0, Launch: Steps(),
			Without: "all are kept but those that lxc.cap.drop names",
			Doc:     "The capabilities the container gets, and no others; none takes back those listed before it. It excludes lxc.cap.drop.",
			Example: "lxc.cap.keep = chown setuid setgid",
			field:   keptCapabilities().inLXC1(diag.FailsAtStart),
		},
	}
}

func clearCapabilities(c *config.Config, _ input) *grammar.ValueError {
	c.Cap = config.Cap{}
	return nil
}

func keptCapabilities() *field {
	f := words(grammar.KeptCapabilities, func(c *config.Config) *config.Items[config.Capability] { return &c.Cap.Keep })
	f.set = func(c *config.Config, in input) *grammar.ValueError {
		if at, dropped := firstOf(c.Cap.Drop); dropped {
			return excluded(in, keepAndDrop, at)
		}
		list, err := grammar.KeptCapabilities.Parse(in.value)
		c.Cap.KeepSet = config.Of(true, in.origin)
		for _, v := range list {
			if v.Name == "" {
				c.Cap.Keep = nil
				continue
			}
			c.Cap.Keep = append(c.Cap.Keep, config.Of(v, in.origin))
		}
		return err
	}
	f.clear = clearCapabilities
	f.show = func(c *config.Config, emit func(string, string, config.Origin)) {
		for _, v := range c.Cap.Keep {
			emit("", grammar.KeptCapabilities.Format([]config.Capability{v.V}), v.Origin)
		}
		if c.Cap.KeepSet.V && len(c.Cap.Keep) == 0 {
			emit("", "none", c.Cap.KeepSet.Origin)
		}
	}
	return f
}
