//go:build !elsewhere

package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	socket "lxcfg/launch/command"
)

// The statuses of LXC's tools: an error, and a container that does not run.
const (
	exitControl    = 1
	exitNotRunning = 2
)

// controlled is a container that is asked or told something, LXC's or lxcfg's.
type controlled struct {
	name    string
	lxcPath string
}

func (c *controlled) options() options {
	return options{
		{"name", "n", "NAME", "the container's name; the first word is taken for it when the option is not given", text(&c.name)},
		lxcPathOption(&c.lxcPath),
	}
}

// peer finds the container. One that is not known is an error.
func (c *controlled) peer(words []string) (socket.Peer, error) {
	if c.name == "" && len(words) > 0 {
		c.name, words = words[0], words[1:]
	}
	switch {
	case c.name == "":
		return socket.Peer{}, errors.New("no container is named")
	case len(words) > 0:
		return socket.Peer{}, fmt.Errorf("%q is one word too many", words[0])
	}
	c.lxcPath = containersPath(c.lxcPath)
	return socket.Peer{LXCPath: c.lxcPath, Container: c.name}, nil
}

// containersPath is the directory of containers, as LXC's tools know it.
func containersPath(given string) string {
	path := strings.TrimRight(cmp.Or(given, systemConf().LXCPath), "/")
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// control parses the command line of a command about one container.
func (a *app) control(c command, args []string, more options) (p socket.Peer, done bool, status int) {
	var of controlled
	opts := append(of.options(), more...)
	if a.wantsHelp(c, opts, args) {
		return p, true, exitOK
	}
	words, rest, err := opts.parse(args)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%q: nothing stands behind --", rest[0])
	}
	if err == nil {
		p, err = of.peer(words)
	}
	if err != nil {
		return p, true, a.usageError(c, err)
	}
	return p, false, exitOK
}

// exists tells whether a container is known: it runs, or has a configuration.
func exists(p socket.Peer, state socket.State) bool {
	_, err := os.Stat(filepath.Join(p.LXCPath, p.Container, "config"))
	return state != socket.Stopped || err == nil
}
