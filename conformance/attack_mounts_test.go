//go:build linux

package conformance

import "golang.org/x/sys/unix"

// entry is a line that mounts something.
func entry(text string) []string { return []string{"lxc.mount.entry = " + text + " 0 0"} }

// targetAttacks have a place of a mount lead out of the container.
func targetAttacks() []attack {
	const loops = "too many levels of symbolic links"
	bind := entry("VOLUME/tree mnt none bind")
	return []attack{
		// A link as the place itself, in every form of mount.
		{name: "bind on a link", lines: bind, prepare: links("mnt", "CANARY"), want: refused, says: loops},
		{name: "bind on a link that climbs", lines: bind, prepare: links("mnt", "../../../canary"), want: refused, says: loops},
		{name: "bind of a file on a link to a file", lines: entry("VOLUME/text etc/hosts none bind,create=file"), prepare: links("etc/hosts", "CANARY/file"), want: refused, says: loops},
		{name: "rbind on a link", lines: entry("VOLUME/tree mnt none rbind,ro"), prepare: links("mnt", "CANARY"), want: refused, says: loops},
		{name: "tmpfs on a link", lines: entry("tmpfs mnt tmpfs size=64k"), prepare: links("mnt", "CANARY"), want: refused, says: loops},
		{name: "proc on a link", lines: entry("proc mnt proc nosuid"), prepare: links("mnt", "CANARY"), want: refused, says: loops},
		{name: "overlay on a link", lines: entry("o mnt overlay lowerdir=/usr/share:/usr/lib"), prepare: links("mnt", "CANARY"), want: refused, says: loops},
		{name: "moved mount on a link", lines: entry("/dev/shm mnt none move"), prepare: links("mnt", "CANARY"), want: refused},
		{name: "idmapped bind on a link", lines: entry("VOLUME/tree mnt none bind,idmap=container"), prepare: links("mnt", "CANARY"), want: refused, says: loops, mapped: true},
		{name: "bind on a link below an id map", lines: bind, prepare: links("mnt", "CANARY"), want: refused, says: loops, mapped: true},
		{name: "shared mounts on a link", lines: []string{"lxc.mount.auto = shmounts:VOLUME:/mnt"}, prepare: links("mnt", "CANARY"), want: refused, says: loops},
		{name: "nested proc on a link", lines: append(entry("tmpfs mnt tmpfs size=64k"), "lxc.apparmor.allow_nesting = 1", "lxc.autodev = 0"), prepare: func(g *ground) {
			g.link("dev/.lxc", "CANARY")
		}, want: starts},

		// A link on the way, with and without directories to make.
		{name: "a link on the way", lines: entry("VOLUME/tree mnt/dir none bind"), prepare: links("mnt", "CANARY"), want: refused, says: loops},
		{name: "a link on the way of a file system", lines: entry("tmpfs mnt/dir tmpfs size=64k"), prepare: links("mnt", "CANARY"), want: refused, says: loops},
		{name: "directories to make behind a link", lines: entry("VOLUME/tree mnt/new/er none bind,create=dir"), prepare: links("mnt", "CANARY"), want: refused, says: loops},
		{name: "directories to make behind a link that climbs", lines: entry("VOLUME/tree mnt/new none bind,create=dir"), prepare: links("mnt", "../../../canary"), want: refused, says: loops},
		{name: "a file to make behind a link", lines: entry("VOLUME/text mnt/new none bind,create=file"), prepare: links("mnt", "CANARY"), want: refused, says: loops},
		{name: "a file to make through a dangling link", lines: entry("VOLUME/text mnt/new none bind,create=file"), prepare: links("mnt/new", "CANARY/new"), want: refused, says: loops},
		{name: "a directory to make through a dangling link", lines: entry("VOLUME/tree mnt/new none bind,create=dir"), prepare: links("mnt/new", "CANARY/new"), want: refused, says: loops},
		{name: "a chain of links", lines: entry("VOLUME/tree a/b none bind,create=dir"), prepare: links("a", "mnt", "mnt", "srv", "srv", "CANARY"), want: refused, says: loops},
		{name: "a link that leads to itself", lines: entry("VOLUME/tree mnt/x none bind,create=dir"), prepare: links("mnt", "mnt"), want: refused, says: loops},
		{name: "a link to the root", lines: entry("VOLUME/tree mnt/canary none bind,create=dir"), prepare: links("mnt", "/"), want: refused, says: loops},
		{name: "a link to the parent", lines: entry("VOLUME/tree mnt/x none bind,create=dir"), prepare: links("mnt", "../.."), want: refused, says: loops},
		{name: "a link that an earlier mount brings", lines: append(entry("VOLUME srv none rbind,create=dir"), entry("VOLUME/tree srv/door/new none bind,create=dir")...), prepare: func(g *ground) {
			g.link(g.volume+"/door", "CANARY")
		}, want: refused, says: loops},
		{name: "a link that an earlier mount brings, for a file system", lines: append(entry("VOLUME srv none rbind,create=dir"), entry("tmpfs srv/door tmpfs size=64k")...), prepare: func(g *ground) {
			g.link(g.volume+"/door", "CANARY")
		}, want: refused, says: loops},
		{name: "what may fail meets a link", lines: append(entry("VOLUME/tree mnt none bind,optional"), entry("tmpfs mnt/new tmpfs optional,create=dir")...), prepare: links("mnt", "CANARY"), want: starts},
		{name: "an overlay's upper directory with a link", lines: append([]string{"lxc.rootfs.path = overlay:ROOTFS:LXCDIR/../volume/upper"}, bind...), prepare: func(g *ground) {
			g.link(g.volume+"/upper/mnt", "CANARY")
		}, want: refused, says: loops},

		// Dots, which the kernel would follow out of the rootfs.
		{name: "dots in a target", lines: entry("VOLUME/tree ../../../canary/new none bind,create=dir"), want: starts},
		{name: "dots in the target of a file", lines: entry("VOLUME/text ../../../canary/new none bind,create=file"), want: starts},
		{name: "dots in the middle", lines: entry("tmpfs mnt/../../../../canary tmpfs create=dir"), want: starts},
		{name: "dots behind the rootfs' own path", lines: entry("tmpfs ROOTFS/../../../canary tmpfs create=dir"), want: starts},
		{name: "a fstab with dots and links", lines: []string{"lxc.mount.fstab = LXCDIR/../volume/fstab"}, prepare: func(g *ground) {
			g.file(g.volume+"/fstab", "tmpfs ../../../canary/new tmpfs create=dir,optional\n"+g.volume+"/tree mnt/new none bind,create=dir,optional\n")
			g.link("mnt", "CANARY")
		}, want: starts},

		// The kernel's own links, once /proc is mounted.
		{name: "through /proc/self/root", lines: entry("tmpfs proc/self/root/mnt tmpfs size=64k"), want: refused, says: loops},
		{name: "through /proc/self/cwd", lines: entry("tmpfs proc/self/cwd tmpfs size=64k"), want: refused, says: loops},
		{name: "through an open file", lines: entry("VOLUME/tree proc/self/fd/3/new none bind,create=dir"), want: refused, says: loops},
		{name: "a link to /proc/1/root", lines: entry("VOLUME/tree mnt/tmp none bind"), prepare: links("mnt", "/proc/1/root"), want: refused, says: loops},

		// Something else where a directory or a file is expected.
		{name: "a fifo for a directory", lines: bind, prepare: func(g *ground) { g.special("mnt", unix.S_IFIFO, 0) }, want: refused},
		{name: "a fifo for a file", lines: entry("VOLUME/text mnt none bind,create=file"), prepare: func(g *ground) { g.special("mnt", unix.S_IFIFO, 0) }, want: starts},
		{name: "a socket for a directory", lines: bind, prepare: func(g *ground) { g.special("mnt", unix.S_IFSOCK, 0) }, want: refused},
		{name: "a socket on the way", lines: entry("VOLUME/tree mnt/x none bind,create=dir"), prepare: func(g *ground) { g.special("mnt", unix.S_IFSOCK, 0) }, want: refused},
		{name: "a device for a directory", lines: entry("tmpfs mnt tmpfs size=64k"), prepare: func(g *ground) { g.special("mnt", unix.S_IFBLK, unix.Mkdev(254, 0)) }, want: refused},
		{name: "a directory for a file", lines: entry("VOLUME/text mnt none bind,create=file"), prepare: func(g *ground) { g.dir("mnt") }, want: refused},
		{name: "a file on the way", lines: entry("VOLUME/tree mnt/x none bind,create=dir"), prepare: func(g *ground) { g.file("mnt", "") }, want: refused},
		{name: "a file of the host by a second name", lines: entry("VOLUME/text mnt/hard none bind,create=file"), prepare: func(g *ground) {
			g.hardLink("mnt/hard", "empty-file")
		}, want: starts},
	}
}

