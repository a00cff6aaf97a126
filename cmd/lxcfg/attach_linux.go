//go:build !elsewhere

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"lxcfg/compile"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
	"lxcfg/launch/attach"
	socket "lxcfg/launch/command"
)

func runAttach(a *app, c command, args []string) int {
	var of controlled
	var r attachRequest
	opts := append(of.options(), r.options()...)
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, argv, err := opts.parse(args)
	var p socket.Peer
	if err == nil {
		p, err = of.peer(words)
	}
	if err == nil {
		err = r.check()
	}
	if err != nil {
		return a.usageError(c, err)
	}
	status, err := a.attach(p, &r, argv)
	if err == nil {
		return status
	}
	var notExecuted *attach.NotExecutedError
	var interrupted *attach.InterruptedError
	switch {
	case errors.Is(err, errFindings):
	case errors.Is(err, socket.ErrNotRunning):
		a.error(fmt.Errorf("container %s is not running", p.Container))
	case errors.Is(err, attach.ErrFrozen):
		a.errorWithHint(fmt.Sprintf("container %s is frozen: nothing in it runs", p.Container), fmt.Sprintf("Let it go on with `lxcfg unfreeze %s`.", p.Container))
	case errors.As(err, &notExecuted):
		a.error(err)
		return notExecuted.ExitStatus()
	case errors.As(err, &interrupted):
		a.error(err)
		return 128 + int(interrupted.Signal)
	default:
		a.error(err)
	}
	return exitControl
}

// attach runs the command and returns its exit status.
func (a *app) attach(p socket.Peer, r *attachRequest, argv []string) (int, error) {
	container, err := attach.Find(p)
	if err != nil {
		return 0, err
	}
	defer container.Close()
	facts, err := probeHost()
	if err != nil {
		return 0, err
	}
	settings, err := a.joining(p, r, facts)
	if err != nil {
		return 0, err
	}
	request := attach.Request{
		Namespaces: plan.SetOf(r.namespaces...), Remount: r.remount,
		KeepCgroups: r.cgroups, KeepCapabilities: r.capabilities, KeepLabel: r.label,
		UID: r.uid, GID: r.gid, Command: argv,
		Environment: attach.Environment{Clear: r.clear, Keep: r.keep, Set: r.set},
		Settings:    attach.Settings(settings), LSM: facts.LSM, Label: r.context,
		Stdin: a.stdin, Stdout: a.stdout, Stderr: a.stderr,
	}
	if r.context != "" && facts.LSM == "" {
		return 0, errors.New("-c: this kernel has no security module that knows labels")
	}
	if dir, err := os.Getwd(); err == nil {
		request.Directory = dir
	}
	if r.log != "" {
		file, err := os.OpenFile(r.log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return 0, err
		}
		defer file.Close()
		request.Log = io.Writer(file)
	}
	status, err := container.Run(request)
	if err != nil {
		return 0, err
	}
	if status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return status.ExitStatus(), nil
}

// joining is what the container's configuration says of the command: the one that it was
// started with, as far as its monitor tells, or the one of -f.
func (a *app) joining(p socket.Peer, r *attachRequest, facts plan.Facts) (compile.Joining, error) {
	var o common
	o.dialect = "auto"
	file := source.File{Name: r.rcfile}
	var err error
	if r.rcfile != "" {
		file.Text, err = a.readConfig(r.rcfile)
	} else {
		file.Name = "the configuration of container " + p.Container
		file.Text, err = runningConfiguration(p)
	}
	if err != nil {
		return compile.Joining{}, err
	}
	var defines []string
	if r.arch != "" {
		defines = append(defines, "lxc.arch="+r.arch)
	}
	loaded := a.loadText(file, defines, o)
	if r.arch != "" && !loaded.Config.Arch.Set {
		return compile.Joining{}, fmt.Errorf("%q is no architecture that LXC knows", r.arch)
	}
	joining, findings := compile.Join(loaded, facts)
	list := filter(slices.Concat(launchFindings(loaded), findings), func(f diag.Diagnostic) bool { return f.Severity == diag.Error })
	if len(list) == 0 {
		return joining, nil
	}
	o.color = "auto"
	if err := a.printFindings(a.stderr, list, o, loaded.Text); err != nil {
		return compile.Joining{}, err
	}
	return compile.Joining{}, errFindings
}

// runningConfiguration writes what a monitor tells of the configuration. Of what is not
// set it tells nothing.
func runningConfiguration(p socket.Peer) (string, error) {
	var text strings.Builder
	for _, key := range compile.JoiningKeys() {
		values, ok, err := p.Item(key)
		if err != nil {
			return "", err
		}
		if !ok {
			continue
		}
		for value := range strings.SplitSeq(strings.TrimRight(values, "\n"), "\n") {
			fmt.Fprintf(&text, "%s = %s\n", key, value)
		}
	}
	return text.String(), nil
}
