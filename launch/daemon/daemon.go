//go:build linux

package daemon

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Daemon is the process that Spawn has started, as it sees itself.
type Daemon struct {
	Args []string // what Spawn was told

	// The caller's standard streams. Those of the process are connected to /dev/null:
	// what it starts must not hold on to the caller's terminal.
	Stdin, Stdout, Stderr *os.File

	small  bool     // it is without huge pages, because it has only to wait
	caller *os.File // closed when the caller has been told, nil: he has been

	Notes []*os.File // what it remembers, when it has executed itself
}

// Arrive tells whether this process is a daemon that Spawn has started: nil for any
// other process. It is to be called before anything else is done.
func Arrive() (*Daemon, error) {
	if value, isSet := os.LookupEnv(again); isSet {
		if err := os.Unsetenv(again); err != nil {
			return nil, err
		}
		return arriveAgain(value)
	}
	value, isSet := os.LookupEnv(variable)
	if !isSet {
		return nil, nil
	}
	if err := os.Unsetenv(variable); err != nil {
		return nil, err
	}
	fds, err := descriptors(value)
	if err != nil {
		return nil, err
	}
	if len(fds) != 2 {
		return nil, fmt.Errorf("%s=%s: there must be two descriptors", variable, value)
	}
	for _, fd := range fds {
		unix.CloseOnExec(fd)
	}
	note := os.NewFile(uintptr(fds[1]), "arguments")
	defer note.Close()
	args, err := ReadNote(note)
	if err != nil {
		return nil, fmt.Errorf("read the daemon's arguments: %w", err)
	}
	// What the caller had open besides is not for a process that stays.
	if err := unix.CloseRange(uint(fds[0])+1, math.MaxInt32, 0); err != nil {
		return nil, fmt.Errorf("close what the caller has left open: %w", err)
	}
	d := &Daemon{Args: strings.Split(string(args), "\x00"), caller: os.NewFile(uintptr(fds[0]), "caller")}
	name()
	return d, d.takeStreams()
}

// name gives the process the name of its program: it was executed by a link that is
// called otherwise.
func name() {
	if path, err := os.Readlink(program); err == nil {
		_ = setName(strings.TrimSuffix(filepath.Base(path), " (deleted)"))
	}
}

// takeStreams sets the caller's streams apart and connects those of the process to
// /dev/null.
func (d *Daemon) takeStreams() error {
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: os.DevNull, Err: err}
	}
	defer unix.Close(null)
	for fd, stream := range [...]**os.File{&d.Stdin, &d.Stdout, &d.Stderr} {
		kept, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
		if err == nil {
			err = unix.Dup3(null, fd, 0)
		}
		if err != nil {
			return fmt.Errorf("set a stream of the caller apart: %w", err)
		}
		*stream = os.NewFile(uintptr(kept), fmt.Sprintf("/dev/fd/%d", fd))
	}
	return nil
}

// Running tells the caller that the container runs, and lets go of him.
func (d *Daemon) Running() {
	if d.caller == nil {
		return
	}
	// A caller who has ended does not want to know.
	_ = unix.Send(int(d.caller.Fd()), []byte{0}, unix.MSG_NOSIGNAL)
	for _, f := range [...]*os.File{d.caller, d.Stdin, d.Stdout, d.Stderr} {
		if f != nil {
			f.Close()
		}
	}
	d.caller, d.Stdin, d.Stdout, d.Stderr = nil, nil, nil, nil
}
