//go:build linux

package launch_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lxcfg/compile/plan"
	"lxcfg/launch"
	"lxcfg/launch/probe"
)

const because = "the test wants it"

// busyboxRootfs makes a rootfs with busybox in it.
func busyboxRootfs(t *testing.T) string {
	t.Helper()
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		t.Skip("busybox is not installed")
	}
	root := t.TempDir()
	for _, dir := range []string{"bin", "dev", "proc", "sys", "tmp", "etc"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(busybox)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "bin/busybox"), data, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("busybox", filepath.Join(root, "bin/sh")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	return root
}

// shell adds the steps of a container that runs a shell command.
func shell(b *plan.Builder, root, command string) {
	b.Add(plan.AtSpawn, plan.Spawn{Namespaces: plan.SetOf(plan.NamespaceMnt, plan.NamespacePID, plan.NamespaceUTS, plan.NamespaceIPC, plan.NamespaceNet)}, because)
	b.Add(plan.AtParentDeath, plan.ParentDeath{Signal: 9}, because)
	b.Add(plan.AtPropagation, plan.MakePrivate{Propagation: "rslave"}, because)
	b.Add(plan.AtRootfs, plan.Rootfs{Source: root, At: root}, because)
	b.Add(plan.AtHostname, plan.Hostname{Name: "box"}, because)
	b.Add(plan.AtDev, plan.Mount{Source: "none", Target: "/dev", FSType: "tmpfs", Data: plan.ListOf("mode=0755", "size=500000")}, because)
	b.Add(plan.AtDev, plan.Directory{Path: "/dev/pts", Mode: 0o755}, because)
	b.Add(plan.AtAutoMount, plan.Mount{Source: "proc", Target: "/proc", FSType: "proc", Set: plan.ListOf(plan.FlagNoSUID, plan.FlagNoDev, plan.FlagNoExec)}, because)
	b.Add(plan.AtDevNode, plan.Node{Path: "/dev/null", Major: 1, Minor: 3, Mode: 0o666}, because)
	b.Add(plan.AtDevLink, plan.Symlink{Path: "/dev/fd", To: "/proc/self/fd"}, because)
	b.Add(plan.AtPivot, plan.PivotRoot{Propagation: "rshared"}, because)
	b.Add(plan.AtSession, plan.Session{}, because)
	b.Add(plan.AtExec, plan.Exec{Paths: plan.ListOf("/bin/sh"), Argv: plan.ListOf("/bin/sh", "-c", command), Env: plan.ListOf("container=lxc")}, because)
	b.Add(plan.AtRun, plan.Run{}, because)
}

// output runs a plan and returns what its console printed.
func output(t *testing.T, p plan.Plan) (string, launch.Result, error) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text := make(chan string)
	go func() {
		var all strings.Builder
		buf := make([]byte, 4096)
		for {
			n, err := r.Read(buf)
			all.Write(buf[:n])
			if err != nil {
				break
			}
		}
		text <- all.String()
	}()
	result, err := launch.Start(p, launch.Options{Stdout: w})
	w.Close()
	return <-text, result, err
}

func TestStartRunsInit(t *testing.T) {
	root(t)
	text, result, err := output(t, build(t, "busybox hostname; echo $$; busybox ls -1 /dev; exit 7", nil))
	if err != nil {
		t.Fatal(err)
	}
	if got := result.Status.ExitStatus(); got != 7 {
		t.Errorf("exit status %d, want 7", got)
	}
	if want := "box\n1\nconsole\nfd\nnull\npts\n"; text != want {
		t.Errorf("console says %q, want %q", text, want)
	}
}

// root skips a test that ordinary users cannot run.
func root(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("making namespaces takes root")
	}
}

// build makes a container with a console that runs a shell command.
func build(t *testing.T, command string, more func(*plan.Builder)) plan.Plan {
	t.Helper()
	b := plan.Builder{Container: "box", LXCPath: t.TempDir(), Facts: probe.Host()}
	shell(&b, busyboxRootfs(t), command)
	b.Add(plan.AtConsoleOpen, plan.ConsoleOpen{}, because)
	b.Add(plan.AtConsole, plan.Console{Target: "/dev/console"}, because)
	b.Add(plan.AtStdio, plan.Stdio{}, because)
	if more != nil {
		more(&b)
	}
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestExitStatus(t *testing.T) {
	root(t)
	for command, want := range map[string]int{"exit 0": 0, "exit 42": 42, "trap 'exit 3' TERM; kill -TERM $$": 3} {
		_, result, err := output(t, build(t, command, nil))
		if err != nil {
			t.Fatal(err)
		}
		if got := result.Status.ExitStatus(); got != want {
			t.Errorf("%q ends with %d, want %d", command, got, want)
		}
	}
}

// Output through the console arrives whole and unchanged, whatever its size.
func TestOutputIsWhole(t *testing.T) {
	root(t)
	text, _, err := output(t, build(t, "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done", nil))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) != 20000 || lines[0] != "line 0" || lines[19999] != "line 19999" || strings.Contains(text, "\r") {
		t.Errorf("%d lines, from %q to %q", len(lines), lines[0], lines[len(lines)-1])
	}
}

