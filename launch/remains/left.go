//go:build linux

package remains

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Left is the list of a launcher that is gone. Whoever has it holds its lock.
type Left struct {
	*List
	Things []Thing // the last that was made first
}

// Find returns the lists that launchers of a container have left when they were killed.
// The caller has to Close or Remove each.
func Find(lxcPath, container string) (found []Left, err error) {
	dir := directory()
	if dir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil // no launch has been here, or none of this user's
	}
	first := filepath.Base(path(dir, lxcPath, container, 0))
	for _, entry := range entries {
		if number, ok := strings.CutPrefix(entry.Name(), first); !ok || number != "" && number[0] != '-' {
			continue
		}
		left, err := take(filepath.Join(dir, entry.Name()), lxcPath, container)
		if err != nil {
			return found, err
		}
		if left.List != nil {
			found = append(found, left)
		}
	}
	return found, nil
}

// take takes a list whose launcher is gone.
func take(file, lxcPath, container string) (Left, error) {
	l := &List{lxcPath: lxcPath, container: container, name: file}
	err := l.open(0)
	if errors.Is(err, os.ErrNotExist) {
		return Left{}, nil // its launch has ended
	}
	if err != nil {
		return Left{}, err
	}
	left := Left{List: l}
	owned, err := left.lock()
	if err == nil && owned {
		err = left.read(lxcPath, container)
	}
	if err != nil || !owned {
		l.Close()
		return Left{}, err
	}
	return left, nil
}

// read reads the list. One that is empty was left before anything was made.
func (l *Left) read(lxcPath, container string) error {
	text, err := os.ReadFile(fmt.Sprintf("/proc/self/fd/%d", l.fd)) // whoever may have taken its name
	if err != nil {
		return err
	}
	owner, things, err := parse(string(text))
	if err == nil && owner != nil && (owner[0] != container || len(owner) < 2 || owner[1] != lxcPath) {
		err = fmt.Errorf("it is a list of %q", owner)
	}
	if err != nil {
		return fmt.Errorf("read what %s says of an earlier launch: %w", l.name, err)
	}
	l.Things = things
	return nil
}
