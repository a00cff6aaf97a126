//go:build !elsewhere

package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	socket "lxcfg/launch/command"
)

// stopOptions say how a container is stopped.
type stopOptions struct {
	kill, reboot, noKill, noWait bool
	timeout                      time.Duration
}

func runStop(a *app, c command, args []string) int {
	o := stopOptions{timeout: time.Minute}
	p, done, status := a.control(c, args, options{
		{"kill", "k", "", "kill it instead of asking its init", toggle(&o.kill)},
		{"reboot", "r", "", "have it reboot", toggle(&o.reboot)},
		{"timeout", "t", "SECONDS", "how long init may take before it is killed; the default is 60", seconds(&o.timeout)},
		{"nokill", "", "", "do not kill it when it does not stop", toggle(&o.noKill)},
		{"nowait", "W", "", "do not wait for it", toggle(&o.noWait)},
	})
	if done {
		return status
	}
	err := stopContainer(p, o)
	switch {
	case errors.Is(err, socket.ErrNotRunning):
		a.error(fmt.Errorf("container %s is not running", p.Container))
		return exitNotRunning
	case err != nil:
		a.error(err)
		return exitControl
	}
	return exitOK
}

// stopContainer asks init to halt or to reboot, as LXC does, and kills it when it does not.
func stopContainer(p socket.Peer, o stopOptions) error {
	if o.kill {
		return p.Stop()
	}
	init, pid, err := p.OpenInit()
	if err != nil {
		return err
	}
	defer init.Close()
	key, wanted := "lxc.signal.halt", socket.Stopped
	if o.reboot {
		key, wanted = "lxc.signal.reboot", socket.Running
	}
	number, err := signalOf(p, key, pid)
	if err != nil {
		return err
	}
	w, err := p.Watch(o.reboot, wanted)
	if err != nil {
		return err
	}
	if err := unix.PidfdSendSignal(int(init.Fd()), number, nil, 0); err != nil {
		w.Close()
		return fmt.Errorf("send %v to the container's init: %w", number, err)
	}
	if o.noWait {
		w.Close()
		return nil
	}
	_, err = w.Wait(o.timeout)
	switch {
	case errors.Is(err, socket.ErrNotRunning) && !o.reboot:
		return nil
	case errors.Is(err, socket.ErrNotRunning):
		return fmt.Errorf("container %s has stopped instead of rebooting", p.Container)
	case errors.Is(err, os.ErrDeadlineExceeded) && !o.noKill && !o.reboot:
		if err = p.Stop(); errors.Is(err, socket.ErrNotRunning) {
			return nil
		}
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("container %s has not done so within %v", p.Container, o.timeout)
	}
	return err
}

// signalOf is the signal of a key. Without a line it is LXC's own, and for an init that
// waits for it, as systemd does, SIGRTMIN+3.
func signalOf(p socket.Peer, key string, init int) (unix.Signal, error) {
	const systemdHalt = unix.Signal(37) // SIGRTMIN+3
	set, ok, err := p.Item(key)
	if err != nil {
		return 0, err
	}
	if n, err := strconv.Atoi(set); ok && err == nil && n > 0 {
		return unix.Signal(n), nil
	}
	switch {
	case key == "lxc.signal.reboot":
		return unix.SIGINT, nil
	case blocks(init, systemdHalt):
		return systemdHalt, nil
	}
	return unix.SIGPWR, nil
}

// blocks tells whether a process has blocked a signal (proc(5), SigBlk).
func blocks(pid int, number unix.Signal) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(status)) {
		if mask, ok := strings.CutPrefix(line, "SigBlk:"); ok {
			bits, err := strconv.ParseUint(strings.TrimSpace(mask), 16, 64)
			return err == nil && bits>>(number-1)&1 != 0
		}
	}
	return false
}
