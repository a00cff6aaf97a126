//go:build linux

package payload_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile/plan"
	"lxcfg/launch/payload"
	"lxcfg/launch/program"
)

var update = flag.Bool("update", false, "write the golden files")

const because = "the test wants it"

// hook is one of lxc.hook.version 0 with a variable.
func hook(name string) plan.Hook {
	return plan.Hook{Hook: name, Command: "/etc/" + name + " here", Arguments: plan.ListOf("web", "lxc", name), Env: plan.ListOf("LXC_NAME=web")}
}

// roots are the ways to a root, of which a plan has one.
var roots = []plan.Op{
	plan.Rootfs{Source: "/srv/web", At: "/run/rootfs", Set: plan.ListOf(plan.FlagReadOnly), Clear: plan.ListOf(plan.FlagNoDev)},
	plan.RootfsOverlay{Lowers: plan.ListOf("/srv/a", "/srv/b"), Upper: "/srv/delta0", Work: "/srv/work", At: "/run/rootfs", Set: plan.ListOf(plan.FlagNoSUID), Data: plan.ListOf("userxattr")},
	plan.RootfsOverlay{Lowers: plan.ListOf("/srv/" + strings.Repeat("long/", 60)), Upper: "/srv/delta0", Work: "/srv/work", At: "/run/rootfs"},
	plan.RootfsTake{At: "/run/rootfs"},
	plan.HostRoot{},
}

// container has one step of every kind of the payload's side, but for other roots and
// but one: a payload ends in just one of exec and init.
func container(t *testing.T) plan.Plan {
	t.Helper()
	return rootedOn(t, roots[0])
}

// rootedOn is the same on another root.
func rootedOn(t *testing.T, root plan.Op) plan.Plan {
	t.Helper()
	return containerWith(t, root, plan.Exec{Paths: plan.ListOf("/bin/init", "/usr/bin/init"), Argv: plan.ListOf("init"), Env: plan.ListOf("container=lxc")})
}

// executed runs a command below the minimal init.
func executed(t *testing.T) plan.Plan {
	t.Helper()
	return containerWith(t, roots[0], plan.Init{Paths: plan.ListOf("/bin/make"), Argv: plan.ListOf("make", "-j2"), Env: plan.ListOf("container=lxc")})
}

