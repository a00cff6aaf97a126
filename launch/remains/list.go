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
// kernel lets go of it with the process (flock(2)).
type List struct {
	fd   int // package os would offer it to its poller, which a launch may do without
	name string
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

// New begins the list of a launch. Where there is no place for one, it is nil, and takes
// whatever is added.
func New(lxcPath, container string) (*List, error) {
	dir := directory()
	if dir == "" {
		return nil, nil
	}
	for n := 0; n < most; {
		l, err := open(path(dir, lxcPath, container, n), unix.O_CREAT|unix.O_EXCL)
		switch {
		case errors.Is(err, os.ErrNotExist):
			err = os.Mkdir(dir, 0o700)
			if err == nil || errors.Is(err, os.ErrExist) {
				continue
			}
			return nil, nil // a host without the directory above
		case errors.Is(err, os.ErrExist):
			n++ // of another launch of it, or of one that was killed
			continue
		case errors.Is(err, os.ErrPermission), errors.Is(err, unix.EROFS):
			return nil, nil
		case err != nil:
			return nil, err
		}
		owned, err := l.lock()
		if err != nil || !owned {
			l.Close()
			if err != nil {
				return nil, err
			}
			continue // somebody took the empty file for one that was left
		}
		if err := l.write(appendLine(nil, Thing{Kind(container), []string{lxcPath, strconv.Itoa(os.Getpid())}})); err != nil {
			return nil, errors.Join(err, l.Remove())
		}
		return l, nil
	}
	return nil, fmt.Errorf("%s holds %d lists of what launches of %s have made", dir, most, container)
}

func open(name string, flags int) (*List, error) {
	fd, err := unix.Open(name, unix.O_RDWR|unix.O_APPEND|unix.O_CLOEXEC|unix.O_NOFOLLOW|flags, 0o600)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: name, Err: err}
	}
	return &List{fd, name}, nil
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
	if l == nil {
		return nil
	}
	return l.write(appendLine(nil, Thing{kind, words}))
}

// Withdraw says that a thing that was added was not made, or is gone.
func (l *List) Withdraw(kind Kind, words ...string) error {
	if l == nil {
		return nil
	}
	return l.write(appendLine(nil, Thing{kind, words}, withdrawn))
}

// write appends in one write(2): a launcher that is killed has written all of it or, at
// worst, a line without an end.
func (l *List) write(line []byte) error {
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
// open; it is -1 where there is no list.
type Kept struct {
	FD   int    `json:"fd"`
	Name string `json:"name"`
}

// Keep returns what there is to take along.
func (l *List) Keep() Kept {
	if l == nil {
		return Kept{FD: -1}
	}
	return Kept{l.fd, l.name}
}

// Restore makes a list of what was kept.
func Restore(k Kept) *List {
	if k.FD < 0 {
		return nil
	}
	unix.CloseOnExec(k.FD)
	return &List{k.FD, k.Name}
}

// Remove takes the list away: nothing is left of what it names.
func (l *List) Remove() error {
	if l == nil {
		return nil
	}
	err := os.Remove(l.name)
	l.Close()
	return err
}

// Close lets go of a list that names what could not be taken back.
func (l *List) Close() {
	if l != nil {
		unix.Close(l.fd)
	}
}
