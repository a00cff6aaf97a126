//go:build linux

package conformance

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// systemAttacks are about /proc, /sys, cgroups and what is written below them.
func systemAttacks() []attack {
	const loops = "too many levels of symbolic links"
	sysctl := []string{"lxc.sysctl.kernel.hostname = from-a-container"}
	without := func(lines ...string) []string { return append([]string{"lxc.mount.auto ="}, lines...) }
	return []attack{
		{name: "/proc is a link", prepare: links("proc", "CANARY"), want: refused, says: loops},
		{name: "/proc is a link below an id map", prepare: links("proc", "CANARY"), want: refused, says: loops, mapped: true},
		{name: "/proc is a link within the container", prepare: links("proc", "mnt"), want: refused, says: loops},
		{name: "/sys is a link", prepare: links("sys", "CANARY"), want: refused, says: loops},
		{name: "/proc is a file", prepare: func(g *ground) { g.file("proc", "") }, want: refused},
		{name: "/proc is a fifo", prepare: func(g *ground) { g.special("proc", unix.S_IFIFO, 0) }, want: refused},
		{name: "a /proc that looks like one", prepare: func(g *ground) {
			g.link("proc/sys", "CANARY")
			g.link("proc/sysrq-trigger", "CANARY/file")
		}, command: []string{"/bin/busybox", "sh", "-c", "echo x >/proc/sys/kernel/core_pattern || " + probe}, want: starts},
		{name: "masks over a /proc that is a link", lines: entry("/dev/null proc/timer_list none bind"), prepare: links("proc", "CANARY"), want: refused, says: loops},
		{name: "masks over a mount of the container", lines: append(entry("tmpfs proc tmpfs size=64k"), entry("/dev/null proc/kcore none bind,create=file")...), want: starts},
		{name: "a file system over /proc, then a sysctl", lines: append(entry("VOLUME proc none rbind"), sysctl...), prepare: func(g *ground) {
			g.link(g.volume+"/sys", "/proc/sys")
		}, want: refused},
		{name: "a sysctl through a link", lines: without(sysctl...), prepare: links("proc/sys/kernel/hostname", "CANARY/file"), want: refused, says: loops},
		{name: "a sysctl in a directory that is a link", lines: without(sysctl...), prepare: links("proc/sys", "CANARY"), want: refused, says: loops},
		{name: "a sysctl is a fifo", lines: without(sysctl...), prepare: func(g *ground) { g.special("proc/sys/kernel/hostname", unix.S_IFIFO, 0) }, want: refused},
		{name: "a sysctl is a device", lines: without(sysctl...), prepare: func(g *ground) { g.special("proc/sys/kernel/hostname", unix.S_IFCHR, unix.Mkdev(1, 3)) }, want: starts},
		{name: "a sysctl with dots", lines: []string{"lxc.sysctl.../../../canary/file = x"}, want: either},
		{name: "a boot id over a link", lines: without(), prepare: links("proc/sys/kernel/random/boot_id", "CANARY/file"), want: starts},
		{name: "a boot id file that is there already", lines: entry("VOLUME dev none rbind"), prepare: func(g *ground) {
			g.link(g.volume+"/.lxc-boot-id", "CANARY/file")
			g.dir(g.volume + "/pts")
		}, want: either},
		{name: "cgroups on a link", lines: without("lxc.mount.auto = cgroup:mixed:force"), prepare: links("sys/fs/cgroup", "CANARY"), want: refused, says: loops},
		{name: "cgroups behind a link", lines: without("lxc.mount.auto = cgroup:rw:force"), prepare: links("sys/fs", "CANARY"), want: refused, says: loops},
		{name: "cgroups without a namespace, on a link", lines: without("lxc.mount.auto = cgroup:mixed", "lxc.namespace.keep = user net time cgroup"),
			prepare: links("sys/fs/cgroup", "CANARY"), want: refused, says: loops},
		{name: "a pin that is a link", prepare: links(".lxc_keep", "CANARY/new"), want: starts},
		{name: "a pin that is a link to a file", prepare: links(".lxc_keep", "CANARY/file"), want: starts},
		{name: "a pin that is a directory", prepare: func(g *ground) { g.dir(".lxc_keep") }, want: starts},
		{name: "a pin that is a fifo", prepare: func(g *ground) { g.special(".lxc_keep", unix.S_IFIFO, 0) }, want: starts},
		{name: "a console log in the rootfs is a link", lines: []string{"lxc.console.logfile = ROOTFS/mnt/log"}, prepare: links("mnt/log", "CANARY/file"), want: refused, says: loops},
		{name: "a console log behind a link", lines: []string{"lxc.console.logfile = ROOTFS/mnt/log"}, prepare: links("mnt", "CANARY"), want: refused, says: loops},
		{name: "an old console log is a link", lines: []string{"lxc.console.logfile = ROOTFS/mnt/log", "lxc.console.size = 4096", "lxc.console.rotate = 1"},
			prepare: links("mnt/log.1", "CANARY/file"), command: []string{"/bin/busybox", "sh", "-c", "i=0; while [ $i -lt 900 ]; do echo line $i; i=$((i+1)); done"}, want: starts},
	}
}

