package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// hookNames are the hooks, with where and when each runs.
var hookNames = [...]struct {
	name, doc string
	since     Version
	launch    Launch
}{
	{"pre-start", "on the host, before anything is made", V1_0, Steps()},
	{"pre-mount", "in the container's namespaces, before its rootfs is mounted", V1_0, Steps()},
	{"mount", "in the container's namespaces, after the mounts", V1_0, Steps()},
	{"autodev", "in the container's namespaces, after /dev was mounted", V1_0, Steps()},
	{"start-host", "on the host, before init is executed", V3_0, Steps()},
	{"start", "in the container, before init is executed", V1_0, Steps()},
	{"stop", "on the host, after init has ended", V2_0, Steps()},
	{"post-stop", "on the host, after the container was taken down", V1_0, Steps()},
	{"clone", "when the container is copied", V1_0, NoSteps("only lxc-copy runs it")},
	{"destroy", "when the container is destroyed", V2_0, NoSteps("only lxc-destroy runs it")},
}

// hookKeys is the section on hooks.
func hookKeys() []Key {
	rows := []Key{
		{
			Name: "lxc.hook", Since: V2_0, Launch: NoSteps("it only clears lines above it"),
			Doc:     "An empty value clears every hook above.",
			Example: "lxc.hook =",
			field:   clearsOnly(func(c *config.Config, _ input) { c.Hooks.Commands = nil }),
		},
		{
			Name: "lxc.hook.version", Since: V3_0, Default: "0", Launch: NoSteps("it says how hooks get their arguments"),
			Doc:     "How hooks learn what they are called for: 0 by arguments, 1 by environment variables.",
			Example: "lxc.hook.version = 1",
			field:   scalar(hookVersion(), func(c *config.Config) *config.Value[uint32] { return &c.Hooks.Version }).passesOver(),
		},
	}
	for _, h := range hookNames {
		rows = append(rows, Key{
			Name: "lxc.hook." + h.name, Since: h.since, Launch: h.launch,
			Without: "no command",
			Doc:     "A command run " + h.doc + ".",
			Example: "lxc.hook." + h.name + " = /etc/lxc/hook.sh",
			field:   hook(h.name),
		})
	}
	return rows
}

func hookVersion() grammar.Language[uint32] {
	l := grammar.Uint32
	l.Name, l.Syntax = "hook version", `"0" | "1"`
	l.Parse = func(t grammar.Text) (uint32, *grammar.ValueError) {
		yes, err := grammar.Bool.Parse(t)
		if yes {
			return 1, err
		}
		return 0, err
	}
	return l
}

// hook is the list of commands of one hook.
func hook(name string) *field {
	f := &field{
		language: grammar.ShellCommand.Name, syntax: grammar.ShellCommand.Syntax, repeat: Appends,
		set: func(c *config.Config, in input) *grammar.ValueError {
			if c.Hooks.Commands == nil {
				c.Hooks.Commands = make(map[string]config.Items[string])
			}
			v, err := grammar.ShellCommand.Parse(in.value)
			c.Hooks.Commands[name] = append(c.Hooks.Commands[name], config.Of(v, in.origin))
			return err
		},
		clear: func(c *config.Config, _ input) *grammar.ValueError {
			delete(c.Hooks.Commands, name)
			return nil
		},
	}
	f.show = func(c *config.Config, emit func(string, string, config.Origin)) {
		for _, v := range c.Hooks.Commands[name] {
			emit("", v.V, v.Origin)
		}
	}
	return f
}
