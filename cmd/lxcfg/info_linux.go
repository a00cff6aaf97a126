//go:build !elsewhere

package main

import (
	"encoding/json"
	"errors"
	"fmt"

	socket "lxcfg/launch/command"
)

// told is what there is to say of a container.
type told struct {
	Name    string `json:"name"`
	State   string `json:"state"`
	InitPID int    `json:"init_pid,omitempty"`
	LXCPath string `json:"lxc_path"`
}

// ask asks for it.
func ask(p socket.Peer) (told, socket.State, error) {
	state, err := p.State()
	t := told{Name: p.Container, State: state.String(), LXCPath: p.LXCPath}
	if err == nil && state != socket.Stopped {
		t.InitPID, err = p.InitPID()
		if errors.Is(err, socket.ErrNotRunning) {
			err = nil // it is starting, or ending
		}
	}
	return t, state, err
}

func runInfo(a *app, c command, args []string) int {
	format := "text"
	p, done, status := a.control(c, args, options{{"format", "", "text|json", "how to print", oneOf(&format, "text", "json")}})
	if done {
		return status
	}
	t, state, err := ask(p)
	if err == nil && !exists(p, state) {
		err = fmt.Errorf("there is no container %q in %s", p.Container, p.LXCPath)
	}
	if err != nil {
		a.error(err)
		return exitControl
	}
	if format == "json" {
		return a.printJSON(t)
	}
	fmt.Fprintf(a.stdout, "Name:           %s\nState:          %s\n", t.Name, t.State)
	if t.InitPID != 0 {
		fmt.Fprintf(a.stdout, "PID:            %d\n", t.InitPID)
	}
	return exitOK
}

// printJSON prints something for programs.
func (a *app) printJSON(of any) int {
	enc := json.NewEncoder(a.stdout)
	enc.SetIndent("", "  ")
	if err := enc.Encode(of); err != nil {
		a.error(err)
		return exitControl
	}
	return exitOK
}
