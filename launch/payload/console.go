//go:build linux

package payload

import (
	"fmt"
	"path"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

// InputConsole is the path of the console's pty on the host, "/dev/pts/3".
const InputConsole = "console"

// InputConsoleModes is the kernel's struct termios for the console, as bytes.
const InputConsoleModes = "console-modes"

const (
	openTTY      = unix.O_RDWR | unix.O_NOCTTY | unix.O_CLOEXEC
	openTTYWords = "O_RDWR|O_NOCTTY|O_CLOEXEC"
)

// bindConsole binds the console's pty on its file, which is made for it.
func (l *lowering) bindConsole(op plan.Console) {
	if op.Allocate {
		l.console = l.allocatePty("console")
	} else {
		if !l.consoleOpen {
			l.openConsole()
		}
		// The group tty may write to a terminal, nobody else.
		l.call("fchmod", unix.SYS_FCHMOD, args(l.console, program.Octal(0o620)), program.About("the console's pty"))
	}
	l.call("ioctl", unix.SYS_IOCTL, args(l.console, program.Word(unix.TCSETS, "TCSETS"), program.InputStr(InputConsoleModes)), program.About("the console's pty"))
	for _, target := range []string{op.Target, op.Also} {
		if target != "" {
			l.bindPty(l.console, target)
		}
	}
	if !op.Allocate {
		// Init's streams are opened where the container sees its console: what
		// /proc/self/fd and ttyname(3) say then exists. The host's path is gone
		// after the pivot.
		l.close(l.console)
		seen := op.Target
		if op.Also != "" {
			seen = op.Also
		}
		l.console = l.openIn(l.rootfs, inside(seen), unix.O_RDWR|unix.O_NOCTTY, "O_RDWR|O_NOCTTY", "console")
	}
}

// openConsole opens the console's pty by its path on the host.
func (l *lowering) openConsole() {
	l.console = l.callInto("console", "openat", unix.SYS_OPENAT,
		args(program.AtFDCWD, program.InputStr(InputConsole), program.Word(openTTY, openTTYWords), program.Int(0)), program.About("the console's pty"))
	l.consoleOpen = true
}

// tty allocates a pty, binds it on its file and keeps its master for the monitor.
func (l *lowering) tty(op plan.TTY) {
	pty := l.allocatePty(fmt.Sprintf("tty%d", op.Number))
	if op.Target != "" {
		l.bindPty(pty, op.Target)
	}
	l.close(pty)
	if op.Link == "" {
		return
	}
	// LXC links from /dev to the directory of lxc.tty.dir, by a relative path.
	dir, name, opened := l.parent(op.Link, false)
	l.call("unlinkat", unix.SYS_UNLINKAT, args(dir, program.Str(name), program.Int(0)), program.Pass(unix.ENOENT))
	to := path.Join(path.Base(path.Dir(op.Target)), path.Base(op.Target))
	l.call("symlinkat", unix.SYS_SYMLINKAT, args(program.Str(to), dir, program.Str(name)))
	l.closeAll(opened)
}

// allocatePty takes a pty of the container's own devpts (pty(7)). The slave is
// opened through the master: no path, so nobody can be in the way.
func (l *lowering) allocatePty(name string) program.Slot {
	return l.allocatePtyIn(l.rootfs, "dev/pts/ptmx", name)
}

// allocatePtyIn is allocatePty with the devpts at another place.
func (l *lowering) allocatePtyIn(dir program.Operand, ptmx, name string) program.Slot {
	master := l.openIn(dir, ptmx, unix.O_RDWR|unix.O_NOCTTY, "O_RDWR|O_NOCTTY", name+"-master")
	unlock := program.Blob(make([]byte, 4), "[0]")
	l.call("ioctl", unix.SYS_IOCTL, args(master, program.Word(unix.TIOCSPTLCK, "TIOCSPTLCK"), unlock), program.About(name))
	l.masters = append(l.masters, master)
	return l.callInto(name, "ioctl", unix.SYS_IOCTL,
		args(master, program.Word(unix.TIOCGPTPEER, "TIOCGPTPEER"), program.Word(openTTY, openTTYWords)), program.About(name))
}

// bindPty binds an open pty on a file.
func (l *lowering) bindPty(pty program.Slot, target string) {
	at, opened := l.target(target, plan.CreateFile)
	tree := l.openTree(pty, program.Str(""), true, false, "tree")
	l.attach(tree, at)
	l.closeAll(append(opened, tree, at))
}

// devptsMaster is the file of the container's devpts that ptys are allocated with.
const devptsMaster = "/dev/pts/ptmx"

// sendDevpts hands the container's devpts to the monitor, for those who attach to the
// container with a terminal. Later its root could have put anything in its place.
func (l *lowering) sendDevpts() {
	dir := l.openIn(l.rootfs, "dev/pts", unix.O_PATH|unix.O_DIRECTORY, "O_PATH|O_DIRECTORY", "devpts")
	l.send(SendsDevpts, dir)
	l.close(dir)
}

// lastTerminal is the plan's last step that allocates a pty, -1 for none: after it
// their masters are sent.
func lastTerminal(p plan.Plan) int {
	last := -1
	for n, s := range p.Steps() {
		switch op := s.Op.(type) {
		case plan.TTY:
			last = n
		case plan.Console:
			if op.Allocate {
				last = n
			}
		}
	}
	return last
}

// sendTerminals hands the masters to the monitor, in the order they were made.
func (l *lowering) sendTerminals() {
	for rest := l.masters; len(rest) > 0; {
		n := min(len(rest), maxSentFDs)
		l.send(SendsTerminals, rest[:n]...)
		rest = rest[n:]
	}
	l.closeAll(l.masters)
}

// stdio makes the console init's standard streams and, as LXC does, init's user
// their owner. The console of an ordinary user has that user's group, which is not
// the container's: then its owner stays the container's root.
func (l *lowering) stdio(op plan.Stdio) {
	l.call("fchown", unix.SYS_FCHOWN, args(l.console, program.Int(int(l.uid)), program.Word(^uint64(0), "-1")), program.Pass(unix.EPERM), program.About("the console"))
	l.call("fchmod", unix.SYS_FCHMOD, args(l.console, program.Octal(0o700)), program.About("the console"))
	for fd := range 3 {
		next := l.b.NewLabel()
		if op.Terminals {
			// Only a terminal has modes to read.
			l.call("ioctl", unix.SYS_IOCTL, args(program.Int(fd), program.Word(unix.TCGETS, "TCGETS"), program.Blob(make([]byte, 64), "<modes>")), program.Else(next))
		}
		l.call("dup3", unix.SYS_DUP3, args(l.console, program.Int(fd), program.Int(0)), program.About("the console"))
		l.b.Place(next)
	}
	l.close(l.console)
}
