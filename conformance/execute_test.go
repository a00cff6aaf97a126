//go:build linux

package conformance

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// stockExecute is LXC's own lxc-execute.
func stockExecute(t *testing.T) launcher {
	program, err := exec.LookPath("lxc-execute")
	if err != nil {
		t.Skip("lxc-execute is not installed")
	}
	return launcher{name: "lxc-execute", giveUp: (*testing.T).Skipf, argv: func(c container, command ...string) []string {
		return isolated(command, program, "-P", c.lxcpath, "-n", containerName, "--")
	}}
}

// oursExecute is the binary under test, doing the same.
func oursExecute(t *testing.T) launcher {
	program := lxcfg(t)
	return launcher{name: "lxcfg execute", giveUp: (*testing.T).Fatalf, argv: func(c container, command ...string) []string {
		return isolated(command, program, "execute", "-P", c.lxcpath, "-n", containerName, "--")
	}}
}

// knownExecuted are the differences that are meant, as known are.
var knownExecuted = []knownLine{
	{"the minimal init", `^process: [-+] (exe|comm) `},
	{"the minimal init", `^environment: `},
	{"the minimal init", `^status: [-+] (Sig(Cgt|Blk)|Cap(Prm|Eff)|THP_enabled)`},
	{"the minimal init", `^descriptors: [-+] 2 /dev/(console|pts/N) `},
}

// TestExecuteSameAsStock runs the observer below the minimal init of either.
func TestExecuteSameAsStock(t *testing.T) {
	for _, test := range []struct {
		name    string
		mend    func(string) string
		shift   int
		command []string
		hidden  []string // sections about an init that LXC does not let its command see
	}{
		{name: "busybox as lxc-create makes it"},
		{name: "common.conf included", mend: with(common)},
		{name: "an id map", shift: shift, mend: all(first(common, userns), with("lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536"))},
		{name: "ids of its own", mend: with("lxc.init.uid = 1000", "lxc.init.gid = 1001", "lxc.init.groups = 10,20"),
			hidden: []string{"descriptors", "namespaces", "process"}},
		{name: "no console", mend: with("lxc.console.path = none")},
		{name: "many ptys", mend: all(without("lxc.pty.max"), with("lxc.pty.max = 64"))},
		{name: "a directory", mend: with("lxc.init.cwd = /var/log")},
		{name: "the configuration's command", mend: with(`lxc.execute.cmd = /bin/sh "/observed/observe"`), command: []string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t, test.shift, test.mend)
			command := observerCommand
			if test.command != nil {
				command = test.command
			}
			one := observe(t, stockExecute(t), c, withoutHelpers, command...)
			two := observe(t, oursExecute(t), c, withoutHelpers, command...)
			for _, section := range test.hidden {
				delete(one, section)
				delete(two, section)
			}
			for _, line := range differences(one, two) {
				if !knownDifference(line) && !isKnown(knownExecuted, line) {
					t.Errorf("stock LXC (-) and lxcfg (+): %s", line)
				}
			}
		})
	}
}

// TestExecuteConfines compares what a command may. Of the init stock LXC confines less:
// dropped capabilities stay with it, because it executes nothing.
func TestExecuteConfines(t *testing.T) {
	c := newContainer(t, 0, all(without("lxc.cap.drop"),
		with("lxc.cap.keep = chown kill", "lxc.no_new_privs = 1", "lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp")))
	c.fresh(t)
	status := func(l launcher, process string) string {
		ended := onTerminal(t, l.argv(c, "/bin/sh", "-c", "grep -E '^(Cap|NoNewPrivs|Seccomp)' /proc/"+process+"/status"), withoutHelpers, nil)
		return strings.Join(consoleLines(ended.output), "\n")
	}
	one, two := status(stockExecute(t), "self"), status(oursExecute(t), "self")
	if one != two || !strings.Contains(two, "Seccomp:\t2") {
		t.Errorf("the command has under stock LXC\n%s\nunder lxcfg\n%s", one, two)
	}
	if init := status(oursExecute(t), "1"); init != two {
		t.Errorf("the init has\n%s\nits command\n%s", init, two)
	}
}

