//go:build linux

package conformance

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// common and userns are the files Debian ships for containers to include.
const (
	common = "lxc.include = /usr/share/lxc/config/common.conf"
	userns = "lxc.include = /usr/share/lxc/config/userns.conf"
)

// shift is where the tests' id maps begin on the host.
const shift = 100000

// withoutHelpers is an environment in which stock LXC finds no newuidmap, so that
// it writes id maps itself and needs no entry in the host's /etc/subuid. Where it
// has to find apparmor_parser, it finds newuidmap as well.
var withoutHelpers = []string{"PATH=" + launcherPath(), "FROM_HOST=taken over"}

func launcherPath() string {
	if hasAppArmor() {
		return "/usr/sbin:/usr/bin:/sbin:/bin"
	}
	return "/nonexistent"
}

// comparison is a configuration that both launchers start.
type comparison struct {
	name    string
	mend    func(config string) string
	shift   int                             // how far the rootfs' owners are moved, for an id map
	command []string                        // nil: the observer, given on the command line
	legacy  func(config string) string      // what lxcfg gets instead: a text that means the same
	prepare func(t *testing.T, c container) // what each launch finds beside a fresh rootfs
	warns   bool                            // lxcfg says something about the configuration
}

// cases are configurations on top of what `lxc-create -t busybox` writes.
var cases = []comparison{
	{name: "busybox as lxc-create makes it"},
	{name: "common.conf included first", mend: first(common)},
	{name: "common.conf included last", mend: with(common)},
	{name: "userns.conf and an id map", shift: shift,
		mend: all(first(common, userns), with("lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536"))},
	{name: "an id map in two pieces", shift: shift,
		mend: with("lxc.idmap = u 0 100000 1000", "lxc.idmap = u 1000 201000 1000", "lxc.idmap = g 0 100000 65536")},
	{name: "an id map onto the host's own ids", mend: with("lxc.idmap = u 0 0 65536", "lxc.idmap = g 0 0 65536")},
	{name: "capabilities kept by name", mend: all(without("lxc.cap.drop"),
		with("lxc.cap.keep = chown dac_override fowner setgid setuid sys_chroot mknod net_admin"))},
	{name: "no capability kept", mend: all(without("lxc.cap.drop"), with("lxc.cap.keep = none"))},
	{name: "no_new_privs with a seccomp policy",
		mend: with("lxc.no_new_privs = 1", "lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp")},
	{name: "environment", mend: with("lxc.environment = ONE=1", "lxc.environment = TWO=a = b  c", "lxc.environment = FROM_HOST",
		"lxc.environment = EMPTY=", "lxc.environment = ONE=again")},
	{name: "an init with ids of its own", mend: with("lxc.init.uid = 1000", "lxc.init.gid = 1001")},
	{name: "an init with ids of its own below an id map", shift: shift,
		mend: with("lxc.init.uid = 1000", "lxc.init.gid = 1001", "lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536")},
	{name: "an init with groups and a directory", mend: with("lxc.init.groups = 10,20,30", "lxc.init.cwd = /var/log")},
	{name: "an init with groups below an id map", shift: shift, mend: all(mapped, with("lxc.init.groups = 10,20,30"))},
	{name: "init from the configuration", mend: with("lxc.init.cmd = /bin/sh /observed/observe"), command: []string{}},
	{name: "a script for an init that does not say what runs it", command: []string{"/observed/headless", "and", "arguments"}},
	{name: "no tty", mend: all(without("lxc.tty.max"), with("lxc.tty.max = 0"))},
	{name: "no pty", mend: all(without("lxc.pty.max"), with("lxc.pty.max = 0"))},
	{name: "many ptys, so that the console is one of them", mend: all(without("lxc.pty.max"), with("lxc.pty.max = 64"))},
	{name: "ttys in a directory", mend: with("lxc.tty.dir = lxc")},
	{name: "no console", mend: with("lxc.console.path = none")},
	{name: "proc and sys writable", mend: all(without("lxc.mount.auto"), with("lxc.mount.auto = proc:rw sys:rw"))},
	{name: "proc and sys mixed", mend: all(without("lxc.mount.auto"), with("lxc.mount.auto = proc sys"))},
	{name: "no automatic mounts but proc", mend: all(without("lxc.mount.auto"), with("lxc.mount.auto = proc:mixed"))},
	{name: "limits of cgroups", mend: with("lxc.cgroup.memory.limit_in_bytes = 128M", "lxc.cgroup.pids.max = 64",
		"lxc.cgroup.cpu.shares = 512", "lxc.cgroup.cpuset.cpus = 0")},
	{name: "device rules", mend: with("lxc.cgroup.devices.deny = a", "lxc.cgroup.devices.allow = c 1:3 rwm",
		"lxc.cgroup.devices.allow = c 1:* rm", "lxc.cgroup.devices.allow = c 136:* rwm", "lxc.cgroup.devices.allow = c 5:* rwm")},
	{name: "cgroups below a directory", mend: with("lxc.cgroup.dir = below")},
	{name: "cgroups at given paths, with an inner one", mend: with("lxc.cgroup.dir.container = below/"+containerName+"/c", "lxc.cgroup.dir.monitor = below/lxc.monitor."+containerName,
		"lxc.cgroup.dir.container.inner = in", "lxc.cgroup.memory.limit_in_bytes = 128M")},
	{name: "an inner cgroup below an id map", shift: shift, mend: with("lxc.cgroup.dir.container = below/"+containerName+"/c", "lxc.cgroup.dir.monitor = below/lxc.monitor."+containerName,
		"lxc.cgroup.dir.container.inner = in", "lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536")},
	{name: "cgroups below the caller's", mend: with("lxc.cgroup.relative = 1")},
	{name: "a device by its path", mend: with("lxc.cgroup.devices.deny = a", "lxc.cgroup.devices.allow = /dev/zero rw", "lxc.cgroup.devices.allow = /dev/null rwm",
		"lxc.cgroup.devices.allow = c 5:* rwm", "lxc.cgroup.devices.allow = c 136:* rwm")},
	{name: "the host's cgroup namespace, cgroups mixed", mend: with("lxc.namespace.keep = cgroup user", "lxc.mount.auto = cgroup:mixed")},
	{name: "the host's cgroup namespace, cgroups writable", mend: with("lxc.namespace.keep = cgroup user", "lxc.mount.auto = cgroup:rw")},
	{name: "the host's cgroup namespace, cgroups read-only", mend: with("lxc.namespace.keep = cgroup user", "lxc.mount.auto = cgroup:ro", "lxc.cgroup.dir = below")},
	{name: "the host's cgroup namespace, all cgroups", mend: with("lxc.namespace.keep = cgroup user", "lxc.mount.auto = cgroup-full:ro")},
	{name: "the host's cgroup namespace below an id map", shift: shift, mend: with("lxc.namespace.keep = cgroup", "lxc.mount.auto = cgroup:mixed",
		"lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536")},
	{name: "no automatic /dev", mend: all(without("lxc.autodev"), with("lxc.autodev = 0"))},
	{name: "a larger /dev", mend: with("lxc.autodev.tmpfs.size = 2000000")},
	{name: "namespaces kept", mend: with("lxc.namespace.keep = user net ipc")},
	{name: "namespaces named", mend: all(without("lxc.mount.auto"), with("lxc.mount.auto = proc:mixed sys:ro", "lxc.namespace.clone = mnt pid uts"))},
	{name: "the host's network", mend: all(without("lxc.net.0.type"), with("lxc.net.0.type = none"))},
	{name: "no network line", mend: without("lxc.net.0.type")},
	{name: "mount options", mend: with(
		"lxc.mount.entry = tmpfs mnt/a tmpfs size=64k,mode=0700,nosuid,nodev,noexec,create=dir 0 0",
		"lxc.mount.entry = tmpfs mnt/b tmpfs ro,noatime,create=dir 0 0",
		"lxc.mount.entry = /etc/hostname mnt/file none bind,ro,create=file 0 0",
		"lxc.mount.entry = /usr/share/lxc mnt/tree none rbind,create=dir,rslave 0 0",
		"lxc.mount.entry = /nonexistent mnt/none none bind,optional,create=dir 0 0",
		"lxc.mount.entry = etc mnt/etc none bind,relative,create=dir 0 0",
		"lxc.mount.entry = proc mnt/proc proc nosuid,noexec,nodev,create=dir 0 0",
		"lxc.mount.entry = /usr/bin mnt/x none bind,nosuid,nodev,create=dir,private 0 0",
		"lxc.mount.entry = /usr/bin mnt/y none bind,nosuid,create=dir 0 0",
		"lxc.mount.entry = /usr/bin mnt/z none bind,noexec,ro,create=dir 0 0",
		"lxc.mount.entry = /usr/bin mnt/u none bind,noatime,create=dir 0 0",
		"lxc.mount.entry = tmpfs mnt/v tmpfs defaults,create=dir,private 0 0",
		"lxc.mount.entry = /usr/share/lxc mnt/w none rbind,ro,create=dir 0 0",
		"lxc.mount.entry = tmpfs mnt/t tmpfs nodev,strictatime,mode=1777,create=dir 0 0")},
	{name: "a read-only root", mend: with("lxc.rootfs.options = ro",
		"lxc.mount.entry = ROOTFS/observed observed none bind 0 0")},
	{name: "sysctls", mend: all(without("lxc.mount.auto"), with("lxc.mount.auto = proc:rw sys:ro", "lxc.sysctl.net.ipv4.ip_forward = 1", "lxc.sysctl.kernel.shmmax = 1048576", "lxc.sysctl.fs.mqueue.msg_max = 20"))},
	{name: "the personality of another machine", mend: with("lxc.arch = i686")},
	{name: "the launcher's session keyring", mend: with("lxc.keyring.session = 0")},
	{name: "a console that is logged and kept", mend: with("lxc.console.logfile = LXCDIR/console.log", "lxc.console.size = 4096", "lxc.console.rotate = 1", "lxc.console.buffer.size = auto"),
		prepare: func(_ *testing.T, c container) { _ = os.Remove(filepath.Join(filepath.Dir(c.rootfs()), "console.log")) }},
	{name: "a rootfs that is mounted elsewhere", mend: with("lxc.rootfs.mount = LXCDIR/mounted"), prepare: func(t *testing.T, c container) {
		if err := os.MkdirAll(filepath.Join(filepath.Dir(c.rootfs()), "mounted"), 0o755); err != nil {
			t.Fatal(err)
		}
	}},
	{name: "no host name", mend: without("lxc.uts.name")},
	{name: "resource limits", mend: with("lxc.prlimit.nofile = 512:1024", "lxc.prlimit.core = 0", "lxc.prlimit.memlock = 65536",
		"lxc.prlimit.6 = 4000", "lxc.prlimit.nofile = 768:1000")},
	{name: "files of init in /proc", mend: with("lxc.proc.oom_score_adj = 100", "lxc.proc.coredump_filter = 0x7f", "lxc.proc.oom_score_adj = 200", "lxc.proc.timerslack_ns = 60000")},
	{name: "clocks ahead", mend: with("lxc.time.offset.boot = 2h", "lxc.time.offset.monotonic = 30m")},
	{name: "clocks behind, and below a second", mend: with("lxc.time.offset.boot = -1s", "lxc.time.offset.monotonic = 250ms")},
	{name: "clocks set twice", mend: with("lxc.time.offset.boot = 5s", "lxc.time.offset.boot = 1m", "lxc.time.offset.monotonic = 7s", "lxc.time.offset.monotonic = 0s")},
	{name: "clocks and an id map", shift: shift,
		mend: all(first(common, userns), with("lxc.time.offset.boot = 10s", "lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536"))},
	{name: "a time namespace without offsets", mend: all(without("lxc.mount.auto"), with("lxc.mount.auto = proc:mixed sys:ro", "lxc.namespace.clone = mnt pid uts time"))},
	{name: "a monitor with mounts of its own", mend: with("lxc.monitor.unshare = 1")},
	{name: "a signal for the monitor's death", mend: with("lxc.monitor.signal.pdeath = SIGTERM")},
	{name: "what a launch leaves alone", mend: with("lxc.start.auto = 1", "lxc.start.delay = 5", "lxc.start.order = 3", "lxc.group = onboot web",
		"lxc.log.level = WARN", "lxc.signal.stop = SIGTERM")},
	{name: "legacy names, beside stock with the modern ones", mend: nil, legacy: func(config string) string {
		return strings.NewReplacer("lxc.rootfs.path", "lxc.rootfs", "lxc.uts.name", "lxc.utsname", "lxc.tty.max", "lxc.tty",
			"lxc.pty.max", "lxc.pts").Replace(config)
	}},
}

