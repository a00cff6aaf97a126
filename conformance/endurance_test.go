//go:build linux

package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"lxcfg/launch"
)

// cycles is how often a test repeats something: as often as it says, or as LXCFG_CYCLES does.
func cycles(few int) int {
	if n, err := strconv.Atoi(os.Getenv("LXCFG_CYCLES")); err == nil {
		return n
	}
	return few
}

// TestManyCycles starts a container in the background and stops it by lxc-stop again and
// again: nothing is left. LXCFG_CYCLES is how often; `make endurance` takes its time.
func TestManyCycles(t *testing.T) {
	requireStock(t)
	for _, test := range []struct {
		name  string
		mend  func(config string) string
		shift int
	}{
		{name: "root of the host", mend: with()},
		{name: "an id map", mend: with(ids...), shift: shift},
		{name: "hooks", mend: with("lxc.hook.pre-start = true", "lxc.hook.start-host = true", "lxc.hook.stop = true", "lxc.hook.post-stop = true")},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t, test.shift, test.mend)
			c.fresh(t)
			before := ownLeftovers(t, c)
			for range cycles(3) {
				s := start(t, inBackground(ours(t)), c, "/bin/sleep", "1000")
				s.expect(t, 0, ``, "lxc-stop", "-k")
				s.awaitEnd(t)
			}
			for _, line := range added(before, settled(t, c, before)) {
				t.Errorf("left behind: %s", line)
			}
		})
	}
}

// TestManyReboots has a container reboot again and again, by lxc-stop: its monitor, which
// is one process all the time, comes to no more memory and descriptors.
func TestManyReboots(t *testing.T) {
	requireStock(t)
	c := newContainer(t, 0, nil)
	c.fresh(t)
	s := start(t, inBackground(ours(t)), c, "/bin/sh", "-c", `trap "reboot -f" TERM; echo up >/booted; while :; do sleep 0.1; done`)
	s.awaitBoot(t)
	at := func(reboots int) (descriptors int) {
		s.awaitRest(t, atRest)
		descriptors = s.descriptors(t)
		t.Logf("after %d reboots: %d kB, %d descriptors", reboots, s.private(t), descriptors)
		return descriptors
	}
	began := at(0)
	total := cycles(3)
	for n := 1; n <= total; n++ {
		s.expect(t, 0, ``, "lxc-stop", "-r", "-t", "60")
		s.awaitBoot(t)
		if n < total && (n == 50 || n == 100) {
			at(n)
		}
	}
	if now := at(total); now > began {
		t.Errorf("the monitor has %d descriptors, and had %d", now, began)
	}
	s.expect(t, 0, ``, "lxc-stop", "-k")
	s.awaitEnd(t)
}

