package diag

import (
	"bufio"
	"fmt"
	"io"
)

// GCC prints a line a finding, in the form of compilers, which editors and the
// problem matchers of CI systems read:
//
//	web.conf:3:1: error: unknown key "lxc.utz.name" [key/unknown]
//
// Whatever could end the line or steer a terminal is escaped.
func GCC(w io.Writer, r *Report) error {
	out := bufio.NewWriter(w)
	for i := range r.Findings {
		d := &r.Findings[i]
		place := "lxcfg"
		if !d.Subject.IsZero() {
			place = Visible(d.Subject.String())
		}
		fmt.Fprintf(out, "%s: %s: %s [%s]\n", place, d.Severity.note(), Visible(d.Summary), d.Code)
	}
	return out.Flush()
}

// note is the word of compilers and of SARIF for a severity.
func (s Severity) note() string {
	if s == Info {
		return "note"
	}
	return s.String()
}
