//go:build linux

package attach

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"lxcfg/launch/program"
)

// outlive waits for the command to end.
func (j *joining) outlive() (unix.WaitStatus, error) {
	err := j.await()
	j.signals.end() // before the process id can be another's
	if err != nil {
		return 0, err
	}
	return program.Wait(j.child.PID)
}

// await waits without taking the status.
func (j *joining) await() error {
	if j.shown != nil {
		return j.shown.carry(j.child.PIDFD)
	}
	for {
		err := unix.Waitid(unix.P_PIDFD, j.child.PIDFD, nil, unix.WEXITED|unix.WNOWAIT, nil)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, unix.EINTR):
			return fmt.Errorf("wait for the command: %w", err)
		}
	}
}
