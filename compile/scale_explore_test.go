package compile_test

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"lxcfg/compile"
	"lxcfg/grammar/source"
)

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(format, "#N", fmt.Sprint(i)))
	}
	return b.String()
}

func TestExplore(t *testing.T) {
	typicalText, _ := os.ReadFile(typical)
	M := 1000000
	cases := map[string]func() string{
		"empty":   func() string { return strings.Repeat("\n", M) },
		"a":       func() string { return strings.Repeat("a\n", M) },
		"hash":    func() string { return strings.Repeat("#\n", M) },
		"blank":   func() string { return strings.Repeat(" \n", M) },
		"cr":      func() string { return strings.Repeat("a\r", M) },
		"typical": func() string { return strings.Repeat(string(typicalText), M/100) },
		"group":   func() string { return strings.Repeat("lxc.group=a\n", M) },
		"groupwords": func() string { return "lxc.group="+strings.Repeat("a ", M) },
		"env":     func() string { return strings.Repeat("lxc.environment = A=b\n", M) },
		"mount":   func() string { return strings.Repeat("lxc.mount.entry = proc proc proc nodev 0 0\n", M) },
		"mountshort":   func() string { return strings.Repeat("lxc.mount.entry=a b\n", M) },
		"device":  func() string { return strings.Repeat("lxc.cgroup2.devices.allow = c 1:3 rwm\n", M) },
		"idmap":   func() string { return numbered("lxc.idmap = u #N #N 1\n", M) },
		"sysctl":  func() string { return numbered("lxc.sysctl.a#N = 1\n", M) },
		"prlimit": func() string { return numbered("lxc.prlimit.a#N = 1\n", M) },
		"scalar":  func() string { return strings.Repeat("lxc.uts.name = a\n", M) },
		"clear":   func() string { return strings.Repeat("lxc.uts.name =\n", M) },
		"sysctlclear":   func() string { return numbered("lxc.sysctl.a#N = 1\n", M/2) + numbered("lxc.sysctl.a#N =\n", M/2) },
		"bad":     func() string { return strings.Repeat("lxc.cap.drop sys\n", M) },
		"unknown": func() string { return strings.Repeat("lxc.mount.entri = a\n", M) },
		"badvalue": func() string { return strings.Repeat("lxc.autodev = yes\n", M) },
		"badidmap": func() string { return strings.Repeat("lxc.idmap = yes\n", M) },
		"nic":     func() string { return numbered("lxc.net.#N.type = veth\n", M/10) },
		"nicdesc": func() string { var b strings.Builder; for i := M/10; i > 0; i-- { fmt.Fprintf(&b, "lxc.net.%d.type = veth\n", i) }; return b.String() },
		"long":    func() string { return "lxc.environment = A=" + strings.Repeat("x", 100<<20) + "\n" },
		"longkey":    func() string { return "lxc." + strings.Repeat("a.", 50<<20) + "=x\n" },
		"quotes":  func() string { return "lxc.environment = " + strings.Repeat(`"`, 10<<20)+ " #" + "\n" },
		"quotes2":  func() string { return "lxc.environment = " + strings.Repeat(`"'`, 5<<20)+ " #" + "\n" },
		"path":  func() string { return "lxc.mount.entry = " + strings.Repeat(`\040`, 10<<20)+ "\n" },
		"cgroup": func() string { return numbered("lxc.cgroup2.a#N = 1\n", M) },
		"share": func() string { return numbered("lxc.namespace.share.net = #N\n", M) },
	}
	base := func() uint64 { runtime.GC(); var m runtime.MemStats; runtime.ReadMemStats(&m); return m.HeapAlloc }
	for name, text := range cases {
		if w := os.Getenv("CASES"); w != "" && !strings.Contains(","+w+",", ","+name+",") { continue }
		for _, gc := range []int{10, 100} {
			s := text()
			old := debug.SetGCPercent(gc)
			b := base()
			stop := make(chan bool); peak := make(chan uint64)
			go func() {
				sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
				var most uint64
				for {
					select { case <-stop: peak <- most; return; default: }
					metrics.Read(sample)
					most = max(most, sample[0].Value.Uint64())
					time.Sleep(time.Millisecond)
				}
			}()
			start := time.Now()
			l := compile.Load(compile.Request{File: source.File{Name: "config", Text: s}})
			d := time.Since(start)
			close(stop)
			p := <-peak
			debug.SetGCPercent(old)
			fmt.Printf("%-12s gc %3d %8.1f MB  %8v  heap %6.1fx live %6.1fx findings %d\n", name, gc, float64(len(s))/1e6, d.Round(time.Millisecond), float64(p-b)/float64(len(s)), float64(base()-b)/float64(len(s)), len(l.Findings))
			runtime.KeepAlive(l)
		}
	}
}
