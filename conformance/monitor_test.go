//go:build linux

package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// cycles is how often a test repeats something: as often as it says, or as LXCFG_CYCLES does.
func cycles(few int) int {
	if n, err := strconv.Atoi(os.Getenv("LXCFG_CYCLES")); err == nil {
		return n
	}
	return few
}

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

// TestMonitorSize compares the memory of both monitors: ours is resident with no more than
// LXC's, and has at most half as much again of its own.
func TestMonitorSize(t *testing.T) {
	for _, test := range []struct {
		name  string
		proxy bool // there is one for seccomp
	}{{"plain", false}, {"with a seccomp proxy", true}} {
		t.Run(test.name, func(t *testing.T) {
			begin := func(l launcher) started {
				mend := with()
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
			// What stock LXC shares with other programs of LXC that happen to run is none of its own.
			const alone = 1564
			own, resident := theirs.private(t), theirs.smaps(t, "Rss:")
			theirs.end()
			most := 3 * max(own, alone) / 2
			s := begin(ours(t))
			eventually(t, fmt.Sprintf("our monitor has at most %d kB of its own, and %d kB resident, when it rests", most, resident), func() bool {
				return s.private(t) <= most && s.smaps(t, "Rss:") <= resident
			})
			t.Logf("ours has %d kB of its own and %d kB resident, stock LXC's %d and %d", s.private(t), s.smaps(t, "Rss:"), own, resident)
		})
	}
}

// small is how many kilobytes of its own a monitor has at most when it rests, whatever it
// has been asked: as little as TestMonitorSize demands, and half a megabyte.
const small = 2346 + 512

// TestMonitorStaysSmall has a seccomp proxy decide about thousands of calls of a container
// in the background: its monitor, which is not small before the first is answered, executes
// itself anew now and then, and the proxy does not notice.
func TestMonitorStaysSmall(t *testing.T) {
	const calls = 5000
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
	eventually(t, fmt.Sprintf("our monitor has at most %d kB of its own", small), func() bool { return s.private(t) <= small })
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

// TestManyAtOnce starts and stops many containers at once, by LXC's tools.
func TestManyAtOnce(t *testing.T) {
	requireStock(t)
	l := inBackground(ours(t))
	var list []container
	for range cycles(8) {
		c := newContainer(t, 0, nil)
		c.fresh(t)
		list = append(list, c)
	}
	var wg sync.WaitGroup
	for _, c := range list {
		argv := l.argv(c, "/bin/sleep", "1000")
		t.Cleanup(started{container: c}.end)
		wg.Go(func() {
			if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
				t.Errorf("start: %v\n%s", err, out)
				return
			}
			for _, tool := range [][]string{{"lxc-info", "-s", "-H"}, {"lxc-stop", "-k"}} {
				if out, err := exec.Command(tool[0], append(tool[1:], "-P", c.lxcpath, "-n", containerName)...).CombinedOutput(); err != nil {
					t.Errorf("%s: %v\n%s", tool[0], err, out)
				}
			}
		})
	}
	wg.Wait()
	eventually(t, "nothing is left", func() bool { return len((started{}).cgroups()) == 0 })
}