// TestObserverSeesTheSameTwice starts one configuration twice under stock LXC:
// what differs then is noise that the observer failed to normalise.
func TestObserverSeesTheSameTwice(t *testing.T) {
	c := newContainer(t, 0, first(common))
	one := observe(t, stock(t), c, withoutHelpers, observerCommand...)
	two := observe(t, stock(t), c, withoutHelpers, observerCommand...)
	for _, line := range differences(one, two) {
		t.Errorf("two starts by stock LXC: %s", line)
	}
}

// differences lists the lines only one of two observations has, as "section: -
// line" for the first and "section: + line" for the second, and sections that have
// the same lines in another order.
func differences(one, two observation) []string {
	var found []string
	for _, section := range slices.Sorted(maps.Keys(one)) {
		gone, come := added(two[section], one[section]), added(one[section], two[section])
		for _, line := range gone {
			found = append(found, fmt.Sprintf("%s: - %s", section, line))
		}
		for _, line := range come {
			found = append(found, fmt.Sprintf("%s: + %s", section, line))
		}
		if len(gone)+len(come) == 0 && !slices.Equal(one[section], two[section]) {
			found = append(found, fmt.Sprintf("%s: order %s / %s", section, strings.Join(one[section], " | "), strings.Join(two[section], " | ")))
		}
	}
	for _, section := range slices.Sorted(maps.Keys(two)) {
		if _, ok := one[section]; !ok {
			found = append(found, section+": + (section)")
		}
	}
	return found
}

// TestSameAsStock starts each configuration under stock LXC and under lxcfg and
// compares all that can be seen.
func TestSameAsStock(t *testing.T) {
	for _, test := range cases {
		t.Run(test.name, test.run)
	}
}

// run starts the configuration twice and demands that only known differences are
// seen.
func (test comparison) run(t *testing.T) {
	c := newContainer(t, test.shift, test.mend)
	c.prepare = test.prepare
	command := observerCommand
	if test.command != nil {
		command = test.command
	}
	environment := withoutHelpers
	if test.prepare != nil {
		environment = withStorageTools(t)
	}
	one := observe(t, stock(t), c, environment, command...)
	if test.legacy != nil {
		c.mend(t, test.legacy)
	}
	two := observe(t, ours(t), c, environment, command...)
	for _, line := range differences(one, two) {
		if !knownDifference(line) && !(test.warns && strings.HasPrefix(line, "console: + ")) {
			t.Errorf("stock LXC (-) and lxcfg (+): %s", line)
		}
	}
}
