//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"lxcfg/compile/plan"
	"lxcfg/launch/payload"
	"lxcfg/launch/program"
)

// runHook runs a hook of the host.
func (m *Monitor) runHook(step string, op plan.HostHook) error {
	env, namespaces := m.told(op.Told)
	arguments := op.Arguments.Slice()
	if len(arguments) > 0 {
		arguments = append(arguments, namespaces...)
	}
	return m.runScript(step, op.Command, arguments, append(op.Env.Slice(), env...))
}

// told are the variables that tell a program of the host about the container, and the
// namespaces as arguments tell of them.
func (m *Monitor) told(what plan.List[plan.Told]) (env, namespaces []string) {
	for _, told := range what.All() {
		switch told {
		case plan.ToldPID:
			if m.initPID > 0 {
				env = append(env, fmt.Sprintf("LXC_PID=%d", m.initPID))
			}
		case plan.ToldTarget:
			env = append(env, "LXC_TARGET="+m.target())
		case plan.ToldNamespaces:
			for _, ns := range m.held() {
				env = append(env, fmt.Sprintf("LXC_%s_NS=%s", strings.ToUpper(string(ns.name)), ns.path()))
				namespaces = append(namespaces, fmt.Sprintf("%s:%s", ns.name, ns.path()))
			}
		}
	}
	return env, namespaces
}

// target is what the end of the container leads to, as LXC tells hooks.
func (m *Monitor) target() string {
	if m.Reboots() {
		return "reboot"
	}
	return "stop"
}

// runScript has a shell execute a command of the configuration on the host, with
// words behind it and variables over the caller's, and keeps what it prints.
func (m *Monitor) runScript(step, command string, words, env []string) error {
	output, err := m.runProgram(hostProgram{
		path: "/bin/sh", argv: []string{"sh", "-c", plan.ShellScript(command, words...)},
		env: program.Overlay(m.environment(), env), timeout: m.HookTimeout, shown: command,
	})
	m.outputs[step] = output
	return err
}

// Output returns the end of what a hook has printed, empty for other steps.
func (m *Monitor) Output(step string) string {
	if kept, ok := m.listening[step]; ok {
		m.outputs[step] = kept.end()
		delete(m.listening, step)
	}
	return m.outputs[step]
}

// listener keeps the end of what a hook in the container prints.
type listener struct {
	pipe *os.File
	kept chan string
}

// listen makes a pipe for each hook in the container and keeps what comes out. The
// ends that the payload writes to are in opened.
func (m *Monitor) listen(in *program.Inputs) (opened []*os.File, err error) {
	for _, s := range m.plan.Steps() {
		if _, ok := s.Op.(plan.Hook); !ok {
			continue
		}
		r, w, err := os.Pipe()
		if err != nil {
			return opened, fmt.Errorf("make a pipe for %s: %w", s.Name, err)
		}
		opened = append(opened, w)
		kept := listener{pipe: r, kept: make(chan string, 1)}
		m.listening[s.Name] = kept
		in.FDs[payload.InputOutput(s.Name)] = int(w.Fd())
		go func() { kept.kept <- readTail(r) }()
	}
	return opened, nil
}

// end returns what was printed. A process that the hook has left in the background
// may hold the pipe open for ever: what was printed until now counts.
func (l listener) end() string {
	_ = l.pipe.SetReadDeadline(time.Now().Add(drainTime))
	text := <-l.kept
	l.pipe.Close()
	return text
}

// namespace is a namespace of the container that is held for stop hooks: init is
// gone by then, and its directory in /proc with it.
type namespace struct {
	name plan.Namespace
	file *os.File
}

// path is how a process of the host finds it.
func (n namespace) path() string { return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), n.file.Fd()) }

// held returns the namespaces in the order of the kernel's list.
func (m *Monitor) held() []namespace {
	order := plan.Namespaces()
	slices.SortFunc(m.namespaces, func(a, b namespace) int { return slices.Index(order, a.name) - slices.Index(order, b.name) })
	return m.namespaces
}

// holdNamespaces opens namespaces of the payload that are not open yet.
func (m *Monitor) holdNamespaces(names []plan.Namespace) error {
	for _, n := range names {
		if slices.ContainsFunc(m.namespaces, func(held namespace) bool { return held.name == n }) {
			continue
		}
		file, err := os.Open(fmt.Sprintf("/proc/%d/ns/%s", m.initPID, n))
		if err != nil {
			return err
		}
		m.namespaces = append(m.namespaces, namespace{n, file})
	}
	return nil
}

// holdFirst opens those that the payload is cloned in, when the plan wants any.
func (m *Monitor) holdFirst(op plan.Spawn) error {
	hold, _, _ := plan.Find[plan.NamespaceHold](m.plan)
	cloned := op.Namespaces.Members()
	for _, j := range op.Join.All() {
		cloned = append(cloned, j.Namespace)
	}
	err := m.holdNamespaces(slices.DeleteFunc(hold.Namespaces.Members(), func(n plan.Namespace) bool { return !slices.Contains(cloned, n) }))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the payload has ended already; what of, it has left behind
	}
	return err
}
