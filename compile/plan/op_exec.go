package plan

import "strings"

// CheckInit makes sure that the path of init leads to a file of the container: not
// through a link to what a process has open or executes (proc(5), /proc/PID/fd and
// /proc/PID/exe), which is the host's until init runs.
type CheckInit struct {
	Paths List[string] `json:"paths"` // as of Exec
}

func (CheckInit) Kind() Kind         { return "check-init" }
func (CheckInit) Object() string     { return "init" }
func (o CheckInit) Describe() string { return "look for init: " + strings.Join(o.Paths.items, ", ") }
func (o CheckInit) Row() Row {
	return Row{"check", strings.Join(o.Paths.items, " or "), []string{"a file of the container"}}
}

// Exec becomes init (execve(2)). The first of Paths that exists is executed, as
// execvp(3) does without a PATH variable.
type Exec struct {
	Paths List[string] `json:"paths"`
	Argv  List[string] `json:"argv"`
	Env   List[string] `json:"env"` // NAME=VALUE, the whole environment
}

func (Exec) Kind() Kind         { return "exec" }
func (Exec) Object() string     { return "init" }
func (o Exec) Describe() string { return "execute " + strings.Join(o.Argv.items, " ") }
func (o Exec) Masked() Op       { o.Env = maskVariables(o.Env); return o }
func (o Exec) Requires() []Requirement {
	return []Requirement{{Need: NeedInit, Object: strings.Join(o.Paths.items, "\n")}}
}
func (o Exec) Changes(before Op, show bool) []string {
	was := before.(Exec)
	words := nowWas("init", strings.Join(was.Argv.items, " "), strings.Join(o.Argv.items, " "), "nothing")
	return append(words, changedVariables(was.Env, o.Env, show)...)
}
func (o Exec) Row() Row {
	return Row{"execute", strings.Join(o.Argv.items, " "), o.Env.Slice()}
}
func (o Exec) Summary() (Topic, string) { return TopicInit, strings.Join(o.Argv.items, " ") }

// changedVariables says how an environment differs.
func changedVariables(was, is List[string], show bool) []string {
	var words []string
	a, b := assignments(was), assignments(is)
	for _, name := range namesOf(was, is) {
		old, had := a[name]
		new, has := b[name]
		told := show || isPublicVariable(name)
		switch {
		case had && has && old == new:
		case had && has && told:
			words = append(words, nowWas("variable "+name, old, new, "empty")...)
		case had && has:
			words = append(words, "variable "+name+" has another value")
		case had:
			words = append(words, "variable "+name+" is not set any more")
		case told:
			words = append(words, "variable "+name+" is set to "+new)
		default:
			words = append(words, "variable "+name+" is set")
		}
	}
	return words
}

// Init executes a command in a session of its own and becomes a minimal init for
// it: one that waits for every process of the container, passes signals on to the
// command, and ends with its status when the last process is gone. The init is
// part of lxcfg; the container has no file of it.
type Init struct {
	Paths List[string] `json:"paths"` // of the command, as those of Exec
	Argv  List[string] `json:"argv"`
	Env   List[string] `json:"env"` // NAME=VALUE, the whole environment of both
}

func (Init) Kind() Kind     { return "init" }
func (Init) Object() string { return "init" }
func (o Init) Describe() string {
	return "execute " + strings.Join(o.Argv.items, " ") + " below a minimal init"
}
func (o Init) Masked() Op { o.Env = maskVariables(o.Env); return o }
func (o Init) Requires() []Requirement {
	return []Requirement{{Need: NeedInside, Object: strings.Join(o.Paths.items, "\n")}}
}
func (o Init) Changes(before Op, show bool) []string {
	was := before.(Init)
	words := nowWas("the command", strings.Join(was.Argv.items, " "), strings.Join(o.Argv.items, " "), "nothing")
	return append(words, changedVariables(was.Env, o.Env, show)...)
}
func (o Init) Row() Row {
	return Row{"execute", strings.Join(o.Argv.items, " "), append([]string{"below a minimal init"}, o.Env.items...)}
}
func (o Init) Summary() (Topic, string) {
	return TopicInit, strings.Join(o.Argv.items, " ") + " below a minimal one"
}

// Run is the container's life seen from the monitor: carry the console, forward
// signals, wait for init, then take down what the launch has made.
type Run struct {
	HaltSignal   uint32 `json:"halt_signal"`
	RebootSignal uint32 `json:"reboot_signal"`
	StopSignal   uint32 `json:"stop_signal"`
}

func (Run) Kind() Kind       { return "run" }
func (Run) Object() string   { return "init" }
func (Run) Describe() string { return "forward signals and wait for init to end" }
