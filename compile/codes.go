package compile

import (
	"slices"

	"lxcfg/grammar/diag"
)

// Codes documents what loading and compiling say.
func Codes() []diag.Row { return slices.Concat(loadCodes(), compileCodes(), hostCodes(), lxcCodes()) }

// loadCodes are about what a configuration refers to, and about the whole of it.
func loadCodes() []diag.Row {
	return []diag.Row{
		{
			Code: "include/unreadable", Verdicts: []diag.Verdict{diag.Refused}, Title: "an include that cannot be read",
			Doc: "LXC refuses a configuration that includes a file it cannot read. A relative path starts at the directory that LXC runs in, not at the file. " +
				"A directory that is missing is no error when its name ends in a slash.",
			Bad: "lxc.include = /etc/lxc/gone.conf\n", Good: "lxc.include = /etc/lxc/common.conf\n-- /etc/lxc/common.conf --\nlxc.tty.max = 4\n",
		},
		{
			Code: "include/not-installed", Verdicts: []diag.Verdict{{Severity: diag.Warning, Effect: diag.Advice}}, Title: "a file of LXC's where LXC is not installed",
			Doc: "Files below /usr/share/lxc come with LXC. Where nothing of it is installed, on a machine that only checks configurations, they are taken for granted, and what may stand in them is not missed. With LXC installed a file that is not there is an error: LXC refuses the configuration.",
			Bad: "lxc.include = /usr/share/lxc/config/common.conf\n", Good: "lxc.include = /usr/share/lxc/config/common.conf\n-- /usr/share/lxc/config/common.conf --\nlxc.tty.max = 4\n",
		},
		{
			Code: "include/relative", Verdicts: []diag.Verdict{diag.Differing}, Title: "an include that is looked for where LXC happens to run",
			Doc: "A relative path starts at the directory that LXC runs in, not at the file that holds the line. Whoever starts the container elsewhere, or a service does, gets another file or none, and LXC refuses the configuration. LXC knows no ~.",
			Bad: "lxc.include = common.conf\n-- common.conf --\nlxc.tty.max = 4\n", Good: "lxc.include = /etc/lxc/common.conf\n-- /etc/lxc/common.conf --\nlxc.tty.max = 4\n",
		},
		{
			Code: "include/twice", Verdicts: []diag.Verdict{diag.Differing}, Title: "a file that is included twice",
			Doc:  "Each include counts as if the lines stood there: lists get their items twice, mounts are made twice, and a device rule for all devices takes back what stands between. Files for single distributions include common.conf themselves.",
			Bad:  "lxc.include = /etc/lxc/common.conf\nlxc.include = /etc/lxc/debian.conf\n-- /etc/lxc/debian.conf --\nlxc.include = /etc/lxc/common.conf\n-- /etc/lxc/common.conf --\nlxc.cap.drop = sys_module\n",
			Good: "lxc.include = /etc/lxc/debian.conf\n-- /etc/lxc/debian.conf --\nlxc.include = /etc/lxc/common.conf\n-- /etc/lxc/common.conf --\nlxc.cap.drop = sys_module\n",
		},
		{
			Code: "include/loop", Verdicts: []diag.Verdict{diag.Refused}, Title: "a file that includes itself",
			Doc: "LXC follows includes without end, and dies of it. lxcfg stops at the line that closes the loop.",
			Bad: "lxc.include = /etc/lxc/common.conf\n-- /etc/lxc/common.conf --\nlxc.include = /etc/lxc/common.conf\n", Good: "lxc.include = /etc/lxc/common.conf\n-- /etc/lxc/common.conf --\nlxc.tty.max = 4\n",
		},
		{
			Code: "include/too-many", Verdicts: []diag.Verdict{diag.Refused}, Title: "includes without an end in sight",
			Doc:       "lxcfg reads 10000 files for one configuration, 64 of them one inside the other. LXC has no limit and runs out of memory.",
			NoExample: "The shortest one has 65 files.",
		},
		{
			Code: "include/directory", Verdicts: []diag.Verdict{diag.Differing}, Title: "a directory that an old LXC does not read",
			Doc: "LXC 1.1 was the first to include the *.conf files of a directory. LXC 1.0 reads nothing from one.",
			Bad: "lxc.include = /etc/lxc/conf.d\n-- /etc/lxc/conf.d/a.conf --\nlxc.tty = 4\n", Good: "lxc.include = /etc/lxc/conf.d/a.conf\n-- /etc/lxc/conf.d/a.conf --\nlxc.tty = 4\n", Options: "--lxc-version 1.0",
		},
		{
			Code: "include/order", Verdicts: []diag.Verdict{diag.Differing}, Title: "files of a directory that overrule each other",
			Doc:  "LXC reads the files of a directory in the order of the file system, not of their names. When two of them set the same key, the last word is another on another host.",
			Bad:  "lxc.include = /etc/lxc/conf.d\n-- /etc/lxc/conf.d/a.conf --\nlxc.tty.max = 4\n-- /etc/lxc/conf.d/b.conf --\nlxc.tty.max = 6\n",
			Good: "lxc.include = /etc/lxc/conf.d\n-- /etc/lxc/conf.d/a.conf --\nlxc.tty.max = 4\n-- /etc/lxc/conf.d/b.conf --\nlxc.pty.max = 1024\n",
		},
		{
			Code: "include/no-files", Verdicts: []diag.Verdict{diag.Refused}, Title: "an include in a text without files",
			Doc:       "The text was loaded by a program that gives it no files to include.",
			NoExample: "The commands of lxcfg always have files.",
		},
		{
			Code: "template/placeholder", Verdicts: []diag.Verdict{diag.Differing, diag.Failing, diag.Refused, {Severity: diag.Error, Effect: diag.SilentlyDifferent}}, Title: "a template that is not filled in",
			Doc: "`@NAME@`, `{{ name }}`, `{% if %}`, `$NAME` and the words of lxc-download(1) are there to be filled in. LXC takes them as they stand. There is one finding for a file, in the place of all that they cause.",
			Bad: "lxc.uts.name = @NAME@\n", Good: "lxc.uts.name = web\n",
		},
		{
			Code: "seccomp/unreadable", Verdicts: []diag.Verdict{{Severity: diag.Warning, Effect: diag.FailsAtStart}, diag.Failing}, Title: "a seccomp policy that cannot be read",
			Doc: "LXC reads the policy when the container starts, and does not start it without. lint only warns: the file may be there on the machine that starts the container. " +
				"A relative path starts at the directory that LXC runs in.",
			Bad: "lxc.seccomp.profile = /etc/lxc/gone\n", Good: "lxc.seccomp.profile = /etc/lxc/policy\n-- /etc/lxc/policy --\n2\ndenylist\nmount errno 1\n",
		},
		{
			Code: "seccomp/no-proxy", Verdicts: []diag.Verdict{diag.Differing, diag.Failing}, Title: "calls sent to a proxy that is not named",
			Doc:  "A call with the action notify waits for the answer of the proxy that lxc.seccomp.notify.proxy names. Without one it waits for ever, and if the policy asks about execve the container does not even start.",
			Bad:  "lxc.seccomp.profile = /etc/lxc/policy\n-- /etc/lxc/policy --\n2\ndenylist\nmount notify\n",
			Good: "lxc.seccomp.profile = /etc/lxc/policy\nlxc.seccomp.notify.proxy = unix:/run/proxy.sock\n-- /etc/lxc/policy --\n2\ndenylist\nmount notify\n",
		},
		{
			Code: "pve/unknown-option", Verdicts: []diag.Verdict{diag.Differing}, Title: "an option that Proxmox does not have",
			Doc: "Proxmox warns about a key that it does not know and passes over the line.",
			Bad: "arch: amd64\nhostnam: web\n", Good: "arch: amd64\nhostname: web\n", Options: "--dialect pve",
		},
		{
			Code: "pve/repeated-option", Verdicts: []diag.Verdict{diag.Differing}, Title: "an option of Proxmox set twice",
			Doc: "The last line of an option counts.",
			Bad: "cores: 2\ncores: 4\n", Good: "cores: 4\n", Options: "--dialect pve",
		},
		{
			Code: "pve/refused-key", Verdicts: []diag.Verdict{diag.Differing}, Title: "a key that Proxmox does not hand on",
			Doc: "Proxmox hands a list of lxc.* keys on to LXC, and passes over the others.",
			Bad: "arch: amd64\nlxc.tty.dir: lxc\n", Good: "arch: amd64\nlxc.cap.drop: sys_module\n", Options: "--dialect pve",
		},
	}
}

