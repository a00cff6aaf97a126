//go:build linux

package remains

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// List is the list of a launch. The lock on its file says that the launcher lives: the
// kernel lets go of it with the process (flock(2)). There is a file once there is something
// on the list.
type List struct {
	lxcPath, container string
	fd                 int    // -1: no file yet. Package os would offer it to its poller, which a launch may do without
	name               string // of the file
	nowhere            bool   // there is no place for a file: nothing is written down
}

// most is how many launches of one container there can be at a time.
const most = 1000

// directory holds the lists: the host's, or the user's (XDG Base Directory
// Specification). Without one, nothing is written down.
func directory() string {
	if os.Geteuid() == 0 {
		return "/run/lxcfg"
	}
	own := os.Getenv("XDG_RUNTIME_DIR")
	var st unix.Stat_t
	if own == "" || unix.Stat(own, &st) != nil || int(st.Uid) != os.Geteuid() {
		return "" // what others may write to is not to be believed
	}
	return filepath.Join(own, "lxcfg")
}

// path is where the nth list of a container is. Names of containers in different
// directories can be the same, and longer than those of files.
func path(dir, lxcPath, container string, n int) string {
	const longest = 200
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(lxcPath + "\x00" + container)) // it never fails
	name := container[:min(len(container), longest)] + "." + strconv.FormatUint(hash.Sum64(), 16)
	if n > 0 {
		name += "-" + strconv.Itoa(n)
	}
	return filepath.Join(dir, name)
}

// New begins the list of a launch.
func New(lxcPath, container string) *List {
	return &List{lxcPath: lxcPath, container: container, fd: -1}
}

// begin makes the file, where there is a place for one.
func (l *List) begin() error {
	dir := directory()
	if dir == "" {
		l.nowhere = true
		return nil
	}
	for n := 0; n < most; {
		l.name = path(dir, l.lxcPath, l.container, n)
		err := l.open(unix.O_CREAT | unix.O_EXCL)
		switch {
		case errors.Is(err, os.ErrNotExist):
			err = os.Mkdir(dir, 0o700)
			if err == nil || errors.Is(err, os.ErrExist) {
				continue
			}
			l.nowhere = true // a host without the directory above
			return nil
		case errors.Is(err, os.ErrExist):
			n++ // of another launch of it, or of one that was killed
			continue
		case errors.Is(err, os.ErrPermission), errors.Is(err, unix.EROFS):
			l.nowhere = true
			return nil
		case err != nil:
			return err
		}
		owned, err := l.lock()
		if err == nil && owned {
			return l.write(appendLine(nil, Thing{Kind(l.container), []string{l.lxcPath, strconv.Itoa(os.Getpid())}}))
		}
		l.Close()
		if err != nil {
			return err
		}
		// Somebody took the empty file for one that was left.
	}
	return fmt.Errorf("%s holds %d lists of what launches of %s have made", dir, most, l.container)
}

// open opens the file.
func (l *List) open(flags int) (err error) {
	l.fd, err = unix.Open(l.name, unix.O_RDWR|unix.O_APPEND|unix.O_CLOEXEC|unix.O_NOFOLLOW|flags, 0o600)
	if err != nil {
		l.fd = -1
		return &os.PathError{Op: "open", Path: l.name, Err: err}
	}
	return nil
}

// lock takes the list, unless a launcher has it. owned is false when somebody else has,
// or has taken it away meanwhile.
func (l *List) lock() (owned bool, err error) {
	for {
		err := unix.Flock(l.fd, unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EWOULDBLOCK):
			return false, nil
		case err != nil:
			return false, &os.PathError{Op: "lock", Path: l.name, Err: err}
		}
		var st unix.Stat_t
		if err := unix.Fstat(l.fd, &st); err != nil {
			return false, &os.PathError{Op: "stat", Path: l.name, Err: err}
		}
		return st.Nlink > 0, nil
	}
}

// Add writes a thing down that is about to be made.
func (l *List) Add(kind Kind, words ...string) error {
	if l.fd < 0 && !l.nowhere {
		if err := l.begin(); err != nil {
			return fmt.Errorf("write down what is made: %w", err)
		}
	}
	return l.write(appendLine(nil, Thing{kind, words}))
}

// Withdraw says that a thing that was added was not made, or is gone.
func (l *List) Withdraw(kind Kind, words ...string) error {
	return l.write(appendLine(nil, Thing{kind, words}, withdrawn))
}

// write appends in one write(2): a launcher that is killed has written all of it or, at
// worst, a line without an end.
func (l *List) write(line []byte) error {
	if l.fd < 0 {
		return nil
	}
	n, err := unix.Write(l.fd, line)
	if err == nil && n < len(line) {
		err = unix.ENOSPC
	}
	if err != nil {
		return &os.PathError{Op: "write", Path: l.name, Err: err}
	}
	return nil
}

// Kept is a list as a program takes it along that executes itself anew. FD has to stay
// open; it is -1 where there is no file.
type Kept struct {
	FD   int    `json:"fd"`
	Name string `json:"name"`
}

// Keep returns what there is to take along.
func (l *List) Keep() Kept { return Kept{l.fd, l.name} }

// Restore makes a list of what was kept, which nothing more is added to.
func Restore(k Kept) *List {
	if k.FD >= 0 {
		unix.CloseOnExec(k.FD)
	}
	return &List{fd: k.FD, name: k.Name, nowhere: k.FD < 0}
}

// Remove takes the file away: nothing is left of what it names.
func (l *List) Remove() error {
	if l.fd < 0 {
		return nil
	}
	err := os.Remove(l.name)
	l.Close()
	return err
}

// Close lets go of the file, when what it names could not be taken back.
func (l *List) Close() {
	if l.fd >= 0 {
		unix.Close(l.fd)
		l.fd = -1
	}
}
