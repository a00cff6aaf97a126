package compile_test

import (
	"fmt"
	"strings"
	"testing"

	"lxcfg/compile"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// many makes configurations of many lines of one kind, which all compile.
var many = map[string]func(n int) string{
	"mounts": func(n int) string {
		return numbered("lxc.mount.entry = /srv/%d srv/%[1]d none bind,create=dir 0 0\n", n)
	},
	"absolute mounts":          func(n int) string { return numbered("lxc.mount.entry = /srv/%d /srv/web/%[1]d none bind 0 0\n", n) },
	"sources of the container": func(n int) string { return numbered("lxc.mount.entry = /srv/web/%d srv/%[1]d none rbind,ro 0 0\n", n) },
	"one target":               func(n int) string { return strings.Repeat("lxc.mount.entry = tmpfs tmp tmpfs size=1m 0 0\n", n) },
	"networks": func(n int) string {
		return numbered("lxc.net.%d.type = veth\nlxc.net.%[1]d.link = br0\nlxc.net.%[1]d.name = net%[1]d\n", n)
	},
	"addresses": func(n int) string {
		return "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.0.flags = up\n" + numbered("lxc.net.0.ipv6.address = fd00::%x/64\n", n)
	},
	"variables":    func(n int) string { return numbered("lxc.environment = NAME%d=value\n", n) },
	"one variable": func(n int) string { return strings.Repeat("lxc.environment = NAME=value\n", n) },
	"limits":       func(n int) string { return numbered("lxc.cgroup2.memory.file%d = 1\n", n) },
	"idle limits":  func(n int) string { return numbered("lxc.cgroup.memory.file%d = 1\n", n) },
	"both limits": func(n int) string {
		return numbered("lxc.cgroup2.memory.file%d = 1\nlxc.cgroup.memory.file%[1]d = 1\n", n)
	},
	"device rules": func(n int) string { return numbered("lxc.cgroup2.devices.allow = c 1:%d rwm\n", n) },
	"id maps":      func(n int) string { return numbered("lxc.idmap = u %d %[1]d 1\nlxc.idmap = g %[1]d %[1]d 1\n", n) },
	"sysctls":      func(n int) string { return numbered("lxc.sysctl.net.name%d = 1\n", n) },
	"capabilities": func(n int) string { return strings.Repeat("lxc.cap.drop = sys_module sys_time\n", n) },
	"groups":       func(n int) string { return numbered("lxc.init.groups = %d\n", n) },
}

// numbered repeats a line with the numbers from 0.
func numbered(line string, times int) string {
	var text strings.Builder
	for i := range times {
		fmt.Fprintf(&text, line, i)
	}
	return text.String()
}

// compileMany compiles n lines of one kind, and reports how many steps that makes.
func compileMany(tb testing.TB, kind string, n int) func() int {
	tb.Helper()
	l := compile.Load(compile.Request{File: source.File{Name: "config", Text: "lxc.rootfs.path = dir:/srv/web\n" + many[kind](n)}})
	facts := hosts()["unified"]
	facts.Paths = found(l.Needs().Paths, "")
	return func() int {
		p, findings := compile.Compile(l, compile.Options{Name: "web", LXCPath: "/var/lib/lxc"}, facts)
		if findings.Has(diag.Error) {
			tb.Fatal(findings[0].Summary)
		}
		return p.Len()
	}
}

// Twice the lines take no more than twice the allocations, and make no more than
// twice the steps.
func TestCompileIsLinear(t *testing.T) {
	for kind := range many {
		t.Run(kind, func(t *testing.T) {
			once, twice := compileMany(t, kind, 5_000), compileMany(t, kind, 10_000)
			if a, b := once(), twice(); b > 2*a {
				t.Errorf("5000 lines make %d steps, 10000 lines %d", a, b)
			}
			a := testing.AllocsPerRun(2, func() { once() })
			if b := testing.AllocsPerRun(2, func() { twice() }); b > 2.2*a+100 {
				t.Errorf("5000 lines take %.0f allocations, 10000 lines %.0f", a, b)
			}
		})
	}
}

// BenchmarkCompileMany shows how the time of a line grows with the number of lines:
// not at all, where all is well.
func BenchmarkCompileMany(b *testing.B) {
	for kind := range many {
		for _, n := range []int{1_000, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(kind, " ", "-"), n), func(b *testing.B) {
				run := compileMany(b, kind, n)
				for b.Loop() {
					run()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/line")
			})
		}
	}
}
