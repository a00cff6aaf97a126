package compile

import (
	"fmt"
	"slices"
	"strings"

	"lxcfg/grammar/diag"
)

// versionCodes are about what one LXC has and another has not.
var versionCodes = []string{"key/removed", "key/too-new", "key/taken-for", "include/directory", "seccomp/no-style"}

// isOfOtherLXC reports whether a finding is about a version in a file of LXC's that is
// included: it belongs to the LXC that is installed here, and the one that a
// configuration is meant for has its own.
func isOfOtherLXC(f *diag.Diagnostic) bool {
	return strings.HasPrefix(f.Subject.File, packaged) && (len(f.Trail) > 0 || f.Code == "seccomp/no-style") && slices.Contains(versionCodes, f.Code)
}

// joinRemoved puts one finding for each file in the place of those about keys that the
// newest LXC no longer has, where they are warnings: nobody has said which LXC is
// used. Findings about LXC's own files are passed over that another LXC would not have.
func joinRemoved(list diag.List) diag.List {
	first := make(map[string]int) // by file, the position among what is kept
	kept := list[:0:0]
	for _, f := range list {
		if isOfOtherLXC(&f) {
			continue
		}
		if f.Code != "key/removed" || f.Severity != diag.Warning {
			kept = append(kept, f)
			continue
		}
		i, again := first[f.Subject.File]
		if !again {
			first[f.Subject.File] = len(kept)
			kept = append(kept, f)
			continue
		}
		f.Unlisted = max(f.Unlisted, 1)
		kept[i].Related = append(kept[i].Related, diag.Related{Range: f.Subject, Summary: "and this"})
	}
	for _, i := range sortedValues(first) {
		tellRemoved(&kept[i])
	}
	return kept
}

// tellRemoved says in the words of one finding what those of a file have in common.
func tellRemoved(f *diag.Diagnostic) {
	const most = 5 // other places that are worth naming
	others := len(f.Related)
	if others == 0 {
		return
	}
	f.Summary += fmt.Sprintf(" and %d more keys of this file", others)
	if others == 1 {
		f.Summary = strings.Replace(f.Summary, "1 more keys", "one more key", 1)
	}
	f.Related = f.Related[:min(others, most)]
}

// sortedValues are the values of a map in their order.
func sortedValues(m map[string]int) []int {
	values := make([]int, 0, len(m))
	for _, v := range m {
		values = append(values, v)
	}
	slices.Sort(values)
	return values
}
