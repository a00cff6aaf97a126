//go:build linux

package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// tool runs one of LXC's tools on a container, and returns its status and what it says.
func (s started) tool(t *testing.T, name string, arguments ...string) (status int, output string) {
	t.Helper()
	return runTool(t, name, slices.Concat([]string{"-P", s.lxcpath, "-n", containerName}, arguments)...)
}

// runTool runs a tool in a mount namespace of its own.
func runTool(t *testing.T, name string, arguments ...string) (status int, output string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed", name)
	}
	return runCommand(t, isolated(arguments, name))
}

// runCommand runs a command, and returns its status and what it says.
func runCommand(t *testing.T, argv []string) (status int, output string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var shown bytes.Buffer
	cmd.Stdout, cmd.Stderr = &shown, &shown
	err := cmd.Run()
	var ended *exec.ExitError
	switch {
	case ctx.Err() != nil:
		t.Fatalf("%q did not end within %s; it says:\n%s", argv, patience, shown.String())
	case err != nil && !errors.As(err, &ended):
		t.Fatal(err)
	}
	return exitStatus(cmd.ProcessState), shown.String()
}

// expect demands a status and a text that a pattern matches.
func (s started) expect(t *testing.T, status int, pattern, name string, arguments ...string) {
	t.Helper()
	got, said := s.tool(t, name, arguments...)
	if got != status || !regexp.MustCompile(pattern).MatchString(said) {
		t.Errorf("%s %q ends with %d and says\n%s\nwant %d and %q", name, arguments, got, said, status, pattern)
	}
}

// booted leaves a container with busybox's init in the background, and waits until that
// has set itself up.
func booted(t *testing.T, l launcher, mend func(string) string) started {
	t.Helper()
	c := newContainer(t, 0, mend)
	c.fresh(t)
	script := "#!/bin/sh\necho up >/booted\n"
	rcS := filepath.Join(c.rootfs(), "etc/init.d/rcS")
	if err := os.WriteFile(rcS, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	s := start(t, l, c)
	s.awaitBoot(t)
	return s
}

// awaitBoot waits until init has set itself up, and forgets it.
func (s started) awaitBoot(t *testing.T) {
	t.Helper()
	file := filepath.Join(s.rootfs(), "booted")
	eventually(t, "the container boots", func() bool {
		text, _ := os.ReadFile(file)
		return len(text) > 0
	})
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}

// TestStockTools has LXC's tools work on a container that lxcfg has started. What they
// say is what they say of one that lxc-start has started.
func TestStockTools(t *testing.T) {
	requireStock(t)
	use, cpus, memory := `.*CPU use: .*Memory use:`, "cpuset.cpus", "memory.limit_in_bytes"
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil { // v2 alone
		use, cpus, memory = "", "cpuset.cpus.effective", "memory.max" // lxc-info asks for names of v1
	}
	for _, l := range []launcher{inBackground(stock(t)), inBackground(ours(t))} {
		t.Run(l.name, func(t *testing.T) {
			s := booted(t, l, with("lxc.group = tests", "lxc.start.auto = 1"))
			s.expect(t, 0, `^RUNNING\n$`, "lxc-info", "-s", "-H")
			s.expect(t, 0, fmt.Sprintf(`^%d\n$`, s.init(t)), "lxc-info", "-p", "-H")
			s.expect(t, 0, `(?s)Name: +`+containerName+`\nState: +RUNNING\nPID: `+use, "lxc-info")
			if status, said := runTool(t, "lxc-ls", "-P", s.lxcpath, "-f", "--running"); status != 0 || !regexp.MustCompile(containerName+` +RUNNING 1 +tests `).MatchString(said) {
				t.Errorf("lxc-ls ends with %d and says\n%s", status, said)
			}
			s.expect(t, 0, `^$`, "lxc-wait", "-s", "RUNNING")
			s.expect(t, 1, ``, "lxc-wait", "-s", "STOPPED", "-t", "1")
			s.expect(t, 7, `^NAME\n1\n$`, "lxc-attach", "--", "/bin/sh", "-c", `hostname | sed "s/`+containerName+`/NAME/"; grep -c lxc.payload /proc/self/cgroup | sed "s/[0-9]*/1/"; exit 7`)
			// On a terminal it takes a pty of the container's own.
			attached := onTerminal(t, isolated([]string{"--", "/bin/tty"}, "lxc-attach", "-P", s.lxcpath, "-n", containerName), userEnvironment, nil)
			if attached.status != 0 || !regexp.MustCompile(`^/dev/pts/[0-9]+\r?\n$`).MatchString(attached.output) {
				t.Errorf("lxc-attach on a terminal ends with %d and says %q", attached.status, attached.output)
			}
			s.expect(t, 0, `^[0-9,-]+\n\n?$`, "lxc-cgroup", cpus)
			s.expect(t, 0, ``, "lxc-cgroup", memory, "50000000")
			s.expect(t, 0, `^49999872\n`, "lxc-cgroup", memory)
			s.expect(t, 1, `is running`, "lxc-destroy")
			s.expect(t, 1, ``, "lxc-copy", "-N", "another")
			s.expect(t, 0, ``, "lxc-start") // it is running already
			s.expect(t, 0, ``, "lxc-freeze")
			s.expect(t, 0, `^FROZEN\n$`, "lxc-info", "-s", "-H")
			s.expect(t, 0, ``, "lxc-unfreeze")
			s.expect(t, 0, `^RUNNING\n$`, "lxc-info", "-s", "-H")
			s.expect(t, 0, ``, "lxc-stop", "-t", "20")
			s.awaitEnd(t)
			s.expect(t, 0, `^STOPPED\n$`, "lxc-info", "-s", "-H")
			s.expect(t, 0, `^$`, "lxc-wait", "-s", "STOPPED")
		})
	}
}

// init is the process id of the container's init, as the kernel tells.
func (s started) init(t *testing.T) int {
	t.Helper()
	for _, pid := range processes() {
		if parentOf(pid) == s.monitor {
			return pid
		}
	}
	t.Fatal("the monitor has no child")
	return 0
}

// parentOf is the parent of a process, 0 when it is gone.
func parentOf(pid int) (parent int) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat[bytes.LastIndexByte(stat, ')'):]), " ")
	_, _ = fmt.Sscanf(rest, "%c %d", new(rune), &parent)
	return parent
}