// TestExecuteStatus compares how commands end.
func TestExecuteStatus(t *testing.T) {
	c := newContainer(t, 0, nil)
	c.fresh(t)
	for _, command := range []string{
		"exit 0", "exit 7", "exit 255", "kill -KILL $$", "kill -TERM $$", "kill -SEGV $$",
		"(sleep 0.2; exit 9) & exit 3",                           // an orphan is waited for
		"setsid sh -c 'sleep 0.2' & kill -KILL $$",               // also of another session
		"kill -TERM 1; sleep 30",                                 // the command may end its own container
		"trap '' TERM; kill -TERM 1; while :; do sleep 30; done", // it has a second
		"trap 'exit 5' USR1; kill -USR1 1; while :; do sleep 0.1; done",
	} {
		t.Run(command, func(t *testing.T) {
			one := onTerminal(t, stockExecute(t).argv(c, "/bin/sh", "-c", command), withoutHelpers, nil)
			two := onTerminal(t, oursExecute(t).argv(c, "/bin/sh", "-c", command), withoutHelpers, nil)
			if one.status != two.status {
				t.Errorf("stock LXC ends with %d, lxcfg with %d", one.status, two.status)
			}
		})
	}
}

// TestExecuteSignals sends signals to the launchers and compares who in the container
// gets what.
func TestExecuteSignals(t *testing.T) {
	// A command and a child of its, each of which says what it gets.
	script := `tell() { for s in HUP INT QUIT USR1 USR2 TERM ALRM CONT; do trap "echo $1 gets $s >>/told" $s; done; }
(tell child; echo ready >>/told; i=0; while [ $i -lt 15 ]; do sleep 0.1; i=$((i+1)); done) &
tell command
echo ready >>/told
i=0; while [ $i -lt 15 ]; do sleep 0.1; i=$((i+1)); done
exit 4`
	for _, sent := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sent.String(), func(t *testing.T) {
			c := newContainer(t, 0, nil)
			told := func(l launcher) []string {
				c.fresh(t)
				file := filepath.Join(c.rootfs(), "told")
				argv := l.argv(c, "/bin/sh", "-c", script)
				ctx, cancel := context.WithTimeout(context.Background(), patience)
				defer cancel()
				cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
				cmd.Env = withoutHelpers
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				for {
					if text, _ := os.ReadFile(file); strings.Count(string(text), "ready") == 2 {
						break
					}
					if ctx.Err() != nil {
						t.Fatal("the command does not get ready")
					}
					time.Sleep(5 * time.Millisecond)
				}
				if err := cmd.Process.Signal(sent); err != nil { // unshare(1) has become the launcher
					t.Fatal(err)
				}
				_ = cmd.Wait()
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				lines := strings.Split(strings.TrimSpace(string(text)), "\n")
				slices.Sort(lines)
				return append(lines, fmt.Sprint("status ", exitStatus(cmd.ProcessState)))
			}
			one, two := told(stockExecute(t)), told(oursExecute(t))
			if !slices.Equal(one, two) {
				t.Errorf("under stock LXC\n  %s\nunder lxcfg\n  %s", strings.Join(one, "\n  "), strings.Join(two, "\n  "))
			}
		})
	}
}

// TestExecuteEarlySignal sends a signal before there is anybody to get it: the command
// gets it when it runs, as LXC's monitor keeps signals until then.
func TestExecuteEarlySignal(t *testing.T) {
	c := newContainer(t, 0, with("lxc.hook.start-host = /bin/sh -c 'kill -USR1 $PPID; /bin/sleep 0.2'"))
	c.fresh(t)
	if r := onTerminal(t, oursExecute(t).argv(c, "/bin/sleep", "20"), withoutHelpers, nil); r.status != 128+int(syscall.SIGUSR1) {
		t.Errorf("the command ends with %d, want what SIGUSR1 does to it:\n%s", r.status, r.output)
	}
}

// TestExecuteStreams compares what goes through pipes: the command has them itself.
// Stock LXC also gives a file that output goes to the mode 0700.
func TestExecuteStreams(t *testing.T) {
	c := newContainer(t, 0, nil)
	c.fresh(t)
	for _, l := range []launcher{stockExecute(t), oursExecute(t)} {
		argv := l.argv(c, "/bin/sh", "-c", "cat; echo to standard error >&2; [ -t 0 ] || [ -t 1 ] || exit 3")
		cmd := exec.Command(argv[0], argv[1:]...)
		input := "one\ntwo\x00\x04\r\nthree"
		var out, errors bytes.Buffer
		cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = withoutHelpers, strings.NewReader(input), &out, &errors
		_ = cmd.Run()
		if out.String() != input || errors.String() != "to standard error\n" || exitStatus(cmd.ProcessState) != 3 {
			t.Errorf("%s: output %q, errors %q, status %d", l.name, out.String(), errors.String(), exitStatus(cmd.ProcessState))
		}
	}
	file := filepath.Join(t.TempDir(), "output")
	out, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	argv := oursExecute(t).argv(c, "/bin/true")
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env, cmd.Stdout = withoutHelpers, out
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode() != 0o640 {
		t.Errorf("the file that output went to has mode %v, %v", info.Mode(), err)
	}
}

