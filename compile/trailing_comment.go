package compile

import (
	"slices"

	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// joinComments leaves out the findings about comments behind values that LXC
// refuses because of them: `lxc.tty.max = 4 # four`. The refusal takes over what to
// do about it.
func joinComments(list diag.List) diag.List {
	comments := make(map[place]string) // what to do about them
	for _, f := range list {
		if f.Code == grammar.TrailingComment {
			comments[placeOf(f)] = f.Detail
		}
	}
	if len(comments) == 0 {
		return list
	}
	joined := make(map[place]bool)
	for i := range list {
		f := &list[i]
		detail, ok := comments[placeOf(*f)]
		if ok && f.Effect == diag.RejectedAtLoad && f.Code != grammar.TrailingComment {
			f.Detail = detail
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
