//go:build !elsewhere

package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	socket "lxcfg/launch/command"
)

func runWait(a *app, c command, args []string) int {
	var wanted string
	var timeout time.Duration
	p, done, status := a.control(c, args, options{
		{"state", "s", "STATE", "the state to wait for, as LXC calls it; several with | between", text(&wanted)},
		{"timeout", "t", "SECONDS", "give up then; the default is to wait for ever", seconds(&timeout)},
	})
	if done {
		return status
	}
	states, err := parseStates(wanted)
	if err != nil {
		return a.usageError(c, err)
	}
	if _, err := p.Wait(timeout, states...); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = fmt.Errorf("container %s is not %s within %v", p.Container, wanted, timeout)
		}
		a.error(err)
		return exitControl
	}
	return exitOK
}

// parseStates reads names of states.
func parseStates(text string) (states []socket.State, err error) {
	for word := range strings.SplitSeq(text, "|") {
		i := slices.Index(socket.States[:], strings.ToUpper(strings.TrimSpace(word)))
		if i < 0 {
			return nil, fmt.Errorf("%q is no state; there are %s", word, strings.Join(socket.States[:], ", "))
		}
		states = append(states, socket.State(i))
	}
	return states, nil
}

// seconds sets a length of time, in seconds or with its unit.
func seconds(into *time.Duration) func(string) error {
	return func(value string) error {
		if n, err := strconv.Atoi(value); err == nil && n > 0 {
			*into = time.Duration(n) * time.Second
			return nil
		}
		return duration(into)(value)
	}
}