// sourceAttacks have the container be shown what is the host's.
func sourceAttacks() []attack {
	const missing, loops = "no such file or directory", "too many levels of symbolic links"
	relative := entry("srv/data mnt none bind,relative")
	return []attack{
		{name: "a source in the container is a link", lines: relative, prepare: links("srv/data", "CANARY"), want: refused, says: missing},
		{name: "a source in the container is a link that climbs", lines: relative, prepare: links("srv/data", "../../../../../../../canary"), want: refused, says: missing},
		{name: "a link on the way to a source", lines: entry("srv/door/dir mnt none rbind,relative"), prepare: links("srv/door", "CANARY"), want: refused, says: missing},
		{name: "a source in the container by dots", lines: entry("../../../canary mnt none bind,relative"), want: refused, says: missing},
		{name: "a file of the host as a source", lines: entry("srv/data mnt/f none bind,relative,create=file"), prepare: links("srv/data", "CANARY/file"), want: refused, says: missing},
		{name: "a source that may fail", lines: entry("srv/data mnt none bind,relative,optional"), prepare: links("srv/data", "CANARY"), want: starts},
		{name: "a source through /proc/1/root", lines: relative, prepare: links("srv/data", "/proc/1/root/tmp"), want: refused, says: loops},
		{name: "a source through the launch's open files", lines: relative, prepare: links("srv/data", "/proc/self/fd/4"), want: refused},
		{name: "a source in the rootfs by its path on the host", lines: entry("ROOTFS/srv/data mnt none bind"), prepare: links("srv/data", "CANARY"), want: refused, says: missing},
		{name: "a source in the rootfs by LXC's mount directory", lines: entry("/usr/lib/x86_64-linux-gnu/lxc/rootfs/srv/data mnt none bind"), prepare: links("srv/data", "CANARY"), want: refused, says: missing},
		{name: "a source in an overlay's upper directory", lines: append([]string{"lxc.rootfs.path = overlay:ROOTFS:LXCDIR/../volume/upper"},
			entry("VOLUME/upper/data mnt none bind")...), prepare: func(g *ground) { g.link(g.volume+"/upper/data", "CANARY") }, want: refused, says: missing},
		{name: "an idmapped source is a link", lines: entry("srv/data mnt none bind,relative,idmap=container"), prepare: links("srv/data", "CANARY"), want: refused, says: missing, mapped: true},
		{name: "a null device that is a link", lines: entry("dev/null mnt/mask none bind,relative,create=file"), prepare: func(g *ground) {
			g.link("dev/null", "/proc/sys/kernel/core_pattern")
		}, command: []string{"/bin/busybox", "sh", "-c", "echo '|/evil' >/mnt/mask; echo '|/evil' >/proc/sys/kernel/core_pattern"}, want: either},
	}
}
