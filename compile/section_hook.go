package compile

import (
	"fmt"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// hostHooks are the hooks that run on the host: when, and what they are told.
var hostHooks = [...]struct {
	name string
	at   plan.Place
	told []plan.Told
}{
	{"pre-start", plan.AtPreStartHook, nil},
	{"start-host", plan.AtStartHostHook, []plan.Told{plan.ToldPID}},
	{"stop", plan.AtStopHook, []plan.Told{plan.ToldPID, plan.ToldTarget, plan.ToldNamespaces}},
	{"post-stop", plan.AtPostStopHook, []plan.Told{plan.ToldPID, plan.ToldTarget}},
}

// compileHooks runs the commands of lxc.hook.*. Those of clone and destroy are for
// other tools.
func (c *compiler) compileHooks() {
	for _, h := range hostHooks {
		for _, command := range c.config.Hooks.Commands[h.name] {
			env, lines := c.hookEnvironment("lxc", h.name, false)
			c.add(h.at, plan.HostHook{Hook: h.name, Command: command.V, Arguments: c.hookArguments(h.name), Env: plan.ListOf(env...), Told: plan.ListOf(h.told...)},
				append([]config.Origin{command.Origin}, lines...)...)
		}
	}
	if stop := c.config.Hooks.Commands["stop"]; len(stop) > 0 {
		c.holdNamespaces(stop[0].Origin)
	}
	c.namespaceHooks("pre-mount", plan.AtPreMountHook, func(h *plan.Hook) {})
	c.namespaceHooks("mount", plan.AtMountHook, func(h *plan.Hook) { h.Rootfs = c.rootAt })
	if c.config.Dev.Auto.V {
		c.namespaceHooks("autodev", plan.AtAutodevHook, func(h *plan.Hook) {})
	}
	c.namespaceHooks("start", plan.AtStartHook, func(h *plan.Hook) { h.Pivoted, h.Program = true, plainProgram(h.Command) })
}

// holdNamespaces keeps the namespaces for a command of a line that is told of them when
// the container has ended. The first such line stands for all.
func (c *compiler) holdNamespaces(line config.Origin) {
	if c.holds {
		return
	}
	c.holds = true
	// LXC tells of the network namespace also when it is the host's.
	held := append(c.namespaces.Members(), plan.NamespaceNet)
	held = append(held, c.joined.Members()...)
	c.add(plan.AtNamespaceHold, plan.NamespaceHold{Namespaces: plan.SetOf(held...)}, line)
}

// namespaceHooks adds the hooks of one name that run in the container's namespaces.
func (c *compiler) namespaceHooks(name string, at plan.Place, finish func(*plan.Hook)) {
	for _, command := range c.config.Hooks.Commands[name] {
		env, lines := c.hookEnvironment("lxc", name, true)
		hook := plan.Hook{Hook: name, Command: command.V, Arguments: c.hookArguments(name), Env: plan.ListOf(env...)}
		finish(&hook)
		c.add(at, hook, append([]config.Origin{command.Origin}, lines...)...)
	}
}

// hookArguments tell a hook of version 0 what it is called for. Version 1 has variables
// for it.
func (c *compiler) hookArguments(name string) plan.List[string] {
	if c.config.Hooks.Version.V != 0 {
		return plan.List[string]{}
	}
	return plan.ListOf(c.options.Name, "lxc", name)
}

// hookEnvironment is what a script of the configuration finds in its environment
// beside the caller's and LXC_CONFIG_FILE, which the plan has once: a hook of the
// section "lxc", or a script of the section "net", whose name is "up" or "down".
// Those that run in the container's namespaces get the configuration's own variables
// too, and lines is where these come from.
func (c *compiler) hookEnvironment(section, name string, inNamespaces bool) (env []string, lines []config.Origin) {
	set := func(name, value string) {
		if value != "" {
			env = append(env, name+"="+value)
		}
	}
	set("LXC_NAME", c.options.Name)
	set("LXC_ROOTFS_MOUNT", c.rootfsMount())
	set("LXC_ROOTFS_PATH", c.config.Rootfs.Path.V.Path)
	set("LXC_CONSOLE", c.config.Console.Path.V)
	set("LXC_CONSOLE_LOGPATH", c.config.Console.LogFile.V)
	if c.facts.CgroupNS {
		set("LXC_CGNS_AWARE", "1")
	}
	level := c.config.Log.Level.V
	if level == "" {
		level = "ERROR"
	}
	set("LXC_LOG_LEVEL", level)
	set("LXC_HOOK_VERSION", fmt.Sprint(c.config.Hooks.Version.V))
	if c.config.Hooks.Version.V == 1 {
		set("LXC_HOOK_TYPE", name)
		set("LXC_HOOK_SECTION", section)
	}
	if inNamespaces {
		for _, items := range []config.Items[string]{c.config.Env.Both, c.config.Env.Hooks} {
			for _, v := range items {
				env = append(env, v.V)
				lines = append(lines, v.Origin)
			}
		}
	}
	return env, lines
}

// plainProgram is the program a command names, when it is plain to see: a path
// without anything in it that a shell would act on.
func plainProgram(command string) string {
	program, _, _ := strings.Cut(command, " ")
	if !strings.HasPrefix(program, "/") || strings.ContainsAny(program, "\t\n\"'`$&;|<>(){}[]*?~#!\\=") {
		return ""
	}
	return program
}
