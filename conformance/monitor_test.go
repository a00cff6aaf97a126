//go:build linux

package conformance

import (
	"fmt"
	"os"
	"os/exec"
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
	address := "unix:@" + containerName
	for name, mend := range map[string]func(t *testing.T) func(string) string{
		"a container":              func(*testing.T) func(string) string { return nil },
		"one with a seccomp proxy": func(t *testing.T) func(string) string { return notifies(t, asksOnce, address) },
		"one with a log and a console": func(t *testing.T) func(string) string {
			return with("lxc.console.logfile = "+t.TempDir()+"/log", "lxc.console.buffer.size = 128KB", "lxc.tty.max = 4")
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, at := range []string{address, address[:len(address)-1]} { // LXC leaves out the last character
				listen(t, at, decides(t))
			}
			begin := func(l launcher) started {
				c := newContainer(t, 0, mend(t))
				c.fresh(t)
				return start(t, inBackground(l), c, "/bin/sleep", "1000")
			}
			theirs := begin(stock(t))
			// What stock LXC shares with other programs of LXC that happen to run is none of its own.
			const alone = 1564
			most, resident := 3*max(theirs.private(t), alone)/2, theirs.smaps(t, "Rss:")
			s := begin(ours(t))
			eventually(t, fmt.Sprintf("our monitor has at most %d kB of its own, and %d kB resident, when it rests", most, resident), func() bool {
				return s.private(t) <= most && s.smaps(t, "Rss:") <= resident
			})
			t.Logf("lxc-start: %d kB of its own, %d kB resident; lxcfg: %d, %d", theirs.private(t), resident, s.private(t), s.smaps(t, "Rss:"))
		})
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
