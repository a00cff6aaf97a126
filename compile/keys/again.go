package keys

import (
	"fmt"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// earlier is a setting of the same file that a line is about to take the place of.
type earlier struct {
	at   config.Origin
	text string // empty for a list
}

// above is what a line takes the place of, if that stands in the same file. What an
// included file has set is there to be changed.
func (r *Resolver) above(k *Key, in input) earlier {
	if k.earlier == nil || k.repeat == Appends && in.value.String != "" {
		return earlier{}
	}
	at, set := k.earlier(r.Config, in)
	if !set || !at.Beside(in.origin) {
		return earlier{}
	}
	if k.spelled == nil {
		return earlier{at: at}
	}
	return earlier{at, k.spelled(r.Config, in)}
}

// again reports a line that another one of the same file makes idle.
func (r *Resolver) again(k *Key, in input, above earlier) {
	if above == (earlier{}) {
		return
	}
	now, set := k.earlier(r.Config, in)
	f := diag.Diagnostic{
		Code: "key/repeated", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Summary: fmt.Sprintf("%s is set for the second time, and the last line counts", in.origin.Key), Detail: "Remove one of the lines.",
		Subject: in.origin.Range(), Key: in.origin.Key, Trail: in.origin.Trail(),
		Related: []diag.Related{{Range: above.at.Range(), Summary: "this line does not count"}},
	}
	switch {
	case in.value.String == "":
		f.Code = "key/undone"
		f.Summary = fmt.Sprintf("this takes back what %s was set to above", in.origin.Key)
		f.Detail = "An empty value is meant for what an included file has set. Remove the line, or those above it."
		f.Related[0].Summary = "this line does not count"
	case !set || now != in.origin:
		return // the value was refused
	case k.spelled(r.Config, in) == above.text:
		f.Severity, f.Effect = diag.Info, diag.Advice
		f.Summary = fmt.Sprintf("%s is set to the same for the second time", in.origin.Key)
	}
	r.Findings = append(r.Findings, f)
}