// deviceAttacks are about /dev: the console, ttys, ptys, nodes and links.
func deviceAttacks() []attack {
	const loops = "too many levels of symbolic links"
	own := []string{"lxc.autodev = 0"}
	return []attack{
		{name: "/dev is a link", prepare: links("dev", "CANARY"), want: refused, says: loops},
		{name: "/dev is a link below an id map", prepare: links("dev", "CANARY"), want: refused, says: loops, mapped: true},
		{name: "/dev is a link, and stays", lines: own, prepare: links("dev", "CANARY"), want: refused, says: loops},
		{name: "/dev is a file", prepare: func(g *ground) { g.file("dev", "") }, want: refused},
		{name: "the console is a link", lines: own, prepare: links("dev/console", "CANARY/console"), want: refused, says: loops},
		{name: "the console is a dangling link", lines: own, prepare: links("dev/console", "CANARY/new"), want: refused, says: loops},
		{name: "the console is a fifo", lines: own, prepare: func(g *ground) { g.special("dev/console", unix.S_IFIFO, 0) }, want: starts},
		{name: "the console is a device of the host's", lines: own, prepare: func(g *ground) { g.special("dev/console", unix.S_IFCHR, unix.Mkdev(5, 1)) }, want: starts},
		{name: "the console is a directory", lines: own, prepare: func(g *ground) { g.dir("dev/console") }, want: refused},
		{name: "ptmx is a link", lines: own, prepare: links("dev/ptmx", "CANARY/file"), want: starts},
		{name: "ptmx is a directory", lines: own, prepare: func(g *ground) { g.dir("dev/ptmx") }, want: refused},
		{name: "pts is a link", lines: own, prepare: links("dev/pts", "CANARY"), want: refused, says: loops},
		{name: "a tty is a link", lines: own, prepare: links("dev/tty1", "CANARY/file"), want: refused, says: loops},
		{name: "the directory of ttys is a link", lines: append([]string{"lxc.tty.dir = lxc"}, own...), prepare: links("dev/lxc", "CANARY"), want: refused, says: loops},
		{name: "the directory of ttys has a link", lines: append([]string{"lxc.tty.dir = lxc"}, own...), prepare: links("dev/lxc/console", "CANARY/console"), want: refused, says: loops},
		{name: "the directory of ttys with dots", lines: []string{"lxc.tty.dir = ../../../../canary"}, want: either},
		{name: "the standard links are there already", lines: own, prepare: links("dev/fd", "CANARY", "dev/stdin", "CANARY/file", "dev/null", "CANARY/file"), want: starts},
		{name: "a directory of the container on /dev", lines: entry("VOLUME dev none rbind"), prepare: func(g *ground) {
			for _, name := range []string{"null", "zero", "tty", "random"} {
				g.link(g.volume+"/"+name, "CANARY/"+name)
			}
			g.dir(g.volume + "/pts")
		}, want: starts},
		{name: "a directory of the container on /dev, below an id map", lines: entry("VOLUME dev none rbind"), prepare: func(g *ground) {
			g.link(g.volume+"/null", "CANARY/file")
			g.dir(g.volume + "/pts")
		}, want: refused, says: loops, mapped: true},
		{name: "/dev/shm is a link", lines: append(entry("shm dev/shm tmpfs create=dir"), own...), prepare: links("dev/shm", "CANARY"), want: refused, says: loops},
		{name: "/dev/shm is a dangling link", lines: append(entry("shm dev/shm tmpfs create=dir"), own...), prepare: links("dev/shm", "CANARY/new"), want: refused, says: loops},
	}
}

