package grammar

import "strings"

// Variable is lxc.environment: NAME=VALUE, or a name alone for the value that the
// variable has where LXC runs.
var Variable = Language[string]{
	Name: "environment variable", Syntax: `name ["=" value]`,
	Parse: func(t Text) (string, *ValueError) {
		if strings.HasPrefix(t.String, "=") {
			return t.String, fails(t.Sub(0, 1), "Write a name before the equals sign.", "the variable has no name")
		}
		return t.String, nil
	},
	Format: identity,
}
