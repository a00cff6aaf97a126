package plan_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile/plan"
)

// Every op of every kind can be told, with nothing in it and with something in every
// field, and what is told is one line.
func TestEveryOpHasWords(t *testing.T) {
	for _, op := range append(plan.Kinds(), sampleOps(t)...) {
		words := []string{op.Describe(), plan.RowOf(op).String()}
		if s, is := op.(plan.Summarized); is {
			_, summary := s.Summary()
			words = append(words, summary+".")
		}
		for _, w := range words {
			if strings.TrimSpace(w) == "" || strings.Contains(w, "\n") {
				t.Errorf("%s is told as %q", op.Kind(), w)
			}
		}
	}
}

func TestRows(t *testing.T) {
	for want, op := range map[string]plan.Op{
		"mount tmpfs → /tmp, read-only, no set-user-ID, devices or programs, 1 MiB, mode 0700, nr_inodes=5, propagation slave, creates the directory, if possible": plan.Mount{
			Source: "tmpfs", Target: "/tmp", FSType: "tmpfs", Set: plan.ListOf(plan.FlagReadOnly, plan.FlagNoSUID, plan.FlagNoDev, plan.FlagNoExec),
			Data: plan.ListOf("size=1m", "mode=0700", "nr_inodes=5"), Propagation: "slave", Create: plan.CreateDir, Optional: true},
		"mount tmpfs → /tmp, 50%":      tmpfs("/tmp", "size=50%"),
		"mount tmpfs → /tmp, 1000 KiB": tmpfs("/tmp", "size=1000k"),
		"mount /dev/sdb → /data, ext4": plan.Mount{Source: "/dev/sdb", Target: "/data", FSType: "ext4"},
		"bind /a → /b, with all mounted below, ignores set-user-ID, writable": plan.Bind{Source: "/a", Target: "/b", Recursive: true,
			Set: plan.ListOf(plan.FlagNoSUID), Clear: plan.ListOf(plan.FlagReadOnly)},
		"bind /a, the host's":                      plan.Bind{Source: "/a", Target: "/a"},
		"bind /a, over itself, if it is there":     plan.Bind{Source: "/a", Target: "/a", InContainer: true, SkipMissing: true},
		"limit memory.max = 1G, hierarchy unified": plan.CgroupLimit{Hierarchy: "unified", File: "memory.max", Value: "1G"},
		"limit pids.max = 5":                       plan.CgroupLimit{Hierarchy: "pids", File: "pids.max", Value: "5"},
		"drop 2 capabilities, sys_module, chown":   drop("CAP_SYS_MODULE", "CAP_CHOWN"),
		"clone the payload, new namespaces mnt, net of container gateway, into its cgroup of unified": plan.Spawn{Namespaces: plan.SetOf(plan.NamespaceMnt),
			Join: plan.ListOf(plan.Join{Namespace: plan.NamespaceNet, Container: "gateway"}), IntoCgroup: "unified"},
		"make a time namespace, boot clock 2s off the host's":                             plan.TimeNamespace{Boot: plan.ClockOffset{Seconds: 2}},
		"run /etc/hook, start hook, in the container":                                     plan.Hook{Hook: "start", Command: "/etc/hook", Pivoted: true},
		"run /etc/hook, mount hook, in the container's namespaces, below the host's root": plan.Hook{Hook: "mount", Command: "/etc/hook"},
		"execute make, below a minimal init, LANG=C":                                      plan.Init{Argv: plan.ListOf("make"), Env: plan.ListOf("LANG=C")},
		`set the host name to "web"`:                                                      plan.Hostname{Name: "web"},
		"devices 2 rules, deny all devices, allow c 1:3 rw null": plan.DeviceRules{Rules: plan.ListOf(plan.DeviceRule{Type: "a"},
			plan.DeviceRule{Allow: true, Type: "c", Major: 1, Minor: 3, Access: "rw"})},
	} {
		if got := plan.RowOf(op).String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestSummary(t *testing.T) {
	asked := plan.Origin{File: "config", Line: 1, Column: 1, Key: "lxc.mount.entry"}
	b := plan.Builder{Container: "web"}
	b.Add(plan.AtSpawn, plan.Spawn{Namespaces: plan.SetOf(plan.NamespaceMnt)}, "a reason")
	b.Add(plan.AtMountEntry, tmpfs("/default"), "a default")
	b.Add(plan.AtMountEntry, tmpfs("/tmp"), "", asked)
	b.Add(plan.AtExec, plan.Exec{Argv: plan.ListOf("/sbin/init")}, "a reason")
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	want := []plan.SummaryLine{
		{Topic: plan.TopicInit, Words: []string{"/sbin/init"}},
		{Topic: plan.TopicUser, Words: []string{"the container's root"}},
		{Topic: plan.TopicNamespaces, Words: []string{"mnt"}},
		{Topic: plan.TopicIDs, Words: []string{"no id map: the container's root is the host's root"}},
		{Topic: plan.TopicRoot, Words: []string{"the host's"}},
		{Topic: plan.TopicMounts, Words: []string{"tmpfs /tmp"}},
		{Topic: plan.TopicNetwork, Words: []string{"the host's"}},
		{Topic: plan.TopicLimits, Words: []string{"none"}},
		{Topic: plan.TopicDevices, Words: []string{"no rules: whatever the host has"}},
		{Topic: plan.TopicConfined, Words: []string{"by nothing but its namespaces"}},
	}
	if diff := cmp.Diff(want, p.Summary()); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}
