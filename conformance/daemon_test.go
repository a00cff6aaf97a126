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
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/launch"
)

// started is a container in the background.
type started struct {
	container
	monitor int // process id of its monitor
}

// inBackground returns a launcher that leaves containers in the background, with the
// process id of the monitor in the file "pid" of the container's LXCPATH.
func inBackground(l launcher) launcher {
	argv := l.argv
	l.argv = func(c container, command ...string) []string {
		var words []string
		for _, word := range argv(c, command...) {
			if word == "-F" {
				words = append(words, "-d", "-p", c.pidFile())
				continue
			}
			words = append(words, word)
		}
		return words
	}
	return l
}

func (c container) pidFile() string { return filepath.Join(c.lxcpath, "pid") }

// start leaves a container in the background. When the test ends it is gone, whatever
// has become of it.
func start(t *testing.T, l launcher, c container, command ...string) started {
	t.Helper()
	out, err := exec.Command(l.argv(c, command...)[0], l.argv(c, command...)[1:]...).CombinedOutput()
	s := started{container: c}
	t.Cleanup(func() {
		s.end()
		if l.name != "lxcfg" || t.Failed() { // stock LXC leaves some
			removeLeftovers(t, c, leftovers(t, c))
		}
	})
	if err != nil {
		t.Fatalf("%s does not start the container: %v\n%s", l.name, err, out)
	}
	text, err := os.ReadFile(c.pidFile())
	if err != nil {
		t.Fatal(err)
	}
	if s.monitor, err = strconv.Atoi(strings.TrimSpace(string(text))); err != nil {
		t.Fatal(err)
	}
	return s
}

// end ends a container that may still be there: its monitor, and by that its init.
func (s started) end() {
	if text, err := os.ReadFile(s.pidFile()); err == nil {
		if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			_ = unix.Kill(pid, unix.SIGKILL)
			for range 500 { // its container ends a moment later
				if isGone(pid) && !s.hasProcesses() {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			_, _ = launch.ClearRemains(s.lxcpath, containerName)
		}
	}
}

// hasProcesses tells whether the container has any.
func (s started) hasProcesses() bool {
	return slices.ContainsFunc(s.cgroups(), func(dir string) bool {
		list, _ := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
		return len(list) > 0
	})
}

// awaitEnd waits until the monitor is gone.
func (s started) awaitEnd(t *testing.T) {
	t.Helper()
	eventually(t, "the monitor ends", func() bool { return isGone(s.monitor) })
}

// isGone tells whether a process has ended, with all its threads: that is when its descriptor
// can be read (pidfd_open(2)). Its parent may be slow to hear of it.
func isGone(pid int) bool {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return true
	}
	defer unix.Close(fd)
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	return err != nil || n > 0
}

// eventually waits for something to become true.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never happens that %s", what)
		}
	}
}

// TestDaemon leaves a container in the background and looks at its monitor.
func TestDaemon(t *testing.T) {
	c := newContainer(t, 0, nil)
	c.fresh(t)
	before := leftovers(t, c)
	s := start(t, inBackground(ours(t)), c, "/bin/sleep", "1000")
	proc := fmt.Sprintf("/proc/%d/", s.monitor)
	title, err := os.ReadFile(proc + "cmdline")
	if want := fmt.Sprintf("[lxc monitor] %s %s\x00", c.lxcpath, containerName); err != nil || string(title) != want {
		t.Errorf("ps shows %q, %v; want %q", title, err, want)
	}
	if name, _ := os.ReadFile(proc + "comm"); string(name) != "lxcfg\n" {
		t.Errorf("the monitor is called %q", name)
	}
	if dir, _ := os.Readlink(proc + "cwd"); dir != "/" {
		t.Errorf("the monitor works in %q", dir)
	}
	if session, err := unix.Getsid(s.monitor); err != nil || session != s.monitor {
		t.Errorf("the monitor is in session %d, %v", session, err)
	}
	for fd := range 3 {
		if file, _ := os.Readlink(fmt.Sprintf("%sfd/%d", proc, fd)); file != os.DevNull {
			t.Errorf("descriptor %d of the monitor is %q", fd, file)
		}
	}
	if err := unix.Kill(s.monitor, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.awaitEnd(t)
	removeLeftovers(t, c, added(before, leftovers(t, c)))
}

// TestDaemonFails starts containers that cannot be, in the background: who starts them
// is told why, and nothing is left.
func TestDaemonFails(t *testing.T) {
	c := newContainer(t, 0, nil)
	c.fresh(t)
	before := leftovers(t, c)
	for _, test := range []struct {
		name, says string
		status     int
		command    []string
	}{
		{"no program", `execve "/bin/no-such": no such file or directory`, 125, []string{"/bin/no-such"}},
		{"a step", "hostname:uts", 125, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			argv := inBackground(ours(t)).argv(c, test.command...)
			if test.command == nil {
				argv = append(argv[:len(argv)-1], "--rehearse-failure", "hostname:uts")
			}
			ended := onTerminal(t, argv, userEnvironment, nil)
			if ended.status != test.status || !strings.Contains(ended.output, test.says) {
				t.Errorf("it ends with %d and says %q", ended.status, ended.output)
			}
			if left := added(before, leftovers(t, c)); len(left) > 0 {
				t.Errorf("it leaves %q", left)
			}
			if _, err := os.Stat(c.pidFile()); err == nil {
				t.Error("it leaves its pid file")
			}
		})
	}
}
