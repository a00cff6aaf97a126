package diag

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	"lxcfg/grammar/source"
)

// The parts of SARIF that are used: Static Analysis Results Interchange Format,
// version 2.1.0, by OASIS.
const (
	sarifVersion = "2.1.0"
	sarifSchema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Invocations []sarifInvocation `json:"invocations"`
	ColumnKind  string            `json:"columnKind"`
	Results     []sarifResult     `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string             `json:"id"`
	ShortDescription *sarifMessage      `json:"shortDescription,omitempty"`
	FullDescription  *sarifMessage      `json:"fullDescription,omitempty"`
	Help             *sarifMessage      `json:"help,omitempty"`
	Configuration    sarifConfiguration `json:"defaultConfiguration"`
	Properties       *sarifTags         `json:"properties,omitempty"`
}

type sarifConfiguration struct {
	Level string `json:"level"`
}

type sarifTags struct {
	Tags []string `json:"tags"`
}

type sarifMessage struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
}

type sarifNotification struct {
	Level   string       `json:"level"`
	Message sarifMessage `json:"message"`
}

type sarifResult struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Level        string            `json:"level"`
	Message      sarifMessage      `json:"message"`
	Locations    []sarifLocation   `json:"locations,omitempty"`
	Related      []sarifLocation   `json:"relatedLocations,omitempty"`
	Fingerprints map[string]string `json:"partialFingerprints"`
	Fixes        []sarifFix        `json:"fixes,omitempty"`
	Properties   sarifEffect       `json:"properties"`
}

type sarifEffect struct {
	Effect Effect `json:"effect"`
}

type sarifLocation struct {
	ID       *int          `json:"id,omitempty"`
	Physical sarifPhysical `json:"physicalLocation"`
	Message  *sarifMessage `json:"message,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
	EndLine     int `json:"endLine,omitempty"`
	EndColumn   int `json:"endColumn,omitempty"`
}

type sarifFix struct {
	Description sarifMessage  `json:"description"`
	Changes     []sarifChange `json:"artifactChanges"`
	Properties  sarifSafety   `json:"properties"`
}

type sarifSafety struct {
	Safe bool `json:"safe"`
}

type sarifChange struct {
	Artifact     sarifArtifact      `json:"artifactLocation"`
	Replacements []sarifReplacement `json:"replacements"`
}

type sarifReplacement struct {
	Deleted  sarifRegion   `json:"deletedRegion"`
	Inserted *sarifMessage `json:"insertedContent,omitempty"`
}

// sarifFingerprint is the name of our fingerprints. Its number changes when they
// are made otherwise.
const sarifFingerprint = "lxcfgLine/v1"

// SARIF prints a log of one run. Columns count characters, which is what SARIF
// offers that a file of any encoding has; paths become URIs.
func SARIF(w io.Writer, r *Report) error {
	run := sarifRun{
		Tool:        sarifTool{Driver: sarifDriver{Name: "lxcfg", Version: r.Version, Rules: []sarifRule{}}},
		Invocations: []sarifInvocation{{Successful: len(r.Errors) == 0}},
		ColumnKind:  "unicodeCodePoints",
		Results:     make([]sarifResult, 0, len(r.Findings)),
	}
	for _, e := range r.Errors {
		run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, sarifNotification{Level: Error.note(), Message: sarifMessage{Text: Visible(e)}})
	}
	names := r.fingerprints(relativePath)
	index := make(map[string]int)
	for i := range r.Findings {
		d := &r.Findings[i]
		n, seen := index[d.Code]
		if !seen {
			n = len(run.Tool.Driver.Rules)
			index[d.Code] = n
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, r.sarifRule(d))
		}
		result := r.sarifResult(d)
		result.RuleIndex = n
		result.Fingerprints = map[string]string{sarifFingerprint: names.Of(d)}
		run.Results = append(run.Results, result)
	}
	return encodeJSON(w, sarifLog{Schema: sarifSchema, Version: sarifVersion, Runs: []sarifRun{run}})
}

