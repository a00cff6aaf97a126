//go:build !elsewhere

package main

import (
	"errors"
	"fmt"
	"time"

	socket "lxcfg/launch/command"
)

func runFreeze(a *app, c command, args []string) int   { return a.setFrozen(c, args, true) }
func runUnfreeze(a *app, c command, args []string) int { return a.setFrozen(c, args, false) }

// setFrozen freezes a container, or lets it go on.
func (a *app) setFrozen(c command, args []string, frozen bool) int {
	timeout := time.Duration(0)
	p, done, status := a.control(c, args, options{{"timeout", "t", "SECONDS", "give up then; the default is to wait for ever", seconds(&timeout)}})
	if done {
		return status
	}
	err := p.Freeze(frozen, timeout)
	if errors.Is(err, socket.ErrNotRunning) {
		err = fmt.Errorf("container %s is not running", p.Container)
	}
	if err != nil {
		a.error(err)
		return exitControl
	}
	return exitOK
}
