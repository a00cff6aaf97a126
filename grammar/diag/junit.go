package diag

import (
	"bufio"
	"fmt"
	"io"
)

// JUnit prints the XML of JUnit: a suite a file, a test case a finding. A finding
// that the run fails because of is a failure, others are passed cases with an
// output. A file without findings has one passed case, and one that could not be
// read an error.
func JUnit(w io.Writer, r *Report) error {
	files, byFile := r.byFile()
	for _, name := range r.Checked {
		if byFile[name] == nil {
			files = append(files, name)
		}
	}
	tests, failures := len(r.Errors), 0
	for _, file := range files {
		tests += max(1, len(byFile[file]))
		failures += r.failures(byFile[file])
	}
	out := xmlWriter{Writer: bufio.NewWriter(w)}
	out.WriteString(xmlHeader)
	out.start("testsuites", attribute{"name", "lxcfg"}, number("tests", tests), number("failures", failures), number("errors", len(r.Errors)))
	for _, file := range files {
		name := attribute{"name", Visible(file)}
		out.start("testsuite", name, number("tests", max(1, len(byFile[file]))), number("failures", r.failures(byFile[file])), number("errors", 0))
		if len(byFile[file]) == 0 {
			out.element("testcase", "", attribute{"name", "no findings"}, attribute{"classname", name.value}, attribute{"file", name.value})
		}
		for _, i := range byFile[file] {
			out.testCase(r, i)
		}
		out.end()
	}
	if n := len(r.Errors); n > 0 {
		out.start("testsuite", attribute{"name", "files that could not be read"}, number("tests", n), number("failures", 0), number("errors", n))
		for _, e := range r.Errors {
			out.start("testcase", attribute{"name", "read"}, attribute{"classname", "lxcfg"})
			out.element("error", "", attribute{"type", "error"}, attribute{"message", Visible(e)})
			out.end()
		}
		out.end()
	}
	out.end()
	return out.Flush()
}

// testCase prints one finding.
func (x *xmlWriter) testCase(r *Report, i int) {
	d := &r.Findings[i]
	attributes := []attribute{{"name", Visible(fmt.Sprintf("%s %s", d.Code, d.Subject))}, {"classname", Visible(d.file())}}
	if d.Subject.Start.Line > 0 {
		attributes = append(attributes, attribute{"file", Visible(d.file())}, number("line", d.Subject.Start.Line))
	}
	x.start("testcase", attributes...)
	text := VisibleLines(d.Summary + "\n" + r.sentences(d))
	if r.fails(i) {
		x.element("failure", text, attribute{"type", d.Severity.String()}, attribute{"message", Visible(d.Summary)})
	} else {
		x.element("system-out", d.Severity.String()+": "+text)
	}
	x.end()
}

// failures counts the findings among some that the run fails because of.
func (r *Report) failures(some []int) int {
	n := 0
	for _, i := range some {
		if r.fails(i) {
			n++
		}
	}
	return n
}
