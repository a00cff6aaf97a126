//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"lxcfg/compile/plan"
)

// stepAside moves the monitor to a cgroup below the one it is in. This waits for an
// RCU grace period, the only place that does: a caller with a single cgroup of its own
// has no other way to give the container controllers.
func (m *Monitor) stepAside(step string, op plan.CgroupAside) error {
	base := m.baseOf(op.Mount, op.Base, op.InScope)
	aside := &cgroup{version: 2, base: base, dir: -1, tasks: -1}
	m.aside = true
	m.later(step, func() error { return m.stepBack(aside) })
	for n := range maxSuffix + 1 {
		name := op.Name
		if n > 0 {
			name += "-" + strconv.Itoa(n)
		}
		err := m.mkdirAll(aside, plan.CgroupCreate{Version: 2, Name: name})
		if err == nil {
			break
		}
		if aside.own || !errors.Is(err, os.ErrExist) || n == maxSuffix {
			return err
		}
	}
	return moveHere(aside.leaf)
}

// stepBack returns to the cgroup that stepAside has left. By then the payload's is
// gone, and with it what the controllers were for.
func (m *Monitor) stepBack(aside *cgroup) error {
	if !aside.own {
		return nil
	}
	for dir := filepath.Dir(aside.leaf); ; dir = filepath.Dir(dir) {
		if err := m.disableControllers(dir); err != nil {
			return fmt.Errorf("cgroup %s is left: another one needs the controllers of %s: %w", aside.leaf, dir, err)
		}
		if dir == aside.base {
			break
		}
	}
	if err := moveHere(aside.base); err != nil {
		return err
	}
	return m.removeCgroup(aside)
}

// moveHere moves the monitor, with all its threads.
func moveHere(dir string) error { return writeFile(filepath.Join(dir, "cgroup.procs"), "0") }
