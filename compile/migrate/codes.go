package migrate

import "lxcfg/grammar/diag"

// Codes documents what a rewrite leaves for a person to know: warnings ask for a
// decision.
func Codes() []diag.Row {
	rows := []diag.Row{
		{
			Code: "migrate/autodev", Title: "LXC 1 decided about /dev by itself",
			Doc: "LXC 1 made a /dev of its own for systemd only. Today it always does, unless `lxc.autodev = 0` says otherwise.",
			Bad: "lxc.utsname = web\n", Good: "lxc.utsname = web\nlxc.autodev = 1\n",
		},
		{
			Code: "migrate/carriage-return", Title: "a value that holds a carriage return",
			Doc: "To LXC 1 a carriage return is part of the value, to every later LXC it ends the line. The line becomes a comment.",
			Bad: "lxc.utsname = a\rb\n", Good: "lxc.utsname = web\n", Options: "--lxc-version 1.0",
		},
		{
			Code: "migrate/cgroup", Title: "a limit of cgroup v1 without an equal",
			Doc: "cgroup v2 has no such file, or one that means something else. The line becomes a comment where nothing is lost or a person has to decide.",
			Bad: "lxc.cgroup.memory.swappiness = 10\n", Good: "lxc.cgroup.memory.limit_in_bytes = 512M\n",
		},
		{
			Code: "migrate/conflict", Title: "capabilities dropped and kept",
			Doc: "A container has one list of capabilities: those it loses, or those it has. LXC 1 refused to start with both, and every later LXC refuses the file.",
			Bad: "lxc.utsname = web\nlxc.cap.drop = sys_module\nlxc.cap.keep = chown\n", Good: "lxc.utsname = web\nlxc.cap.drop = sys_module\n", Options: "--lxc-version 1.0",
		},
		{
			Code: "migrate/gone", Title: "a key without a successor",
			Doc: "The key went, and nothing took its place. The line becomes a comment.",
			Bad: "lxc.devttydir = lxc\nlxc.kmsg = 1\n", Good: "lxc.devttydir = lxc\n",
		},
		{
			Code: "migrate/include", Title: "an include that could not be read",
			Doc: "The file has to be rewritten as well. Between lines of networks it matters what it sets: it may start some, which changes the numbers of those below.",
			Bad: "lxc.include = gone.conf\n", Good: "lxc.include = common.conf\n-- common.conf --\nlxc.tty = 4\n",
		},
		{
			Code: "migrate/meaning", Title: "a value that meant something else",
			Doc: "The LXC the file was written for read the text otherwise than today's would. It is written so that it means the same.",
			Bad: "lxc.tty = 4x\n", Good: "lxc.tty = 4\n", Options: "--lxc-version 1.0",
		},
		{
			Code: "migrate/rootfs", Title: "a kind of storage that is left open",
			Doc: "lxc.rootfs.backend became the word before the path. Where there is no path, or the kind of storage went, a person has to decide.",
			Bad: "lxc.rootfs.backend = aufs\nlxc.rootfs = /srv/web\n", Good: "lxc.rootfs.backend = dir\nlxc.rootfs = /srv/web\n",
		},
		{
			Code: "migrate/section", Title: "a setting of a network before its type",
			Doc: "The line belongs to no network, and no LXC takes it there.",
			Bad: "lxc.network.link = lxcbr0\n", Good: "lxc.network.type = veth\nlxc.network.link = lxcbr0\n",
		},
		{
			Code: "migrate/twice", Title: "networks that could not be told apart",
			Doc:  "A file that is included several times sets networks, and its lines belong to another one each time.",
			Bad:  "lxc.network.type = veth\nlxc.include = link.conf\nlxc.network.type = veth\nlxc.include = link.conf\n-- link.conf --\nlxc.network.link = lxcbr0\n",
			Good: "lxc.network.type = veth\nlxc.include = link.conf\n-- link.conf --\nlxc.network.link = lxcbr0\n",
		},
		{
			Code: "migrate/type", Title: "a type that would wipe lines above it",
			Doc:  "Since LXC 4.0.7 lxc.net.[i].type starts the interface anew. Lines above it would be lost, and could not be moved.",
			Bad:  "lxc.net.0.link = lxcbr0\nlxc.include = type.conf\n-- type.conf --\nlxc.net.0.type = veth\n",
			Good: "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\n",
		},
	}
	for i := range rows {
		rows[i].Command = "migrate"
		rows[i].Verdicts = []diag.Verdict{{Severity: diag.Warning, Effect: diag.Advice}, diag.Hint}
	}
	return rows
}
