//go:build linux

package program

import (
	"slices"
	"strconv"
	"strings"
)

type environment []string

// Environment is a pointer to the environment of who starts the container, which
// only the launch knows, with variables set over it.
func Environment(set []string) Operand { return environment(set) }

func (e environment) text(*Program) string {
	words := []string{"<environment>"}
	for _, s := range e {
		words = append(words, strconv.Quote(s))
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// Overlay sets variables over an environment: each "NAME=VALUE" replaces what has
// its name. Of several with one name the last counts.
func Overlay(base, set []string) []string {
	var out []string
	place := make(map[string]int, len(base)+len(set))
	for _, assignment := range slices.Concat(base, set) {
		name, _, _ := strings.Cut(assignment, "=")
		if i, known := place[name]; known {
			out[i] = assignment
			continue
		}
		place[name] = len(out)
		out = append(out, assignment)
	}
	return out
}