func containerWith(t *testing.T, root, last plan.Op) plan.Plan {
	t.Helper()
	b := plan.Builder{Container: "web"}
	add := func(at plan.Place, op plan.Op) { b.Add(at, op, because) }
	add(plan.AtSpawn, plan.Spawn{Namespaces: plan.SetOf(plan.NamespaceUser, plan.NamespaceMnt)})
	add(plan.AtIDMap, plan.IDMapWrite{Method: plan.IDMapDirect})
	add(plan.AtParentDeath, plan.ParentDeath{Signal: 9})
	add(plan.AtSchedCore, plan.SchedCore{})
	add(plan.AtCgroupEnter, plan.CgroupEnter{Hierarchies: plan.ListOf("cpu", "name=systemd")})
	add(plan.AtUserEnter, plan.UserEnter{ClearGroups: true})
	add(plan.AtWay, plan.Traverse{Path: "/srv/web"})
	add(plan.AtUnshare, plan.Unshare{Namespaces: plan.SetOf(plan.NamespaceCgroup)})
	add(plan.AtNetlink, plan.NetlinkHandover{})
	add(plan.AtTimeNamespace, plan.TimeNamespace{Boot: plan.ClockOffset{Seconds: -5}, Monotonic: plan.ClockOffset{Nanoseconds: 7}})
	add(plan.AtPropagation, plan.MakePrivate{Propagation: "rslave"})
	add(plan.AtPreMountHook, hook("pre-mount"))
	add(plan.AtRootfs, root)
	add(plan.AtHostname, plan.Hostname{Name: "web"})
	add(plan.AtKeyring, plan.Keyring{Context: "system_u:system_r:container_t:s0"})
	add(plan.AtDev, plan.Directory{Path: "/dev", Mode: 0o755})
	add(plan.AtDev, plan.Mount{Source: "none", Target: "/dev", FSType: "tmpfs", Data: plan.ListOf("mode=0755", "size=500000")})
	add(plan.AtAutoMount, plan.Mount{Source: "sysfs", Target: "/sys", FSType: "sysfs", Set: plan.ListOf(plan.FlagReadOnly), SuperRO: true})
	add(plan.AtAutoMount, plan.Bind{Source: "/proc/sys", InContainer: true, Target: "/proc/sys", Set: plan.ListOf(plan.FlagReadOnly), SkipMissing: true})
	add(plan.AtMountEntry, plan.Bind{Source: "/srv/data", Target: "/a/b/c", Recursive: true, Set: plan.ListOf(plan.FlagNoATime),
		Clear: plan.ListOf(plan.FlagNoDev), Create: plan.CreateDir, Optional: true, Propagation: "rprivate"})
	add(plan.AtMountEntry, plan.Bind{Source: "/etc/hosts", Target: "/etc/hosts", Create: plan.CreateFile})
	add(plan.AtTreeOpen, plan.TreeOpen{Source: "/srv/mapped", Target: "/srv/mapped", Optional: true})
	add(plan.AtMountIDMap, plan.MountIDMap{Target: "/srv/mapped", UserNS: plan.IDMapContainer, Optional: true})
	add(plan.AtTreeAttach, plan.TreeAttach{Target: "/srv/mapped", Set: plan.ListOf(plan.FlagReadOnly), Create: plan.CreateDir, Optional: true})
	mount := hook("mount")
	mount.Rootfs = "/run/rootfs"
	add(plan.AtMountHook, mount)
	add(plan.AtDevNode, plan.Node{Path: "/dev/null", Major: 1, Minor: 3, Mode: 0o666})
	add(plan.AtDevpts, plan.Mount{Source: "devpts", Target: "/dev/pts", FSType: "devpts", Data: plan.ListOf("newinstance", "max=2")})
	add(plan.AtDevpts, plan.Bind{Source: "/dev/pts/ptmx", InContainer: true, Target: "/dev/ptmx", Create: plan.ReplaceByFile})
	add(plan.AtConsole, plan.Console{Target: "/dev/lxc/console", Also: "/dev/console"})
	add(plan.AtTTY, plan.TTY{Number: 1, Target: "/dev/lxc/tty1", Link: "/dev/tty1"})
	add(plan.AtTTY, plan.TTY{Number: 2, Target: "/dev/lxc/tty2", Link: "/dev/tty2"})
	add(plan.AtDevptsGone, plan.Unmount{Target: "/dev/pts"})
	add(plan.AtDevLink, plan.Symlink{Path: "/dev/fd", To: "/proc/self/fd"})
	cgroup := plan.CgroupPlace{Hierarchy: "cpu", Target: "/sys/fs/cgroup/cpu", Base: "/", Name: "dir/lxc.payload.web", Inner: "ns"}
	add(plan.AtAutoMountCgroup, plan.CgroupDirectory{Place: cgroup})
	add(plan.AtAutoMountCgroup, plan.CgroupBind{Place: cgroup, ReadOnly: true})
	add(plan.AtMountEntry, plan.Bind{Source: "/srv/moved", Target: "/moved", Move: true, Optional: true})
	add(plan.AtMountEntry, plan.Mount{Source: "overlay", Target: "/over", FSType: "overlay", HostDirs: plan.ListOf("/srv/up")})
	add(plan.AtPropagate, plan.Propagate{Target: "/shared", Propagation: "rslave"})
	add(plan.AtPivot, plan.PivotRoot{Propagation: "rshared"})
	add(plan.AtBootID, plan.BootID{Path: "/dev/.lxc-boot-id"})
	add(plan.AtPersonality, plan.Personality{Persona: 8})
	add(plan.AtSysctl, plan.Sysctl{Name: "net/ipv4/ip_forward", Value: "1"})
	add(plan.AtCapability, plan.CapabilityDrop{Capabilities: plan.ListOf(plan.Capability{Name: "CAP_SYS_MODULE", Number: 16})})
	start := hook("start")
	start.Pivoted, start.Program = true, "/etc/start"
	add(plan.AtStartHook, start)
	add(plan.AtDeviceRules, plan.DeviceRules{Hierarchy: "devices", Version: 1})
	_, below := last.(plan.Init)
	add(plan.AtStdio, plan.Stdio{Terminals: below})
	add(plan.AtSession, plan.Session{})
	add(plan.AtWorkDir, plan.WorkDir{Path: "/srv/www", Create: true})
	add(plan.AtCheckInit, plan.CheckInit{Paths: plan.ListOf("/bin/init", "/usr/bin/init")})
	add(plan.AtSockets, plan.ListenFDs{Count: 2})
	add(plan.AtLabel, plan.Label{LSM: "apparmor", Label: "lxc-container-default-cgns"})
	add(plan.AtNoNewPrivs, plan.NoNewPrivs{})
	add(plan.AtSeccomp, plan.Seccomp{Policy: "policy", Filter: plan.ListOf(plan.BPF{Code: 6, K: 0x7fff0000})})
	add(plan.AtIdentity, plan.Identity{UID: 33, GID: 33, SetGroups: true, Groups: plan.ListOf[uint32](4, 27)})
	add(plan.AtExec, last)
	add(plan.AtRun, plan.Run{})
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The golden files are what the kernel is asked, call by call: of a container, of a
// command below the minimal init, and of every other way to a root the calls of that
// step.
func TestLowerGolden(t *testing.T) {
	all := func(string) bool { return true }
	compareGolden(t, "every-step", listing(t, container(t), payload.Options{}, all))
	compareGolden(t, "execute", listing(t, executed(t), payload.Options{HookTimeout: 90 * time.Second}, all))
	var text strings.Builder
	for _, root := range roots[1:] {
		text.WriteString(listing(t, rootedOn(t, root), payload.Options{}, func(step string) bool { return strings.HasPrefix(step, string(root.Kind())+":") }))
	}
	compareGolden(t, "roots", text.String())
}

// listing prints the calls of some steps of a plan.
func listing(t *testing.T, p plan.Plan, o payload.Options, shown func(step string) bool) string {
	t.Helper()
	prog, err := payload.Lower(p, o)
	if err != nil {
		t.Fatal(err)
	}
	return calls(prog, shown)
}

// calls prints those of some steps of a program.
func calls(prog *program.Program, shown func(step string) bool) string {
	var text strings.Builder
	step := ""
	for _, l := range prog.Lines() {
		if !shown(l.Step) {
			continue
		}
		if l.Step != step {
			step = l.Step
			text.WriteString("# " + step + "\n")
		}
		if l.Forked {
			text.WriteString("    ")
		}
		text.WriteString(l.Text + "\n")
	}
	return text.String()
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	golden := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: the program changed (-want +got):\n%s", name, diff)
	}
}

