//go:build linux

package launch_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lxcfg/compile/plan"
	"lxcfg/launch"
	"lxcfg/launch/monitor"
	"lxcfg/launch/probe"
)

var hookLine = plan.Origin{File: "config", Line: 5, Column: 1, Key: "lxc.hook.mount"}

// hookAt is where each hook stands in a launch, in the order they run.
var hookAt = []struct {
	name string
	at   plan.Place
}{
	{"pre-start", plan.AtPreStartHook}, {"pre-mount", plan.AtPreMountHook}, {"mount", plan.AtMountHook}, {"autodev", plan.AtAutodevHook},
	{"start", plan.AtStartHook}, {"start-host", plan.AtStartHostHook}, {"stop", plan.AtStopHook}, {"post-stop", plan.AtPostStopHook},
}

// addHook adds a hook that runs a shell command.
func addHook(b *plan.Builder, name, command string) {
	command, env := "sh -c '"+command+"'", plan.ListOf("LXC_NAME=box")
	for _, row := range hookAt {
		switch {
		case row.name != name:
		case row.at.Phase().Side() == plan.Monitor:
			b.Add(row.at, plan.HostHook{Hook: name, Command: command, Env: env, Told: plan.ListOf(plan.ToldPID, plan.ToldTarget, plan.ToldNamespaces)}, "", hookLine)
		default:
			b.Add(row.at, plan.Hook{Hook: name, Command: command, Env: env, Pivoted: name == "start"}, "", hookLine)
		}
	}
}

// Hooks run in LXC's order, each once.
func TestHookOrder(t *testing.T) {
	root(t)
	journal := filepath.Join(t.TempDir(), "journal")
	p := build(t, "exit 3", func(b *plan.Builder) {
		for _, row := range hookAt {
			if row.name != "start" { // which sees the container's files only
				addHook(b, row.name, "echo "+row.name+" >>"+journal)
			}
		}
		addHook(b, "start", "echo start >/start")
		b.Add(plan.AtMountEntry, plan.Bind{Source: filepath.Dir(journal), Target: "/tmp"}, because)
		addHook(b, "start", "echo start >>/tmp/journal")
	})
	_, result, err := output(t, p)
	if err != nil || result.Status.ExitStatus() != 3 || len(result.Late) > 0 {
		t.Fatalf("the launch ends with %v, %v, late %v", result.Status, err, result.Late)
	}
	text, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	if want := "pre-start pre-mount mount autodev start start-host stop post-stop"; strings.Join(strings.Fields(string(text)), " ") != want {
		t.Errorf("hooks ran in the order %q, want %q", strings.Fields(string(text)), want)
	}
}

// A hook that fails ends the launch with its output and its line. The hooks of the
// container's end run all the same.
func TestHookFails(t *testing.T) {
	root(t)
	for _, name := range []string{"pre-start", "pre-mount", "mount", "autodev", "start", "start-host"} {
		for status, command := range map[string]string{
			"exit status 3": "echo looking; echo nothing there >&2; exit 3",
			"killed":        "echo looking; echo nothing there >&2; kill -KILL $$",
		} {
			t.Run(name+" "+status, func(t *testing.T) {
				journal := filepath.Join(t.TempDir(), "journal")
				p := build(t, "exit 0", func(b *plan.Builder) {
					addHook(b, name, command)
					addHook(b, name, "echo second >>"+journal)
					addHook(b, "stop", "echo stop $LXC_TARGET >>"+journal)
					addHook(b, "post-stop", "echo post-stop $LXC_TARGET >>"+journal)
				})
				_, result, err := output(t, p)
				var failed *launch.StepError
				if !errors.As(err, &failed) {
					t.Fatalf("the launch returned %v", err)
				}
				if failed.Step.Op.Object() != name || failed.Output != "looking\nnothing there\n" || !strings.Contains(err.Error(), status) ||
					!strings.Contains(err.Error(), "nothing there") || !strings.Contains(err.Error(), "config:5 (lxc.hook.mount)") {
					t.Errorf("the error of step %s is %q, output %q", failed.Step.Name, err, failed.Output)
				}
				text, _ := os.ReadFile(journal)
				if string(text) != "stop stop\npost-stop stop\n" || len(result.Late) > 0 {
					t.Errorf("after it there ran %q, late %v", text, result.Late)
				}
			})
		}
	}
}

