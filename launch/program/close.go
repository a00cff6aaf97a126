//go:build linux

package program

import (
	"math"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// CloseOthers closes every descriptor that the child has inherited but standard
// input, output and error, so many behind them, and the inputs of the program (close_range(2)). Others
// may lead out of the container: while they are open, a link in the rootfs that
// names them in /proc/self/fd reaches what they are open on.
//
// It is to be called before anything opens a descriptor.
func (b *Builder) CloseOthers(kept int) {
	b.closeFrom = 3 + kept
	b.closeAt, b.closeStep = len(b.program.instructions), len(b.program.steps)-1
	b.closes = true
}

// placeClosing puts the calls in: one for each run of descriptors between two
// inputs, whose numbers are known when the program is loaded.
func (b *Builder) placeClosing() {
	if !b.closes {
		return
	}
	p := &b.program
	keep := inputFDs(p.instructions)
	calls := make([]instruction, 0, len(keep)+1)
	for i := range len(keep) + 1 {
		calls = append(calls, instruction{step: b.closeStep, call: "close_range", number: unix.SYS_CLOSE_RANGE,
			args: []Operand{gap{keep, i, b.closeFrom, false}, gap{keep, i, b.closeFrom, true}, Int(0)}, slot: noSlot, orElse: noLabel})
	}
	p.instructions = slices.Insert(p.instructions, b.closeAt, calls...)
	for i, at := range b.labels {
		if at >= b.closeAt {
			b.labels[i] += len(calls)
		}
	}
}

// gap is the first or the last descriptor of a run between two inputs, which are
// counted in the order of their numbers.
type gap struct {
	keep []inputFD
	run  int // 0: those before the first input
	from int // the first that is closed
	last bool
}

func (g gap) text(*Program) string {
	switch {
	case g.last && g.run == len(g.keep):
		return "~0"
	case g.last:
		return "<before the next input>"
	case g.run == 0:
		return strconv.Itoa(g.from)
	}
	return "<behind that input>"
}

// bound is the descriptor. A run without any is one beyond all descriptors.
func (g gap) bound(l *layout) uint64 {
	fds := make([]int, len(g.keep))
	for i, name := range g.keep {
		fds[i] = l.fd(name)
	}
	slices.Sort(fds)
	first, last := g.from, math.MaxUint32
	if g.run > 0 {
		first = max(first, fds[g.run-1]+1)
	}
	if g.run < len(fds) {
		last = fds[g.run] - 1
	}
	switch {
	case first > last:
		return math.MaxUint32
	case g.last:
		return uint64(last)
	}
	return uint64(first)
}

// inputFDs lists the descriptors that a program is given, each once.
func inputFDs(instructions []instruction) []inputFD {
	var names []inputFD
	var look func(Operand)
	look = func(a Operand) {
		switch a := a.(type) {
		case inputFD:
			if !slices.Contains(names, a) {
				names = append(names, a)
			}
		case *memory:
			look(a.of)
		case structure:
			for _, f := range a.fields {
				look(f.Value)
			}
		}
	}
	for _, in := range instructions {
		for _, a := range in.args {
			look(a)
		}
	}
	return names
}