// compileCodes are about the launch on a host: lxcfg refuses what LXC would fail at.
func compileCodes() []diag.Row {
	rows := []diag.Row{
		{
			Code: "launch/unsupported", Verdicts: []diag.Verdict{diag.Failing}, Title: "a launch that is not LXC's to make",
			Doc: "Proxmox makes the rootfs, mounts and networks of its own options, and hands LXC a configuration that it has written. lxcfg checks such a file; it does not start it, because the container would not be what the file says.",
			Bad: "arch: amd64\nhostname: web\nrootfs: local:100/web.raw\n", Good: "lxc.rootfs.path = dir:/srv/web\n", Options: "--dialect auto",
		},
		{
			Code: "internal/plan", Verdicts: []diag.Verdict{diag.Failing}, Title: "a plan that contradicts itself",
			Doc:       "This is a bug of lxcfg, and nothing was started. Please report it together with the configuration.",
			NoExample: "If there were one, it would be mended.",
		},
		{
			Code: "console/too-many-ttys", Verdicts: []diag.Verdict{diag.Failing}, Title: "more ttys than a kernel has ptys",
			Doc: "Each tty is a pty, and a kernel has 4096 for all containers together unless the sysctl kernel.pty.max says otherwise. LXC takes them one by one until there are none left, and fails.",
			Bad: "lxc.rootfs.path = dir:/srv/web\nlxc.tty.max = 100000\n", Good: "lxc.rootfs.path = dir:/srv/web\nlxc.tty.max = 4\n",
		},
		{
			Code: "init/empty-command", Verdicts: []diag.Verdict{diag.Failing}, Title: "a command line that names no program",
			Doc: "The command line of the init has no word. LXC fails when it comes to execute it.",
			Bad: "lxc.rootfs.path = dir:/srv/web\nlxc.init.cmd = \" \"\n", Good: "lxc.rootfs.path = dir:/srv/web\nlxc.init.cmd = /sbin/init\n",
		},
		{
			Code: "mount/cgroup-full-in-namespace", Verdicts: []diag.Verdict{diag.Differing}, Title: "cgroup-full where there is a cgroup namespace",
			Doc:  "With a cgroup namespace the container sees its own part of the hierarchies, whatever is asked for.",
			Bad:  "lxc.rootfs.path = dir:/srv/web\nlxc.mount.auto = cgroup-full:force\n",
			Good: "lxc.rootfs.path = dir:/srv/web\nlxc.mount.auto = cgroup:force\n",
		},
		{
			Code: "namespace/no-time", Verdicts: []diag.Verdict{diag.Failing}, Title: "a kernel without time namespaces",
			Doc: "The offsets of clocks belong to a time namespace, which the kernel has since Linux 5.6 when it was built with CONFIG_TIME_NS.",
			Bad: "lxc.rootfs.path = dir:/srv/web\nlxc.time.offset.boot = 1h\n", Good: "lxc.rootfs.path = dir:/srv/web\n", Host: "old-kernel",
		},
		{
			Code: "rootfs/no-mount-namespace", Verdicts: []diag.Verdict{diag.Failing}, Title: "a container in the mount namespace of others",
			Doc: "LXC makes the container's rootfs the root of its mount namespace. When that is the host's, or another container's, everybody in it loses the root they had.",
			Bad: "lxc.rootfs.path = dir:/srv/web\nlxc.namespace.keep = user mnt\n", Good: "lxc.rootfs.path = dir:/srv/web\nlxc.namespace.keep = user net\n",
		},
		{
			Code: "monitor/unshare-needs-root", Verdicts: []diag.Verdict{diag.Failing}, Title: "a monitor that may make no namespace",
			Doc:  "A mount namespace of the monitor's own takes CAP_SYS_ADMIN. LXC does not start the container of an ordinary user that asks for one.",
			Bad:  "lxc.rootfs.path = dir:/srv/web\nlxc.monitor.unshare = 1\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			Good: "lxc.rootfs.path = dir:/srv/web\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n", Host: "user",
		},
		{
			Code: "init/no-command", Verdicts: []diag.Verdict{diag.Failing}, Title: "nothing to execute",
			Doc:       "`lxcfg execute` runs the command of its command line, or that of lxc.execute.cmd. With neither LXC 5.0 crashes.",
			NoExample: "It depends on the command line.",
		},
		{
			Code: "seccomp/nested", Verdicts: []diag.Verdict{diag.Differing}, Title: "a policy that is left out in a container",
			Doc: "Where a seccomp filter holds lxcfg itself, as in most containers, LXC does not load another one and does not say so. The container then has the filter that is there, and not its own. " +
				"`lxc.seccomp.allow_nesting = 1` asks for both.",
			Bad:  "lxc.rootfs.path = dir:/srv/web\nlxc.seccomp.profile = policy\n-- policy --\n2\ndenylist\nmount errno 1\n",
			Good: "lxc.rootfs.path = dir:/srv/web\nlxc.seccomp.profile = policy\nlxc.seccomp.allow_nesting = 1\n-- policy --\n2\ndenylist\nmount errno 1\n",
			Host: "confined",
		},
		{
			Code: "seccomp/no-kernel-support", Verdicts: []diag.Verdict{diag.Failing}, Title: "a policy on a kernel without filters",
			Doc: "On a kernel without CONFIG_SECCOMP LXC starts the container without the filter and does not say so. lxcfg does not start it.",
			Bad: "lxc.rootfs.path = dir:/srv/web\nlxc.seccomp.profile = policy\n-- policy --\n2\ndenylist\nmount errno 1\n", Good: "lxc.rootfs.path = dir:/srv/web\n",
			Host: "without-seccomp",
		},
		{
			Code: "idmap/needed", Verdicts: []diag.Verdict{diag.Failing}, Title: "an ordinary user's container without an id map",
			Doc: "Only root may make namespaces outside a user namespace. Others need lxc.idmap lines.",
			Bad: "lxc.rootfs.path = dir:/srv/web\n", Good: "lxc.rootfs.path = dir:/srv/web\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			Host: "user",
		},
		{
			Code: "idmap/not-granted", Verdicts: []diag.Verdict{diag.Failing}, Title: "ids that the user may not map",
			Doc:  "An ordinary user maps itself, and the ranges that /etc/subuid and /etc/subgid give it (subuid(5)). newuidmap refuses others.",
			Bad:  "lxc.rootfs.path = dir:/srv/web\nlxc.idmap = u 0 300000 65536\nlxc.idmap = g 0 100000 65536\n",
			Good: "lxc.rootfs.path = dir:/srv/web\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			Host: "user",
		},
		{
			Code: "idmap/needs-helper", Verdicts: []diag.Verdict{diag.Failing}, Title: "an id map that needs newuidmap",
			Doc:  "The kernel lets an ordinary user map itself alone. newuidmap and newgidmap, which are set-user-ID root, write all other maps.",
			Bad:  "lxc.rootfs.path = dir:/srv/web\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			Good: "lxc.rootfs.path = dir:/srv/web\nlxc.idmap = u 0 1000 1\nlxc.idmap = g 0 1000 1\n",
			Host: "user-without-helper",
		},
		{
			Code: "capability/not-in-kernel", Verdicts: []diag.Verdict{diag.Differing}, Title: "a capability that this kernel does not have",
			Doc: "Nobody has the capability here, so there is nothing to drop or keep. LXC refuses its number.",
			Bad: "lxc.rootfs.path = dir:/srv/web\nlxc.cap.drop = 63\n", Good: "lxc.rootfs.path = dir:/srv/web\nlxc.cap.drop = sys_module\n",
		},
		{
			Code: "cgroup/ignored-here", Verdicts: []diag.Verdict{diag.Differing}, Title: "a limit of the cgroup version that the host does not use",
			Doc: "LXC writes lxc.cgroup.* on a host with cgroup v1 and lxc.cgroup2.* on one with v2 alone, and ignores the others: the limit does not exist.",
			Bad: "lxc.rootfs.path = dir:/srv/web\nlxc.cgroup2.memory.max = 512M\n", Good: "lxc.rootfs.path = dir:/srv/web\nlxc.cgroup.memory.limit_in_bytes = 512M\n",
			Host: "hybrid", Options: "--lxc-version 5.0",
		},
		{
			Code: "cgroup/no-controller", Verdicts: []diag.Verdict{diag.Failing}, Title: "a limit of a controller that is not there",
			Doc: "The file belongs to a controller that the kernel does not have, that is mounted elsewhere, or that is not delegated to the user.",
			Bad: "lxc.rootfs.path = dir:/srv/web\nlxc.cgroup2.rdma.max = hfi1_0 hca_handle=2\n", Good: "lxc.rootfs.path = dir:/srv/web\nlxc.cgroup2.memory.max = 512M\n",
		},
		{
			Code: "cgroup/not-delegated", Verdicts: []diag.Verdict{diag.Failing}, Title: "cgroups that the user may not make",
			Doc:  "An ordinary user sets limits below a cgroup that is its own only. systemd delegates one: `systemd-run --user --scope -p Delegate=yes`.",
			Bad:  "lxc.rootfs.path = dir:/srv/web\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\nlxc.cgroup2.pids.max = 100\n",
			Good: "lxc.rootfs.path = dir:/srv/web\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			Host: "user",
		},
		{
			Code: "cgroup/none-mounted", Verdicts: []diag.Verdict{diag.Failing}, Title: "cgroups asked for on a host without any",
			Doc: "lxc.mount.auto asks for cgroups, and none are mounted on this host.",
			Bad: "lxc.rootfs.path = dir:/srv/web\nlxc.mount.auto = cgroup:force\n", Good: "lxc.rootfs.path = dir:/srv/web\nlxc.mount.auto = proc\n",
			Host: "no-cgroups",
		},
	}
	rows = slices.Concat(rows, storageCodes(), networkCodes(), userCodes(), labelCodes())
	for i := range rows {
		rows[i].Command = "plan"
	}
	return rows
}
