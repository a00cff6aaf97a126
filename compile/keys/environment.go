package keys

import (
	"fmt"
	"slices"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// environmentKeys is the section on environment variables.
func environmentKeys() []Key {
	return []Key{
		{
			Name: "lxc.environment", Since: V1_1, Launch: Steps(),
			Without: "container=lxc and what init adds",
			Changes: []Change{{V7_0, "Init and hooks get one list."}},
			Doc:     "A variable for init and for the hooks that run in the container's namespaces. A name without a value takes the caller's.",
			Example: "lxc.environment = LANG=C.UTF-8",
			field:   variables(func(c *config.Config) *config.Items[string] { return &c.Env.Both }),
		},
		{
			Name: "lxc.environment.runtime", Since: V7_0, Launch: Steps(),
			Without: "what lxc.environment says",
			Doc:     "A variable for init only.",
			Example: "lxc.environment.runtime = TERM=linux",
			field:   variables(func(c *config.Config) *config.Items[string] { return &c.Env.Runtime }),
		},
		{
			Name: "lxc.environment.hooks", Since: V7_0, Launch: Steps(),
			Without: "what lxc.environment says",
			Doc:     "A variable for the hooks that run in the container's namespaces only.",
			Example: "lxc.environment.hooks = STAGE=test",
			field:   variables(func(c *config.Config) *config.Items[string] { return &c.Env.Hooks }),
		},
	}
}

// fromCaller is the code of a finding about a variable of nobody knows whom.
const fromCaller = "environment/from-caller"

// usuallySet are variables that nearly everybody has who starts a container.
var usuallySet = []string{"HOME", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "TERM", "USER"}

// variables collects NAME=VALUE. A bare NAME is resolved against the caller's
// environment when the line is read; a variable that is not set refuses the file.
func variables(at func(*config.Config) *config.Items[string]) *field {
	f := list(grammar.Variable, at)
	set := f.set
	f.set = func(c *config.Config, in input) *grammar.ValueError {
		if name := in.value.String; !strings.Contains(name, "=") {
			if in.env == nil {
				usual := slices.Contains(usuallySet, name)
				return &grammar.ValueError{Range: in.value.Range, Code: fromCaller, Hint: usual, Perhaps: !usual,
					Summary: fmt.Sprintf("the variable %q comes from who starts the container", name),
					Detail:  fmt.Sprintf("LXC does not load the file where it is not set. Write a value, `%s=…`, unless that is meant.", name)}
			}
			value, ok := in.env(name)
			if !ok {
				return &grammar.ValueError{Range: in.value.Range, Summary: fmt.Sprintf("the variable %q is not set where lxcfg runs", name),
					Detail: fmt.Sprintf("Write a value, `%s=…`, or set the variable.", name)}
			}
			in.value.String = name + "=" + value
		}
		return set(c, in)
	}
	return f
}
