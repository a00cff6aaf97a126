//go:build linux

package program

import "strings"

// Line is one instruction as text.
type Line struct {
	Step string // name of the step it belongs to
	Call string // name of the system call
	Text string // the call as strace prints it, with inputs and slots by name

	Forked bool // a process that was forked makes it
}

// Lines returns the program as text, in the order it runs.
func (p *Program) Lines() []Line {
	lines := make([]Line, 0, len(p.instructions))
	for _, in := range p.instructions {
		lines = append(lines, p.line(in))
	}
	return lines
}

func (p *Program) line(in instruction) Line {
	return Line{Step: p.steps[in.step], Call: in.call, Text: p.text(in), Forked: in.branch}
}

func (p *Program) text(in instruction) string {
	if in.number == holdNumber {
		return "(" + in.detail + ")"
	}
	args := make([]string, len(in.args))
	for i, a := range in.args {
		args[i] = a.text(p)
	}
	text := in.call + "(" + strings.Join(args, ", ") + ")"
	if in.slot != noSlot {
		text += " = <" + p.slots[in.slot] + ">"
	}
	return text
}
