//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// consoleLog is the file that the console's output is appended to. What cannot be
// written is lost: the container must not stand still for a full disk.
type consoleLog struct {
	dir    *os.File // directory of the file
	name   string   // in it
	file   *os.File
	limit  int64 // in bytes, 0: none
	rotate bool  // a full file is kept as NAME.1, and not emptied
}

// openConsoleLog opens the log for appending. One that the launch has made and
// nothing was written to goes with a launch that fails.
func (m *Monitor) openConsoleLog(step string, op plan.ConsoleLog) error {
	log := &consoleLog{limit: int64(op.Size), rotate: op.Rotate}
	var err error
	if log.dir, err = openLogDirectory(op); err != nil {
		return err
	}
	log.name = filepath.Base(op.File)
	created := true
	if err = log.open(unix.O_EXCL); errors.Is(err, unix.EEXIST) {
		created, err = false, log.open(followsLink(op))
	}
	if err != nil {
		log.dir.Close()
		return &os.PathError{Op: "open", Path: op.File, Err: err}
	}
	m.log = log
	made := "found"
	if created {
		made = "made"
	}
	m.later(step, undo{How: undoLog, Words: []string{made}})
	return nil
}

// closeLog closes the log. One that was made for a launch that has failed goes.
func (m *Monitor) closeLog(made bool) error {
	log := m.log
	defer log.dir.Close()
	log.file.Close()
	if m.launched || !made {
		return nil
	}
	return unix.Unlinkat(int(log.dir.Fd()), log.name, 0)
}

// openLogDirectory opens the directory of a log. In one that the container may have
// filled no link is followed.
func openLogDirectory(op plan.ConsoleLog) (*os.File, error) {
	if op.Below == "" {
		return os.OpenFile(filepath.Dir(op.File), unix.O_PATH|unix.O_DIRECTORY, 0)
	}
	ground, err := openPath(op.Below, unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	defer unix.Close(ground)
	dir := filepath.Join(".", filepath.Dir(op.File))
	fd, err := unix.Openat2(ground, dir, &unix.OpenHow{Flags: unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS})
	if err != nil {
		return nil, &os.PathError{Op: "openat2", Path: filepath.Join(op.Below, dir), Err: err}
	}
	return os.NewFile(uintptr(fd), dir), nil
}

// followsLink tells whether the log itself may be a link.
func followsLink(op plan.ConsoleLog) int {
	if op.Below == "" {
		return 0
	}
	return unix.O_NOFOLLOW
}

// open opens the file, which is for its owner only, as LXC has it. A fifo in its
// place must not hold up the console.
func (l *consoleLog) open(flags int) error {
	fd, err := unix.Openat(int(l.dir.Fd()), l.name, unix.O_RDWR|unix.O_CREAT|unix.O_APPEND|unix.O_NONBLOCK|unix.O_CLOEXEC|flags, 0o600)
	if err != nil {
		return err
	}
	l.file = os.NewFile(uintptr(fd), l.name)
	return nil
}

// Write appends to the log, and begins a new one whenever it is full.
func (l *consoleLog) Write(data []byte) (int, error) {
	written := 0
	for written < len(data) {
		n, err := l.room(len(data) - written)
		if err != nil {
			return written, err
		}
		if n, err = unix.Write(int(l.file.Fd()), data[written:written+n]); err != nil {
			return written, fmt.Errorf("write to %s: %w", l.name, err)
		}
		written += n
	}
	return written, nil
}

// room tells how many of n bytes fit, at least one. Only a regular file has a size.
func (l *consoleLog) room(n int) (int, error) {
	var info unix.Stat_t
	if err := unix.Fstat(int(l.file.Fd()), &info); err != nil {
		return 0, fmt.Errorf("look at %s: %w", l.name, err)
	}
	if l.limit == 0 || info.Mode&unix.S_IFMT != unix.S_IFREG {
		return n, nil
	}
	if info.Size < l.limit {
		return int(min(int64(n), l.limit-info.Size)), nil
	}
	if err := l.renew(); err != nil {
		return 0, err
	}
	return int(min(int64(n), l.limit)), nil
}

// renew starts the log again, and keeps the full one under another name if it has to.
func (l *consoleLog) renew() error {
	if !l.rotate {
		return unix.Ftruncate(int(l.file.Fd()), 0)
	}
	dir := int(l.dir.Fd())
	if err := unix.Renameat(dir, l.name, dir, l.name+".1"); err != nil {
		return fmt.Errorf("rotate %s: %w", l.name, err)
	}
	full := l.file
	if err := l.open(unix.O_EXCL); err != nil {
		return fmt.Errorf("rotate %s: %w", l.name, err)
	}
	return full.Close()
}