// sarifRule documents the code of a finding.
func (r *Report) sarifRule(d *Diagnostic) sarifRule {
	group, _, _ := strings.Cut(d.Code, "/")
	rule := sarifRule{ID: d.Code, Configuration: sarifConfiguration{d.Severity.note()}, Properties: &sarifTags{Tags: []string{group}}}
	var row *Row
	if r.Row != nil {
		row = r.Row(d.Code)
	}
	if row != nil {
		rule.Configuration.Level = row.Verdicts[0].Severity.note()
		rule.ShortDescription = &sarifMessage{Text: row.Title}
		rule.FullDescription = &sarifMessage{Text: row.Doc}
		rule.Help = &sarifMessage{Text: row.Text(), Markdown: row.Markdown("")}
	}
	return rule
}

func (r *Report) sarifResult(d *Diagnostic) sarifResult {
	text := Visible(d.Summary)
	if more := r.sentences(d); more != "" {
		text += "\n" + VisibleLines(more)
	}
	result := sarifResult{RuleID: d.Code, Level: d.Severity.note(), Message: sarifMessage{Text: text}, Properties: sarifEffect{d.Effect}}
	if !d.Subject.IsZero() {
		result.Locations = []sarifLocation{r.sarifLocation(d.Subject, "")}
	}
	for _, related := range d.Related {
		result.Related = append(result.Related, r.sarifLocation(related.Range, related.Summary))
	}
	for _, p := range d.Trail {
		at := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{uriOf(p.File)}, Region: &sarifRegion{StartLine: max(1, p.Line)}}, Message: &sarifMessage{Text: "included from here"}}
		result.Related = append(result.Related, at)
	}
	for i := range result.Related {
		result.Related[i].ID = &i
	}
	for _, fix := range d.Fixes {
		if len(fix.Edits) > 0 {
			result.Fixes = append(result.Fixes, r.sarifFix(fix))
		}
	}
	return result
}

func (r *Report) sarifLocation(at source.Range, message string) sarifLocation {
	region := r.sarifRegion(at)
	location := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{uriOf(at.File)}, Region: &region}}
	if message != "" {
		location.Message = &sarifMessage{Text: Visible(message)}
	}
	return location
}

func (r *Report) sarifRegion(at source.Range) sarifRegion {
	region := sarifRegion{StartLine: max(1, at.Start.Line), StartColumn: max(1, at.Start.Column), EndLine: max(1, at.End.Line), EndColumn: max(1, at.End.Column)}
	if r.Source == nil {
		return region
	}
	if text, ok := r.Source(at.File); ok {
		region.StartColumn, region.EndColumn = characterColumn(text, at.Start), characterColumn(text, at.End)
	}
	return region
}

// characterColumn is the column of a place in characters, a byte that is not UTF-8
// being one.
func characterColumn(text string, at source.Pos) int {
	start := at.Offset - (at.Column - 1)
	if at.Offset > len(text) || start < 0 || start > at.Offset {
		return max(1, at.Column)
	}
	return 1 + utf8.RuneCountInString(text[start:at.Offset])
}

func (r *Report) sarifFix(fix Fix) sarifFix {
	out := sarifFix{Description: sarifMessage{Text: Visible(fix.Title)}, Properties: sarifSafety{fix.Safe}}
	index := make(map[string]int)
	for _, e := range fix.Edits {
		n, seen := index[e.Range.File]
		if !seen {
			n = len(out.Changes)
			index[e.Range.File] = n
			out.Changes = append(out.Changes, sarifChange{Artifact: sarifArtifact{uriOf(e.Range.File)}})
		}
		replacement := sarifReplacement{Deleted: r.sarifRegion(e.Range)}
		if e.Text != "" {
			replacement.Inserted = &sarifMessage{Text: e.Text}
		}
		out.Changes[n].Replacements = append(out.Changes[n].Replacements, replacement)
	}
	return out
}

// uriOf is a path as a URI: relative to the repository, or with the scheme file.
func uriOf(file string) string {
	parts := strings.Split(relativePath(file), "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	uri := strings.Join(parts, "/")
	switch {
	case strings.HasPrefix(uri, "//"):
		return "file:///" + strings.TrimLeft(uri, "/")
	case strings.HasPrefix(uri, "/"):
		return fmt.Sprintf("file://%s", uri)
	case strings.Contains(parts[0], ":"):
		return "./" + uri // else what stands before the colon would be a scheme
	}
	return uri
}
