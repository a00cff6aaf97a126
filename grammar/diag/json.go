package diag

import (
	"encoding/json"
	"io"

	"lxcfg/grammar/source"
)

// jsonFormat is the number of the JSON form. It changes when a reader of the old
// form would misread the new one; a field more is no such change.
const jsonFormat = 1

type jsonReport struct {
	Format   int           `json:"format"`
	Findings []jsonFinding `json:"findings"`
}

type jsonFinding struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Effect   Effect `json:"effect"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	jsonRange
	Key     string        `json:"key"`
	Trail   []jsonPlace   `json:"include_trail"`
	Related []jsonRelated `json:"related"`
	Fixes   []jsonFix     `json:"fixes"`
}

// jsonRange is the half-open range from line:column to end_line:end_column.
// Columns count bytes from 1.
type jsonRange struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
}

type jsonPlace struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

type jsonRelated struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Summary string `json:"summary"`
}

type jsonFix struct {
	Title string     `json:"title"`
	Safe  bool       `json:"safe"`
	Edits []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	jsonRange
	Text string `json:"text"`
}

// JSON prints findings as one JSON object on one line, for programs. Lists that
// hold nothing are printed as [], and a finding without a place has line 0. The
// error is that of the writer.
func JSON(w io.Writer, list List) error {
	report := jsonReport{Format: jsonFormat, Findings: make([]jsonFinding, 0, len(list))}
	for i := range list {
		report.Findings = append(report.Findings, list[i].json())
	}
	return encodeJSON(w, report)
}

func (d *Diagnostic) json() jsonFinding {
	f := jsonFinding{
		Code: d.Code, Severity: d.Severity.String(), Effect: d.Effect, Summary: d.Summary, Detail: d.Detail,
		jsonRange: rangeJSON(d.Subject), Key: d.Key,
		Trail: make([]jsonPlace, 0, len(d.Trail)), Related: make([]jsonRelated, 0, len(d.Related)), Fixes: make([]jsonFix, 0, len(d.Fixes)),
	}
	for _, p := range d.Trail {
		f.Trail = append(f.Trail, jsonPlace(p))
	}
	for _, r := range d.Related {
		f.Related = append(f.Related, jsonRelated{r.Range.File, r.Range.Start.Line, r.Range.Start.Column, r.Summary})
	}
	for _, fix := range d.Fixes {
		edits := make([]jsonEdit, 0, len(fix.Edits))
		for _, e := range fix.Edits {
			edits = append(edits, jsonEdit{rangeJSON(e.Range), e.Text})
		}
		f.Fixes = append(f.Fixes, jsonFix{fix.Title, fix.Safe, edits})
	}
	return f
}

// encodeJSON prints a value on one line, without the escapes of HTML.
func encodeJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(value)
}

func rangeJSON(r source.Range) jsonRange {
	return jsonRange{r.File, r.Start.Line, r.Start.Column, r.End.Line, r.End.Column}
}
