package compile

import (
	"slices"

	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// joinComments leaves out the findings about comments behind values that LXC
// refuses because of them: `lxc.tty.max = 4 # four`. The refusal takes over what to
// do about it, which is certain there: nothing else can be meant.
func joinComments(list diag.List) diag.List {
	comments := make(map[place]*diag.Diagnostic)
	for i := range list {
		if f := list[i]; f.Code == grammar.TrailingComment {
			comments[placeOf(f)] = &f
		}
	}
	if len(comments) == 0 {
		return list
	}
	joined := make(map[place]bool)
	for i := range list {
		f := &list[i]
		comment, ok := comments[placeOf(*f)]
		if ok && f.Effect == diag.RejectedAtLoad && f.Code != grammar.TrailingComment {
			f.Detail, f.Fixes = comment.Detail, slices.Clone(comment.Fixes)
			for i := range f.Fixes {
				f.Fixes[i].Safe = true
			}
			joined[placeOf(*f)] = true
		}
	}
	return slices.DeleteFunc(list, func(f diag.Diagnostic) bool { return f.Code == grammar.TrailingComment && joined[placeOf(f)] })
}

// place is where the text at fault ends. A comment ends with its value.
type place struct {
	file   string
	offset int
}

func placeOf(f diag.Diagnostic) place { return place{f.Subject.File, f.Subject.End.Offset} }