// processAttacks have init start where it should not, or as what it should not.
func processAttacks() []attack {
	const loops = "too many levels of symbolic links"
	in := func(dir string) []string { return []string{"lxc.init.cwd = " + dir} }
	attacks := []attack{
		{name: "the working directory is the root of a process", lines: in("/srv/cwd"), prepare: links("srv/cwd", "/proc/1/root"), want: refused, says: loops},
		{name: "the working directory is that of a process", lines: in("/srv/cwd"), prepare: links("srv/cwd", "/proc/self/cwd"), want: refused, says: loops},
		{name: "the working directory is a link of the host's", lines: in("/srv/cwd"), prepare: links("srv/cwd", "CANARY"), want: refused, says: "no such file"},
		{name: "the working directory is to be made behind a link", lines: in("/srv/cwd/new"), prepare: links("srv/cwd", "CANARY"), want: refused},
		{name: "the working directory climbs", lines: in("/../../../../canary"), want: starts},
		{name: "init is lxcfg itself", prepare: links("sbin/evil", "/proc/self/exe"), command: []string{"/sbin/evil"}, want: refused, says: loops},
		{name: "init is behind a link to a process", prepare: links("srv/door", "/proc/self/root"), command: []string{"/srv/door/bin/true"}, want: refused, says: loops},
		{name: "init is a script that lxcfg interprets", prepare: func(g *ground) { g.file("sbin/evil", "#!/proc/self/exe\n") }, command: []string{"/sbin/evil"}, want: either},
		{name: "init is a program of the host", prepare: links("sbin/evil", "CANARY/file"), command: []string{"/sbin/evil"}, want: refused, says: "no such file"},
		{name: "init is a fifo", prepare: func(g *ground) { g.special("sbin/evil", unix.S_IFIFO|0o111, 0) }, command: []string{"/sbin/evil"}, want: refused},
		{name: "init is a directory", prepare: func(g *ground) { g.dir("sbin/evil") }, command: []string{"/sbin/evil"}, want: refused},
		{name: "init is a device", prepare: func(g *ground) { g.special("sbin/evil", unix.S_IFBLK|0o111, unix.Mkdev(254, 0)) }, command: []string{"/sbin/evil"}, want: refused},
		{name: "init writes to what executed it", command: []string{"/bin/busybox", "sh", "-c", "for i in 1 2 3; do echo mark >/proc/1/exe; echo mark >/proc/self/exe; done"}, want: starts},
	}
	// Code of the container that runs while the launch still does, in a hook.
	hook := func(script string) ([]string, func(*ground)) {
		return []string{"lxc.hook.start = /srv/hook"}, func(g *ground) { g.file("srv/hook", "#!/bin/sh\n"+script) }
	}
	found := []string{"/bin/sh", "-c", "cat /tmp/found; [ -s /tmp/found ] && echo '" + secret + "'; true"}
	write, prepareWrite := hook("for i in 1 2 3; do echo mark >/proc/1/exe; echo mark >/proc/self/exe; done 2>/dev/null; true")
	look, prepareLook := hook("{ head -c 4 /proc/1/exe; ls /proc/1/fd/ /proc/1/cwd/; cat /proc/1/environ /proc/1/maps; } >/tmp/found 2>/dev/null; true")
	leave, prepareLeave := hook("ln -sfn /proc/1/root /srv/cwd; ln -sf /proc/1/exe /sbin/evil")
	attacks = append(attacks,
		attack{name: "a hook writes to what executed it", lines: write, prepare: prepareWrite, want: starts},
		attack{name: "a hook looks into the launch, below an id map", lines: look, prepare: prepareLook, command: found, want: starts, mapped: true},
		attack{name: "a hook leaves a link in the place of the working directory", lines: append(leave, "lxc.init.cwd = /srv/cwd"), prepare: prepareLeave, want: refused, says: loops},
		attack{name: "a hook leaves a link in the place of init", lines: leave, prepare: prepareLeave, command: []string{"/sbin/evil"}, want: refused, says: loops},
	)
	// The descriptors that the launch has open, by their number.
	for fd := 3; fd < 16; fd++ {
		attacks = append(attacks,
			attack{name: fmt.Sprintf("the working directory is open file %d", fd), lines: in("/srv/cwd"), prepare: links("srv/cwd", fmt.Sprintf("/proc/self/fd/%d", fd)), want: refused})
	}
	return attacks
}

