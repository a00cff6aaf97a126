//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// A monitor that is killed takes its container along, but nobody takes the container's
// cgroups away. So each is marked with the container it belongs to (xattr(7), which cgroups
// have since Linux 5.7). Who finds the mark of its own container has its address: the
// monitor that made the cgroup is no more.

// ownerMark is the extended attribute.
const ownerMark = "user.lxcfg"

// owner is what it says.
func (m *Monitor) owner() string { return filepath.Join(m.plan.LXCPath(), m.plan.Container()) }

// mark marks a cgroup. Where that cannot be, what is left is nobody's.
func (m *Monitor) mark(dir string) { _ = unix.Setxattr(dir, ownerMark, []byte(m.owner()), 0) }

// isLeft tells whether a cgroup was left by an earlier monitor of this container.
func (m *Monitor) isLeft(dir string) bool {
	value := make([]byte, unix.PathMax)
	n, err := unix.Getxattr(dir, ownerMark, value)
	return err == nil && string(value[:n]) == m.owner()
}

// endTimeout is how long the processes of a container whose monitor was just killed are
// given to end.
const endTimeout = 2 * time.Second

// LeftError says that a container runs without its monitor.
type LeftError struct{ Processes []string }

func (e *LeftError) Error() string {
	return fmt.Sprintf("the container runs, although its monitor is gone: %s", strings.Join(e.Processes, ", "))
}

// recover takes away what an earlier monitor of this container has left of the cgroups of
// a suffix. While a process is left there the container runs still, and must not be started
// beside itself.
func (m *Monitor) recover(suffix string) error {
	for _, s := range m.plan.Steps() {
		op, ok := s.Op.(plan.CgroupCreate)
		if !ok {
			continue
		}
		dir := filepath.Join(m.baseOf(op.Mount, op.Base, op.InScope), op.Name+suffix)
		if !m.isLeft(dir) {
			continue
		}
		if err := m.removeLeft(dir); err != nil {
			return err
		}
		m.recovered = append(m.recovered, dir)
	}
	return nil
}

// removeLeft removes a cgroup once it is empty.
func (m *Monitor) removeLeft(dir string) error {
	for deadline := time.Now().Add(endTimeout); ; time.Sleep(firstPause) {
		who := processesBelow(dir)
		if len(who) > 0 && time.Now().After(deadline) {
			return &LeftError{who}
		}
		if len(who) > 0 {
			continue
		}
		err := removeTree(dir)
		if errors.Is(err, unix.EBUSY) && time.Now().Before(deadline) {
			continue
		}
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	}
}

// Recovered are the cgroups that an earlier monitor had left and that were taken away.
func (m *Monitor) Recovered() []string { return m.recovered }
