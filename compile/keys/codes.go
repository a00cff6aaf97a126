package keys

import (
	"fmt"
	"slices"
	"strings"

	"lxcfg/grammar/diag"
)

// Codes documents what the table says of settings.
func Codes() []diag.Row {
	rows := []diag.Row{
		{
			Code: "key/unknown", Verdicts: []diag.Verdict{diag.Refused}, Title: "a key that no LXC has",
			Doc: "A line that starts with `lxc.` and sets no key of LXC is an error, and nothing of the file counts. Names are compared letter by letter, " +
				"in lower case. Keys of lxc.system.conf(5) belong into /etc/lxc/lxc.conf.",
			Bad: "lxc.utz.name = web\n", Good: "lxc.uts.name = web\n",
		},
		{
			Code: LegacyCode, Verdicts: []diag.Verdict{diag.Refused}, Title: "a name that LXC 3.0 removed",
			Doc: "LXC 2.1 renamed most keys, and 3.0 no longer takes the old names: it refuses the file. `lxcfg migrate` rewrites it, values included, " +
				"and keeps comments and layout. lxcfg itself starts containers of either spelling.",
			Bad: "lxc.utsname = web\n", Good: "lxc.uts.name = web\n",
		},
		{
			Code: "key/removed", Verdicts: []diag.Verdict{diag.Refused, {Severity: diag.Warning, Effect: diag.RejectedAtLoad}}, Title: "a key that the LXC no longer has",
			Doc: "The LXC that is judged by has dropped the key and refuses the file. Limits of cgroup v1 (`lxc.cgroup.…`) went with LXC 7.0; `lxcfg migrate` writes those of v2. " +
				"It is a warning where nobody has said which LXC is used: see `--lxc-version`.",
			Bad: "lxc.cgroup.memory.limit_in_bytes = 512M\n", Good: "lxc.cgroup2.memory.max = 512M\n",
		},
		{
			Code: "key/too-new", Verdicts: []diag.Verdict{diag.Refused}, Title: "a key that the LXC does not have yet",
			Doc: "The LXC that is judged by came before the key and refuses the file. Remove the line, or use a newer LXC.",
			Bad: "lxc.time.offset.boot = 10s\n", Good: "lxc.uts.name = web\n", Options: "--lxc-version 3.0",
		},
		{
			Code: "key/taken-for", Verdicts: []diag.Verdict{diag.Differing}, Title: "a name that LXC 1 takes for a shorter one",
			Doc: "LXC 1 compares only the beginning of a name with its keys, so a misspelt or newer name sets another key. Later LXC refuses the file.",
			Bad: "lxc.ttyfoo = 4\n", Good: "lxc.tty = 4\n", Options: "--lxc-version 1.0",
		},
		{
			Code: "value/taken-for", Verdicts: []diag.Verdict{diag.Differing, diag.Hint}, Title: "a value that an older LXC reads otherwise",
			Doc: "The LXC that is judged by takes the text for something that a later one would not: to LXC 1.0 `sys` is what `sys:ro` is today, and it reads numbers up to the first letter. " +
				"Write what it understands, and every LXC does the same.",
			Bad: "lxc.mount.auto = sys\n", Good: "lxc.mount.auto = sys:ro\n", Options: "--lxc-version 1.0",
		},
		{
			Code: "value/too-new", Verdicts: []diag.Verdict{diag.Refused}, Title: "a word that the LXC does not know yet",
			Doc: "The word came to this key later than the LXC that is judged by, which refuses the file.",
			Bad: "lxc.network.type = macvlan\nlxc.network.macvlan.mode = passthru\nlxc.network.link = eth0\n", Good: "lxc.network.type = macvlan\nlxc.network.macvlan.mode = bridge\nlxc.network.link = eth0\n", Options: "--lxc-version 1.0",
		},
		{
			Code: "key/repeated", Verdicts: []diag.Verdict{diag.Differing, diag.Hint}, Title: "a key that one file sets twice",
			Doc: "The last line counts, and the one above it has no effect. Nobody who reads the first of the two can know. What an included file sets may be set again.",
			Bad: "lxc.pty.max = 4\nlxc.uts.name = web\nlxc.pty.max = 6\n", Good: "lxc.uts.name = web\nlxc.pty.max = 6\n",
		},
		{
			Code: "key/undone", Verdicts: []diag.Verdict{diag.Differing}, Title: "a line that an empty value takes back",
			Doc: "A line without a value takes back what was set above it. That is meant for files that are included: one that stands in the same file makes the lines above idle.",
			Bad: "lxc.cap.drop = sys_module\nlxc.cap.drop =\n", Good: "lxc.include = /etc/lxc/common.conf\nlxc.cap.drop =\n-- /etc/lxc/common.conf --\nlxc.cap.drop = sys_module\n",
		},
		{
			Code: "capability/keep-and-drop", Verdicts: []diag.Verdict{diag.Refused, diag.Failing}, Title: "capabilities dropped and kept",
			Doc:  "A container has one list of capabilities: those it loses, or those it has. LXC refuses the file at the second kind of line. Often an included file drops some: an empty line takes that back.",
			Bad:  "lxc.include = /etc/lxc/common.conf\nlxc.cap.keep = chown setuid setgid\n-- /etc/lxc/common.conf --\nlxc.cap.drop = sys_module\n",
			Good: "lxc.include = /etc/lxc/common.conf\nlxc.cap.drop =\nlxc.cap.keep = chown setuid setgid\n-- /etc/lxc/common.conf --\nlxc.cap.drop = sys_module\n",
		},
		{
			Code: "namespace/clone-and-keep", Verdicts: []diag.Verdict{diag.Refused}, Title: "namespaces that are made and shared",
			Doc: "lxc.namespace.clone lists the namespaces that the container gets, lxc.namespace.keep those that it does not get. LXC refuses the file at the second kind of line.",
			Bad: "lxc.namespace.clone = net\nlxc.namespace.keep = ipc\n", Good: "lxc.namespace.keep = user ipc\n",
		},
		{
			Code: "environment/from-caller", Verdicts: []diag.Verdict{{Severity: diag.Warning, Effect: diag.RejectedAtLoad}, diag.Hint}, Title: "a variable that the caller has to set",
			Doc: "A name without a value takes the variable of who starts the container. LXC refuses to load the file for everybody else, lxc-ls and lxc-info included. Of variables that nearly everybody has, such as PATH, it is a hint. `lxcfg lint --host` looks at the environment here.",
			Bad: "lxc.environment = API_TOKEN\n", Good: "lxc.environment = CI=1\n",
		},
		{
			Code: "value/wiped", Verdicts: []diag.Verdict{diag.Differing}, Title: "a type that wipes the settings above it",
			Doc: "Since LXC 4.0.7 `lxc.net.[i].type` starts the interface anew: what lines above it have set for the same interface is lost, without a word. Write the type first.",
			Bad: "lxc.net.0.link = lxcbr0\nlxc.net.0.type = veth\n", Good: "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\n",
		},
		{
			Code: "net/no-section", Verdicts: []diag.Verdict{diag.Refused}, Title: "a setting of a network before its type",
			Doc: "Names of LXC 1 have no index: `lxc.network.type` starts a network, and what follows belongs to it. Before the first such line there is none, and LXC refuses the file.",
			Bad: "lxc.network.link = lxcbr0\n", Good: "lxc.network.type = veth\nlxc.network.link = lxcbr0\n", Options: "--lxc-version 2.0",
		},
	}
	rows = append(rows, systemCodes()...)
	for _, w := range wrongValues {
		rows = append(rows, w.row())
	}
	return rows
}

