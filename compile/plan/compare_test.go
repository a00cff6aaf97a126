package plan_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile/plan"
)

// planOf makes a plan of ops, each at the first place of its side that keeps the
// order given.
func planOf(t testing.TB, ops ...plan.Op) plan.Plan {
	t.Helper()
	b := plan.Builder{Container: "web"}
	places := map[plan.Kind]plan.Place{"hostname": plan.AtHostname, "mount": plan.AtMountEntry, "bind": plan.AtMountEntry, "rootfs": plan.AtRootfs,
		"capability-drop": plan.AtCapability, "cgroup-limit": plan.AtCgroupLimit, "device-rules": plan.AtDeviceRules, "exec": plan.AtExec,
		"spawn": plan.AtSpawn, "unshare": plan.AtUnshare, "id-map": plan.AtIDMap, "seccomp": plan.AtSeccomp, "no-new-privs": plan.AtNoNewPrivs,
		"work-dir": plan.AtWorkDir, "identity": plan.AtIdentity, "sysctl": plan.AtSysctl, "label": plan.AtLabel, "tty": plan.AtTTY,
		"hook": plan.AtMountHook, "host-hook": plan.AtStopHook, "prlimit": plan.AtPrlimit, "proc-file": plan.AtProcFile, "time-namespace": plan.AtTimeNamespace,
		"init": plan.AtExec}
	for _, op := range ops {
		b.Add(places[op.Kind()], op, "a reason")
	}
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tmpfs(target string, options ...string) plan.Mount {
	return plan.Mount{Source: "tmpfs", Target: target, FSType: "tmpfs", Data: plan.ListOf(options...)}
}

func drop(names ...string) plan.CapabilityDrop {
	var list []plan.Capability
	for _, name := range names {
		number := map[string]uint32{"CAP_SYS_MODULE": 16, "CAP_SYS_TIME": 25, "CAP_CHOWN": 0}[name]
		list = append(list, plan.Capability{Name: name, Number: number})
	}
	return plan.CapabilityDrop{Capabilities: plan.ListOf(list...)}
}

// filter is a seccomp filter of one architecture.
func filter(policy, rest string, rules ...plan.SeccompRule) plan.Seccomp {
	return plan.Seccomp{Policy: policy, Tables: plan.ListOf(plan.SeccompTable{Arch: "arm64", Rest: rest, Rules: plan.ListOf(rules...)})}
}

func rule(call, action string) plan.SeccompRule { return plan.SeccompRule{Call: call, Action: action} }

// changesOf lists changes as lines.
func changesOf(a, b plan.Plan) []string {
	var lines []string
	for _, c := range plan.Compare(a, b, false) {
		for _, words := range c.Words {
			lines = append(lines, fmt.Sprintf("%s: %s", c.Kind, words))
		}
	}
	return lines
}

func TestCompare(t *testing.T) {
	ops := func(ops ...plan.Op) []plan.Op { return ops }
	ro := plan.ListOf(plan.FlagReadOnly)
	for name, c := range map[string]struct {
		a, b []plan.Op
		want []string
	}{
		"nothing": {ops(tmpfs("/a")), ops(tmpfs("/a")), nil},
		"a step in the middle": {ops(tmpfs("/a"), tmpfs("/c")), ops(tmpfs("/a"), tmpfs("/b", "size=2g"), tmpfs("/c")),
			[]string{"added: mount tmpfs → /b, 2 GiB"}},
		"one less":          {ops(tmpfs("/a"), tmpfs("/b")), ops(tmpfs("/b")), []string{"removed: mount tmpfs → /a"}},
		"one for another":   {ops(tmpfs("/a"), tmpfs("/z")), ops(tmpfs("/b"), tmpfs("/z")), []string{"added: mount tmpfs → /b", "removed: mount tmpfs → /a"}},
		"all of them":       {ops(tmpfs("/a"), tmpfs("/b")), nil, []string{"removed: mount tmpfs → /a", "removed: mount tmpfs → /b"}},
		"another order":     {ops(tmpfs("/a"), tmpfs("/b"), tmpfs("/c")), ops(tmpfs("/b"), tmpfs("/c"), tmpfs("/a")), []string{"moved: it runs after `mount tmpfs → /c` now, and ran before it"}},
		"the other way":     {ops(tmpfs("/a"), tmpfs("/b"), tmpfs("/c")), ops(tmpfs("/c"), tmpfs("/a"), tmpfs("/b")), []string{"moved: it runs before `mount tmpfs → /a` now, and ran after it"}},
		"moved and changed": {ops(tmpfs("/a"), tmpfs("/b"), tmpfs("/c")), ops(tmpfs("/b"), tmpfs("/c"), tmpfs("/a", "size=1k")), []string{"changed: /a is now 1 KiB (was half of the memory)", "changed: it runs after `mount tmpfs → /c` now, and ran before it"}},
		"a namesake in front": {ops(tmpfs("/a", "size=1m"), tmpfs("/b")), ops(tmpfs("/a", "size=2m"), tmpfs("/a", "size=1m"), tmpfs("/b")),
			[]string{"added: mount tmpfs → /a, 2 MiB"}},

		"the size of a tmpfs": {ops(tmpfs("/tmp", "size=1m", "mode=0755")), ops(tmpfs("/tmp", "size=64m", "mode=1777")),
			[]string{"changed: /tmp is now 64 MiB (was 1 MiB)", "changed: option mode of /tmp is now 1777 (was 0755)"}},
		"flags of a mount": {ops(plan.Bind{Source: "/a", Target: "/b", Set: ro}), ops(plan.Bind{Source: "/c", Target: "/b", Set: plan.ListOf(plan.FlagNoDev), Optional: true}),
			[]string{"changed: what /b shows is now /c (was /a)", "changed: /b is now mounted nodev", "changed: /b is no longer read-only", "changed: the launch goes on when /b cannot be mounted"}},
		"a bind mount": {nil, ops(plan.Bind{Source: "/srv/data", Target: "/data", Set: ro, Create: plan.CreateDir}), []string{"added: bind /srv/data → /data, read-only, creates the directory"}},
		"the rootfs":   {ops(plan.Rootfs{Source: "/a", At: "/r"}), ops(plan.Rootfs{Source: "/b", At: "/r", Set: ro}), []string{"changed: the root file system is now /b (was /a)", "changed: the root file system is now read-only"}},
		"the only mount, elsewhere": {ops(tmpfs("/a")), ops(tmpfs("/b")),
			[]string{"changed: mount /b: target is now /b (was /a)"}},
		"capabilities": {ops(drop("CAP_SYS_MODULE", "CAP_CHOWN")), ops(drop("CAP_CHOWN", "CAP_SYS_TIME")),
			[]string{"changed: the container can load kernel modules: sys_module is no longer dropped", "changed: the container can no longer set the clock: sys_time is dropped"}},
		"capabilities in a user namespace": {ops(plan.Spawn{Namespaces: plan.SetOf(plan.NamespaceUser)}, drop("CAP_SYS_TIME")), ops(plan.Spawn{Namespaces: plan.SetOf(plan.NamespaceUser)}),
			[]string{"removed: the container can set the clock: sys_time is no longer dropped (within its user namespace)"}},
		"all capabilities": {ops(drop("CAP_SYS_MODULE")), nil, []string{"removed: the container can load kernel modules: sys_module is no longer dropped"}},
		"the order of capabilities": {ops(drop("CAP_SYS_MODULE", "CAP_CHOWN")), ops(drop("CAP_CHOWN", "CAP_SYS_MODULE")),
			[]string{"changed: capabilities are dropped in another order, which is all the same"}},
		"a limit": {ops(plan.CgroupLimit{Hierarchy: "unified", File: "memory.max", Value: "1G"}), ops(plan.CgroupLimit{Hierarchy: "unified", File: "memory.max", Value: "2G"}),
			[]string{"changed: memory.max is now 2G (was 1G)"}},
		"a device rule": {ops(plan.DeviceRules{Rules: plan.ListOf(plan.DeviceRule{Type: "a"})}), ops(plan.DeviceRules{Rules: plan.ListOf(plan.DeviceRule{Type: "a"}, plan.DeviceRule{Allow: true, Type: "c", Major: 10, Minor: 229, Access: "rwm"})}),
			[]string{"changed: new device rule: allow c 10:229 rwm fuse"}},
		"namespaces": {ops(plan.Spawn{Namespaces: plan.SetOf(plan.NamespaceNet, plan.NamespaceMnt)}), ops(plan.Spawn{Namespaces: plan.SetOf(plan.NamespaceUser, plan.NamespaceMnt)}),
			[]string{"changed: the container has a user namespace of its own", "changed: the container no longer has a net namespace of its own"}},
		"the id map": {ops(plan.IDMapWrite{UIDs: plan.ListOf(plan.IDMap{Host: 100000, Range: 10})}), ops(plan.IDMapWrite{UIDs: plan.ListOf(plan.IDMap{Host: 200000, Range: 10})}),
			[]string{"changed: the uid map is now 0-9 → host 200000-200009 (was 0-9 → host 100000-100009)"}},
		"seccomp rules": {ops(filter("/p", "allow", rule("a", "kill"), rule("b", "error 1"))), ops(filter("/p", "allow", rule("b", "error 2"), rule("c", "kill"))),
			[]string{"changed: seccomp: a is now no rule (was kill)", "changed: seccomp: b is now error 2 (was error 1)", "changed: seccomp: c is now kill (was no rule)"}},
		"a bare word":       {nil, ops(plan.NoNewPrivs{}), []string{"added: set no_new_privs"}},
		"the directory":     {ops(plan.WorkDir{Path: "/a"}), ops(plan.WorkDir{Path: "/b"}), []string{"changed: the directory init starts in is now /b (was /a)"}},
		"from no directory": {nil, ops(plan.WorkDir{Path: "/b"}), []string{"added: the directory init starts in is now /b (was /)"}},
		"who":               {ops(plan.Identity{UID: 1}), ops(plan.Identity{UID: 2, GID: 3}), []string{"changed: who init runs as is now uid 2 gid 3 (was uid 1 gid 0)"}},
		"a sysctl":          {ops(plan.Sysctl{Name: "net/a", Value: "0"}), ops(plan.Sysctl{Name: "net/a", Value: "1"}), []string{"changed: sysctl net/a is now 1 (was 0)"}},
		"a label":           {ops(plan.Label{LSM: "apparmor", Label: "a"}), ops(plan.Label{LSM: "apparmor", Label: "b"}), []string{"changed: the apparmor label is now b (was a)"}},
		"an op without words of its own": {ops(plan.TTY{Number: 1, Target: "/dev/tty1"}), ops(plan.TTY{Number: 1, Target: "/dev/lxc/tty1", Link: "/dev/tty1"}),
			[]string{"changed: tty tty1: target is now /dev/lxc/tty1 (was /dev/tty1)", "changed: tty tty1: link is now /dev/tty1 (was nothing)"}},
		"variables": {ops(plan.Exec{Argv: plan.ListOf("/a"), Env: plan.ListOf("TERM=vt", "TOKEN=1", "OLD=1", "SAME=1")}), ops(plan.Exec{Argv: plan.ListOf("/a", "-b"), Env: plan.ListOf("TOKEN=2", "SAME=1", "NEW=3", "LANG=C", "TERM=xt")}),
			[]string{"changed: init is now /a -b (was /a)", "changed: variable TERM is now xt (was vt)", "changed: variable TOKEN has another value", "changed: variable OLD is not set any more",
				"changed: variable NEW is set", "changed: variable LANG is set to C"}},
		"a password": {ops(plan.Mount{Source: "//n/d", Target: "/d", FSType: "cifs", Data: plan.ListOf("password=1")}), ops(plan.Mount{Source: "//n/d", Target: "/d", FSType: "cifs", Data: plan.ListOf("password=2")}),
			[]string{"changed: option password of /d has another value"}},
		"a hook": {ops(plan.Hook{Hook: "mount", Command: "/a", Env: plan.ListOf("LXC_NAME=web", "TOKEN=1")}), ops(plan.Hook{Hook: "mount", Command: "/b", Env: plan.ListOf("LXC_NAME=web", "TOKEN=2")}),
			[]string{"changed: the mount hook is now /b (was /a)", "changed: the mount hook: variable TOKEN has another value"}},
		"hooks of one name": {ops(plan.HostHook{Hook: "stop", Command: "/a"}), ops(plan.HostHook{Hook: "stop", Command: "/b"}, plan.HostHook{Hook: "stop", Command: "/a"}),
			[]string{"added: run /b, stop hook, on the host"}},
		"what a hook is told": {ops(plan.HostHook{Hook: "stop", Command: "/a", Arguments: plan.ListOf("web", "lxc", "stop")}), ops(plan.HostHook{Hook: "stop", Command: "/a", Told: plan.ListOf(plan.ToldPID)}),
			[]string{"changed: what the stop hook is told is now nothing (was web lxc stop)", "changed: the stop hook is told the pid: true"}},
		"a resource limit": {ops(plan.Prlimit{Resource: "nofile", Soft: 1024, Hard: 4096}), ops(plan.Prlimit{Resource: "nofile", Soft: math.MaxUint64, Hard: math.MaxUint64}),
			[]string{"changed: the limit of nofile is now unlimited (was 1024:4096)"}},
		"a namespace of another": {ops(plan.Spawn{Join: plan.ListOf(plan.Join{Namespace: plan.NamespaceNet, Container: "a"})}), ops(plan.Spawn{Join: plan.ListOf(plan.Join{Namespace: plan.NamespaceNet, PID: 7})}),
			[]string{"changed: the container is in the namespace net of process 7", "changed: the container is no longer in the namespace net of container a"}},
		"a clock": {ops(plan.TimeNamespace{Boot: plan.ClockOffset{Seconds: 60}}), ops(plan.TimeNamespace{Boot: plan.ClockOffset{Seconds: -60, Nanoseconds: 5}}),
			[]string{"changed: the boot clock's offset is now -60s and 5ns (was 60s)"}},
		"a file in /proc": {ops(plan.ProcFile{File: "oom_score_adj", Value: "1"}), ops(plan.ProcFile{File: "oom_score_adj", Value: "2"}), []string{"changed: what is written to /proc/PID/oom_score_adj is now 2 (was 1)"}},
		"a command":       {ops(plan.Init{Argv: plan.ListOf("make")}), ops(plan.Init{Argv: plan.ListOf("make", "-j2")}), []string{"changed: the command is now make -j2 (was make)"}},
		"a host name":     {ops(plan.Hostname{Name: "a"}), ops(plan.Hostname{Name: "b"}), []string{"changed: the host name is now b (was a)"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, changesOf(planOf(t, c.a...), planOf(t, c.b...))); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

// Every kind of op has words for every field that changes, and shows no secret.
func TestEveryChangeHasWords(t *testing.T) {
	sides := plan.KindSides()
	for _, full := range sampleOps(t) {
		of := reflect.TypeOf(full)
		for i := range of.NumField() {
			changed := reflect.New(of).Elem()
			changed.Set(reflect.ValueOf(full))
			changed.Field(i).SetZero()
			a, b := plan.Builder{}, plan.Builder{}
			place := placeFor(t, sides[full.Kind()])
			a.Add(place, full, "a reason")
			b.Add(place, changed.Interface().(plan.Op), "a reason")
			before, err1 := a.Build()
			after, err2 := b.Build()
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			if len(changesOf(before, after)) == 0 || len(changesOf(after, before)) == 0 {
				t.Errorf("a change of %s.%s is told in no words", of.Name(), of.Field(i).Name)
			}
		}
	}
}

// A configuration that is turned around costs no more than one that is not.
func TestCompareManySteps(t *testing.T) {
	const n = 20000
	var forth, back []plan.Op
	for i := range n {
		forth = append(forth, tmpfs(fmt.Sprint("/", i)))
		back = append(back, tmpfs(fmt.Sprint("/", n-1-i)))
	}
	changes := plan.Compare(planOf(t, forth...), planOf(t, back...), false)
	if len(changes) != n-1 {
		t.Errorf("%d changes, want all but one step to have moved", len(changes))
	}
	same := append([]plan.Op(nil), forth...)
	for i := range same {
		same[i] = tmpfs("/a", fmt.Sprint("size=", i))
	}
	if changes := plan.Compare(planOf(t, same...), planOf(t, same[1:]...), false); len(changes) != 1 || !strings.Contains(changes[0].Words[0], "0 bytes") {
		t.Errorf("of many mounts on one target the first is gone: %v", changes)
	}
}