// field is a line of a process' status (proc(5)), empty where this kernel has none.
func field(t *testing.T, pid int, name string) string {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(status), "\n"+name+":")
	line, _, _ = strings.Cut(line, "\n")
	return strings.TrimSpace(line)
}

// obedient leaves a container in the background whose init ends at once when it is asked to.
func obedient(t *testing.T) started {
	t.Helper()
	c := newContainer(t, 0, nil)
	c.fresh(t)
	s := start(t, inBackground(ours(t)), c, "/bin/sh", "-c", `trap "exit 0" USR1; echo up >/booted; while :; do sleep 0.1; done`)
	s.awaitBoot(t)
	return s
}

// cgroups are the container's.
func (s started) cgroups() []string {
	return slices.DeleteFunc(ourCgroups(), func(dir string) bool { return !strings.Contains(dir, containerName) })
}

// TestStopping ends containers in every way that lxc-stop has.
func TestStopping(t *testing.T) {
	requireStock(t)
	for _, test := range []struct {
		name      string
		arguments []string
	}{
		{"plain", nil},
		{"kill", []string{"-k"}},
		{"kill without locks", []string{"-k", "--nolock"}},
		{"in time", []string{"-t", "30"}},
		{"without killing", []string{"--nokill", "-t", "30"}},
		{"without waiting", []string{"-W"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := obedient(t)
			s.expect(t, 0, ``, "lxc-stop", test.arguments...)
			s.awaitEnd(t)
			s.expect(t, 0, `^STOPPED\n$`, "lxc-info", "-s", "-H")
			s.expect(t, 2, `not running`, "lxc-stop", test.arguments...)
			if left := s.cgroups(); len(left) > 0 {
				t.Errorf("it leaves %q", left)
			}
		})
	}
	t.Run("who does not listen is killed", func(t *testing.T) {
		c := newContainer(t, 0, nil)
		c.fresh(t)
		s := start(t, inBackground(ours(t)), c, "/bin/sleep", "1000") // it ignores signals that it does not handle
		s.expect(t, 0, ``, "lxc-stop", "-t", "1")
		s.awaitEnd(t)
	})
	t.Run("frozen", func(t *testing.T) {
		s := obedient(t)
		s.expect(t, 0, ``, "lxc-freeze")
		s.expect(t, 0, ``, "lxc-stop", "-k")
		s.awaitEnd(t)
	})
}

// TestReboot has a container reboot: asked from outside, and by itself.
func TestReboot(t *testing.T) {
	requireStock(t)
	s := booted(t, inBackground(ours(t)), nil)
	for range 3 {
		init := s.init(t)
		s.expect(t, 0, ``, "lxc-stop", "-r", "-t", "30")
		s.awaitBoot(t)
		now := s.init(t)
		if now == init {
			t.Error("after the reboot init is the same process")
		}
		// The monitor does without huge pages while it rests, which init would inherit.
		if huge, want := field(t, now, "THP_enabled"), field(t, os.Getpid(), "THP_enabled"); huge != want {
			t.Errorf("after the reboot THP_enabled of init is %q, want %q", huge, want)
		}
		s.expect(t, 0, `^RUNNING\n$`, "lxc-info", "-s", "-H")
	}
	s.expect(t, 0, ``, "lxc-attach", "--", "reboot", "-f")
	s.awaitBoot(t)
	s.expect(t, 0, ``, "lxc-attach", "--", "poweroff", "-f")
	s.awaitEnd(t)
	if left := s.cgroups(); len(left) > 0 {
		t.Errorf("it leaves %q", left)
	}
}

