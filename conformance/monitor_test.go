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
	"time"
)

// cycles is how often a test repeats something: as often as it says, or as LXCFG_CYCLES does.
func cycles(few int) int {
	if n, err := strconv.Atoi(os.Getenv("LXCFG_CYCLES")); err == nil {
		return n
	}
	return few
}

// rest is how long a monitor takes until it rests, and a little more.
const rest = 4 * time.Second

// memory is how many kilobytes of its own a monitor has when it rests (proc(5),
// smaps_rollup): those that are not written to and those that are.
func (s started) memory(t *testing.T) (private int) {
	t.Helper()
	time.Sleep(rest)
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
	size := map[string][2]int{}
	for _, l := range []launcher{stock(t), ours(t)} {
		c := newContainer(t, 0, nil)
		c.fresh(t)
		s := start(t, inBackground(l), c, "/bin/sleep", "1000")
		size[l.name] = [2]int{s.memory(t), s.smaps(t, "Rss:")}
	}
	t.Logf("private and resident kilobytes: %v", size)
	theirs, own := size["lxc-start"], size["lxcfg"]
	// What stock LXC shares with other programs of LXC that happen to run is none of its own.
	const alone = 1564
	if 2*own[0] > 3*max(theirs[0], alone) {
		t.Errorf("our monitor has %d kB of its own, LXC's %d kB", own[0], theirs[0])
	}
	if own[1] > theirs[1] {
		t.Errorf("our monitor has %d kB resident, LXC's %d kB", own[1], theirs[1])
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
