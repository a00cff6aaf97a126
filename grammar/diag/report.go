package diag

import (
	"cmp"
	"io"
)

// Report is what a run found, with all that a format may ask for.
type Report struct {
	Options
	Findings List
	Fails    []bool                 // for each finding, whether the run fails because of it; nil: none does
	Checked  []string               // the files that were to be checked and could be read
	Errors   []string               // about those that could not
	Row      func(code string) *Row // nil for a code without one; may be nil
	Version  string                 // of lxcfg
}

// Format is a way to print a report.
type Format struct {
	Name  string
	Doc   string // a few words
	Write func(io.Writer, *Report) error
}

// Formats are the ways to print a report, one file of this package each.
func Formats() []Format {
	return []Format{
		{"text", "for people", func(w io.Writer, r *Report) error { return Text(w, r.Findings, r.Options) }},
		{"json", "all there is to say, for programs", func(w io.Writer, r *Report) error { return JSON(w, r.Findings) }},
		{"sarif", "SARIF 2.1.0, which code scanning services read", SARIF},
		{"github", "annotations of GitHub Actions", GitHub},
		{"gcc", "a line a finding, as compilers print them", GCC},
		{"gitlab", "GitLab's code quality report", GitLab},
		{"checkstyle", "Checkstyle's XML", Checkstyle},
		{"junit", "JUnit's XML, a test case a finding", JUnit},
	}
}

// fails reports whether the run fails because of a finding.
func (r *Report) fails(i int) bool { return i < len(r.Fails) && r.Fails[i] }

// byFile sorts the findings by file: the files in the order of their first finding,
// and for each the indexes of its findings.
func (r *Report) byFile() (files []string, findings map[string][]int) {
	findings = make(map[string][]int)
	for i := range r.Findings {
		file := r.Findings[i].file()
		if findings[file] == nil {
			files = append(files, file)
		}
		findings[file] = append(findings[file], i)
	}
	return files, findings
}

// file is the file that a finding is in, and the program for one without a place.
func (d *Diagnostic) file() string { return cmp.Or(d.Subject.File, "lxcfg") }

// fingerprints names the findings of the report.
func (r *Report) fingerprints(name func(string) string) *Fingerprints {
	return &Fingerprints{Source: r.Source, Name: name}
}

// sentences are what there is to say of a finding beside its summary: what LXC
// does, and what to write instead.
func (r *Report) sentences(d *Diagnostic) string {
	effect := d.effect(r.LXC)
	if effect == "" || d.Detail == "" {
		return effect + d.Detail
	}
	return effect + " " + d.Detail
}
