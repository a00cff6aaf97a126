//go:build linux

package conformance

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// TestKilledMonitor kills the monitor: the container ends with it, and the next start
// finds and takes away what is left, and says so.
func TestKilledMonitor(t *testing.T) {
	c := newContainer(t, 0, nil)
	c.fresh(t)
	l := inBackground(ours(t))
	s := start(t, l, c, "/bin/sleep", "1000")
	init := s.init(t)
	if err := unix.Kill(s.monitor, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the container ends with its monitor", func() bool { return isGone(init) })
	if len(s.cgroups()) == 0 {
		t.Skip("nothing is left: this host has no cgroups to make")
	}
	argv := l.argv(c, "/bin/sleep", "1000")
	out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "was killed") || !strings.Contains(string(out), "lxc.payload."+containerName) {
		t.Errorf("the next start says %q, %v", out, err)
	}
	for _, dir := range s.cgroups() {
		if !strings.HasSuffix(dir, "/lxc.payload."+containerName) {
			t.Errorf("the container is in %s", dir)
		}
	}
	s.expect(t, 0, ``, "lxc-stop", "-k")
	eventually(t, "nothing is left", func() bool { return len(s.cgroups()) == 0 })
}

// TestInitWithoutMonitor kills the monitor of a container that survives it: it is not
// started beside itself.
func TestInitWithoutMonitor(t *testing.T) {
	c := newContainer(t, 0, with("lxc.monitor.signal.pdeath = SIGCONT"))
	c.fresh(t)
	l := inBackground(ours(t))
	s := start(t, l, c, "/bin/sleep", "1000")
	init := s.init(t)
	defer func() { _ = unix.Kill(init, unix.SIGKILL) }()
	if err := unix.Kill(s.monitor, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.awaitEnd(t)
	if len(s.cgroups()) == 0 {
		t.Skip("this host has no cgroups to make, by which a container without a monitor is known")
	}
	argv := l.argv(c, "/bin/sleep", "1000")
	out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "of the container still runs") || !strings.Contains(string(out), fmt.Sprint(init)) {
		t.Errorf("the next start says %q, %v", out, err)
	}
	if err := unix.Kill(init, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s = start(t, l, c, "/bin/sleep", "1000")
	s.expect(t, 0, ``, "lxc-stop", "-k")
	s.awaitEnd(t)
}

// TestTwoStarts starts a container several times at once: one start wins, the others are
// told that it is running.
func TestTwoStarts(t *testing.T) {
	c := newContainer(t, 0, nil)
	c.fresh(t)
	l := inBackground(ours(t))
	argv := l.argv(c, "/bin/sleep", "1000")
	var mu sync.Mutex
	var won, lost []string
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			var out bytes.Buffer
			cmd := exec.Command(argv[0], argv[1:]...)
			cmd.Stdout, cmd.Stderr = &out, &out
			err := cmd.Run()
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won = append(won, out.String())
			} else {
				lost = append(lost, out.String())
			}
		})
	}
	wg.Wait()
	s := started{container: c}
	t.Cleanup(s.end)
	if len(won) != 1 || slices.ContainsFunc(lost, func(said string) bool { return !strings.Contains(said, "running already") }) {
		t.Errorf("%d starts win, the others say %q", len(won), lost)
	}
	s.expect(t, 0, ``, "lxc-stop", "-k")
	eventually(t, "nothing is left", func() bool { return len(s.cgroups()) == 0 })
}
