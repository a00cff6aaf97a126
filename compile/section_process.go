package compile

import (
	"fmt"
	"slices"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// sigKill is the signal the payload gets from the kernel when the monitor dies.
const sigKill = 9

// compileProcess is everything about the process that becomes init.
func (c *compiler) compileProcess() {
	cfg := c.config
	c.addDefault(plan.AtParentDeath, plan.ParentDeath{Signal: sigKill}, "no container outlives its monitor")
	if name := cfg.UTS.Name; name.V != "" && c.namespaces.Has(plan.NamespaceUTS) {
		c.add(plan.AtHostname, plan.Hostname{Name: name.V}, name.Origin)
	}
	// The manual has lxc.keyring.session the wrong way round: 1 means no new one.
	if keyring := cfg.Namespaces.KeyringSession; !keyring.V {
		context, lines := c.keyringContext()
		because := "default of lxc.keyring.session"
		if keyring.Set {
			because = ""
		}
		c.builder.Add(plan.AtKeyring, plan.Keyring{Context: context}, because, planOrigins(append(lineOf(keyring), lines...))...)
	}
	c.compilePersonality()
	for _, s := range cfg.Limits.Sysctl {
		c.add(plan.AtSysctl, plan.Sysctl{Name: strings.ReplaceAll(s.V.Name, ".", "/"), Value: s.V.Value}, s.Origin)
	}
	c.addDefault(plan.AtSession, plan.Session{}, "init leads a session of its own")
	if cwd := cfg.Init.Cwd; cwd.V != "" {
		c.add(plan.AtWorkDir, plan.WorkDir{Path: cwd.V, Create: true}, cwd.Origin)
	}
	c.compileIdentity()
	if listen := c.options.Listen; listen.Count > 0 {
		c.addDefault(plan.AtSockets, plan.ListenFDs{Count: listen.Count}, "they were opened for this start")
	}
	c.compileExec()
	signals := slices.Concat(lineOf(cfg.Signals.Halt), lineOf(cfg.Signals.Reboot), lineOf(cfg.Signals.Stop))
	c.builder.Add(plan.AtRun, plan.Run{
		HaltSignal:   cfg.Signals.Halt.V,
		RebootSignal: cfg.Signals.Reboot.V,
		StopSignal:   cfg.Signals.Stop.V,
	}, "the container runs until its init ends", planOrigins(signals)...)
}

// compilePersonality has the kernel call the machine what lxc.arch says.
func (c *compiler) compilePersonality() {
	arch := c.config.Arch
	if !arch.Set {
		return
	}
	persona := uint32(0) // PER_LINUX
	if arch.V.Bits == 32 {
		persona = 8 // PER_LINUX32
	}
	c.add(plan.AtPersonality, plan.Personality{Persona: persona}, arch.Origin)
}

// keyringContext is the SELinux context of the session keyring, empty where there
// is no SELinux.
func (c *compiler) keyringContext() (context string, lines []config.Origin) {
	if c.facts.LSM != "selinux" {
		return "", nil
	}
	if own := c.config.Security.SELinuxKeyring; own.V != "" {
		return own.V, lineOf(own)
	}
	of := c.config.Security.SELinuxContext
	return of.V, lineOf(of)
}

// compileIdentity gives init its ids. Where nothing changes hands there is no
// step: the payload already is the container's root.
func (c *compiler) compileIdentity() {
	id, lines, because := c.identity()
	if id.SetGroups || id.UID != 0 || id.GID != 0 {
		c.builder.Add(plan.AtIdentity, id, because, planOrigins(distinct(lines))...)
	}
	if death := c.config.Signals.ParentDeath; death.V != sigKill {
		addFor(c, plan.AtIdentity, plan.ParentDeath{Signal: death.V}, death, "")
	}
}

// identity is what init is to be, with the lines that say so or the reason.
func (c *compiler) identity() (id plan.Identity, lines []config.Origin, because string) {
	cfg := &c.config.Init
	id = plan.Identity{UID: cfg.UID.V, GID: cfg.GID.V}
	for _, v := range []config.Value[uint32]{cfg.UID, cfg.GID} {
		if v.Set {
			lines = append(lines, v.Origin)
		}
	}
	switch {
	case len(cfg.Groups) > 0:
		groups := make([]uint32, 0, len(cfg.Groups))
		for _, g := range cfg.Groups {
			groups = append(groups, g.V)
		}
		id.SetGroups, id.Groups = true, plan.ListOf(groups...)
		lines = append(lines, origins(cfg.Groups)...)
	case !c.leaves(plan.NamespaceUser):
		id.SetGroups = true
		because = "init starts without the groups of who started it"
	}
	return id, lines, because
}

// compileExec runs the command given at the start, or the configuration's: under
// itself, or below a minimal init.
func (c *compiler) compileExec() {
	argv, because, lines := c.command()
	if len(argv) == 0 {
		return
	}
	// execvp(3) without PATH looks in these two, and init has no PATH.
	paths := []string{argv[0]}
	if !strings.Contains(argv[0], "/") {
		paths = []string{"/bin/" + argv[0], "/usr/bin/" + argv[0]}
	}
	c.builder.Add(plan.AtCheckInit, plan.CheckInit{Paths: plan.ListOf(paths...)}, because, planOrigins(lines)...)
	env, envLines := c.environment()
	exec := plan.Exec{Paths: plan.ListOf(paths...), Argv: plan.ListOf(argv...), Env: plan.ListOf(env...)}
	var op plan.Op = exec
	if c.options.Execute {
		op = plan.Init(exec)
	}
	c.builder.Add(plan.AtExec, op, because, planOrigins(append(lines, envLines...))...)
}

// command is what is executed, where it comes from and why. Where there is nothing
// to execute it says so, and returns none.
func (c *compiler) command() (argv []string, because string, lines []config.Origin) {
	if len(c.options.Argv) > 0 {
		return c.options.Argv, "the command given at the start", nil
	}
	cmd := c.config.Init.Cmd
	argv, because = grammar.SplitInit(cmd.V), "default of lxc.init.cmd"
	switch execute := c.config.Init.ExecuteCmd; {
	case !c.options.Execute:
	case execute.Set:
		cmd, argv = execute, grammar.SplitCommand(execute.V)
	case !cmd.Set: // where it is set, liblxc takes it
		c.refuse(c.nowhere(), "init/no-command", "there is no command to execute",
			"Give one behind --, or write it as lxc.execute.cmd. Without one LXC 5.0 crashes.")
		return nil, "", nil
	}
	if cmd.Set {
		because, lines = "", []config.Origin{cmd.Origin}
	}
	if len(argv) == 0 {
		c.refuse(cmd.Origin, "init/empty-command", fmt.Sprintf("%s names no program", cmd.Origin.Key), "Name one, such as /sbin/init, or remove the line.")
	}
	return argv, because, lines
}

// environment is init's whole environment: lxc.environment, then
// lxc.environment.runtime, then what LXC adds. Of one name the last wins, at the
// place of the first.
func (c *compiler) environment() (env []string, lines []config.Origin) {
	at := make(map[string]int)
	set := func(assignment string) {
		name, _, _ := strings.Cut(assignment, "=")
		if i, again := at[name]; again {
			env[i] = assignment
			return
		}
		at[name] = len(env)
		env = append(env, assignment)
	}
	for _, items := range []config.Items[string]{c.config.Env.Both, c.config.Env.Runtime} {
		for _, v := range items {
			set(v.V)
			lines = append(lines, v.Origin)
		}
	}
	set("container=lxc")
	if ttys := c.ttyNames(); ttys != "" && !c.options.Execute {
		set("container_ttys=" + ttys)
	}
	for _, assignment := range c.listenVariables() {
		set(assignment)
	}
	return env, lines
}

// listenVariables tell init of the descriptors that it is left. In a pid namespace of its
// own it is the first process; what its number is in another is not known.
func (c *compiler) listenVariables() []string {
	listen := c.options.Listen
	if listen.Count == 0 {
		return nil
	}
	variables := []string{fmt.Sprintf("LISTEN_FDS=%d", listen.Count)}
	if c.namespaces.Has(plan.NamespacePID) {
		variables = append(variables, "LISTEN_PID=1")
	}
	if listen.Names != "" {
		variables = append(variables, "LISTEN_FDNAMES="+listen.Names)
	}
	return variables
}

// ttyNames is what container_ttys lists: the ptys behind the ttys, below /dev.
// They are allocated in order from a devpts of their own; a console that comes
// from the same instance is first.
func (c *compiler) ttyNames() string {
	console := &c.config.Console
	first := uint32(0)
	if console.PTYMax.V > 1 && console.Path.V != "none" {
		first = 1
	}
	ttys := min(console.TTYMax.V, maxTTYs)
	names := make([]string, 0, ttys)
	for i := range ttys {
		names = append(names, fmt.Sprintf("pts/%d", first+i))
	}
	return strings.Join(names, " ")
}

// distinct drops repeated origins, as of several words of one line.
func distinct(lines []config.Origin) []config.Origin {
	seen := make(map[diag.Place]bool, len(lines))
	var out []config.Origin
	for _, o := range lines {
		if at := o.Place(); !seen[at] {
			seen[at] = true
			out = append(out, o)
		}
	}
	return out
}
