//go:build linux

package daemon

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// program is this program, whatever has become of its file.
const program = "/proc/self/exe"

// variable is set in the environment of a daemon that begins, to the numbers of the
// descriptors it gets. The daemon takes it away at once.
const variable = "LXCFG_DAEMON"

// Title is what ps(1) shows of the monitor of a container, as LXC words it.
func Title(lxcPath, container string) string {
	return fmt.Sprintf("[lxc monitor] %s %s", lxcPath, container)
}

// Spawn starts this program again as a daemon that is to do what args say, and waits
// until it runs the container or has ended. The status is 0 for the first, and what it
// ended with otherwise: then it has told why. What ends a process is passed on to it
// meanwhile, so that a launch can be given up.
func Spawn(title string, args []string) (status int, err error) {
	note, err := NewNote("arguments", []byte(strings.Join(args, "\x00")))
	if err != nil {
		return 0, err
	}
	defer note.Close()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("make the daemon's sockets: %w", err)
	}
	defer unix.Close(pair[0])
	files := inherited()
	pid, err := syscall.ForkExec(program, []string{title}, &syscall.ProcAttr{
		Env:   append(os.Environ(), fmt.Sprintf("%s=%d,%d", variable, len(files), len(files)+1)),
		Files: append(files, uintptr(pair[1]), note.Fd()),
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	unix.Close(pair[1])
	if err != nil {
		return 0, fmt.Errorf("start the daemon: %w", err)
	}
	defer passOn(pid)()
	if running(pair[0]) {
		return 0, nil
	}
	return ending(pid)
}

// inherited are the descriptors that the daemon gets of the caller's: the standard
// streams, and the sockets that systemd has given (sd_listen_fds(3)). Others were not
// meant for a process that stays, and LXC closes them too.
func inherited() []uintptr {
	const streams = 3
	n, _ := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	var files []uintptr
	for fd := range uintptr(streams + max(n, 0)) {
		if _, err := unix.FcntlInt(fd, unix.F_GETFD, 0); err != nil && fd >= streams {
			break
		}
		files = append(files, fd)
	}
	return files
}

// ends are the signals that end a process and that a person or a supervisor sends.
var ends = [...]os.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM}

// passOn passes signals that end a process on to the daemon. What it returns ends that.
func passOn(pid int) (stop func()) {
	caught := make(chan os.Signal, 8)
	signal.Notify(caught, ends[:]...)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case number := <-caught:
				_ = unix.Kill(pid, number.(unix.Signal))
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(caught)
		close(done)
	}
}

// running waits for word of the daemon. The end of file, or a reset, says that it has
// ended without.
func running(socket int) bool {
	var word [1]byte
	for {
		n, err := unix.Read(socket, word[:])
		if !errors.Is(err, unix.EINTR) {
			return err == nil && n == 1
		}
	}
}

// ending waits for a daemon that has ended.
func ending(pid int) (int, error) {
	var status unix.WaitStatus
	for {
		_, err := unix.Wait4(pid, &status, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return 0, fmt.Errorf("wait for the daemon: %w", err)
		case status.Signaled():
			return 0, fmt.Errorf("the daemon was killed: %v", status.Signal())
		default:
			return status.ExitStatus(), nil
		}
	}
}

// descriptors reads the numbers in the value of the variable.
func descriptors(value string) ([]int, error) {
	var list []int
	for word := range strings.SplitSeq(value, ",") {
		fd, err := strconv.Atoi(word)
		if err != nil {
			return nil, fmt.Errorf("%s=%s: %w", variable, value, err)
		}
		list = append(list, fd)
	}
	return list, nil
}
