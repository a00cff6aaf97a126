package diag

import (
	"encoding/xml"
	"io"
)

type checkstyleReport struct {
	XMLName xml.Name         `xml:"checkstyle"`
	Version string           `xml:"version,attr"`
	Files   []checkstyleFile `xml:"file"`
}

type checkstyleFile struct {
	Name   string            `xml:"name,attr"`
	Errors []checkstyleError `xml:"error"`
}

type checkstyleError struct {
	Line     int    `xml:"line,attr,omitempty"`
	Column   int    `xml:"column,attr,omitempty"`
	Severity string `xml:"severity,attr"`
	Message  string `xml:"message,attr"`
	Source   string `xml:"source,attr"`
}

// checkstyleVersion is the version of Checkstyle whose form this is.
const checkstyleVersion = "8.0"

// Checkstyle prints the XML of Checkstyle, which Jenkins and many others read. Files
// come in the order of their first finding.
func Checkstyle(w io.Writer, r *Report) error {
	report := checkstyleReport{Version: checkstyleVersion}
	index := make(map[string]int)
	for i := range r.Findings {
		d := &r.Findings[i]
		n, seen := index[d.Subject.File]
		if !seen {
			n = len(report.Files)
			index[d.Subject.File] = n
			report.Files = append(report.Files, checkstyleFile{Name: Visible(d.Subject.File)})
		}
		report.Files[n].Errors = append(report.Files[n].Errors, checkstyleError{
			Line: d.Subject.Start.Line, Column: d.Subject.Start.Column, Severity: d.Severity.String(),
			Message: Visible(d.Summary), Source: "lxcfg." + d.Code,
		})
	}
	return encodeXML(w, report)
}

// encodeXML prints a document. Its texts hold no control characters and no bytes
// that are not UTF-8, which XML has no way to write.
func encodeXML(w io.Writer, document any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(document); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
