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
