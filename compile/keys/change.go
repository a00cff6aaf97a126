package keys

import (
	"fmt"
	"slices"
	"strings"

	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// Change is how a key was different in older LXC.
type Change struct {
	Before Version // the first LXC that is as the row says
	Doc    string  // what the older ones do, in sentences
}

// History is how the key was different, the oldest change first: what the row
// says, and what follows from its value language.
func (k *Key) History() []Change {
	history := slices.Clone(k.Changes)
	if k.newSince != 0 {
		history = append(history, Change{k.newSince, fmt.Sprintf("There is no %s.", strings.Join(k.newWords, ", no "))})
	}
	if k.known(V1_0) {
		switch {
		case k.lxc1 == diag.FailsAtStart:
			history = append(history, Change{V2_0, "A wrong value is found when the container starts."})
		case k.lxc1 == diag.SilentlyDifferent:
			history = append(history, Change{V2_0, "A wrong value is passed over."})
		case readByAtoi(k.language):
			history = append(history, Change{V2_0, "Any text is taken, for the decimal number it starts with or for 0."})
		}
	}
	slices.SortStableFunc(history, func(a, b Change) int { return int(a.Before) - int(b.Before) })
	return history
}

// known reports whether an LXC has the key, by this name or an older one.
func (k *Key) known(v Version) bool {
	if k.Since <= v && (k.Removed == 0 || v < k.Removed) {
		return true
	}
	return slices.ContainsFunc(k.LegacyNames(), func(l *Legacy) bool { return l.Since <= v })
}

// LegacyNames are the names that LXC 1 and 2 have for the key.
func (k *Key) LegacyNames() []*Legacy {
	var names []*Legacy
	for i := range legacy {
		if legacy[i].Modern == k.Name {
			names = append(names, &legacy[i])
		}
	}
	return names
}

// readByAtoi reports whether LXC 1 reads values of a language with atoi(3).
func readByAtoi(language string) bool {
	return slices.Contains([]string{grammar.Bool.Name, grammar.Uint32.Name, grammar.Int32.Name}, language)
}
