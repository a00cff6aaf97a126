package compile

import (
	"fmt"
	"slices"
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// readOrder watches the files of an included directory for settings whose outcome
// depends on the order of the files, which differs from host to host.
type readOrder struct {
	first map[string]setIn // by key
	twice []diag.Related   // the key where the first file sets it and where another does, in turn
	keys  []string         // of twice
}

// setIn is where a file of the directory sets a key.
type setIn struct {
	file string
	key  grammar.Text
}

// add notes what a file of the directory sets, with all that it includes.
func (o *readOrder) add(file string, docs []*grammar.Document) {
	for _, doc := range docs {
		for line := range doc.Lines() {
			if line.Kind != grammar.LineAssign {
				continue
			}
			key := doc.Key(line)
			m, ok := keys.Lookup(key.String)
			if !ok || m.Key.Repeat() != keys.LastWins {
				continue
			}
			above, again := o.first[key.String]
			switch {
			case !again:
				o.first[key.String] = setIn{file, key}
			case above.file != file && !slices.Contains(o.keys, key.String):
				o.keys = append(o.keys, key.String)
				o.twice = append(o.twice, diag.Related{Range: above.key.Range, Summary: "set here"}, diag.Related{Range: key.Range, Summary: "and here"})
			}
		}
	}
}

// findings is one about the directory, if there is any.
func (o *readOrder) findings(value grammar.Text, trail []diag.Place) diag.List {
	if len(o.keys) == 0 {
		return nil
	}
	return diag.List{{
		Code: "include/order", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Summary: fmt.Sprintf("which file of %q has the last word about %s depends on the host", value.String, strings.Join(o.keys, ", ")),
		Detail:  "LXC reads a directory in the order of the file system, not of the names. Set each of these keys in one file, or include the files by name.",
		Subject: value.Range, Key: keys.Include, Related: o.twice, Trail: trail,
	}}
}
