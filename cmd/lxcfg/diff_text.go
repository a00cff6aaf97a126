package main

import (
	"fmt"
	"io"
	"strings"

	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// diffView prints the difference of two plans for people: what changed, phase by
// phase, each with the lines behind it. It prints nothing when nothing did.
type diffView struct {
	paint paint
	width int // columns; 0 for what is no terminal
	out   strings.Builder
	names fileNames
}

func (v *diffView) print(w io.Writer, d difference) error {
	if d.none() {
		return nil
	}
	if v.width == 0 {
		v.width = noTerminalWidth
	}
	v.width = max(v.width, leastWidth)
	v.names = shortFileNames(d.plans[0].Sources(), d.plans[1].Sources())
	v.text("", v.paint.bold, fmt.Sprintf("%s → %s: %s", d.names[0], d.names[1], tally(d.changes)), "  ")
	if words := d.identity(); len(words) > 0 {
		v.out.WriteByte('\n')
		for _, w := range words {
			v.change(plan.Changed, w)
		}
	}
	phase := plan.Phase("")
	for _, c := range d.changes {
		if p := c.Step().Phase(); p != phase {
			phase = p
			v.out.WriteString("\n" + v.paint.bold(string(p)) + "\n")
		}
		v.step(c)
	}
	v.facts(d.facts)
	_, err := io.WriteString(w, v.out.String())
	return err
}

// tally counts the changes by kind.
func tally(changes []plan.Change) string {
	counts := make(map[plan.ChangeKind]int)
	for _, c := range changes {
		counts[c.Kind]++
	}
	if n := counts[plan.Moved]; n > 0 && n == len(changes) {
		return "the same steps in another order"
	}
	var words []string
	for _, row := range [...]struct {
		kind plan.ChangeKind
		what string
	}{{plan.Changed, "changed"}, {plan.Added, "new"}, {plan.Removed, "gone"}, {plan.Moved, "moved"}} {
		if n := counts[row.kind]; n > 0 {
			words = append(words, count(n, "step")+" "+row.what)
		}
	}
	if len(words) == 0 {
		return "the steps are the same"
	}
	return strings.Join(words, ", ")
}

// step prints what became of one step.
func (v *diffView) step(c plan.Change) {
	words := c.Words
	if c.Kind == plan.Moved {
		words = []string{plan.RowOf(c.After.Op).String() + ": " + words[0]}
	}
	for _, w := range words {
		v.change(c.Kind, w)
	}
	before, after := v.why(c.Before), v.why(c.After)
	switch {
	case c.Kind == plan.Removed:
		v.lines("was " + before)
	case c.Kind == plan.Added || before == after:
		v.lines(after)
	default:
		v.lines(after + " · was " + before)
	}
}

func (v *diffView) why(s plan.Step) string {
	if s.Op == nil {
		return ""
	}
	return v.names.why(s)
}

// mark stands before a change.
func (v *diffView) mark(kind plan.ChangeKind) string {
	switch kind {
	case plan.Added:
		return v.paint.good("+")
	case plan.Removed:
		return v.paint.bad("-")
	case plan.Moved:
		return v.paint.verb("↕")
	default:
		return v.paint.warn("~")
	}
}

// change prints what a change means.
func (v *diffView) change(kind plan.ChangeKind, words string) {
	v.text("  "+v.mark(kind)+" ", func(s string) string { return s }, words, "    ")
}

// lines prints where a step comes from.
func (v *diffView) lines(why string) { v.text("      ", v.paint.dim, why, "      ") }

// text prints words behind a start that is as wide as the indent of what follows.
func (v *diffView) text(start string, paint func(string) string, words, indent string) {
	for i, line := range wrap(words, v.width-len(indent)) {
		if i > 0 {
			start = indent
		}
		v.out.WriteString(start + paint(diag.Visible(line)) + "\n")
	}
}

// facts prints how the hosts of the plans differ.
func (v *diffView) facts(list []plan.Difference) {
	if len(list) == 0 {
		return
	}
	v.out.WriteString("\n" + v.paint.bold("made for other hosts") + "\n")
	for _, d := range list {
		v.change(plan.Changed, d.Words)
		if d.Means != "" {
			v.lines(d.Means)
		}
	}
}
