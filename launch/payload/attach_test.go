//go:build linux

package payload_test

import (
	"slices"
	"strings"
	"testing"

	"lxcfg/compile/plan"
	"lxcfg/launch/payload"
)

// attachment is one with everything there is.
func attachment() payload.Attachment {
	return payload.Attachment{
		Tasks: 2, Join: plan.SetOf(plan.NamespaceUser, plan.NamespaceMnt, plan.NamespaceNet, plan.NamespaceCgroup), Remount: true,
		Become: true, Identity: plan.Identity{UID: 1000, GID: 1001, SetGroups: true},
		Terminal: payload.ContainerTerminal, Directory: "/usr", LSM: "apparmor", Waits: true, Listens: true,
		Confine: []plan.Op{plan.Personality{Persona: 8}, plan.CapabilityDrop{Capabilities: plan.ListOf(plan.Capability{Name: "capability 16", Number: 16})},
			plan.Label{LSM: "apparmor", Label: "lxc-web"}, plan.NoNewPrivs{}},
		Filter: plan.Seccomp{Policy: "/policy", Filter: plan.ListOf(plan.BPF{Code: 6, K: 0x7fff0000}), Notify: true},
		Exec:   plan.Exec{Paths: plan.ListOf("/usr/bin/id", "/bin/id"), Argv: plan.ListOf("id", "-u"), Env: plan.ListOf("container=lxc")},
	}
}

// TestAttachGolden shows what the kernel is asked by what joins a container.
func TestAttachGolden(t *testing.T) {
	prog, err := payload.Attach(attachment())
	if err != nil {
		t.Fatal(err)
	}
	compareGolden(t, "attach", calls(prog, func(string) bool { return true }))
}

// Whatever an attachment consists of, nothing of the host's is open any more when the first
// path of the container's is looked at, and no path of the host's is looked at then.
func TestAttachLetsGoOfTheHost(t *testing.T) {
	for _, change := range []func(a *payload.Attachment){
		func(*payload.Attachment) {},
		func(a *payload.Attachment) { a.Terminal, a.Waits = payload.HostTerminal, false },
		func(a *payload.Attachment) {
			a.Terminal, a.Remount, a.Become, a.Directory = payload.NoTerminal, false, false, ""
		},
		func(a *payload.Attachment) { a.Join, a.LSM, a.Confine, a.Tasks = plan.NamespaceSet{}, "", nil, 0 },
	} {
		a := attachment()
		change(&a)
		prog, err := payload.Attach(a)
		if err != nil {
			t.Fatal(err)
		}
		open := map[string]bool{"<" + payload.InputTarget + ">": true}
		for n := range a.Tasks {
			open["<"+payload.InputTasks([]string{"0", "1"}[n])+">"] = true
		}
		switch a.Terminal {
		case payload.ContainerTerminal:
			open["<"+payload.InputDevpts+">"] = true
		case payload.HostTerminal:
			open["<"+payload.InputPty+">"] = true
		}
		inside := false
		for _, l := range prog.Lines() {
			if l.Call == "close" {
				delete(open, strings.TrimSuffix(strings.TrimPrefix(l.Text, "close("), ")"))
			}
			inside = inside || l.Step == payload.StepDirectory || l.Step == payload.StepExec
			if inside && len(open) > 0 {
				t.Fatalf("%s comes while %v are open", l.Text, open)
			}
			if inside && l.Call == "openat" || !inside && l.Call == "openat2" && !strings.Contains(l.Text, payload.InputDevpts) {
				t.Errorf("%s comes on the wrong side", l.Text)
			}
		}
	}
}

// TestAttachDisarms demands that a command outlives who has attached it: the parent-death
// signal is off when it is executed.
func TestAttachDisarms(t *testing.T) {
	prog, err := payload.Attach(attachment())
	if err != nil {
		t.Fatal(err)
	}
	var deaths []string
	for _, l := range prog.Lines() {
		if strings.Contains(l.Text, "PR_SET_PDEATHSIG") {
			deaths = append(deaths, l.Text)
		}
	}
	if want := []string{"prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)", "prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)", "prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0)"}; !slices.Equal(deaths, want) {
		t.Errorf("the signal is set by %q, want %q", deaths, want)
	}
}
