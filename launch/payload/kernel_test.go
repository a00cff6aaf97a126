//go:build linux

package payload_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/payload"
	"lxcfg/launch/program"
)

// tree is a rootfs with busybox in it, and a directory beside it that no step may
// reach.
type tree struct {
	rootfs  string
	outside string
}

func newTree(t *testing.T) tree {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("making namespaces takes root")
	}
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		t.Skip("busybox is not installed")
	}
	base := t.TempDir()
	tr := tree{rootfs: filepath.Join(base, "rootfs"), outside: filepath.Join(base, "outside")}
	for _, dir := range []string{"rootfs/bin", "rootfs/mnt", "outside/dir"} {
		if err := os.MkdirAll(filepath.Join(base, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	tr.write(t, "../outside/file", "of the host\n")
	data, err := os.ReadFile(busybox)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(tr.rootfs, "bin/busybox"), data, 0o755); err != nil {
		t.Fatal(err)
	}
	return tr
}

func (tr tree) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(tr.rootfs, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (tr tree) link(t *testing.T, to, name string) {
	t.Helper()
	if err := os.Symlink(to, filepath.Join(tr.rootfs, name)); err != nil {
		t.Fatal(err)
	}
}

// names lists everything below a directory, without following links.
func names(t *testing.T, dir string) string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		list = append(list, strings.TrimPrefix(name, dir)+" "+info.Mode().String())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, "\n")
}

// plan makes the plan of a container that runs a shell command with steps of the
// test's before the pivot.
func (tr tree) plan(t *testing.T, command string, more func(*plan.Builder)) plan.Plan {
	t.Helper()
	b := plan.Builder{Container: "box"}
	b.Add(plan.AtSpawn, plan.Spawn{Namespaces: plan.SetOf(plan.NamespaceMnt, plan.NamespacePID, plan.NamespaceUTS, plan.NamespaceIPC)}, because)
	b.Add(plan.AtParentDeath, plan.ParentDeath{Signal: 9}, because)
	b.Add(plan.AtPropagation, plan.MakePrivate{Propagation: "rslave"}, because)
	b.Add(plan.AtRootfs, plan.Rootfs{Source: tr.rootfs, At: tr.rootfs}, because)
	b.Add(plan.AtPivot, plan.PivotRoot{Propagation: "rshared"}, because)
	b.Add(plan.AtExec, plan.Exec{Paths: plan.ListOf("/bin/busybox"), Argv: plan.ListOf("sh", "-c", command), Env: plan.ListOf("PATH=/bin")}, because)
	b.Add(plan.AtRun, plan.Run{}, because)
	if more != nil {
		more(&b)
	}
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// outcome is how a payload without a monitor went.
type outcome struct {
	failure program.Failure
	failed  bool
	status  unix.WaitStatus
}

// run lowers a plan and runs its payload. Its barriers are let through, and a
// payload that hangs is ended after some seconds.
func run(t *testing.T, p plan.Plan) outcome {
	t.Helper()
	prog, err := payload.Lower(p, payload.Options{})
	if err != nil {
		t.Fatal(err)
	}
	barrier, terminals := socketPair(t), socketPair(t)
	console := -1
	consoleAt, modes := "", ""
	if _, _, ok := plan.Find[plan.Console](p); ok {
		console, consoleAt = openPty(t)
		defer unix.Close(console)
		modes = terminalModes(t, console)
	}
	img, err := prog.Load(program.Inputs{
		FDs: map[string]int{
			payload.InputBarrier: barrier[1], payload.InputMonitor: terminals[1],
		},
		Strings: map[string]string{payload.InputConsole: consoleAt, payload.InputConsoleModes: modes, payload.InputBootID: "01234567-89ab-4cde-8f01-23456789abcd\n"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	// The parent-death signal is bound to the thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	spawn, _, _ := plan.Find[plan.Spawn](p)
	child, err := img.Spawn(program.CloneArgs{Namespaces: payload.CloneFlags(spawn.Namespaces), CgroupFD: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(child.PIDFD)
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(child.PIDFD), Events: unix.POLLIN}}, 60_000)
	for errors.Is(err, unix.EINTR) {
		n, err = unix.Poll([]unix.PollFd{{Fd: int32(child.PIDFD), Events: unix.POLLIN}}, 60_000)
	}
	if n == 0 || err != nil {
		_ = unix.PidfdSendSignal(child.PIDFD, unix.SIGKILL, nil, 0)
		t.Errorf("the payload hangs in %s (poll: %v)", img.Where().Text, err)
	}
	var o outcome
	if _, err := unix.Wait4(child.PID, &o.status, 0, nil); err != nil {
		t.Fatal(err)
	}
	o.failure, o.failed = img.Failure()
	return o
}

// terminalModes is a terminal's struct termios as bytes.
func terminalModes(t *testing.T, fd int) string {
	t.Helper()
	modes, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	data, err := binary.Append(nil, binary.NativeEndian, *modes)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// ends checks that init has run and ended well.
func (o outcome) ends(t *testing.T) {
	t.Helper()
	if o.failed {
		t.Errorf("step %s failed: %s: %v", o.failure.Step, o.failure.Text, o.failure.Errno)
	} else if !o.status.Exited() || o.status.ExitStatus() != 0 {
		t.Errorf("init ended with %#x", o.status)
	}
}

func socketPair(t *testing.T) [2]int {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fds[0]); unix.Close(fds[1]) })
	return fds
}

// openPty returns the master of a pty of the host and the path of its slave.
func openPty(t *testing.T) (master int, slave string) {
	t.Helper()
	master, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(master, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(master, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	return master, fmt.Sprintf("/dev/pts/%d", n)
}
