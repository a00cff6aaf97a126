package keys

import (
	"fmt"

	"lxcfg/compile/config"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// The codes of findings about keys that rule each other out.
const (
	keepAndDrop  = "capability/keep-and-drop"
	cloneAndKeep = "namespace/clone-and-keep"
)

// exclusive refuses a value while another key that rules it out is set.
func exclusive(f *field, code string, other func(*config.Config) (at config.Origin, set bool)) *field {
	set := f.set
	f.set = func(c *config.Config, in input) *grammar.ValueError {
		if at, isSet := other(c); isSet {
			return excluded(in, code, at)
		}
		return set(c, in)
	}
	return f
}

// excluded is the error about a line that another one rules out. An empty value for
// that one makes way for it.
func excluded(in input, code string, other config.Origin) *grammar.ValueError {
	line := in.origin.Range()
	clear := fmt.Sprintf("%s =", other.Key)
	return &grammar.ValueError{
		Range: line, Code: code, Summary: fmt.Sprintf("%s and %s exclude each other", in.origin.Key, other.Key),
		Detail:  fmt.Sprintf("Keep one of them. To take back what an included file has set, write `%s` before this line.", clear),
		Related: []diag.Related{{Range: other.Range(), Summary: fmt.Sprintf("%s is set here", other.Key)}},
		Fixes: []diag.Fix{{Title: fmt.Sprintf("take back %s", other.Key), Edits: []diag.Edit{
			{Range: source.Range{File: line.File, Start: line.Start, End: line.Start}, Text: clear + "\n"}}}},
	}
}

// firstOf is where the first item of a list was written.
func firstOf[T any](items config.Items[T]) (config.Origin, bool) {
	if len(items) == 0 {
		return config.Origin{}, false
	}
	return items[0].Origin, true
}
