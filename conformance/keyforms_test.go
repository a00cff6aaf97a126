//go:build linux

package conformance

import (
	"fmt"
	"testing"
)

// TestKeyForms asks liblxc about the ways a key can be written nearly right:
// families without a member, groups with a value, indexes in other bases.
func TestKeyForms(t *testing.T) {
	const two = "lxc.net.8.type = veth\nlxc.net.10.type = macvlan\n"
	texts := []string{"lxc.net.010.type = veth\n", "lxc.net.08.type = veth\n", "lxc.net.8.type =\n", "lxc.net.8.type = veth\nlxc.net.8.type =\n"}
	for _, index := range []string{"010", "08", "10", "8", "0x8", "7", "2147483646", "2147483647", "2147483648", "99999999999999999999", "x", "-1", ""} {
		texts = append(texts, two+"lxc.net."+index+" =\n", two+"lxc.net."+index+" = 1\n", "lxc.net."+index+".type = veth\n", two+"lxc.net."+index+".mtu =\n")
	}
	for _, key := range []string{"lxc.cgroup", "lxc.cgroup2", "lxc.prlimit", "lxc.sysctl", "lxc.proc", "lxc.hook", "lxc.net", "lxc.namespace.share",
		"lxc.environment", "lxc.cap", "lxc.mount", "lxc.start", "lxc.namespace", "lxc.tty", "lxc.console", "lxc"} {
		for _, behind := range []string{"", "x", ".", ".x", ".x.y", ".net", ".dirx", ".dir.x", ". x"} {
			texts = append(texts, key+behind+" =\n", key+behind+" = 1\n")
		}
	}
	for _, key := range []string{"LXC.uts.name", "lxc.UTS.name", "lxc.uts name", "lxc.uts.name.", "lxc..uts.name", "lxc.", "lxc.uts.name\t", "lxc.net.0.type.x", "lxc.net.0.", "lxc.net.0"} {
		texts = append(texts, key+" = 1\n", key+"=\n", key+"\n")
	}
	for _, arch := range []string{"x32", "loong64", "loongarch64", "riscv64", "i386", "X86", "x86_64 "} {
		texts = append(texts, fmt.Sprintf("lxc.arch = %s\n", arch))
	}
	for _, number := range []string{"-1", "-0", "-x", "1x", "x1", "4294967296", "99999999999999999999", "08", "-", "+", "0x", "0xg", " 1", "\"1\"", "\" 1\"", "\"\t1\""} {
		for _, key := range []string{"lxc.init.gid", "lxc.init.uid", "lxc.hook.version", "lxc.seccomp.allow_nesting", "lxc.tty.max", "lxc.start.order", "lxc.autodev", "lxc.autodev.tmpfs.size"} {
			texts = append(texts, fmt.Sprintf("%s = %s\n", key, number))
		}
	}
	judgeAll(t, texts)
}

// TestValueForms asks liblxc about values whose blanks and ends it reads in ways of
// its own.
func TestValueForms(t *testing.T) {
	var texts []string
	for key, values := range map[string][]string{
		"lxc.console.size": {"\" 0 \"", "\" 0\"", "0x", "0x KB", "0xKB", "\" auto\"", "\"64KB \"", "\"64 \"", "64\tKB", "64KB\v", "\v64", "64\vKB", "0x1 "},
		"lxc.time.offset.boot": {"9223372036854775807ns", "9223372036854775808ns", "9223372036854775807us", "-9223372036854775808ns", "\" 10s\"", "\"10s \"",
			"\"10 s \"", "\"10ms \"", "10  s", "10\ts", "\"10s\t\"", "10s\v", "\v10s", "\"+ 10s\"", "+-10s", "--10s", "10", "\" \""},
		"lxc.signal.halt":    {"SIGRTMIN+ 3", "SIGRTMIN+\t3", "SIGRTMIN++3", "SIGRTMIN+-1", "SIGRTMIN+0x3", "SIGRTMIN+030", "SIGRTMAX- 3", "\" 9\"", "\"9 \""},
		"lxc.mount.auto":     {"shmounts:a:b:c", "shmounts:a:b:c:d", "shmounts:a:", "shmounts:a::c", "shmounts::b", "shmounts"},
		"lxc.prlimit.nofile": {"\f", "\v5", "5\v:\v6\v", "5\v6", "unlimited\v", "\vunlimited", "5:\vunlimited", "\f:5", "\f5x", "\" unlimited\"", "-1\f", "5:\f"},
	} {
		for _, value := range values {
			texts = append(texts, fmt.Sprintf("%s = %s\n", key, value))
		}
	}
	judgeAll(t, texts)
}
