package compile

import (
	"fmt"
	"path"
	"slices"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// devptsGroup is the group tty, which owns ptys on every distribution; LXC
// writes its number as it is.
const devptsGroup = 5

// maxTTYs is how many ptys a kernel has for all its containers together, unless the
// sysctl kernel.pty.max says otherwise.
const maxTTYs = 4096

// compileConsole sets up terminals: the container's own devpts, its console and
// its ttys.
func (c *compiler) compileConsole() {
	console := &c.config.Console
	ttys, ptys := console.TTYMax.V, console.PTYMax.V
	if ttys > maxTTYs {
		c.refuse(console.TTYMax.Origin, "console/too-many-ttys", fmt.Sprintf("%d ttys are more than the %d ptys that a kernel has", ttys, maxTTYs),
			"LXC takes the ptys one by one until there are none left. A login for each needs a tty: 4 are usual.")
		return
	}
	c.compileDevpts(uint64(ptys) + uint64(ttys))

	dir := "/dev"
	if console.TTYDir.V != "" {
		dir += "/" + console.TTYDir.V
		if console.Path.V != "none" || ttys > 0 && !c.options.Execute {
			c.add(plan.AtConsole, plan.Directory{Path: dir, Mode: 0o755}, console.TTYDir.Origin)
		}
	}
	if console.Path.V != "none" {
		c.compileConsolePty(dir)
	}
	c.compileConsoleSinks()
	for n := uint32(1); n <= ttys; n++ {
		tty := plan.TTY{Number: n}
		if !c.options.Execute { // as under lxc-execute: nobody would log in there
			tty.Target = fmt.Sprintf("%s/tty%d", dir, n)
			if dir != "/dev" {
				tty.Link = fmt.Sprintf("/dev/tty%d", n)
			}
		}
		c.add(plan.AtTTY, tty, console.TTYMax.Origin)
	}
}

// compileConsoleSinks is where the console's output goes.
func (c *compiler) compileConsoleSinks() {
	console := &c.config.Console
	switch console.Path.V {
	case "none": // that there is nothing to log a rule has told
		return
	case "":
	default:
		c.checkConsolePeer(console.Path)
		c.add(plan.AtConsolePeer, plan.ConsolePeer{Path: console.Path.V}, console.Path.Origin)
	}
	if log := console.LogFile; log.V != "" {
		op := plan.ConsoleLog{File: log.V, Size: console.LogSize.V, Rotate: console.Rotate.V}
		for _, ground := range c.root.grounds() {
			if rest, ok := below(path.Clean(log.V), ground); ok {
				op.File, op.Below = rest, ground
			}
		}
		c.add(plan.AtConsoleLog, op, slices.Concat(lineOf(log), lineOf(console.LogSize), lineOf(console.Rotate))...)
	}
	if size := console.BufferSize; size.V > 0 {
		c.add(plan.AtConsoleLog, plan.ConsoleBuffer{Size: size.V}, size.Origin)
	}
}

// checkConsolePeer refuses what is known to be no terminal.
func (c *compiler) checkConsolePeer(peer config.Value[string]) {
	switch found := c.facts.Path(peer.V).Type; {
	case found == plan.PathHidden, found == plan.PathCharacter:
	case c.isMissing(peer.V):
		c.missing(peer.Origin, "console/missing", fmt.Sprintf("%q does not exist: no such file or directory", peer.V),
			"Name a terminal, such as /dev/tty8, none, or remove the line to use the one lxcfg runs in.")
	case found != plan.PathNothing:
		c.refuse(peer.Origin, "console/no-terminal", fmt.Sprintf("%q is no terminal but a %s", peer.V, found),
			"LXC fails as well. To have what the console shows in a file, write lxc.console.logfile.")
	}
}

// compileDevpts mounts a devpts instance for so many ptys (devpts is a file
// system of its own for every mount since Linux 4.7). With no lxc.pty.max the
// container keeps its ttys only.
func (c *compiler) compileDevpts(max uint64) {
	if max == 0 {
		return
	}
	console := &c.config.Console
	lines := planOrigins(nil)
	if console.PTYMax.Set {
		lines = append(lines, planOrigins(lineOf(console.PTYMax))...)
	}
	if console.TTYMax.Set {
		lines = append(lines, planOrigins(lineOf(console.TTYMax))...)
	}
	var data []string
	if _, mapped := plan.HostID(c.gids, devptsGroup); mapped || !c.leaves(plan.NamespaceUser) {
		data = append(data, fmt.Sprintf("gid=%d", devptsGroup))
	}
	data = append(data, "newinstance", "ptmxmode=0666", "mode=0620", fmt.Sprintf("max=%d", max))
	c.builder.Add(plan.AtDevpts, plan.Directory{Path: "/dev/pts", Mode: 0o755}, "", lines...)
	c.builder.Add(plan.AtDevpts, plan.Mount{Source: "devpts", Target: "/dev/pts", FSType: "devpts",
		Set: plan.ListOf(plan.FlagNoSUID, plan.FlagNoExec), Data: plan.ListOf(data...)}, "", lines...)
	if console.PTYMax.V == 0 {
		c.builder.Add(plan.AtDevptsGone, plan.Unmount{Target: "/dev/pts"}, "lxc.pty.max is 0: the ttys stay, their devpts goes", lines...)
		return
	}
	// A rootfs may have a link or a node there; the host's own must stay.
	ptmx := plan.Bind{Source: "/dev/pts/ptmx", InContainer: true, Target: "/dev/ptmx", Create: plan.ReplaceByFile}
	if c.root.storage == "" {
		ptmx.Create = plan.CreateFile
	}
	c.builder.Add(plan.AtDevpts, ptmx, "", lines...)
}

// compileConsolePty gives the container a console: a pty of the host, or, where
// the container may have more than one pty, one of its own.
func (c *compiler) compileConsolePty(dir string) {
	const because = "default of lxc.console.path: a pty"
	op := plan.Console{Target: dir + "/console"}
	if dir != "/dev" {
		op.Also = "/dev/console"
	}
	if c.config.Console.PTYMax.V > 1 {
		op.Allocate = true
	} else {
		open := plan.ConsoleOpen{}
		if c.leaves(plan.NamespaceUser) {
			uid, uidMapped := plan.HostID(c.uids, 0)
			gid, gidMapped := plan.HostID(c.gids, 0)
			open = plan.ConsoleOpen{UID: uid, GID: gid, Own: uidMapped && gidMapped && c.facts.Caller.Root()}
			if c.needsHelper() {
				open = plan.ConsoleOpen{UID: uid, GID: c.facts.Caller.GID, ByHelper: true}
			}
		}
		c.addDefault(plan.AtConsoleOpen, open, because)
	}
	c.addDefault(plan.AtConsole, op, because)
	c.addDefault(plan.AtStdio, plan.Stdio{Terminals: c.options.Execute}, because)
}