// Input of a pipe reaches init, and its end is an end of file.
func TestInput(t *testing.T) {
	root(t)
	in, feed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, sink, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := feed.WriteString("one\ntwo\n"); err != nil {
		t.Fatal(err)
	}
	feed.Close()
	if _, err := launch.Start(build(t, "busybox cat; echo end", nil), launch.Options{Stdin: in, Stdout: sink}); err != nil {
		t.Fatal(err)
	}
	sink.Close()
	text, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != "one\ntwo\nend\n" {
		t.Errorf("the container says %q", text)
	}
}

// A signal to the launcher reaches init; a hangup asks it to terminate.
func TestSignalsArePassedOn(t *testing.T) {
	root(t)
	for sent, want := range map[syscall.Signal]string{syscall.SIGUSR1: "usr1", syscall.SIGTERM: "term", syscall.SIGHUP: "term"} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		p := build(t, "trap 'echo usr1; exit' USR1; trap 'echo term; exit' TERM; echo ready; while :; do busybox sleep 0.05; done", nil)
		said := make(chan string, 1)
		go func() {
			buf := make([]byte, 64)
			n, _ := r.Read(buf) // "ready": init has set its traps
			time.Sleep(50 * time.Millisecond)
			_ = syscall.Kill(os.Getpid(), sent)
			m, _ := r.Read(buf[n:])
			said <- strings.TrimSpace(string(buf[n : n+m]))
		}()
		if _, err := launch.Start(p, launch.Options{Stdout: w}); err != nil {
			t.Fatal(err)
		}
		w.Close()
		if got := <-said; got != want {
			t.Errorf("after %v init says %q, want %q", sent, got, want)
		}
		r.Close()
	}
}

// TestMonitorDeath kills a launcher the hard way: its container dies with it.
func TestMonitorDeath(t *testing.T) {
	root(t)
	if os.Getenv("LAUNCH_AND_WAIT") != "" {
		p := build(t, "echo up; busybox sleep 1000", nil)
		_, err := launch.Start(p, launch.Options{Stdout: os.Stdout})
		t.Fatalf("the launch ended: %v", err)
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestMonitorDeath$")
	cmd.Env = append(os.Environ(), "LAUNCH_AND_WAIT=1", "TMPDIR="+t.TempDir()) // which it cannot clean up
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 16)
	if n, _ := out.Read(buf); strings.TrimSpace(string(buf[:n])) != "up" {
		t.Fatalf("the container says %q", buf[:n])
	}
	// Whichever thread made it, init is a child of the process.
	var init string
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range tasks {
		if list, err := os.ReadFile(name); err == nil {
			init += string(list)
		}
	}
	init = strings.TrimSpace(init)
	if init == "" {
		t.Fatal("the launcher has no child")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for range 100 {
		if _, err := os.Stat("/proc/" + init); os.IsNotExist(err) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("init %s has outlived its monitor", init)
}

// A step that fails is named with its call, object, error and line.
func TestStepError(t *testing.T) {
	root(t)
	line := plan.Origin{File: "config", Line: 7, Column: 1, Key: "lxc.mount.entry"}
	for name, c := range map[string]struct {
		at   plan.Place
		op   plan.Op
		want string
	}{
		"file system that does not exist": {plan.AtMountEntry, plan.Mount{Source: "x", Target: "/tmp", FSType: "nosuchfs"},
			`mount:/tmp failed: fsopen "nosuchfs": no such device (config:7 (lxc.mount.entry))`},
		"source that does not exist": {plan.AtMountEntry, plan.Bind{Source: "/no/such/source", Target: "/tmp"},
			`bind:/tmp failed: open_tree "/no/such/source": no such file or directory (config:7 (lxc.mount.entry))`},
		"target that does not exist": {plan.AtMountEntry, plan.Bind{Source: "/etc", Target: "/no/such/target"},
			`bind:/no/such/target failed: openat2 "no/such/target": no such file or directory (config:7 (lxc.mount.entry))`},
		"option that a file system does not know": {plan.AtMountEntry, plan.Mount{Source: "x", Target: "/tmp", FSType: "tmpfs", Data: plan.ListOf("colour=red")},
			`mount:/tmp failed: fsconfig "colour=red": invalid argument (config:7 (lxc.mount.entry))`},
	} {
		t.Run(name, func(t *testing.T) {
			p := build(t, "exit 0", func(b *plan.Builder) { b.Add(c.at, c.op, "", line) })
			_, _, err := output(t, p)
			if err == nil || err.Error() != c.want {
				t.Errorf("the error is %v\nwant %s", err, c.want)
			}
		})
	}
}