// systemCodes are about LXC's system configuration.
func systemCodes() []diag.Row {
	rows := []diag.Row{
		{
			Code: "system/ignored-line", Title: "a line that sets nothing",
			Doc: "LXC passes over lines of lxc.conf that are no setting. Only a # in the first column starts a comment, so any other may be a setting gone wrong.",
			Bad: "lxc.lxcpath = /srv/lxc\nlxc.bdev.lvm.vg lxc\n", Good: "lxc.lxcpath = /srv/lxc\nlxc.bdev.lvm.vg = lxc\n",
		},
		{
			Code: "system/unknown-key", Title: "a key that lxc.conf does not have",
			Doc: "LXC passes over keys that are none of its system configuration. Those of containers belong into a container's file, or into default.conf.",
			Bad: "lxc.lxcpath = /srv/lxc\nlxc.bdev.lvm.vgs = lxc\n", Good: "lxc.lxcpath = /srv/lxc\nlxc.bdev.lvm.vg = lxc\n",
		},
		{
			Code: "system/repeated", Title: "a key set twice, of which the first line counts",
			Doc: "In lxc.conf the first line of a key counts, unlike in a container's configuration, where the last one does.",
			Bad: "lxc.lxcpath = /srv/lxc\nlxc.lxcpath = /data/lxc\n", Good: "lxc.lxcpath = /data/lxc\n",
		},
		{
			Code: "system/empty", Title: "a key set to nothing",
			Doc: "LXC takes the empty text for the value. Without the line it would take its default.",
			Bad: "lxc.lxcpath = /srv/lxc\nlxc.bdev.lvm.vg =\n", Good: "lxc.lxcpath = /srv/lxc\n",
		},
		{
			Code: "system/trailing-blanks", Title: "blanks at the end that count",
			Doc: "LXC cuts nothing off a value of lxc.conf but the end of the line: blanks and a carriage return are part of the path or name.",
			Bad: "lxc.lxcpath = /srv/lxc \n", Good: "lxc.lxcpath = /srv/lxc\n",
		},
		{
			Code: "system/trailing-comment", Title: "a comment that is part of the value",
			Doc: "Comments have lines of their own, with # in the first column. Behind a value the text is part of the value.",
			Bad: "lxc.lxcpath = /srv/lxc # all containers\n", Good: "# all containers\nlxc.lxcpath = /srv/lxc\n",
		},
		{
			Code: "system/quotes", Title: "quotes that are part of the value",
			Doc: "lxc.conf knows no quotes. They become part of the path or name.",
			Bad: "lxc.lxcpath = \"/srv/lxc\"\n", Good: "lxc.lxcpath = /srv/lxc\n",
		},
	}
	for i := range rows {
		rows[i].Verdicts = []diag.Verdict{diag.Differing}
	}
	return rows
}

