package main

import (
	"fmt"
	"io"
	"strings"

	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// planView prints a plan for people: a summary, and below it a heading for each
// phase with a line for each step. Where a step comes from stands beside it on a
// wide terminal, below it on others, and once for neighbours that have it in common.
type planView struct {
	paint paint
	width int                 // columns; 0 for what is no terminal
	brief bool                // only the steps that a line asked for
	calls map[string][]string // the payload's system calls by step, when they are wanted
	note  string              // below the summary
	out   strings.Builder

	names fileNames
	whys  int // the width of the longest reason
}

// The layout.
const (
	noTerminalWidth = 100 // of output that goes to no terminal, as for findings
	leastWidth      = 40
	wideWidth       = 120 // from which on a column holds where steps come from
	roomyWidth      = 60  // from which on verbs are a column
	verbColumn      = 9
	numberColumn    = 4
	mostListed      = 10 // phrases of one topic of the summary
)

func (v *planView) print(w io.Writer, p plan.Plan) error {
	if v.width == 0 {
		v.width = noTerminalWidth
	}
	v.width = max(v.width, leastWidth)
	v.names = shortFileNames(p.Sources())
	for _, s := range p.Steps() {
		v.whys = max(v.whys, diag.TextWidth(diag.Visible(v.names.why(s))))
	}
	if err := v.summary(p); err != nil {
		return err
	}
	for _, phase := range plan.Phases() {
		v.phase(p, phase)
	}
	_, err := io.WriteString(w, v.out.String())
	return err
}

// summary prints what a reader wants to know first.
func (v *planView) summary(p plan.Plan) error {
	digest, err := p.Digest()
	if err != nil {
		return err
	}
	fmt.Fprintf(&v.out, "%s: %d steps\n\n", v.paint.bold(diag.Visible(p.Container())), p.Len())
	for _, line := range p.Summary() {
		words := line.Words
		if more := len(words) - mostListed; more > 0 {
			words = append(words[:mostListed:mostListed], fmt.Sprintf("%d more", more))
		}
		v.topic(string(line.Topic), strings.Join(words, ", "))
	}
	v.topic("host", p.Facts().String())
	var sources []string
	for _, s := range p.Sources().All() {
		sources = append(sources, s.Name)
	}
	v.topic("from", strings.Join(sources, ", "))
	v.topic("digest", digest)
	if v.note != "" {
		v.topic("", v.note)
	}
	return nil
}

// topic prints a line of the summary. One word that would be broken beside its
// label stands below it.
func (v *planView) topic(name, text string) {
	const column = 14
	if n := diag.TextWidth(text); n > v.width-column && n <= v.width-4 && !strings.Contains(text, " ") {
		fmt.Fprintf(&v.out, "  %s\n    %s\n", v.paint.dim(name), diag.Visible(text))
		return
	}
	for i, line := range wrap(text, v.width-column) {
		label := ""
		if i == 0 {
			label = name
		}
		fmt.Fprintf(&v.out, "  %s%s\n", v.paint.dim(fmt.Sprintf("%-*s", column-2, label)), diag.Visible(line))
	}
}

// phase prints the steps of one phase, nothing for a phase without any.
func (v *planView) phase(p plan.Plan, row plan.PhaseRow) {
	var steps []numbered
	for i, s := range p.Steps() {
		if s.Phase() == row.Phase && (!v.brief || s.Origins.Len() > 0) {
			steps = append(steps, numbered{s, i + 1, plan.RowOf(s.Op), v.names.why(s)})
		}
	}
	if len(steps) == 0 {
		return
	}
	v.out.WriteByte('\n')
	for i, line := range wrap(fmt.Sprintf("%s (%s): %s", row.Phase, row.Side, row.Doc), v.width-2) {
		if i > 0 {
			line = "  " + line
		}
		fmt.Fprintln(&v.out, v.paint.bold(line))
	}
	v.syscalls("barrier:" + string(row.Phase))
	columns := v.columnsFor(steps)
	for i := range steps {
		first := i == 0 || steps[i-1].why != steps[i].why
		last := i == len(steps)-1 || steps[i+1].why != steps[i].why
		v.step(&steps[i], columns, first, last)
	}
}

// numbered is a step on its way to the page.
type numbered struct {
	plan.Step
	number int
	row    plan.Row
	why    string
}

// columns is where the parts of a phase's steps stand.
type columns struct {
	verb    int // width of the column of verbs, 0 for none
	subject int // width of that of subjects
	why     int // width of that of reasons, 0 when they stand below
}

// columnsFor fits the columns to what the steps of a phase say.
func (v *planView) columnsFor(steps []numbered) columns {
	c := columns{}
	if v.width >= roomyWidth {
		c.verb = verbColumn
	}
	subjectWidth := 0
	for _, s := range steps {
		subjectWidth = max(subjectWidth, diag.TextWidth(diag.Visible(s.row.Subject)))
	}
	if v.width >= wideWidth {
		c.why = min(v.whys, v.width*2/5)
	}
	room := v.width - numberColumn - 2 - c.verb - c.why
	c.subject = min(subjectWidth, room/2)
	return c
}

// step prints one step. Of neighbours that come from the same lines the first has
// them beside it, or the last below it.
func (v *planView) step(s *numbered, c columns, first, last bool) {
	indent := numberColumn + 2
	width := v.width - indent
	if c.why > 0 {
		width -= c.why + 2
	}
	body := v.body(s.row, c, width)
	var beside []string
	if c.why > 0 && first {
		beside = wrap(s.why, c.why)
	}
	for i := range max(len(body), len(beside)) {
		number := strings.Repeat(" ", indent)
		if i == 0 {
			number = v.paint.dim(fmt.Sprintf("%*d", numberColumn, s.number)) + "  "
		}
		line, columns := "", 0
		if i < len(body) {
			line, columns = body[i].text, body[i].width
		}
		if i < len(beside) {
			line += strings.Repeat(" ", max(width-columns, 0)+2) + v.paint.dim(diag.Visible(beside[i]))
		}
		v.out.WriteString(strings.TrimRight(number+line, " ") + "\n")
	}
	if op, ok := s.Op.(plan.Seccomp); ok && v.calls != nil {
		v.filter(op)
	}
	v.syscalls(s.Name)
	if c.why == 0 && last {
		indent += c.verb
		for i, line := range wrap(s.why, v.width-indent-2) {
			mark := "  "
			if i == 0 {
				mark = "↳ "
			}
			fmt.Fprintf(&v.out, "%s%s\n", strings.Repeat(" ", indent), v.paint.dim(mark+diag.Visible(line)))
		}
	}
}

// painted is a line with the number of columns it takes.
type painted struct {
	text  string
	width int
}

// body lays out verb, subject and details.
func (v *planView) body(r plan.Row, c columns, width int) []painted {
	var lines []painted
	add := func(indent int, paint func(string) string, text string) {
		text = diag.Visible(text)
		lines = append(lines, painted{strings.Repeat(" ", indent) + paint(text), indent + diag.TextWidth(text)})
	}
	plain := func(text string) string { return text }
	details := strings.Join(r.Details, ", ")
	if c.verb == 0 {
		for i, line := range wrap(r.Verb+" "+r.Subject, width-2) {
			add(min(i, 1)*2, plain, line)
		}
		if details != "" {
			for _, line := range wrap(details, width-2) {
				add(2, plain, line)
			}
		}
		return lines
	}
	room := width - c.verb
	for _, line := range wrap(r.Subject, room) {
		add(c.verb, plain, line)
	}
	verb := fmt.Sprintf("%-*s", c.verb, diag.Visible(r.Verb))
	lines[0].text = v.paint.verb(verb) + lines[0].text[c.verb:]
	if details == "" {
		return lines
	}
	// Details stand beside the subject where there is room, else below it.
	at := c.verb + c.subject + 2
	subject := &lines[len(lines)-1]
	if wide := width - at; len(lines) == 1 && subject.width+2 <= at && (wide >= 28 || wide >= diag.TextWidth(details)) {
		for i, line := range wrap(details, wide) {
			if i > 0 {
				add(at, plain, line)
				continue
			}
			line = diag.Visible(line)
			subject.text += strings.Repeat(" ", at-subject.width) + line
			subject.width = at + diag.TextWidth(line)
		}
		return lines
	}
	for _, line := range wrap(details, room-2) {
		add(c.verb+2, plain, line)
	}
	return lines
}

// syscalls prints what the payload asks the kernel for a step.
func (v *planView) syscalls(step string) {
	for _, call := range v.calls[step] {
		fmt.Fprintf(&v.out, "        %s\n", v.paint.call(diag.Visible(call)))
	}
}
