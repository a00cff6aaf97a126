package main

import (
	"fmt"
	"io"
	"strings"

	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// planView prints a plan for people: a heading for each phase, a line for each
// step, and where the step comes from below it.
type planView struct {
	color bool
	width int
	brief bool                // only the steps that a line asked for
	calls map[string][]string // the payload's system calls by step, when they are wanted
	out   strings.Builder
}

func (v *planView) print(w io.Writer, p plan.Plan) error {
	digest, err := p.Digest()
	if err != nil {
		return err
	}
	fmt.Fprintf(&v.out, "Launch plan of container %s\n%d steps, %s\n", diag.Visible(p.Container()), p.Len(), digest)
	for _, s := range p.Sources().All() {
		fmt.Fprintf(&v.out, "from %s (sha256 %.12s…)\n", diag.Visible(s.Name), s.SHA256)
	}
	for _, phase := range plan.Phases() {
		v.phase(p, phase)
	}
	_, err = io.WriteString(w, v.out.String())
	return err
}

// phase prints the steps of one phase, nothing for a phase without any.
func (v *planView) phase(p plan.Plan, row plan.PhaseRow) {
	first := true
	for i, s := range p.Steps() {
		if s.Phase() != row.Phase || v.brief && s.Origins.Len() == 0 {
			continue
		}
		if first {
			fmt.Fprintf(&v.out, "\n%s\n", v.style("1", fmt.Sprintf("%s (%s): %s", row.Phase, row.Side, row.Doc)))
			v.syscalls("barrier:" + string(row.Phase))
			first = false
		}
		fmt.Fprintf(&v.out, "%4d  ", i+1)
		v.wrapped(s.Op.Describe(), "      ", "")
		v.out.WriteString("      ")
		v.wrapped("↳ "+s.Why(), "        ", "2")
		v.syscalls(s.Name)
	}
}

// syscalls prints what the payload asks the kernel for a step.
func (v *planView) syscalls(step string) {
	for _, call := range v.calls[step] {
		fmt.Fprintf(&v.out, "        %s\n", v.style("36", diag.Visible(call)))
	}
}

// wrapped prints a text that starts behind an indent already written.
func (v *planView) wrapped(text, indent, style string) {
	columns := v.width
	if columns <= 0 {
		columns = 160
	}
	for i, line := range wrap(text, max(columns-len(indent), 40)) {
		if i > 0 {
			v.out.WriteString(indent)
		}
		v.out.WriteString(v.style(style, diag.Visible(line)))
		v.out.WriteByte('\n')
	}
}

func (v *planView) style(code, text string) string {
	if !v.color || code == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
