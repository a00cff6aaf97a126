//go:build linux

package conformance

// familyMembers are the names that families are tried with.
var familyMembers = map[string][]string{
	"lxc.cgroup.[file]":        {"memory.limit_in_bytes", "cpu.shares"},
	"lxc.cgroup2.[file]":       {"memory.max", "pids.max"},
	"lxc.namespace.share.[ns]": {"net", "ipc"},
	"lxc.prlimit.[resource]":   {"nofile", "core"},
	"lxc.sysctl.[name]":        {"net.ipv4.ip_forward", "kernel.msgmax"},
	"lxc.proc.[file]":          {"oom_score_adj"},
}

// spellings are values of each language: right ones in many ways, and some that
// are wrong by little.
var spellings = map[string][]string{
	"IPv4 address": {"10.0.0.1", "10.0.0.1/24", "10.0.0.1/0", "10.0.0.1/32", "10.0.0.1/33", "10.0.0.1/24 10.0.0.255", "10.0.0.1 10.0.0.255", "10.0.0.1/24 ",
		"10.0.0.1/", "10.0.0.1/+24", "10.0.0.1/024", "10.0.0.1/0x18", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1/24/24", "10.0.0.1/24 10.0.0.255/24", "10.0.0.200", "192.168.1.1", "255.255.255.255", "10.0.0.1/24  10.0.0.255"},
	"IPv4 gateway": {"10.0.0.1", "auto", "dev", "AUTO", "auto ", "10.0.0.1/24", "0.0.0.0", "10.0.0", "devx"},
	"IPv4 route":   {"10.0.0.0/8", "10.0.0.1/32", "10.0.0.0/33", "10.0.0.0", "10.0.0.0/", "10.0.0.0/0", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8 ", "0.0.0.0/0", "10.0.0.0/08", "10.0.0.0/09"},
	"IPv6 address": {"fd00::5", "fd00::5/64", "::/0", "::1/128", "::1/129", "FD00::5/64", "fd00:0:0:0:0:0:0:5/64", "::ffff:10.0.0.1/96", "fd00::5/", "fd00::5%eth0/64", "fd00::5/064", "fd00:::5", "1:2:3:4:5:6:7:8:9", "fd00::5/64 fd00::1"},
	"IPv6 gateway": {"fd00::1", "auto", "dev", "FD00::1", "::", "fd00::1/64", "::ffff:1.2.3.4", "fe80::1%eth0", "Auto"},
	"IPv6 route":   {"fd01::/64", "::/0", "fd01::/129", "fd01::", "fd01::/", "fd01::/+64", "FD01::/64", "fd01::/064", "fd01::1/64"},
	"VLAN id":      {"0", "1", "42", "4094", "4095", "4096", "65535", "65536", "none", "NONE", "010", "0x10", "-1", " 7", "+7"},
	"architecture": {"amd64", "x86_64", "i686", "i386", "arm64", "aarch64", "x86", "linux32", "linux64", "AMD64", "riscv64", "s390x", "mips", "armhf", "armel", "ppc64le", "ppc64el", "x32", "sparc", "loong64"},
	"automatic mounts": {"proc", "proc:mixed", "proc:rw", "proc:ro", "sys", "sys:ro", "sys:rw", "sys:mixed", "cgroup", "cgroup:ro", "cgroup-full:rw", "cgroup:mixed:force", "cgroup-full", "cgroup-full:mixed:force", "proc sys", "proc:rw\tsys:rw  cgroup:ro",
		"proc:mixed proc:rw", "shmounts:/a", "shmounts:/a:/b", "shmounts:", "shmounts:a:b:c", "cgroup2", "cgroup2:ro", "cgroup2:force", "cgroup:force:ro", "proc,sys", "PROC", "proc:"},
	"boolean": {"0", "1", "2", "00", "01", "0x1", "0x0", "+1", "-0", "-1", "true", "yes", " 1", "1 1", "1x"},
	"bytes":   {"0", "1", "1000000", "18446744073709551615", "18446744073709551616", "64K", "0x10", "010", "-1", "+5"},
	"capabilities": {"sys_module", "sys_module sys_time", "chown  kill\tsetuid", "0", "40", "41", "63", "64", "037", "0x1", "none", "none chown", "chown none", "all", "CHOWN", "cap_chown", "CAP_CHOWN", "chown chown", "chown,kill", "checkpoint_restore bpf perfmon",
		"-1", "+1"},
	"command line":   {"/sbin/init", "/bin/sh -c 'echo a b'", `/bin/sh -c "a 'b'"`, "a\tb", "'unclosed", `"`, `a"b c"d`},
	"directory name": {"lxc", "a/b", "/lxc", "..", "lxc/", "a b"},
	"environment variable": {"A=b", "A=", "A", "=b", "SET", "UNSET", "SET=", "A=b=c", " A=b", "A =b", "A= b", "SET ", `A="b"`, "1=2",
		"SET=x"},
	"flag":             {"up", "UP", "down", "upx", "up up", "0"},
	"group ids":        {"4", "4,27", "4, 27", "4 27", "4,", ",4", "4,,27", "4294967295", "4294967296", "-1", "0x4", "04", "09", "a", "4,a", "4\t,27"},
	"hook version":     {"0", "1", "2", "00", "01", "0x1", "+1", "x"},
	"host name":        {"web", "web.example.org", "a b", "-web", "WEB", "caf\xc3\xa9", long(63), long(64), long(65), long(66)},
	"id map":           {"u 0 100000 65536", "g 0 100000 65536", "b 0 100000 65536", "u  0\t100000 1", "u 0 100000", "u 0 100000 65536 7", "x 0 0 1", "U 0 0 1", "u 0 0 0", "u 0 0 4294967295", "u 0 0 4294967296", "u 4294967295 4294967295 4294967295", "u -1 0 1", "u 0x0 0x10 010", "u 0 0 1 ", "uu 0 0 1", "u0 0 1", "user 0 0 1", "u 0 0 1x", "u 09 0 1"},
	"interface name":   {"eth0", "veth-%d", "a b", "a/b", long(14), long(15), long(16), ".", "..", "lo", "caf\xc3\xa9", "x+"},
	"ipvlan isolation": {"bridge", "private", "vepa", "BRIDGE", "passthru", "bridge "},
	"ipvlan mode":      {"l2", "l3", "l3s", "L2", "l3S", "l4"},
	"log level":        {"TRACE", "debug", "Info", "NOTICE", "WARN", "ERROR", "CRIT", "ALERT", "FATAL", "0", "8", "9", "-1", "DEBUGx", "01", "010", "0x1", "FATA", "5 "},
	"macvlan mode":     {"bridge", "private", "vepa", "passthru", "PRIVATE", "passthrough"},
	"mount entry":      {"/srv/data srv/data none bind,create=dir 0 0", "tmpfs tmp tmpfs defaults", "a b", "a", "a b c d e f g", "/a\\040b c none bind 0 0", "# x", "a\tb\tc\td", "proc proc proc nodev,noexec,nosuid 0 0"},
	"mount options":    {"ro", "ro,nosuid", "rw,,ro", "idmap=container", "idmap=container,ro", "idmap=/proc/self/ns/user", "ro nosuid", ",", "create=dir", "optional", "relative", "bind", "rbind,rw", "nodev,noexec,relatime,size=1m", "unknown=1", "defaults", "RO"},
	"name":             {"init", "a/b", "..", ".", "/a", "a b", "a/", "a//b"},
	"namespaces":       {"user", "mnt pid", "mnt,pid", "mnt|pid", "net", "network", "uts ipc net cgroup time", "user user", "USER", "mnt  pid\tuts", "mnt pid none", "time"},
	"nothing":          {"", "x", "0", `""`, "''", "\"", " "},
	"number":           {"0", "1", "7", "010", "08", "0x1f", "0X1F", "0x", "+1", "4294967295", "4294967296", "18446744073709551616", "1 2", "1x", "x1", "1.5", "1e3", "0b1", "1_000", "\f1", "\v1"},
	"path":             {"/a", "/a/b/", "/a//b", "/a/./b", "/a/../b", "a/b", "./a", "../a", "/", "//", ".", "none", "/a b", "/caf\xc3\xa9", "/" + long(200), "/a:b", "~/a", "/a\\040b", "$HOME/a"},
	"positive number":  {"0", "1", "2", "64", "010", "0x2", "-1", "4294967295", "4294967296", "+2", "2x"},
	"relative path":    {"a", "a/b", "/a", "a/", "a//b", "./a", "../a", "a/..", "a/../b", "..", ".", "...", "a..b", "a b"},
	"resource limit":   {"1024", "1024:4096", "1024 : 4096", "1024: 4096", "unlimited", "unlimited:unlimited", "1024:unlimited", "UNLIMITED", "4096:1024", "1024:", ":1024", "1:2:3", "0", "-1", "010", "0x10", "18446744073709551615", "18446744073709551616", "unlimited:1", "1K", "inf", "unlimitedx"},
	"rootfs":           {"/var/lib/lxc/web/rootfs", "dir:/a", "overlay:/a:/b", "overlayfs:/a:/b", "btrfs:/a", "zfs:pool/web", "lvm:/dev/vg/web", "loop:/a.img", "nbd:/a", "nbd:/a:1", "rbd:pool/web", "dir:", ":", "DIR:/a", "unknown:/a", "/a:b", "dir:/a:b", "/dev/vg/web", "a/b", "none", "dir :/a", "dir: /a"},
	"shared namespace": {"gateway", "1", "0", "-1", "/proc/1/ns/net", "gateway 2", "none"},
	"shell command":    {"/etc/lxc/hook.sh", "/bin/sh -c 'a; b'", "a b c", "true", "$LXC_NAME", "a\tb", "\\", "a | b > /c"},
	"signal":           {"SIGTERM", "TERM", "SIGPWR", "sigpwr", "SIGRTMIN", "SIGRTMIN+3", "SIGRTMIN+30", "SIGRTMIN+31", "SIGRTMAX", "SIGRTMAX-4", "SIGRTMAX-31", "SIGRTMIN-1", "SIGRTMIN+", "RTMIN+3", "9", "09", "0", "64", "65", "-9", "+9", "0x9", "9x", "SIGTERM ", "SIGCLD", "SIGPOLL", "SIGUNUSED", "SIGIOT", "SIGRTMIN+x", "SIGRTMIN +3", "sigrtmin+3"},
	"signed number":    {"0", "10", "-10", "+10", "010", "0x10", "-0x10", "2147483647", "2147483648", "-2147483648", "-2147483649", "1x", "--1", "- 1"},
	"size":             {"auto", "AUTO", "0", "1", "4096", "64KB", "64 KB", "64\tKB", "64kb", "64K", "2MB", "2 MB ", "1GB", "99999999999GB", "18446744073709551615", "1TB", "1.5MB", "KB", "-1", "0x10", "010", "1 B", "1B", "+1MB", "-1MB", "1000000000MB"},
	"socket":           {"unix:/run/proxy.sock", "unix:@name", "unix:", "unix:a", "/run/proxy.sock", "unix:/" + long(106), "unix:/" + long(107), "unix:/" + long(108), "unix:@" + long(106), "unix:@" + long(107), "UNIX:/a", "unix:/a b"},
	"syslog facility":  {"daemon", "local0", "local7", "local8", "DAEMON", "kern", "user", "0", "auth"},
	"text":             {"a", "a b", "a\tb", "#a", "a#b", "a=b", "=", "0", "-1", "unconfined", "generated", "00:16:3e:xx:xx:xx", "00:16:3e:00:00:01", "1500", "a,b;c"},
	"time offset":      {"2h", "10s", "10 s", "-5m", "+5m", "5ms", "7us", "9ns", "0s", "10", "s", "10S", "10 ms", "1h1m", "-1 h", "- 1h", "9223372036854775807ns", "9223372036854775807h", "010s", "0x10s", "10sx", "10s "},
	"type of network":  {"empty", "none", "veth", "macvlan", "ipvlan", "vlan", "phys", "VETH", "bridge", "tun", "veth "},
	"veth mode":        {"bridge", "router", "ROUTER", "private"},
	"words":            {"onboot", "a b", "a,b", "a  b\tc", ",", "a\vb"},
}

// long is a text of n bytes.
func long(n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = 'a' + byte(i%26)
	}
	return string(text)
}

// hostileValues are what values of any language can be beside right.
var hostileValues = []string{"", "x", "0", "1", "2", "-1", "+1", "01", "08", "0x1f", "4294967295", "4294967296", "99999999999999999999",
	"yes", "none", "auto", "dev", "a b", "\"quoted\"", "'a b'", "\"half", "half'", "\"a'", "\"a\"b\"", "\"\"a\"\"", "\"", "'", "\"\"", "\" \"", "#x", "x # y",
	"/a//b/./c/", "..", "a/../b", "/", ":", "a:b", "up", "SET", "UNSET", "A=b=c", "=x", "SIGKILL", "sigterm", "SIGRTMIN+3", "SIGRTMIN", "KILL",
	"64K", "1MB", "2 gb", "10s", "5 ms", "10.0.0.1", "10.0.0.1/33", "fe80::1%eth0", "::1/129", "u 0 100000 65536", "u 0 1", "b 0 0 1",
	"c 1:3 rwm", "chown", "CHOWN", "cap_kill", "mixed", "proc:ro", "sys:mixed", "cgroup:rw:force", "unlimited", "1:2", "1 : 2", ":5",
	"\xff\xfe", "caf\xc3\xa9", "\ttab\t", "\u00a0", "\\", "a\\", "$HOME", "%n", "\x1b[0m", "a\x7f"}

// hostileLines are what lines can be beside a setting of a key that is known.
var hostileLines = []string{"", " ", "\t", "\f", "\v", " \f ", "#", "# comment", "\t# comment", "\f# comment", "\v# comment", "[section]",
	"lxc", "lxc.", "lxc.=", "lxc. = x", "lxc.uts.name", "lxc.uts.name web", "lxc.uts.name: web", "lxc.UTS.name = a", "LXC.uts.name = a",
	"lxc.uts name = a", "lxc.uts.name\v= a", "lxc.uts.name\f=\fa", "\flxc.uts.name = a", "\vlxc.uts.name = a", "\u00a0lxc.uts.name = a",
	"lxc.uts.name = a\rlxc.uts.name = b", "lxc.group = a\r\r\nlxc.group = b", "lxc.uts.name = a\r", "lxc.uts.name = a\x00b", "lxc.group = a\x00\nlxc.group = b",
	"lxc.uts.name == a", "lxc.uts.name\t=\ta\t", "lxc.uts.name=a", "lxc.uts.name = a \\", "lxc.uts.name = \\\nlxc.group = a", "\\", "= a", "=", "foo = bar", "foo.bar", "lxcfs.x = 1",
	"lxc.prlimitx = 1", "lxc.prlimit. = 1", "lxc.prlimit.x = 1", "lxc.prlimit.NOFILE = 1", "lxc.sysctlx =", "lxc.sysctl. = 1", "lxc.sysctl.a/b = 1",
	"lxc.procfoo = 1", "lxc.proc. = 1", "lxc.cgroup2x = 1", "lxc.cgroup2. = 1", "lxc.cgroup. = 1", "lxc.cgroup.dirx = 1", "lxc.cgroupx = 1",
	"lxc.namespace.share.x = 1", "lxc.namespace.share. = 1", "lxc.namespace.share = 1", "lxc.net.x.type = veth", "lxc.net.-1.type = veth", "lxc.net. = x", "lxc.net..type = veth",
	"lxc.net.0.unknown = x", "lxc.net.0. = x", "lxc.net.0 = x", "lxc.net.1 =", "lxc.net.010 =", "lxc.net.2147483647.type = veth", "lxc.net.0x1.type = veth", "lxc.netx = 1",
	"lxc.network.type = veth", "lxc.utsname = a", "lxc.hook = x", "lxc.hookx =", "lxc.hook.unknown = /x", "lxc.log.file = /dev/null", "lxc.ttyx = 1", "lxc.tty = 4", "lxc.unknown =",
	"'lxc.uts.name' = a", "\"lxc.uts.name = a\"", "lxc.uts.name = 'a' # b", "lxc.uts.name = 'a'  ", "; comment", "// comment", "export A=b"}

// lineEnds separate lines; LXC takes a carriage return for one wherever it is.
var lineEnds = []string{"\n", "\n", "\n", "\n", "\n\n", "\r\n", "\r"}

// margins stand before a key.
var margins = []string{"", "", "", "", "", "", "", "", " ", "\t", "  \t"}

// equals stand between a key and its value.
var equals = []string{" = ", " = ", " = ", " = ", "=", " =", "= ", "\t=\t", "  =  "}
