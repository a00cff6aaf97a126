package grammar

import "strings"

// SharedNamespace is lxc.namespace.share.[ns]: whose namespace is joined. What
// starts with a slash is a file of a namespace, digits are the id of a process, and
// all else is the name of a container.
var SharedNamespace = Language[string]{
	Name: "shared namespace", Syntax: `pid | container | "/" path`,
	Parse: func(t Text) (string, *ValueError) {
		if i := strings.IndexByte(t.String, '/'); i > 0 {
			return t.String, fails(t.Sub(0, i+1), "Write the container's name alone.", "LXC takes no path before the name of a container")
		}
		return t.String, nil
	},
	Format: identity,
}
