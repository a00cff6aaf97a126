package diag

import (
	"slices"
	"strings"
)

// Apply returns a text with edits made, which must not overlap. Edits of one place
// are made in the order given.
func Apply(text string, edits []Edit) string {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.Range.Start.Offset - b.Range.Start.Offset })
	var out strings.Builder
	done := 0
	for _, e := range edits {
		out.WriteString(text[done:e.Range.Start.Offset])
		out.WriteString(e.Text)
		done = e.Range.End.Offset
	}
	out.WriteString(text[done:])
	return out.String()
}
