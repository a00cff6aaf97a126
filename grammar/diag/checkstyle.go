package diag

import (
	"bufio"
	"io"
)

// checkstyleVersion is the version of Checkstyle whose form this is.
const checkstyleVersion = "8.0"

// Checkstyle prints the XML of Checkstyle, which Jenkins and many others read. Files
// come in the order of their first finding.
func Checkstyle(w io.Writer, r *Report) error {
	out := xmlWriter{Writer: bufio.NewWriter(w)}
	out.WriteString(xmlHeader)
	out.start("checkstyle", attribute{"version", checkstyleVersion})
	files, byFile := r.byFile()
	for _, file := range files {
		out.start("file", attribute{"name", Visible(file)})
		for _, i := range byFile[file] {
			d := &r.Findings[i]
			attributes := make([]attribute, 0, 5)
			if d.Subject.Start.Line > 0 {
				attributes = append(attributes, number("line", d.Subject.Start.Line), number("column", d.Subject.Start.Column))
			}
			out.element("error", "", append(attributes, attribute{"severity", d.Severity.String()},
				attribute{"message", Visible(d.Summary)}, attribute{"source", "lxcfg." + d.Code})...)
		}
		out.end()
	}
	out.end()
	return out.Flush()
}
