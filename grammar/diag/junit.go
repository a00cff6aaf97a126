package diag

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
)

type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	ClassName string        `xml:"classname,attr"`
	File      string        `xml:"file,attr,omitempty"`
	Line      int           `xml:"line,attr,omitempty"`
	Failure   *junitProblem `xml:"failure"`
	Error     *junitProblem `xml:"error"`
	Output    string        `xml:"system-out,omitempty"`
}

type junitProblem struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit prints the XML of JUnit: a suite a file, a test case a finding. A finding
// that the run fails because of is a failure, others are passed cases with an
// output. A file without findings has one passed case, and one that could not be
// read an error.
func JUnit(w io.Writer, r *Report) error {
	report := junitReport{Name: "lxcfg"}
	index := make(map[string]int)
	suite := func(name string) *junitSuite {
		n, seen := index[name]
		if !seen {
			n = len(report.Suites)
			index[name] = n
			report.Suites = append(report.Suites, junitSuite{Name: Visible(name)})
		}
		return &report.Suites[n]
	}
	for _, name := range r.Checked {
		suite(name)
	}
	for i := range r.Findings {
		d := &r.Findings[i]
		s := suite(cmp.Or(d.Subject.File, "lxcfg"))
		c := junitCase{Name: Visible(fmt.Sprintf("%s %s", d.Code, d.Subject)), ClassName: s.Name, File: s.Name, Line: d.Subject.Start.Line}
		text := VisibleLines(d.Summary + "\n" + r.sentences(d))
		if r.fails(i) {
			c.Failure = &junitProblem{Type: d.Severity.String(), Message: Visible(d.Summary), Text: text}
			s.Failures++
		} else {
			c.Output = d.Severity.String() + ": " + text
		}
		s.Cases = append(s.Cases, c)
	}
	for i := range report.Suites {
		if s := &report.Suites[i]; len(s.Cases) == 0 {
			s.Cases = append(s.Cases, junitCase{Name: "no findings", ClassName: s.Name, File: s.Name})
		}
	}
	for _, e := range r.Errors {
		s := suite("lxcfg")
		s.Cases = append(s.Cases, junitCase{Name: "read", ClassName: s.Name, Error: &junitProblem{Type: "error", Message: Visible(e)}})
		s.Errors++
	}
	for i := range report.Suites {
		s := &report.Suites[i]
		s.Tests = len(s.Cases)
		report.Tests += s.Tests
		report.Failures += s.Failures
		report.Errors += s.Errors
	}
	return encodeXML(w, report)
}
