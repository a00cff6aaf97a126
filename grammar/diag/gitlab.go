package diag

import "io"

// gitlabIssue is one issue of a code quality report, a part of Code Climate's form.
type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end"`
}

// GitLab prints the JSON array that GitLab shows in merge requests as code quality.
// Fingerprints stay the same when lines move.
func GitLab(w io.Writer, r *Report) error {
	names := r.fingerprints(relativePath)
	issues := make([]gitlabIssue, 0, len(r.Findings))
	for i := range r.Findings {
		d := &r.Findings[i]
		issues = append(issues, gitlabIssue{
			Description: Visible(d.Summary), CheckName: d.Code, Fingerprint: names.Of(d), Severity: d.Severity.gitlab(),
			Location: gitlabLocation{Path: Visible(relativePath(d.file())), Lines: gitlabLines{max(1, d.Subject.Start.Line), max(1, d.Subject.End.Line)}},
		})
	}
	return encodeJSON(w, issues)
}

// gitlab is GitLab's word for a severity.
func (s Severity) gitlab() string {
	switch s {
	case Error:
		return "critical"
	case Warning:
		return "major"
	}
	return "info"
}
