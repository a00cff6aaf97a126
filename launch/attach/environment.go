//go:build linux

package attach

import (
	"strings"

	"lxcfg/launch/program"
)

// Environment says what variables the command has.
type Environment struct {
	Clear bool     // none of the caller's, but those that are kept
	Keep  []string // names
	Set   []string // NAME=VALUE, over everything
}

// defaultPath is where programs are looked for when the caller's PATH does not count, as
// LXC has it; pathless where there is no PATH at all (execvp(3)).
const (
	defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	pathless    = "/bin:/usr/bin"
)

// of is the whole environment: the caller's, what the configuration sets, and what the
// command line does. Each is set over the one before.
func (e Environment) of(caller, configured []string) []string {
	base := caller
	if e.Clear {
		base = []string{"PATH=" + defaultPath}
		for _, name := range e.Keep {
			if value, ok := lookUp(caller, name); ok {
				base = program.Overlay(base, []string{name + "=" + value})
			}
		}
	}
	base = program.Overlay(base, []string{"container=lxc"})
	return program.Overlay(program.Overlay(base, configured), e.Set)
}

// lookUp finds a variable.
func lookUp(environment []string, name string) (value string, ok bool) {
	for _, assignment := range environment {
		if value, ok := strings.CutPrefix(assignment, name+"="); ok {
			return value, true
		}
	}
	return "", false
}

// pathsOf are the files that a command can mean, in the order they are tried, as
// execvp(3) does in the command's own environment.
func pathsOf(command string, environment []string) []string {
	if strings.Contains(command, "/") || command == "" {
		return []string{command}
	}
	path, ok := lookUp(environment, "PATH")
	if !ok {
		path = pathless
	}
	var paths []string
	for dir := range strings.SplitSeq(path, ":") {
		if dir == "" {
			dir = "."
		}
		paths = append(paths, strings.TrimSuffix(dir, "/")+"/"+command)
	}
	return paths
}