// Hooks that fail when the container has ended are told, and change nothing.
func TestLateHooksFail(t *testing.T) {
	root(t)
	journal := filepath.Join(t.TempDir(), "journal")
	p := build(t, "exit 3", func(b *plan.Builder) {
		addHook(b, "stop", "echo no; exit 1")
		addHook(b, "stop", "echo second >>"+journal)
		addHook(b, "post-stop", "echo post-stop >>"+journal)
		addHook(b, "post-stop", "exit 2")
	})
	_, result, err := output(t, p)
	if err != nil || result.Status.ExitStatus() != 3 {
		t.Fatalf("the launch ends with %v, %v", result.Status, err)
	}
	var late []string
	for _, e := range result.Late {
		late = append(late, e.Error())
	}
	if len(late) != 2 || !strings.Contains(late[0], `host-hook:stop failed: sh -c 'echo no; exit 1': exit status 1 (it printed "no")`) || !strings.Contains(late[1], "host-hook:post-stop#2 failed") {
		t.Errorf("late errors are %q", late)
	}
	if text, _ := os.ReadFile(journal); string(text) != "post-stop\n" {
		t.Errorf("there ran %q: a list of hooks ends at the first that fails", text)
	}
}

// A hook that takes too long is ended, wherever it runs, and the launch with it.
func TestHookTimeout(t *testing.T) {
	root(t)
	for _, row := range hookAt {
		t.Run(row.name, func(t *testing.T) {
			p := build(t, "exit 0", func(b *plan.Builder) { addHook(b, row.name, "echo waiting; sleep 1000 | sleep 1000") })
			began := time.Now()
			result, err := launch.Start(p, launch.Options{HookTimeout: 300 * time.Millisecond})
			if len(result.Late) > 0 {
				err = result.Late[0]
			}
			if err == nil || !strings.Contains(err.Error(), "did not end within 300ms and was killed") || !strings.Contains(err.Error(), "waiting") {
				t.Errorf("the error is %v", err)
			}
			if took := time.Since(began); took > 100*time.Second {
				t.Errorf("the launch took %v", took)
			}
		})
	}
}

// A hook in time is not disturbed by the limit.
func TestHookInTime(t *testing.T) {
	root(t)
	p := build(t, "exit 4", func(b *plan.Builder) {
		for _, name := range []string{"pre-start", "mount", "start"} {
			addHook(b, name, "echo "+name)
		}
	})
	result, err := launch.Start(p, launch.Options{HookTimeout: time.Minute})
	if err != nil || result.Status.ExitStatus() != 4 {
		t.Fatalf("the launch ends with %v, %v", result.Status, err)
	}
}

// A signal ends a launch whose hook hangs, wherever it runs. The hooks of the end
// run nevertheless: it is for such cases that they are there.
func TestHookIsInterrupted(t *testing.T) {
	root(t)
	for _, name := range []string{"pre-start", "pre-mount", "start", "start-host"} {
		t.Run(name, func(t *testing.T) {
			journal := filepath.Join(t.TempDir(), "journal")
			fifo := filepath.Join(t.TempDir(), "fifo")
			if err := syscall.Mkfifo(fifo, 0o666); err != nil {
				t.Fatal(err)
			}
			p := build(t, "exit 0", func(b *plan.Builder) {
				b.Add(plan.AtMountEntry, plan.Bind{Source: filepath.Dir(fifo), Target: "/tmp"}, because)
				at := fifo
				if name == "start" {
					at = "/tmp/fifo"
				}
				addHook(b, name, "echo hangs >"+at+"; sleep 1000 | sleep 1000")
				addHook(b, "post-stop", "echo post-stop >>"+journal)
			})
			go func() {
				_, _ = os.ReadFile(fifo) // the hook runs
				_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
			}()
			_, err := launch.Start(p, launch.Options{})
			if !errors.Is(err, monitor.ErrInterrupted) {
				t.Errorf("the error is %v", err)
			}
			if text, _ := os.ReadFile(journal); string(text) != "post-stop\n" {
				t.Errorf("afterwards there ran %q", text)
			}
		})
	}
}

// A signal at the end ends the hook that hangs, and nothing else: the container has
// ended as it has.
func TestLateHookIsInterrupted(t *testing.T) {
	root(t)
	for _, name := range []string{"stop", "post-stop"} {
		t.Run(name, func(t *testing.T) {
			fifo := filepath.Join(t.TempDir(), "fifo")
			if err := syscall.Mkfifo(fifo, 0o666); err != nil {
				t.Fatal(err)
			}
			p := build(t, "exit 3", func(b *plan.Builder) { addHook(b, name, "echo hangs >"+fifo+"; sleep 1000 | sleep 1000") })
			go func() {
				_, _ = os.ReadFile(fifo)
				_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
			}()
			result, err := launch.Start(p, launch.Options{})
			if err != nil || result.Status.ExitStatus() != 3 || len(result.Late) != 1 || !strings.Contains(result.Late[0].Error(), "signal: terminated") {
				t.Errorf("the launch ends with %v, %v, late %v", result.Status, err, result.Late)
			}
		})
	}
}

