//go:build linux

package launch_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

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
	if os.Geteuid() != 0 {
		t.Skip("making namespaces takes root")
	}
	b := plan.Builder{Container: "box", Facts: probe.Host()}
	shell(&b, busyboxRootfs(t), "busybox hostname; echo $$; busybox ls -1 /dev; exit 7")
	b.Add(plan.AtConsoleOpen, plan.ConsoleOpen{}, because)
	b.Add(plan.AtConsole, plan.Console{Target: "/dev/console"}, because)
	b.Add(plan.AtStdio, plan.Stdio{}, because)
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	text, result, err := output(t, p)
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