// raceAttacks swap what the launch has looked at.
func raceAttacks() []attack {
	door := func(g *ground) {
		g.dir("mnt")
		g.link("door", "CANARY")
	}
	swap := func(g *ground) { g.exchange("mnt", "door") }
	return []attack{
		{name: "racing for directories to make", lines: entry("VOLUME/tree mnt/new/er none bind,create=dir"), prepare: door, race: swap},
		{name: "racing for a file to make", lines: entry("VOLUME/text mnt/new none bind,create=file"), prepare: door, race: swap},
		{name: "racing for the place of a file system", lines: entry("tmpfs mnt tmpfs size=64k"), prepare: door, race: swap},
		{name: "racing below an id map", lines: entry("tmpfs mnt/dir/new tmpfs size=64k,create=dir"), prepare: door, race: swap, mapped: true},
		{name: "racing for the place of an idmapped bind", lines: entry("VOLUME/tree mnt/new none bind,idmap=container,create=dir"), prepare: door, race: swap, mapped: true},
		{name: "racing for a source", lines: entry("srv/data/dir mnt none bind,relative"), prepare: func(g *ground) {
			g.dir("srv/data/dir")
			g.link("srv/door", "CANARY")
		}, race: func(g *ground) { g.exchange("srv/data", "srv/door") }},
		{name: "racing for a source by its path on the host", lines: entry("ROOTFS/srv/data/dir mnt none bind"), prepare: func(g *ground) {
			g.dir("srv/data/dir")
			g.link("srv/door", "CANARY")
		}, race: func(g *ground) { g.exchange("srv/data", "srv/door") }},
		{name: "racing in a shared volume", lines: append(entry("VOLUME srv none rbind,create=dir"), entry("tmpfs srv/in/new tmpfs size=64k,create=dir")...), prepare: func(g *ground) {
			g.dir(g.volume + "/in")
			g.link(g.volume+"/door", "CANARY")
		}, race: func(g *ground) { g.exchange(g.volume+"/in", g.volume+"/door") }},
		{name: "racing for /dev", prepare: links("door", "CANARY"), race: func(g *ground) { g.exchange("dev", "door") }},
		{name: "racing for /proc", lines: []string{"lxc.sysctl.net.ipv4.ip_forward = 1"}, prepare: links("door", "CANARY"), race: func(g *ground) { g.exchange("proc", "door") }},
		{name: "racing for the console", lines: []string{"lxc.autodev = 0"}, prepare: func(g *ground) {
			g.file("dev/console", "")
			g.link("dev/door", "CANARY/console")
		}, race: func(g *ground) { g.exchange("dev/console", "dev/door") }},
		{name: "racing for the working directory", lines: []string{"lxc.init.cwd = /srv/cwd/new"}, prepare: func(g *ground) {
			g.dir("srv/cwd")
			g.link("srv/door", "/proc/self/fd/3")
		}, race: func(g *ground) { g.exchange("srv/cwd", "srv/door") }},
		{name: "racing for a console log", lines: []string{"lxc.console.logfile = ROOTFS/mnt/log"}, prepare: door, race: swap},
	}
}
