package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"lxcfg/compile/lint"
	"lxcfg/grammar/diag"
)

// statistic counts the findings of a code and severity.
type statistic struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Count    int    `json:"count"`
	Fixable  int    `json:"fixable"` // by a safe fix
}

// printStatistics prints how many findings there are of each code, the most first.
func (l *linting) printStatistics(w io.Writer, result *lint.Result) error {
	var list []statistic
	for i := range result.Findings {
		d := &result.Findings[i]
		n := slices.IndexFunc(list, func(s statistic) bool { return s.Code == d.Code && s.Severity == d.Severity.String() })
		if n < 0 {
			n = len(list)
			list = append(list, statistic{Code: d.Code, Severity: d.Severity.String()})
		}
		list[n].Count += max(1, d.Unlisted)
		if slices.ContainsFunc(d.Fixes, func(f diag.Fix) bool { return f.Safe }) {
			list[n].Fixable++
		}
	}
	slices.SortStableFunc(list, func(a, b statistic) int { return cmp.Or(-cmp.Compare(a.Count, b.Count), cmp.Compare(a.Code, b.Code)) })
	if l.format == "json" {
		return json.NewEncoder(w).Encode(struct {
			Format     int         `json:"format"`
			Statistics []statistic `json:"statistics"`
			Suppressed int         `json:"suppressed"`
			Known      int         `json:"known"`
		}{1, append([]statistic{}, list...), result.Left.Suppressed, result.Left.Known})
	}
	for _, s := range list {
		title := ""
		if row := lint.LookupCode(s.Code); row != nil {
			title = "  " + row.Title
		}
		fixable := ""
		if s.Fixable > 0 {
			fixable = fmt.Sprintf(" (%d fixable)", s.Fixable)
		}
		if _, err := fmt.Fprintf(w, "%6d  %-7s  %s%s%s\n", s.Count, s.Severity, s.Code, title, fixable); err != nil {
			return err
		}
	}
	for _, left := range []struct {
		n   int
		why string
	}{{result.Left.Suppressed, "suppressed by comments"}, {result.Left.Known, "known by the baseline"}} {
		if left.n > 0 {
			if _, err := fmt.Fprintf(w, "%6d  %s\n", left.n, left.why); err != nil {
				return err
			}
		}
	}
	return nil
}