// TestRebootHooks has a container with hooks reboot: those of the end are told that it
// does, and one of them that fails keeps it from it.
func TestRebootHooks(t *testing.T) {
	requireStock(t)
	for _, test := range []struct {
		name, last string
		want       []string
	}{
		{"reboots", "exit 0", []string{"pre-start", "stop reboot", "post-stop reboot", "pre-start", "stop stop", "post-stop stop"}},
		{"a hook fails", "exit 1", []string{"pre-start", "stop reboot", "post-stop reboot"}},
	} {
		for _, l := range []launcher{stock(t), ours(t)} {
			t.Run(test.name+"/"+l.name, func(t *testing.T) {
				c := newContainer(t, 0, nil)
				c.fresh(t)
				log := filepath.Join(c.lxcpath, "log")
				hook := filepath.Join(c.lxcpath, "hook")
				script := "#!/bin/sh\ncase $3 in pre-*) LXC_TARGET= ;; esac\necho $3 $LXC_TARGET >>" + log + "\n[ $3 != post-stop ] || " + test.last + "\n"
				if err := os.WriteFile(hook, []byte(script), 0o755); err != nil {
					t.Fatal(err)
				}
				c.mend(t, with("lxc.hook.pre-start = "+hook, "lxc.hook.stop = "+hook, "lxc.hook.post-stop = "+hook))
				t.Cleanup(func() { removeLeftovers(t, c, leftovers(t, c)) })
				ended := onTerminal(t, l.argv(c, "/bin/sh", "-c", "[ ! -e /again ] || exit 0; touch /again; reboot -f"), userEnvironment, nil)
				text, err := os.ReadFile(log)
				if err != nil {
					t.Fatal(err, ended.output)
				}
				if got := strings.Split(strings.TrimSpace(string(text)), "\n"); !slices.Equal(got, test.want) {
					t.Errorf("the hooks are %q, want %q", got, test.want)
				}
			})
		}
	}
}

// TestAnsweredWhileAHookRuns asks the monitor of a container that has ended, and whose stop
// hook takes its time.
func TestAnsweredWhileAHookRuns(t *testing.T) {
	requireStock(t)
	c := newContainer(t, 0, nil)
	c.fresh(t)
	begun, end := filepath.Join(c.lxcpath, "begun"), filepath.Join(c.lxcpath, "end")
	hook := filepath.Join(c.lxcpath, "hook")
	script := fmt.Sprintf("#!/bin/sh\necho >%s\nwhile [ ! -e %s ]; do sleep 0.1; done\n", begun, end)
	if err := os.WriteFile(hook, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	c.mend(t, with("lxc.hook.stop = "+hook))
	s := start(t, inBackground(ours(t)), c, "/bin/true")
	eventually(t, "the hook runs", func() bool {
		_, err := os.Stat(begun)
		return err == nil
	})
	time.Sleep(2 * time.Second) // a monitor that has nothing to do would begin to rest
	s.expect(t, 0, `^STOPPING\n$`, "lxc-info", "-s", "-H")
	if err := os.WriteFile(end, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s.awaitEnd(t)
}

// TestMonitorTool has lxc-monitor(1) tell what a container does.
func TestMonitorTool(t *testing.T) {
	requireStock(t)
	for _, l := range []launcher{inBackground(stock(t)), inBackground(ours(t))} {
		t.Run(l.name, func(t *testing.T) {
			c := newContainer(t, 0, nil)
			c.fresh(t)
			watching := exec.Command("lxc-monitor", "-P", c.lxcpath, "-n", ".*")
			var told bytes.Buffer
			out, err := os.CreateTemp(t.TempDir(), "told")
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			watching.Stdout, watching.Stderr = out, out
			if err := watching.Start(); err != nil {
				t.Skip("lxc-monitor: ", err)
			}
			stop := func() {
				_ = watching.Process.Kill()
				_ = watching.Wait()
				_ = exec.Command("lxc-monitor", "-P", c.lxcpath, "-Q").Run()
			}
			defer stop()
			fifo := filepath.Join("/run/lxc", c.lxcpath, "monitor-fifo")
			eventually(t, "lxc-monitor is connected to lxc-monitord", func() bool {
				_, err := os.Stat(fifo)
				table, _ := os.ReadFile("/proc/net/unix") // the one that listens, and its end of the connection
				return err == nil && bytes.Count(table, []byte("/"+c.lxcpath+"\n")) > 1
			})
			s := start(t, l, c, "/bin/sleep", "1000")
			s.expect(t, 0, ``, "lxc-stop", "-k")
			s.awaitEnd(t)
			want := []string{"STARTING", "RUNNING", "STOPPING", "STOPPED"}
			eventually(t, "lxc-monitor tells all", func() bool {
				text, _ := os.ReadFile(out.Name())
				told.Reset()
				told.Write(text)
				return strings.Contains(told.String(), "STOPPED")
			})
			var states []string
			for _, m := range regexp.MustCompile(`changed state to \[(\w+)\]`).FindAllStringSubmatch(told.String(), -1) {
				states = append(states, m[1])
			}
			if !slices.Equal(states, want) {
				t.Errorf("lxc-monitor tells %q, want %q", states, want)
			}
			if !regexp.MustCompile(`exited with status \[0\]`).MatchString(told.String()) {
				t.Errorf("lxc-monitor does not tell how it ended:\n%s", told.String())
			}
		})
	}
}
