package plan

import (
	"fmt"
	"slices"
	"strings"
)

// ShellScript has a shell execute a command of a configuration, with words behind it
// that mean nothing to the shell.
func ShellScript(command string, words ...string) string {
	var text strings.Builder
	text.WriteString("exec " + command)
	for _, word := range words {
		text.WriteString(" '" + strings.ReplaceAll(word, "'", `'\''`) + "'")
	}
	return text.String()
}

// Told is something about a running container that a program of the host is told.
type Told string

// What hooks and scripts are told.
const (
	ToldPID        Told = "pid"        // LXC_PID, init's process id on the host
	ToldTarget     Told = "target"     // LXC_TARGET, "stop" or "reboot"
	ToldNamespaces Told = "namespaces" // LXC_NET_NS and so on, files of the namespaces; a hook with Arguments, behind these as well
)

// HostHook runs a command of lxc.hook.* on the host, outside all of the container's
// namespaces. A shell executes it: `sh -c "exec COMMAND ARGUMENTS"`. What is alive in
// the command's text (quotes, $, ;) is alive in the shell, as in LXC.
type HostHook struct {
	Hook      string       `json:"hook"`               // "pre-start"
	Command   string       `json:"command"`            // as the configuration has it
	Arguments List[string] `json:"arguments,omitzero"` // lxc.hook.version 0: container, section, hook
	// Env are the variables set over the environment of who starts the container,
	// which only the launch knows.
	Env  List[string] `json:"env"`
	Told List[Told]   `json:"told,omitzero"`
}

func (HostHook) Kind() Kind       { return "host-hook" }
func (o HostHook) Object() string { return o.Hook }
func (o HostHook) Describe() string {
	return fmt.Sprintf("run the %s hook on the host: %s", o.Hook, o.Command)
}
func (o HostHook) Row() Row {
	return Row{"run", o.Command, []string{o.Hook + " hook", "on the host"}}
}
func (o HostHook) Summary() (Topic, string) { return TopicPrograms, o.Command }
func (o HostHook) Masked() Op               { o.Env = maskVariables(o.Env); return o }
func (o HostHook) Requires() []Requirement {
	return []Requirement{{Need: NeedCommand, Object: o.Command, Makes: o.Hook == "pre-start"}}
}
func (o HostHook) Changes(before Op, show bool) []string {
	was := before.(HostHook)
	if isNew(was, o) {
		return nil
	}
	words := changedCommand(o.Hook, was.Command, o.Command, was.Arguments, o.Arguments, was.Env, o.Env, show)
	for _, told := range [...]Told{ToldPID, ToldTarget, ToldNamespaces} {
		if had, has := slices.Contains(was.Told.items, told), slices.Contains(o.Told.items, told); had != has {
			words = append(words, fmt.Sprintf("the %s hook is told the %s: %v", o.Hook, told, has))
		}
	}
	return words
}

// Hook runs a command of lxc.hook.* in the container's namespaces, by a shell as a
// HostHook does.
//
// Until the pivot the host's tree is still the root there: the shell and the
// command are the host's. Behind it they are the container's own, and the hook
// runs under the label, no_new_privs and the seccomp filter that init gets.
type Hook struct {
	Hook      string       `json:"hook"`
	Command   string       `json:"command"`
	Arguments List[string] `json:"arguments,omitzero"`
	Env       List[string] `json:"env"` // set over the environment of who starts the container
	Pivoted   bool         `json:"pivoted,omitempty"`
	// Program is the file that has to be executable before the hook is tried,
	// empty to look for none: the shell could not say as well what is missing.
	Program string `json:"program,omitempty"`
	// Rootfs is the place on the host where the rootfs has to be mounted still when
	// the hook has run, empty to look at none.
	Rootfs string `json:"rootfs,omitempty"`
}

func (Hook) Kind() Kind       { return "hook" }
func (o Hook) Object() string { return o.Hook }
func (o Hook) Describe() string {
	return fmt.Sprintf("run the %s hook %s: %s", o.Hook, o.where(), o.Command)
}
func (o Hook) Row() Row {
	return Row{"run", o.Command, []string{o.Hook + " hook", o.where()}}
}
func (o Hook) Summary() (Topic, string) { return TopicPrograms, o.Command }
func (o Hook) Masked() Op               { o.Env = maskVariables(o.Env); return o }
func (o Hook) Requires() []Requirement {
	switch {
	case !o.Pivoted:
		return []Requirement{{Need: NeedCommand, Object: o.Command, Makes: true}}
	case o.Program != "":
		return []Requirement{{Need: NeedInside, Object: o.Program}}
	}
	return nil
}
func (o Hook) Changes(before Op, show bool) []string {
	was := before.(Hook)
	if isNew(was, o) {
		return nil
	}
	return slices.Concat(changedCommand(o.Hook, was.Command, o.Command, was.Arguments, o.Arguments, was.Env, o.Env, show),
		nowWas("where the "+o.Hook+" hook runs", was.where(), o.where(), ""),
		nowWas("what the "+o.Hook+" hook needs", was.Program, o.Program, "nothing"),
		nowWas("the rootfs behind the "+o.Hook+" hook", was.Rootfs, o.Rootfs, "not looked at"))
}

func (o Hook) where() string {
	if o.Pivoted {
		return "in the container"
	}
	return "in the container's namespaces, below the host's root"
}

// changedCommand says how what a hook runs differs.
func changedCommand(hook, was, is string, wasArguments, arguments, wasEnv, env List[string], show bool) []string {
	words := slices.Concat(nowWas("the "+hook+" hook", was, is, "nothing"),
		nowWas("what the "+hook+" hook is told", strings.Join(wasArguments.items, " "), strings.Join(arguments.items, " "), "nothing"))
	for _, change := range changedVariables(wasEnv, env, show) {
		words = append(words, "the "+hook+" hook: "+change)
	}
	return words
}