// TestExecuteNeedsNoFile runs a command that is all there is in the rootfs.
func TestExecuteNeedsNoFile(t *testing.T) {
	busybox, err := os.ReadFile("/bin/busybox")
	if err != nil {
		t.Skip("busybox is not installed")
	}
	c := container{lxcpath: t.TempDir()}
	if err := os.MkdirAll(c.rootfs(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.rootfs(), "busybox"), busybox, 0o755); err != nil {
		t.Fatal(err)
	}
	requireStock(t)
	c.write(t, "lxc.rootfs.path = dir:ROOTFS\nlxc.net.0.type = empty\nlxc.autodev = 0\nlxc.tty.max = 0\nlxc.console.path = none\n")
	ended := onTerminal(t, oursExecute(t).argv(c, "/busybox", "sh", "-c", "echo pid $$; exit 6"), withoutHelpers, nil)
	if ended.status != 6 || ended.output != "pid 2\n" {
		t.Errorf("it ends with %d and says %q", ended.status, ended.output)
	}
}

// TestExecuteCannot demands one error, with the step, for a command that cannot be
// executed, and none of the container left.
func TestExecuteCannot(t *testing.T) {
	c := newContainer(t, 0, nil)
	c.fresh(t)
	before := slices.Concat(leftovers(t, c), tree(t, c.rootfs()))
	ended := onTerminal(t, oursExecute(t).argv(c, "/bin/nonexistent"), withoutHelpers, nil)
	if ended.status != 125 {
		t.Errorf("exit status %d, want 125", ended.status)
	}
	for _, word := range []string{"init:init failed", "execve", "/bin/nonexistent", "no such file or directory", c.rootfs()} {
		if !strings.Contains(ended.output, word) {
			t.Errorf("the message does not contain %q:\n%s", word, ended.output)
		}
	}
	if strings.Count(ended.output, "lxcfg:") != 1 {
		t.Errorf("there is not one error:\n%s", ended.output)
	}
	if more := added(before, slices.Concat(leftovers(t, c), tree(t, c.rootfs()))); len(more) > 0 {
		t.Errorf("left behind: %s", strings.Join(more, "; "))
	}
}

// TestExecuteLeavesNothingOfTheLauncher looks at the init from below: it has its own
// few pages, no descriptor but the standard ones, no variable of the caller's, and its
// program cannot be written to.
func TestExecuteLeavesNothingOfTheLauncher(t *testing.T) {
	c := newContainer(t, 0, nil)
	c.fresh(t)
	script := `sed 's/^[^ ]* [^ ]* [^ ]* [^ ]* [^ ]* *//' /proc/1/maps | grep -v '^\[' | sort -u; ls /proc/1/fd | tr '\n' ' '; echo
tr '\0' '\n' </proc/1/environ; tr '\0' ' ' </proc/1/cmdline; cat /proc/1/comm; (: >>/proc/1/exe) 2>/dev/null && echo writable; grep -E '^VmRSS' /proc/1/status`
	for range 20 { // the command may look as soon as it runs
		ended := onTerminal(t, oursExecute(t).argv(c, "/bin/sh", "-c", script), append(slices.Clone(withoutHelpers), "SECRET=x"), nil)
		lines := consoleLines(ended.output)
		if len(lines) < 2 {
			t.Fatalf("the command says %q", ended.output)
		}
		var size int
		if _, err := fmt.Sscanf(lines[len(lines)-1], "VmRSS: %d kB", &size); err != nil || size > 100 {
			t.Errorf("the init has %q in memory", lines[len(lines)-1])
		}
		want := []string{"/memfd:init (deleted)", "0 1 2 ", "container=lxc", "init init"}
		if got := lines[:len(lines)-1]; !slices.Equal(got, want) {
			t.Fatalf("of the init the command sees\n%q\nwant\n%q", got, want)
		}
	}
}
