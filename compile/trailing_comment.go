package compile

import (
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// withoutRepeated leaves out of a text's findings the comments behind values that
// LXC refuses because of them: `lxc.tty.max = 4 # four`. The refusal takes over
// what to do about it.
func withoutRepeated(ofText, ofValues diag.List) diag.List {
	type line struct {
		file   string
		number int
	}
	refused := make(map[line]*diag.Diagnostic)
	for i := range ofValues {
		if f := &ofValues[i]; f.Effect == diag.RejectedAtLoad {
			refused[line{f.Subject.File, f.Subject.Start.Line}] = f
		}
	}
	var rest diag.List
	for _, f := range ofText {
		value := refused[line{f.Subject.File, f.Subject.Start.Line}]
		if f.Code != grammar.TrailingComment || value == nil || value.Subject.End.Offset < f.Subject.End.Offset || value.Subject.Start.Offset > f.Subject.Start.Offset {
			rest = append(rest, f)
			continue
		}
		value.Detail = f.Detail
	}
	return rest
}
