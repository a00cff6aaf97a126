package compile_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"lxcfg/compile"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

var update = flag.Bool("update", false, "write the golden plans")

// hosts are the hosts that golden plans are made for.
func hosts() map[string]plan.Facts {
	hybrid := plan.Facts{
		Arch: "amd64", Kernel: "6.1.0", LastCap: 40, CgroupNS: true, TimeNS: true, RootfsMount: "/usr/lib/lxc/rootfs",
		Caller: plan.CallerFacts{Capabilities: plan.ListOf("CAP_SYS_ADMIN", "CAP_MKNOD", "CAP_NET_ADMIN")},
		Cgroups: plan.CgroupFacts{Layout: plan.CgroupHybrid, Hierarchies: plan.ListOf(
			plan.Hierarchy{Name: "memory", Version: 1, Mount: "/sys/fs/cgroup/memory", Base: "/", Controllers: plan.ListOf("memory"), Writable: true},
			plan.Hierarchy{Name: "devices", Version: 1, Mount: "/sys/fs/cgroup/devices", Base: "/", Controllers: plan.ListOf("devices"), Writable: true},
			plan.Hierarchy{Name: "unified", Version: 2, Mount: "/sys/fs/cgroup/unified", Base: "/", Writable: true},
		)},
		DelegateList: plan.ListOf("cgroup.procs", "cgroup.threads"),
		Links: plan.ListOf(
			plan.Link{Name: "br0", Exists: true, Kind: "bridge", MTU: 1450, Addresses: plan.ListOf("10.0.3.1/24", "fd00::1/64", "fe80::1/64")},
			plan.Link{Name: "vlans", Exists: true, Kind: "bridge", MTU: 1500, VLANFiltering: true, DefaultPVID: 1},
			plan.Link{Name: "ovs0", Exists: true, Kind: "openvswitch", MTU: 1500},
			plan.Link{Name: "eth0", Exists: true, MTU: 1500, Addresses: plan.ListOf("192.0.2.7/24")},
			plan.Link{Name: "enp+", Exists: true, Is: "enp3s0", MTU: 1500},
		),
		Sysctls: plan.ListOf(
			plan.SysctlValue{Name: "net/ipv6/conf/all/forwarding", Value: "1"},
			plan.SysctlValue{Name: "net/ipv4/conf/eth0/forwarding", Value: "1"},
			plan.SysctlValue{Name: "net/ipv6/conf/eth0/forwarding", Value: "1"},
			plan.SysctlValue{Name: "net/ipv6/conf/eth0/proxy_ndp", Value: "1"},
		),
	}
	unified := hybrid
	unified.Cgroups = plan.CgroupFacts{Layout: plan.CgroupUnified, Hierarchies: plan.ListOf(
		plan.Hierarchy{Name: "unified", Version: 2, Mount: "/sys/fs/cgroup", Base: "/", Controllers: plan.ListOf("cpu", "memory", "pids"), Writable: true},
	)}
	apparmor := unified
	apparmor.LSM = "apparmor"
	apparmor.AppArmor = plan.AppArmorFacts{Label: "unconfined", Mount: true, Stacking: true, Loading: true, Parser: "/sbin/apparmor_parser"}
	user := unified
	user.Caller = plan.CallerFacts{UID: 1000, GID: 1000, User: "ann", NewIDMap: true,
		SubUIDs: plan.ListOf(plan.SubIDs{First: 100000, Count: 65536}), SubGIDs: plan.ListOf(plan.SubIDs{First: 100000, Count: 65536})}
	user.Cgroups = plan.CgroupFacts{Layout: plan.CgroupUnified, Hierarchies: plan.ListOf(
		plan.Hierarchy{Name: "unified", Version: 2, Mount: "/sys/fs/cgroup", Base: "/user.slice", Controllers: plan.ListOf("pids")},
	)}
	user.RootfsMount = ""
	user.Caller.UserNIC = "/usr/libexec/lxc/lxc-user-nic"
	user.Caller.NICGrants = plan.ListOf(plan.NICGrant{Type: "veth", Bridge: "br0", Count: 2})
	confined := unified
	confined.Caller.Confined = true
	return map[string]plan.Facts{"hybrid": hybrid, "unified": unified, "apparmor": apparmor, "user": user, "confined": confined}
}

// The same configuration and facts give the same bytes every time.
func TestPlansAreDeterministic(t *testing.T) {
	text := "lxc.rootfs.path = /r\nlxc.cgroup.memory.limit_in_bytes = 1M\nlxc.tty.max = 3\nlxc.cap.keep = chown\nlxc.sysctl.a.b = 1\n"
	var first []byte
	for range 20 {
		l := compile.Load(compile.Request{File: source.File{Name: "config", Text: text}})
		p, findings := compile.Compile(l, compile.Options{Name: "web", LXCPath: "/var/lib/lxc"}, hosts()["hybrid"])
		if findings.Has(diag.Error) {
			t.Fatal(findings)
		}
		data, err := p.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = data
		} else if string(first) != string(data) {
			t.Fatal("the same input gave another plan")
		}
	}
}

// Mistakes are golden plans too: each of the hundred that LXC accepts has one.
func TestEveryMistakeHasAPlan(t *testing.T) {
	for n := 1; n <= 100; n++ {
		if files, err := filepath.Glob(fmt.Sprintf("testdata/plan/mistakes/%03d-*.txtar", n)); err != nil || len(files) != 1 {
			t.Errorf("mistake %d has %d golden plans", n, len(files))
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	l := compile.Load(compile.Request{File: source.File{Name: "config", Text: "lxc.rootfs.path = /r\nlxc.mount.auto = proc sys\n" +
		strings.Repeat("lxc.mount.entry = /srv/data srv/data none bind,create=dir 0 0\n", 30)}})
	facts := hosts()["hybrid"]
	b.ReportAllocs()
	for b.Loop() {
		compile.Compile(l, compile.Options{Name: "web", LXCPath: "/var/lib/lxc"}, facts)
	}
}
