package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lxcfg/compile/plan"
)

func attachCommand() command {
	return command{
		name: "attach", usage: "[-n] NAME [-P LXCPATH] [OPTION]… [-- COMMAND…]", summary: "run a command in a running container", run: runAttach,
		detail: "The command is in the container's namespaces and cgroups, and held as its processes are: by its capabilities, security label, seccomp policy and " +
			"limits. Without a command it is the user's login shell in the container. Those of standard input, output and error that are terminals become " +
			"a terminal of the container; others are the command's own. It starts in the caller's directory, if the container has one of that name, else in /. " +
			"The exit status is the command's, 128 and the signal's number when it was killed by one, 127 when there is no such command, 126 when it " +
			"cannot be executed, and 1 when the container cannot be joined.",
	}
}

// attachRequest is what the command line asks for.
type attachRequest struct {
	namespaces []plan.Namespace
	remount    bool
	// What is elevated: the command keeps it of the caller.
	cgroups, capabilities, label bool

	arch, rcfile, log, context string
	uid, gid                   *uint32
	clear                      bool
	keep, set                  []string
}

func (r *attachRequest) options() options {
	return options{
		{"arch", "a", "ARCH", "what the kernel calls the machine; the default is as in the container", text(&r.arch)},
		{"elevated-privileges", "e", "[CGROUP|CAP|LSM]", "leave the command in the caller's cgroups (CGROUP), with his capabilities (CAP), without the container's label and seccomp policy (LSM); " +
			"without words: all three", r.elevate},
		{"namespaces", "s", "MOUNT|PID|UTSNAME|IPC|USER|NETWORK|CGROUP|TIME", "the namespaces to join, instead of all; the command is elevated in every way", r.setNamespaces},
		{"remount-sys-proc", "R", "", "without MOUNT among them: have /proc and /sys show the namespaces that are joined, in a mount namespace of the command's own", toggle(&r.remount)},
		{"keep-env", "", "", "keep the caller's environment, which is the default", func(string) error { r.clear = false; return nil }},
		{"clear-env", "", "", "begin with none of the caller's variables", toggle(&r.clear)},
		{"keep-var", "", "NAME", "keep a variable nevertheless; may be repeated", appendTo(&r.keep)},
		{"set-var", "v", "NAME=VALUE", "set a variable, over everything else; may be repeated", r.setVariable},
		{"pty-log", "L", "FILE", "append to FILE what the command's terminal shows", text(&r.log)},
		{"rcfile", "f", "FILE", "take environment, limits, seccomp policy, no_new_privs and arch of FILE, not what the container was started with", absolute(&r.rcfile)},
		{"uid", "u", "UID", "run the command as this user of the container; the default is its root", identifier(&r.uid)},
		{"gid", "g", "GID", "run it with this group", identifier(&r.gid)},
		{"context", "c", "CONTEXT", "the command's label, instead of that of the container's init", text(&r.context)},
	}
}

// elevate takes the words of -e. Without any it is everything.
func (r *attachRequest) elevate(words string) error {
	if words == "" {
		r.cgroups, r.capabilities, r.label = true, true, true
		return nil
	}
	for word := range strings.SplitSeq(words, "|") {
		switch strings.ToUpper(strings.TrimSpace(word)) {
		case "CGROUP":
			r.cgroups = true
		case "CAP":
			r.capabilities = true
		case "LSM":
			r.label = true
		default:
			return fmt.Errorf("%q is no privilege; there are CGROUP, CAP and LSM", word)
		}
	}
	return nil
}

// namespaceOf is the namespace that LXC calls so, or the kernel.
func namespaceOf(word string) plan.Namespace {
	switch name := strings.ToLower(strings.TrimSpace(word)); name {
	case "mount":
		return plan.NamespaceMnt
	case "utsname":
		return plan.NamespaceUTS
	case "network":
		return plan.NamespaceNet
	default:
		return plan.Namespace(name)
	}
}

func (r *attachRequest) setNamespaces(words string) error {
	for word := range strings.SplitSeq(words, "|") {
		ns := namespaceOf(word)
		if !slices.Contains(plan.Namespaces(), ns) {
			return fmt.Errorf("%q is no namespace; there are MOUNT, PID, UTSNAME, IPC, USER, NETWORK, CGROUP and TIME", word)
		}
		r.namespaces = append(r.namespaces, ns)
	}
	return r.elevate("")
}

func (r *attachRequest) setVariable(assignment string) error {
	if at := strings.Index(assignment, "="); at <= 0 {
		return fmt.Errorf("%q sets no variable; write NAME=VALUE", assignment)
	}
	r.set = append(r.set, assignment)
	return nil
}

// check finds what does not go together.
func (r *attachRequest) check() error {
	switch {
	case r.remount && slices.Contains(r.namespaces, plan.NamespaceMnt), r.remount && len(r.namespaces) == 0:
		r.remount = false // LXC says nothing: the container's show them already
	case len(r.keep) > 0 && !r.clear:
		return errors.New("--keep-var is for --clear-env: without that every variable is kept")
	}
	return nil
}

// appendTo adds a text to a list.
func appendTo(list *[]string) func(string) error {
	return func(value string) error {
		*list = append(*list, value)
		return nil
	}
}

// identifier sets a number of a user or of a group.
func identifier(into **uint32) func(string) error {
	return func(value string) error {
		n, err := strconv.ParseUint(value, 10, 32)
		if err != nil || n == 1<<32-1 {
			return fmt.Errorf("%q is no number of a user or group", value)
		}
		id := uint32(n)
		*into = &id
		return nil
	}
}
