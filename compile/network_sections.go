package compile

import (
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/grammar/diag"
)

// guessSections makes the fixes of old network keys guesses where they stand in
// several files. A key of lxc.network belongs to the section above it, whatever file
// that is in, so one file cannot be rewritten without the others: `lxcfg migrate`
// sees them all.
func guessSections(list diag.List) diag.List {
	of := func(f *diag.Diagnostic) bool {
		return f.Code == keys.LegacyCode && strings.HasPrefix(f.Key, "lxc.network.")
	}
	file, several := "", false
	for i := range list {
		if f := &list[i]; of(f) {
			several = several || file != "" && f.Subject.File != file
			file = f.Subject.File
		}
	}
	for i := range list {
		if f := &list[i]; several && of(f) {
			for j := range f.Fixes {
				f.Fixes[j].Safe = false
			}
		}
	}
	return list
}
