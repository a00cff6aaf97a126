//go:build !elsewhere

package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	socket "lxcfg/launch/command"
)

func runList(a *app, c command, args []string) int {
	var lxcPath string
	format, running := "text", false
	opts := options{
		lxcPathOption(&lxcPath),
		{"running", "", "", "only those that run", toggle(&running)},
		{"format", "", "text|json", "how to print", oneOf(&format, "text", "json")},
	}
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, rest, err := opts.parse(args)
	if err == nil && len(words)+len(rest) > 0 {
		err = errors.New("nothing but options is expected")
	}
	if err != nil {
		return a.usageError(c, err)
	}
	list, err := listContainers(containersPath(lxcPath), running)
	if err != nil {
		a.error(err)
		return exitControl
	}
	if format == "json" {
		return a.printJSON(struct {
			Format     int    `json:"format"`
			Containers []told `json:"containers"`
		}{1, list})
	}
	width := len("NAME")
	for _, t := range list {
		width = max(width, len(t.Name))
	}
	if len(list) > 0 {
		fmt.Fprintf(a.stdout, "%-*s  %-8s  %s\n", width, "NAME", "STATE", "PID")
	}
	for _, t := range list {
		pid := "-"
		if t.InitPID != 0 {
			pid = strconv.Itoa(t.InitPID)
		}
		fmt.Fprintf(a.stdout, "%-*s  %-8s  %s\n", width, t.Name, t.State, pid)
	}
	return exitOK
}

// listContainers lists those that have a configuration, and those that run without one.
func listContainers(lxcPath string, running bool) ([]told, error) {
	names, err := socket.List(lxcPath)
	if err != nil {
		return nil, err
	}
	if !running {
		known, err := filepath.Glob(filepath.Join(lxcPath, "*", "config"))
		if err != nil {
			return nil, err
		}
		for _, file := range known {
			names = append(names, filepath.Base(filepath.Dir(file)))
		}
	}
	slices.Sort(names)
	list := []told{}
	for _, name := range slices.Compact(names) {
		t, state, err := ask(socket.Peer{LXCPath: lxcPath, Container: name})
		if err != nil {
			return nil, err
		}
		if !running || state != socket.Stopped {
			list = append(list, t)
		}
	}
	return list, nil
}