// TestManyAtOnce starts and stops many containers at once in the background, by LXC's tools.
func TestManyAtOnce(t *testing.T) {
	requireStock(t)
	l := inBackground(ours(t))
	var list []container
	var before [][]string
	for range cycles(8) {
		c := newContainer(t, 0, nil)
		c.fresh(t)
		list, before = append(list, c), append(before, ownLeftovers(t, c))
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
	for i, c := range list {
		for _, line := range added(before[i], settled(t, c, before[i])) {
			t.Errorf("left behind: %s", line)
		}
	}
}

// TestEnduringLauncher launches containers again and again in one process, as a monitor
// does whose container reboots: it comes to no more descriptors, children, threads,
// goroutines or memory, and the host to nothing. LXCFG_CYCLES is how often; `make endurance`
// takes its time.
func TestEnduringLauncher(t *testing.T) {
	plans := []faultPlan{faultPlans[0], faultPlans[2], faultPlans[5]} // limits, hooks of root, hooks below an id map
	for _, f := range plans {
		t.Run(f.name, func(t *testing.T) {
			c, p := f.place(t)
			silence, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer silence.Close()
			once := func() {
				if result, err := launch.Start(p, launch.Options{Stdin: silence, Stdout: silence}); err != nil || result.Status.ExitStatus() != 0 || len(result.Late) > 0 {
					t.Fatalf("the launch returns %v, %v, %v", result.Status, err, result.Late)
				}
			}
			for range 5 { // the runtime comes to the threads that it needs
				once()
			}
			left, size := slices.Concat(ownLeftovers(t, c), own(t)), sizeOf(t)
			for range cycles(10) {
				once()
			}
			for _, line := range added(left, slices.Concat(ownLeftovers(t, c), own(t))) {
				t.Errorf("left behind: %s", line)
			}
			now := sizeOf(t)
			t.Logf("before: %+v, after: %+v", size, now)
			if now.goroutines > size.goroutines+4 || now.threads > size.threads+4 || now.heap > size.heap+1<<20 || now.mappings > size.mappings+32 {
				t.Errorf("it grows from %+v to %+v", size, now)
			}
		})
	}
}

// processSize is what a process could grow by.
type processSize struct {
	goroutines, threads, mappings int
	heap                          uint64 // bytes in use
}

func sizeOf(t *testing.T) processSize {
	t.Helper()
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	mappings, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.GC() // what finalizers have let go of
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return processSize{runtime.NumGoroutine(), len(threads), bytes.Count(mappings, []byte("\n")), memory.HeapAlloc}
}

// TestAllAtOnce starts many containers of one name at the same moment, and has all of
// them run before the first may end. LXCFG_AT_ONCE is how many.
func TestAllAtOnce(t *testing.T) {
	many := 12
	if n, err := strconv.Atoi(os.Getenv("LXCFG_AT_ONCE")); err == nil {
		many = n
	}
	c := newContainer(t, 0, all(first(common), with("lxc.cgroup.pids.max = 64")))
	c.fresh(t)
	config, err := os.ReadFile(c.config())
	if err != nil {
		t.Fatal(err)
	}
	before := ownLeftovers(t, c)
	var wg sync.WaitGroup
	ready, end := make(chan error, many), make(chan struct{})
	outcomes := make([]string, many)
	for i := range many {
		lxcpath := filepath.Join(c.lxcpath, strconv.Itoa(i))
		if err := os.MkdirAll(filepath.Join(lxcpath, containerName), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(lxcpath, containerName, "config"), config, 0o644); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			outcomes[i] = runOneOfMany(exec.Command(lxcfg(t), "start", "-F", "-P", lxcpath, "-n", containerName, "--", "/bin/sh", "-c", "echo up; read -r word; exit 5"), ready, end)
		})
	}
	for range many {
		if err := <-ready; err != nil {
			t.Error(err)
		}
	}
	close(end)
	wg.Wait()
	for i, outcome := range outcomes {
		if outcome != "" {
			t.Errorf("container %d: %s", i, outcome)
		}
	}
	for _, line := range added(before, settled(t, c, before)) {
		t.Errorf("left behind: %s", line)
	}
}

// runOneOfMany runs a command that says when it is up and waits for a line, and returns
// what is wrong about it.
func runOneOfMany(command *exec.Cmd, ready chan<- error, end <-chan struct{}) string {
	stdin, inErr := command.StdinPipe()
	stdout, outErr := command.StdoutPipe()
	var complaint strings.Builder
	command.Stderr = &complaint
	if err := errors.Join(inErr, outErr, command.Start()); err != nil {
		ready <- err
		return ""
	}
	word := make([]byte, 2)
	if n, err := stdout.Read(word); err != nil || string(word[:n]) != "up" {
		ready <- fmt.Errorf("a container says %q: %w: %s", word[:n], err, complaint.String())
	} else {
		ready <- nil
	}
	<-end
	fmt.Fprintln(stdin, "end")
	_ = command.Wait()
	if status := command.ProcessState.ExitCode(); status != 5 {
		return fmt.Sprintf("it ends with %d: %s", status, complaint.String())
	}
	return ""
}