// What a hook leaves in the background holds up nothing.
func TestHookLeavesAProcess(t *testing.T) {
	root(t)
	for _, name := range []string{"pre-start", "mount", "start"} {
		t.Run(name, func(t *testing.T) {
			p := build(t, "exit 4", func(b *plan.Builder) { addHook(b, name, "echo started; sleep 20 &") })
			began := time.Now()
			_, result, err := output(t, p)
			if err != nil || result.Status.ExitStatus() != 4 || time.Since(began) > 15*time.Second {
				t.Errorf("the launch ends with %v, %v after %v", result.Status, err, time.Since(began))
			}
		})
	}
}

// said returns what a hook printed, of the report.
func said(r launch.Result, step string) string {
	for _, s := range r.Report.Steps {
		if s.Name == step {
			return s.Output
		}
	}
	return ""
}

// A start hook is confined as init is.
func TestStartHookIsConfined(t *testing.T) {
	root(t)
	p := build(t, "exit 0", func(b *plan.Builder) {
		b.Add(plan.AtNoNewPrivs, plan.NoNewPrivs{}, because)
		b.Add(plan.AtCapability, plan.CapabilityDrop{Capabilities: plan.ListOf(plan.Capability{Name: "CAP_SYS_TIME", Number: 25})}, because)
		b.Add(plan.AtSeccomp, plan.Seccomp{Policy: "policy", Filter: plan.ListOf(plan.BPF{Code: 6, K: 0x7fff0000})}, because)
		addHook(b, "start", `busybox grep -E "NoNewPrivs|Seccomp:|Seccomp_filters" /proc/self/status; busybox date -s 2000-01-01 2>&1 >/dev/null; busybox tty`)
	})
	_, result, err := output(t, p)
	if err != nil {
		t.Fatal(err)
	}
	want := "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\ndate: can't set date: Operation not permitted\n/dev/console\n"
	if got := said(result, "hook:start"); got != want {
		t.Errorf("the hook says\n%s\nwant\n%s", got, want)
	}
}

// A start hook in a user namespace cannot look into the payload, whose memory is a
// copy of the launcher's.
func TestStartHookSeesNoLauncher(t *testing.T) {
	root(t)
	ids := plan.ListOf(plan.IDMap{Container: 0, Host: 100000, Range: 65536})
	b := plan.Builder{Container: "box", LXCPath: t.TempDir(), Facts: probe.Host()}
	rootfs := busyboxRootfs(t)
	if err := os.Chmod(filepath.Dir(rootfs), 0o755); err != nil { // mapped ids have to pass
		t.Fatal(err)
	}
	b.Add(plan.AtSpawn, plan.Spawn{Namespaces: plan.SetOf(plan.NamespaceUser, plan.NamespaceMnt, plan.NamespacePID)}, because)
	b.Add(plan.AtIDMap, plan.IDMapWrite{UIDs: ids, GIDs: ids, Method: plan.IDMapDirect}, because)
	b.Add(plan.AtUserEnter, plan.UserEnter{ClearGroups: true}, because)
	b.Add(plan.AtPropagation, plan.MakePrivate{Propagation: "rslave"}, because)
	b.Add(plan.AtRootfs, plan.Rootfs{Source: rootfs, At: rootfs}, because)
	b.Add(plan.AtAutoMount, plan.Mount{Source: "proc", Target: "/proc", FSType: "proc"}, because)
	b.Add(plan.AtPivot, plan.PivotRoot{Propagation: "rshared"}, because)
	addHook(&b, "start", `busybox cat /proc/1/environ; busybox ls /proc/1/fd; busybox readlink /proc/1/exe; busybox grep Uid /proc/1/status`)
	b.Add(plan.AtExec, plan.Exec{Paths: plan.ListOf("/bin/sh"), Argv: plan.ListOf("/bin/sh", "-c", "busybox cat /proc/1/environ && exit 7")}, because)
	b.Add(plan.AtRun, plan.Run{}, because)
	result, err := launch.Start(built(t, b), launch.Options{})
	if err != nil || result.Status.ExitStatus() != 7 {
		t.Fatalf("the launch ends with %v, %v", result.Status, err)
	}
	want := "cat: can't open '/proc/1/environ': Permission denied\nls: can't open '/proc/1/fd': Permission denied\nUid:\t0\t0\t0\t0\n"
	if got := said(result, "hook:start"); got != want {
		t.Errorf("the hook says\n%s\nwant\n%s", got, want)
	}
}

