//go:build linux

package attach

import (
	"errors"
	"fmt"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	"lxcfg/launch/program"
)

// outlive waits for the command to end.
func (j *joining) outlive() (unix.WaitStatus, error) {
	end := j.passSignals()
	err := j.await()
	end() // before the process id can be another's
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

// passSignals passes signals on to the command and what it has started in its process
// group, as a terminal would. What it returns ends that.
func (j *joining) passSignals() (end func()) {
	caught := make(chan os.Signal, 64)
	signal.Notify(caught, unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGUSR1, unix.SIGUSR2, unix.SIGWINCH)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for s := range caught {
			number, _ := s.(unix.Signal)
			switch {
			case number != unix.SIGWINCH:
				_ = unix.Kill(-j.child.PID, number) // it may have ended
			case j.shown != nil:
				j.shown.resize()
			}
		}
	}()
	return func() {
		signal.Stop(caught)
		close(caught)
		<-ended
	}
}