// Each op of the payload's side is lowered; the test fails when a new one is not.
func TestEveryKindIsLowered(t *testing.T) {
	lowered := make(map[plan.Kind]bool)
	plans := []plan.Plan{executed(t)}
	for _, root := range roots {
		plans = append(plans, rootedOn(t, root))
	}
	for _, p := range plans {
		for _, s := range p.Steps() {
			lowered[s.Op.Kind()] = true
		}
	}
	for kind, side := range plan.KindSides() {
		if side == plan.Payload && !lowered[kind] {
			t.Errorf("the test's container has no step of kind %q", kind)
		}
	}
}

// The barriers are where the plan changes sides.
func TestSegments(t *testing.T) {
	p := container(t)
	var got []string
	for _, s := range payload.Segments(p) {
		got = append(got, string(s.Side)+" "+p.At(s.From).Name+" to "+p.At(s.To-1).Name)
	}
	want := []string{
		"monitor spawn:payload to spawn:payload",
		"monitor id-map:user to id-map:user",
		"payload parent-death:signal to tree-open:/srv/mapped",
		"monitor mount-id-map:/srv/mapped to mount-id-map:/srv/mapped",
		"payload tree-attach:/srv/mapped to hook:start",
		"monitor device-rules:devices to device-rules:devices",
		"payload session:init to exec:init",
		"monitor run:init to run:init",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("segments (-want +got):\n%s", diff)
	}
}

// A filter with a listener is loaded when the payload has nothing more to say: it is
// ready before, and waits for the monitor without a call.
func TestListenerIsAwaitedWithoutACall(t *testing.T) {
	b := plan.Builder{Container: "web"}
	b.Add(plan.AtSpawn, plan.Spawn{}, because)
	b.Add(plan.AtSession, plan.Session{}, because)
	b.Add(plan.AtSeccomp, plan.Seccomp{Policy: "policy", Filter: plan.ListOf(plan.BPF{Code: 6, K: 0x7fff0000}), Notify: true}, because)
	b.Add(plan.AtListener, plan.SeccompListener{}, because)
	b.Add(plan.AtIdentity, plan.Identity{SetGroups: true}, because)
	b.Add(plan.AtExec, plan.Exec{Paths: plan.ListOf("/init"), Argv: plan.ListOf("init")}, because)
	b.Add(plan.AtRun, plan.Run{}, because)
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	prog, err := payload.Lower(p, payload.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range prog.Lines() {
		if l.Call != "execve" {
			got = append(got, l.Step+" "+l.Text)
		}
	}
	want := []string{
		"barrier:settle close_range(3, <before the next input>, 0)",
		"barrier:settle close_range(<behind that input>, ~0, 0)",
		"session:init setsid()",
		`seccomp:policy rt_sigprocmask(SIG_SETMASK, [], NULL, 8)`,
		`seccomp:policy write(<barrier>, "+", 1)`,
		"seccomp:policy seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, {len=1, filter=1 instructions of policy}) = <listener>",
		"barrier:start (waits in user space until the monitor has taken over the listener)",
		"identity:init setgroups(0, NULL)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}