// A mount over the rootfs would be lost at the pivot.
func TestMountHookOverTheRootfs(t *testing.T) {
	root(t)
	for command, want := range map[string]string{
		"mount -t tmpfs over $PLACE":     "mounted over",
		"mount -t tmpfs in $PLACE/tmp":   "",
		"mount --bind $PLACE $PLACE/tmp": "",
	} {
		t.Run(command, func(t *testing.T) {
			p := build(t, "exit 0", func(b *plan.Builder) {
				at, _, _ := plan.Find[plan.Rootfs](built(t, *b))
				b.Add(plan.AtMountHook, plan.Hook{Hook: "mount", Command: "sh -c '" + command + "'", Env: plan.ListOf("PLACE=" + at.At), Rootfs: at.At}, because)
			})
			_, _, err := output(t, p)
			var failed *launch.StepError
			if (want != "") != errors.As(err, &failed) {
				t.Fatalf("the launch returned %v", err)
			}
			if want != "" && (failed.Call != "statx" || !strings.Contains(failed.Advice, "mounted something over the rootfs")) {
				t.Errorf("the error is %v, advice %q", err, failed.Advice)
			}
		})
	}
}

// built seals a copy of a builder.
func built(t *testing.T, b plan.Builder) plan.Plan {
	t.Helper()
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The report has what each hook printed and what became of the late ones.
func TestReportOfHooks(t *testing.T) {
	root(t)
	p := build(t, "exit 0", func(b *plan.Builder) {
		for _, row := range hookAt {
			addHook(b, row.name, "echo says "+row.name)
		}
		addHook(b, "post-stop", "exit 9")
	})
	_, result, err := output(t, p)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := result.Report.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	var report struct {
		Steps []struct{ Name, Outcome, Output string }
		Late  []struct{ Step, Error string } `json:"failed_late"`
	}
	if err := json.Unmarshal([]byte(text.String()), &report); err != nil {
		t.Fatal(err)
	}
	printed := map[string]string{}
	for _, s := range report.Steps {
		if s.Output != "" {
			printed[strings.TrimPrefix(strings.TrimPrefix(s.Name, "host-"), "hook:")] = s.Output
		}
		if want := map[bool]string{true: "failed", false: "done"}[s.Name == "host-hook:post-stop#2"]; s.Outcome != want {
			t.Errorf("step %s is reported %q", s.Name, s.Outcome)
		}
	}
	for _, row := range hookAt {
		if printed[row.name] != "says "+row.name+"\n" {
			t.Errorf("of the %s hook the report has %q", row.name, printed[row.name])
		}
	}
	if len(report.Late) != 1 || report.Late[0].Step != "host-hook:post-stop#2" {
		t.Errorf("late failures are %+v", report.Late)
	}
}

// Stop hooks are told files of the container's namespaces, which are still there.
func TestStopHookIsToldNamespaces(t *testing.T) {
	root(t)
	p := build(t, "exit 0", func(b *plan.Builder) {
		b.Add(plan.AtUnshare, plan.Unshare{Namespaces: plan.SetOf(plan.NamespaceCgroup)}, because)
		b.Add(plan.AtNamespaceHold, plan.NamespaceHold{Namespaces: plan.SetOf(plan.NamespaceMnt, plan.NamespacePID, plan.NamespaceUTS,
			plan.NamespaceIPC, plan.NamespaceNet, plan.NamespaceCgroup)}, because)
		addHook(b, "stop", "for n in $LXC_USER_NS $LXC_MNT_NS $LXC_PID_NS $LXC_UTS_NS $LXC_IPC_NS $LXC_NET_NS $LXC_CGROUP_NS $LXC_TIME_NS; do readlink $n; done; [ $LXC_PID -gt 1 ]")
	})
	_, result, err := output(t, p)
	if err != nil || len(result.Late) > 0 {
		t.Fatal(err, result.Late)
	}
	told := said(result, "host-hook:stop")
	var names []string
	for _, line := range strings.Fields(told) {
		name, _, _ := strings.Cut(line, ":")
		names = append(names, name)
		if own, _ := os.Readlink("/proc/self/ns/" + name); own == line {
			t.Errorf("%s is the monitor's own", line)
		}
	}
	if got := strings.Join(names, " "); got != "mnt pid uts ipc net cgroup" {
		t.Errorf("the hook is told %q", told)
	}
}