// wrongValue shows a value that a language has something to say about: the code is
// value/ and the language's name.
type wrongValue struct{ language, bad, good string }

// wrongValues has a row for each value language that can find something wrong.
var wrongValues = [...]wrongValue{
	{"architecture", "lxc.arch = x64\n", "lxc.arch = x86_64\n"},
	{"automatic mounts", "lxc.mount.auto = proc:readonly\n", "lxc.mount.auto = proc:mixed\n"},
	{"boolean", "lxc.autodev = yes\n", "lxc.autodev = 1\n"},
	{"bytes", "lxc.autodev.tmpfs.size = 1M\n", "lxc.autodev.tmpfs.size = 1048576\n"},
	{"capabilities", "lxc.cap.drop = CAP_SYS_MODULE\n", "lxc.cap.drop = sys_module\n"},
	{"command line", "lxc.init.cmd = \"/sbin/init\" --log-level debug\n", "lxc.init.cmd = /sbin/init --log-level debug\n"},
	{"device rule", "lxc.cgroup2.devices.allow = c 1:3\n", "lxc.cgroup2.devices.allow = c 1:3 rwm\n"},
	{"directory name", "lxc.tty.dir = lxc/tty\n", "lxc.tty.dir = lxc\n"},
	{"environment variable", "lxc.environment = =1\n", "lxc.environment = CI=1\n"},
	{"flag", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.flags = down\n", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.flags = up\n"},
	{"group ids", "lxc.init.groups = 10;20\n", "lxc.init.groups = 10,20\n"},
	{"hardware address", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.hwaddr = 01:16:3e:00:00:01\n", "lxc.uts.name = web\nlxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.hwaddr = 00:16:3e:00:00:01\n"},
	{"hook version", "lxc.hook.version = 2\n", "lxc.hook.version = 1\n"},
	{"host name", "lxc.uts.name = a-host-name-that-is-longer-than-the-sixty-four-bytes-the-kernel-takes\n", "lxc.uts.name = web\n"},
	{"id map", "lxc.idmap = u 0 100000\n", "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n"},
	{"interface name", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.name = an-interface-too-long\n", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.name = eth0\n"},
	{"IPv4 address", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.ipv4.address = 10.0.3.7\n", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.7/24\n"},
	{"IPv4 gateway", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.ipv4.gateway = 10.0.3.1/24\n", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.flags = up\nlxc.net.0.ipv4.address = 10.0.3.7/24\nlxc.net.0.ipv4.gateway = 10.0.3.1\n"},
	{"IPv4 route", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.veth.ipv4.route = 10.0.4.0\n", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.veth.ipv4.route = 10.0.4.0/24\n"},
	{"IPv6 address", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.ipv6.address = fd00:::7/64\n", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.flags = up\nlxc.net.0.ipv6.address = fd00::7/64\n"},
	{"IPv6 gateway", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.ipv6.gateway = fd00::1/64\n", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.flags = up\nlxc.net.0.ipv6.address = fd00::7/64\nlxc.net.0.ipv6.gateway = fd00::1\n"},
	{"IPv6 route", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.veth.ipv6.route = fd00::\n", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.veth.ipv6.route = fd00::/64\n"},
	{"ipvlan isolation", "lxc.net.0.type = ipvlan\nlxc.net.0.link = eth0\nlxc.net.0.ipvlan.isolation = none\n", "lxc.net.0.type = ipvlan\nlxc.net.0.link = eth0\nlxc.net.0.ipvlan.isolation = private\n"},
	{"ipvlan mode", "lxc.net.0.type = ipvlan\nlxc.net.0.link = eth0\nlxc.net.0.ipvlan.mode = L3\n", "lxc.net.0.type = ipvlan\nlxc.net.0.link = eth0\nlxc.net.0.ipvlan.mode = l3\n"},
	{"log level", "lxc.log.level = verbose\n", "lxc.log.level = DEBUG\n"},
	{"macvlan mode", "lxc.net.0.type = macvlan\nlxc.net.0.link = eth0\nlxc.net.0.macvlan.mode = bridged\n", "lxc.net.0.type = macvlan\nlxc.net.0.link = eth0\nlxc.net.0.macvlan.mode = bridge\n"},
	{"mount entry", "lxc.mount.entry = #/srv/data srv/data none bind,create=dir 0 0\n", "# lxc.mount.entry = /srv/data srv/data none bind,create=dir 0 0\n"},
	{"mount options", "lxc.rootfs.path = /srv/web\nlxc.rootfs.options = ro,optional\n", "lxc.rootfs.path = /srv/web\nlxc.rootfs.options = ro\n"},
	{"MTU", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.mtu = big\n", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.mtu = 1500\n"},
	{"name", "lxc.cgroup.dir.container = web\nlxc.cgroup.dir.monitor = monitor\nlxc.cgroup.dir.container.inner = a/b\n", "lxc.cgroup.dir.container = web\nlxc.cgroup.dir.monitor = monitor\nlxc.cgroup.dir.container.inner = init\n"},
	{"namespaces", "lxc.namespace.keep = network\n", "lxc.namespace.keep = net\n"},
	{"nothing", "lxc.net = veth\n", "lxc.net =\n"},
	{"number", "lxc.tty.max = 010\n", "lxc.tty.max = 8\n"},
	{"path", "lxc.mount.fstab =\n", "lxc.mount.fstab = /etc/lxc/web.fstab\n"},
	{"positive number", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.veth.n_rxqueues = 0\n", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.veth.n_rxqueues = 2\n"},
	{"relative path", "lxc.cgroup.dir = /lxc/web\n", "lxc.cgroup.dir = lxc/web\n"},
	{"resource limit", "lxc.prlimit.nofile = many\n", "lxc.prlimit.nofile = 1024:4096\n"},
	{"rootfs", "lxc.rootfs.path = nfs:/srv/web\n", "lxc.rootfs.path = dir:/srv/web\n"},
	{"shared namespace", "lxc.namespace.share.net = lxc/gateway\n", "lxc.namespace.share.net = gateway\n"},
	{"shell command", "lxc.hook.mount = /etc/lxc/hook.sh 'web\n", "lxc.hook.mount = /etc/lxc/hook.sh 'web'\n"},
	{"signal", "lxc.signal.halt = SIGPOWER\n", "lxc.signal.halt = SIGPWR\n"},
	{"signed number", "lxc.start.order = first\n", "lxc.start.order = 1\n"},
	{"size", "lxc.console.buffer.size = 64K\n", "lxc.console.buffer.size = 64KB\n"},
	{"socket", "lxc.seccomp.notify.proxy = /run/proxy.sock\n", "lxc.seccomp.notify.proxy = unix:/run/proxy.sock\n"},
	{"syslog facility", "lxc.log.syslog = user\n", "lxc.log.syslog = daemon\n"},
	{"text", "lxc.sysctl. = 1\n", "lxc.sysctl.net.ipv4.ip_forward = 1\n"},
	{"time offset", "lxc.time.offset.boot = 10\n", "lxc.time.offset.boot = 10s\n"},
	{"type of network", "lxc.net.0.type = bridge\n", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\n"},
	{"veth mode", "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.veth.mode = routed\n", "lxc.net.0.type = veth\nlxc.net.0.veth.mode = router\n"},
	{"VLAN id", "lxc.net.0.type = vlan\nlxc.net.0.link = eth0\nlxc.net.0.vlan.id = 70000\n", "lxc.net.0.type = vlan\nlxc.net.0.link = eth0\nlxc.net.0.vlan.id = 10\n"},
}

// row documents the code of a language.
func (w wrongValue) row() diag.Row {
	return diag.Row{
		Code:     valueCode(w.language),
		Verdicts: []diag.Verdict{diag.Refused, diag.Failing, diag.Differing, {Severity: diag.Error, Effect: diag.SilentlyDifferent}},
		Title:    "a wrong value: " + w.language,
		Doc: fmt.Sprintf("The value is not what LXC takes here, or it takes it and makes something else of it than it looks: the finding says which. Written %s. Keys: %s.",
			strings.Join(w.syntaxes(), ", or "), strings.Join(w.keys(), ", ")),
		Bad: w.bad, Good: w.good,
	}
}

// valueCode is the code of a wrong value, unless what is wrong about it has a code of
// its own.
func valueCode(language string) string {
	if strings.Contains(language, "/") {
		return language
	}
	return "value/" + strings.ReplaceAll(language, " ", "-")
}

// keys are the names of the keys whose values are of the language.
func (w wrongValue) keys() []string {
	var names []string
	for _, k := range All() {
		if k.language == w.language {
			names = append(names, k.Name)
		}
	}
	return names
}

// syntaxes are the ways such values are written, which differ for some keys.
func (w wrongValue) syntaxes() []string {
	var list []string
	for _, k := range All() {
		if k.language == w.language && !slices.Contains(list, k.syntax) {
			list = append(list, k.syntax)
		}
	}
	return list
}
