//go:build !elsewhere

package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

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
	pid, err := p.InitPID()
	if err != nil {
		return err
	}
	init, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return socket.ErrNotRunning
	}
	defer unix.Close(init)
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
	if err := unix.PidfdSendSignal(init, number, nil, 0); err != nil {
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
