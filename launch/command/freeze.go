//go:build linux

package command

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Freeze stops all processes of the container, or lets them go on, and waits until that is
// done. With a time of 0 it waits for ever.
func (p Peer) Freeze(frozen bool, timeout time.Duration) error {
	if state, err := p.State(); err != nil || state == Stopped {
		return errors.Join(err, ErrNotRunning)
	}
	dir, err := p.OpenCgroup("freezer")
	if err != nil {
		return err
	}
	defer dir.Close()
	on, after := Thawed, Running
	if frozen {
		on, after = Freezing, Frozen
	}
	if err := p.Publish(on); err != nil {
		return err
	}
	if err := setFrozen(fmt.Sprintf("/proc/self/fd/%d", dir.Fd()), frozen, timeout); err != nil {
		return errors.Join(err, p.Publish(Running))
	}
	return p.Publish(after)
}

// setFrozen writes to the files of a cgroup, v2 or v1, and waits.
func setFrozen(dir string, frozen bool, timeout time.Duration) error {
	file, look, value, done := "freezer.state", "freezer.state", "THAWED", "THAWED"
	if frozen {
		value, done = "FROZEN", "FROZEN"
	}
	if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
		file, look, value, done = "cgroup.freeze", "cgroup.events", "0", "frozen 0"
		if frozen {
			value, done = "1", "frozen 1"
		}
	}
	if err := os.WriteFile(filepath.Join(dir, file), []byte(value), 0); err != nil {
		return err
	}
	for deadline := time.Now().Add(timeout); ; time.Sleep(freezeCheck) {
		text, err := os.ReadFile(filepath.Join(dir, look))
		switch {
		case err != nil:
			return err
		case strings.Contains("\n"+string(text), "\n"+done):
			return nil
		case timeout > 0 && time.Now().After(deadline):
			return fmt.Errorf("the container's processes are not so within %v", timeout)
		}
	}
}
