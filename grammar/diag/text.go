package diag

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"

	"lxcfg/grammar/source"
)

// Options say how findings are shown to people.
type Options struct {
	Color  bool
	Width  int                              // columns of the terminal; 0 when there is none
	LXC    string                           // the version of LXC whose behaviour the effects describe, such as "7.0"; may be empty
	Source func(name string) (string, bool) // the text of a file a finding points into; may be nil
}

// The width of output that goes to no terminal, and the least that is worth
// wrapping for.
const (
	defaultWidth = 100
	leastWidth   = 40
)

// Text prints findings for people:
//
//	common.conf:3:1: error: unknown key "lxc.utz.name" [key/unknown]
//	       included from web.conf:12
//	    3 | lxc.utz.name = web
//	      | ^^^^^^^^^^^^
//	       LXC 7.0 refuses to load this file.
//	       Did you mean "lxc.uts.name"?
//
// The first line has the form compilers use, so editors and terminals find the
// place. Bytes of the configuration that could steer a terminal are escaped.
// The error is that of the writer.
func Text(w io.Writer, list List, o Options) error {
	if o.Width == 0 {
		o.Width = defaultWidth
	}
	o.Width = max(o.Width, leastWidth)
	t := textWriter{Writer: bufio.NewWriter(w), Options: o}
	for i := range list {
		if i > 0 {
			t.WriteByte('\n')
		}
		t.finding(&list[i])
	}
	return t.Flush()
}

// textWriter prints one list. bufio keeps the first error of the writer until
// Flush, so the lines between do not ask for it.
type textWriter struct {
	*bufio.Writer
	Options
}

// indent is where the sentences under a finding begin: right of the bar.
const indent = "       "

func (t *textWriter) finding(d *Diagnostic) {
	place := ""
	if !d.Subject.IsZero() {
		place = Visible(d.Subject.String()) + ": "
	}
	fmt.Fprintf(t, "%s%s: %s %s\n",
		t.paint(bold, place), t.paint(d.Severity.color(), d.Severity.String()),
		t.paint(bold, Visible(d.Summary)), t.paint(dim, "["+d.Code+"]"))
	for i := len(d.Trail) - 1; i >= 0; i-- {
		fmt.Fprintf(t, "%sincluded from %s:%d\n", indent, Visible(d.Trail[i].File), d.Trail[i].Line)
	}
	t.snippet(d.Subject, '^', d.Severity.color())
	if effect := d.effect(t.LXC); effect != "" {
		t.sentence(effect)
	}
	if d.Detail != "" {
		t.sentence(d.Detail)
	}
	for _, f := range d.Fixes {
		t.sentence("fix: " + f.Title)
	}
	for _, r := range d.Related {
		fmt.Fprintf(t, "%s%s: %s\n", indent, Visible(r.Range.String()), Visible(r.Summary))
		t.snippet(r.Range, '-', dim)
	}
}

// effect says what LXC does, of the finding's version or else of the report's. Of
// what Proxmox does there is nothing to say here.
func (d *Diagnostic) effect(version string) string {
	if strings.HasPrefix(d.Code, ProxmoxGroup) {
		return ""
	}
	return d.Effect.Sentence(cmp.Or(d.LXC, version))
}

// snippet prints the source line a range starts in, with marks below it. It
// prints nothing when the text is not at hand.
func (t *textWriter) snippet(r source.Range, mark byte, color string) {
	if t.Source == nil || r.IsZero() {
		return
	}
	text, ok := t.Source(r.File)
	if !ok || r.Start.Offset > len(text) {
		return
	}
	line, marks := excerpt(text, r, mark, t.Width-len(indent))
	fmt.Fprintf(t, "%s%s\n", t.paint(dim, fmt.Sprintf("%5d | ", r.Start.Line)), line)
	fmt.Fprintf(t, "%s%s\n", t.paint(dim, "      | "), t.paint(color, marks))
}

// sentence prints a text under the finding, wrapped at blanks. A line break in
// the text is kept.
func (t *textWriter) sentence(text string) {
	for paragraph := range strings.SplitSeq(text, "\n") {
		column := 0
		for word := range strings.FieldsSeq(paragraph) {
			word = Visible(word)
			width := TextWidth(word)
			switch {
			case column == 0:
				t.WriteString(indent)
				column = len(indent)
			case column+1+width > t.Width:
				t.WriteString("\n" + indent)
				column = len(indent)
			default:
				t.WriteByte(' ')
				column++
			}
			t.WriteString(word)
			column += width
		}
		t.WriteByte('\n')
	}
}

// The ANSI sequences used, as parameters of "select graphic rendition".
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	yellow = "1;33"
	cyan   = "1;36"
)

func (s Severity) color() string {
	switch s {
	case Error:
		return red
	case Warning:
		return yellow
	}
	return cyan
}

func (t *textWriter) paint(color, text string) string {
	if !t.Color || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// Sentence says what LXC of a version does. Advice says nothing of LXC, so it
// has no sentence.
func (e Effect) Sentence(version string) string {
	lxc := "LXC"
	if version != "" {
		lxc += " " + version
	}
	switch e {
	case RejectedAtLoad:
		return lxc + " refuses to load this file."
	case FailsAtStart:
		return lxc + " loads this file and then fails to start the container."
	case SilentlyDifferent:
		return lxc + " says nothing and does something else than the text says."
	}
	return ""
}
