//go:build linux

package daemon

import (
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// again is set in the environment of a daemon that has executed itself, to the numbers of
// the descriptors with what it has to remember, and of the caller's. Before them stands
// whether the two settings were made that keep it small.
const again = "LXCFG_DAEMON_AGAIN"

// processors tells the Go runtime how many it may use at once.
const processors = "GOMAXPROCS"

// Execute executes this program anew in this process, with notes to remember and some
// descriptors open. What the launch has needed of memory, and a Go program does not give
// back, is gone then; children, and the signal they get when the thread that made them
// ends, are not, when it is that thread that calls. Signals that end a process are
// ignored until the program listens to them again.
//
// It returns only when it fails.
func (d *Daemon) Execute(fds []int, notes ...*os.File) error {
	// One processor is enough to wait with, and each costs memory.
	environment := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, again+"=") })
	words := []string{"0", "0"}
	if os.Getenv(processors) == "" {
		environment, words[0] = append(environment, processors+"=1"), "1"
	}
	// A heap of half a megabyte would take a huge page of two.
	if without, err := unix.PrctlRetInt(unix.PR_GET_THP_DISABLE, 0, 0, 0, 0); err == nil && (without == 0 || d.small) {
		setHugePages(false)
		d.small, words[1] = true, "1"
	}
	take := func(f *os.File) {
		fd := -1
		if f != nil {
			fd = int(f.Fd())
			fds = append(fds, fd)
		}
		words = append(words, strconv.Itoa(fd))
	}
	take(d.caller)
	take(d.Stderr)
	for _, note := range notes {
		take(note)
	}
	signal.Ignore(ends[:]...)
	for _, fd := range fds {
		if err := setCloseOnExec(fd, false); err != nil {
			return err
		}
	}
	err := unix.Exec(program, os.Args[:1], append(environment, again+"="+strings.Join(words, ",")))
	for _, fd := range fds {
		_ = setCloseOnExec(fd, true)
	}
	d.Grow()
	return &os.PathError{Op: "execve", Path: program, Err: err}
}

// Grow says that the daemon has more to do than to wait from now on. What Execute has set
// to keep it small is not for what it starts, which would inherit it.
func (d *Daemon) Grow() {
	if d.small {
		setHugePages(true)
		d.small = false
	}
}

// setHugePages has the process and all that it starts use transparent huge pages where the
// host has them, or not (PR_SET_THP_DISABLE, prctl(2)).
func setHugePages(on bool) {
	disable := uintptr(1)
	if on {
		disable = 0
	}
	_ = unix.Prctl(unix.PR_SET_THP_DISABLE, disable, 0, 0, 0)
}

func setCloseOnExec(fd int, on bool) error {
	flags := 0
	if on {
		flags = unix.FD_CLOEXEC
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, flags); err != nil {
		return fmt.Errorf("keep descriptor %d: %w", fd, err)
	}
	return nil
}

// arriveAgain is Arrive in a program that has executed itself. The notes are not read yet.
func arriveAgain(value string) (*Daemon, error) {
	fds, err := descriptors(value)
	if err != nil || len(fds) < 5 {
		return nil, fmt.Errorf("%s=%s: %w", again, value, unix.EINVAL)
	}
	if fds[0] == 1 {
		if err := os.Unsetenv(processors); err != nil {
			return nil, err
		}
	}
	var files []*os.File
	for _, fd := range fds[2:] {
		var f *os.File
		if fd >= 0 {
			unix.CloseOnExec(fd)
			f = os.NewFile(uintptr(fd), "")
		}
		files = append(files, f)
	}
	name()
	return &Daemon{small: fds[1] == 1, caller: files[0], Stderr: files[1], Notes: files[2:]}, nil
}

// Remembers tells whether the daemon has executed itself.
func (d *Daemon) Remembers() bool { return len(d.Notes) > 0 }
