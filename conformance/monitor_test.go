//go:build linux

package conformance

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lxcfg/launch/command"
)

// private is how many kilobytes of its own a monitor has now (proc(5), smaps_rollup):
// those that are not written to and those that are.
func (s started) private(t *testing.T) int {
	t.Helper()
	return s.smaps(t, "Private_Clean:") + s.smaps(t, "Private_Dirty:")
}

func (s started) smaps(t *testing.T, row string) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", s.monitor))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, row); ok {
			n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("there is no %s", row)
	return 0
}

func (s started) descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.monitor))
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// awaitRest waits until the monitor has at most so many kilobytes of its own, and is the
// program that it has been for a while: in between it may have executed itself.
func (s started) awaitRest(t *testing.T, most int) {
	t.Helper()
	eventually(t, fmt.Sprintf("our monitor rests, and has at most %d kB of its own", most), func() bool {
		stack := s.stack(t)
		time.Sleep(time.Second)
		return s.stack(t) == stack && s.private(t) <= most
	})
}

// stack is where the stack of the monitor's program begins, which execve(2) chooses anew:
// startstack in proc(5).
func (s started) stack(t *testing.T) string {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.monitor))
	if err != nil {
		t.Fatal(err)
	}
	const state, startstack = 3, 28
	return strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))[startstack-state]
}

// atRest is how many kilobytes of its own a monitor may have at most when it rests: those of
// stock LXC's where no other program of LXC runs to share them with, and half as much again.
const atRest = 3 * 1564 / 2

// TestMonitorSize compares the memory of both monitors: ours is resident with no more than
// LXC's, and has at most half as much again of its own.
func TestMonitorSize(t *testing.T) {
	for _, test := range []struct {
		name  string
		proxy bool // there is one for seccomp
		more  []string
	}{
		{name: "a container"},
		{name: "one with a seccomp proxy", proxy: true},
		{name: "one with a log and a console", more: []string{"lxc.console.logfile = LXCDIR/../log", "lxc.console.buffer.size = 128KB", "lxc.tty.max = 4"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			begin := func(l launcher) started {
				mend := with(test.more...)
				if test.proxy {
					address := "unix:" + filepath.Join(t.TempDir(), "proxy")
					listen(t, address, func(c notified) ([]byte, bool) { return c.goesOn(), false })
					mend = notifies(t, asksOnce, address)
				}
				c := newContainer(t, 0, mend)
				c.fresh(t)
				return start(t, inBackground(l), c, "/bin/sleep", "1000")
			}
			theirs := begin(stock(t))
			own, resident := theirs.private(t), theirs.smaps(t, "Rss:")
			theirs.end()
			most := max(3*own/2, atRest)
			s := begin(ours(t))
			s.awaitRest(t, most)
			eventually(t, fmt.Sprintf("our monitor has at most %d kB resident", resident), func() bool { return s.smaps(t, "Rss:") <= resident })
			t.Logf("ours has %d kB of its own and %d kB resident, stock LXC's %d and %d", s.private(t), s.smaps(t, "Rss:"), own, resident)
		})
	}
}

// TestMonitorStaysSmallWhenAsked asks a monitor thousands of times, with pauses in which it
// may execute itself anew: each request is answered.
func TestMonitorStaysSmallWhenAsked(t *testing.T) {
	c := newContainer(t, 0, nil)
	c.fresh(t)
	s := start(t, inBackground(ours(t)), c, "/bin/sleep", "1000")
	p := command.Peer{LXCPath: c.lxcpath, Container: containerName}
	began := s.stack(t)
	for n := range 6000 {
		if state, err := p.State(); err != nil || state != command.Running {
			t.Fatalf("request %d is answered %v, %v", n, state, err)
		}
		if n%2000 == 1999 {
			s.awaitRest(t, atRest+512)
		}
	}
	if s.stack(t) == began {
		t.Error("the monitor has not executed itself")
	}
}

// TestMonitorStaysSmall has a seccomp proxy decide about thousands of calls of a container
// in the background: its monitor, which is not small before the first is answered, executes
// itself anew now and then, and the proxy does not notice.
func TestMonitorStaysSmall(t *testing.T) {
	const calls = 2000
	address := "unix:" + filepath.Join(t.TempDir(), "proxy")
	answered := make(chan struct{})
	p := listen(t, address, func(c notified) ([]byte, bool) {
		<-answered
		return c.goesOn(), false
	})
	c := newContainer(t, 0, notifies(t, asksOnce, address))
	c.fresh(t)
	s := start(t, inBackground(ours(t)), c, "/bin/sh", "-c", fmt.Sprintf("cd /tmp; mkdir $(seq %d) && echo up >/booted; exec sleep 1000", calls))
	close(answered)
	s.awaitBoot(t)
	s.awaitRest(t, atRest+512) // what it may grow by before it executes itself anew
	s.expect(t, 0, ``, "lxc-stop", "-k")
	s.awaitEnd(t)
	if n := len(p.calls()); n != calls {
		t.Errorf("the proxy is asked about %d calls, want %d", n, calls)
	}
	p.end()
	if connections := slices.DeleteFunc(p.told, func(line string) bool { return line != "connected" }); len(connections) != 1 {
		t.Errorf("the monitor connects %d times", len(connections))
	}
}
