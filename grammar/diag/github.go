package diag

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// GitHub prints workflow commands of GitHub Actions, which become annotations of
// the lines of a change:
//
//	::error file=web.conf,line=3,endLine=3,col=1,endColumn=13,title=key/unknown::…
//
// A text can neither end the command nor start another one: percent signs and line
// ends are written as the runner reads them, in properties colons and commas too,
// and other control characters are escaped.
func GitHub(w io.Writer, r *Report) error {
	out := bufio.NewWriter(w)
	for i := range r.Findings {
		d := &r.Findings[i]
		fmt.Fprintf(out, "::%s ", d.Severity.annotation())
		if at := d.Subject; !at.IsZero() {
			fmt.Fprintf(out, "file=%s,line=%d,endLine=%d,", githubProperty(relativePath(at.File)), at.Start.Line, at.End.Line)
			if at.Start.Line == at.End.Line { // GitHub takes columns within one line only
				fmt.Fprintf(out, "col=%d,endColumn=%d,", at.Start.Column, at.End.Column)
			}
		}
		message := d.Summary
		if more := r.sentences(d); more != "" {
			message += "\n" + more
		}
		fmt.Fprintf(out, "title=%s::%s\n", githubProperty(d.Code), githubText(message))
	}
	return out.Flush()
}

// annotation is GitHub's word for a severity.
func (s Severity) annotation() string {
	if s == Info {
		return "notice"
	}
	return s.String()
}

// githubText escapes the message of a command. Its line ends stay line ends.
func githubText(s string) string {
	return strings.NewReplacer("%", "%25", "\n", "%0A").Replace(VisibleLines(s))
}

// githubProperty escapes a property of a command.
func githubProperty(s string) string {
	return strings.NewReplacer("%", "%25", ":", "%3A", ",", "%2C").Replace(Visible(s))
}

// relativePath is a path without a dot before it, as services that know the files
// of a repository call them.
func relativePath(file string) string {
	for strings.HasPrefix(file, "./") {
		file = strings.TrimLeft(file[2:], "/")
	}
	return file
}
