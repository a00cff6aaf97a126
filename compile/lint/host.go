package lint

import (
	"slices"
	"strings"

	"lxcfg/compile"
	"lxcfg/compile/plan"
	"lxcfg/compile/rules"
	"lxcfg/grammar/diag"
)

// Host is the host that configurations are meant for. What they come to is judged by
// what is known of it: limits that have no effect there, ids that are not granted,
// links that do not exist.
type Host struct {
	Facts   func(plan.Needs) (plan.Facts, error) // several goroutines ask at once
	Name    func(file string) string             // of the container that a file configures
	LXCPath string
	// Examine looks for what the steps of a plan need there, and returns what the
	// compiler has told with what it has found besides. Nil: nobody can look.
	Examine func(draft plan.Plan, told diag.List, text func(file string) (string, bool)) diag.List
	// Script reads the scripts of hooks there. Nil: nobody can look.
	Script rules.ReadScript
}

// findings are those of a launch there. What lxcfg cannot carry out is no matter of
// lint's, and what a policy gets wrong has been told.
func (h *Host) findings(l *compile.Loaded, file string) (diag.List, error) {
	needs := l.Needs()
	needs.LXCBuild = true
	facts, err := h.Facts(needs)
	if err != nil {
		return nil, err
	}
	draft, list := compile.Draft(l, compile.Options{Name: h.Name(file), LXCPath: h.LXCPath}, facts)
	if h.Examine != nil {
		list = h.Examine(draft, list, l.Text)
	}
	list = append(list, compile.BuiltWithout(l, facts)...)
	if h.Script != nil {
		list = append(list, rules.CheckScripts(l.Config, l.Version, h.Script)...)
	}
	return slices.DeleteFunc(list, func(f diag.Diagnostic) bool {
		return f.Code == "launch/unsupported" || strings.HasPrefix(f.Code, "seccomp/")
	}), nil
}
