//go:build linux

package program

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// Program is a list of system calls, ready to be printed or loaded. It does not
// change after Build.
type Program struct {
	steps        []string // names, in order
	instructions []instruction
	slots        []string // names
}

// instruction is one system call.
type instruction struct {
	step   int // index into steps
	call   string
	number uintptr
	args   []Operand
	slot   Slot       // where the result goes, noSlot for nowhere
	least  int        // a smaller result is the error lessIs
	lessIs unix.Errno // EPIPE: an end of file where a byte must come
	pass   []unix.Errno
	orElse Label      // where to go on after an error that is not let pass, noLabel: the child fails
	elseOn unix.Errno // the one error that leads to orElse, 0: any
	forks  bool       // makes a process, which goes on behind it
	after  Label      // of a fork: where the forking process goes on
	branch bool       // executed by a process that was forked
	same   [2]Slot    // have to hold the same afterwards; noSlot stands for the value 0
	unlike unix.Errno // the error when they do not, 0: nothing is compared
	detail string
}

const (
	noSlot  Slot  = -1
	noLabel Label = -1
)

// A Label is a point in the program that errors can lead to.
type Label int

// Builder makes a Program.
type Builder struct {
	program Program
	labels  []int // label → index of the instruction it stands before
	branch  bool  // what is appended belongs to a forked process
	nested  bool  // a fork was asked for in one

	closes             bool // CloseOthers was called
	closeFrom          int  // the first descriptor that it closes
	closeAt, closeStep int  // and where
}

// Step begins the instructions of a step of the plan.
func (b *Builder) Step(name string) { b.program.steps = append(b.program.steps, name) }

// An Option changes how an instruction treats its result.
type Option func(*instruction)

// Pass lets errors pass as if the call had succeeded. Its slot keeps -1.
func Pass(errnos ...unix.Errno) Option {
	return func(in *instruction) { in.pass = append(in.pass, errnos...) }
}

// Else goes on at a label after an error, instead of failing.
func Else(l Label) Option { return func(in *instruction) { in.orElse = l } }

// ElseOn goes on at a label after one error, and fails after any other.
func ElseOn(e unix.Errno, l Label) Option {
	return func(in *instruction) { in.orElse, in.elseOn = l, e }
}

// Least makes a result below n an error, reported as "broken pipe": what is left
// to read from a process that is gone.
func Least(n int) Option { return LeastElse(n, unix.EPIPE) }

// LeastElse makes a result below n the error given.
func LeastElse(n int, e unix.Errno) Option {
	return func(in *instruction) { in.least, in.lessIs = n, e }
}

// Same makes it an error when two slots hold different values after the call.
func Same(a, b Slot, e unix.Errno) Option {
	return func(in *instruction) { in.same, in.unlike = [2]Slot{a, b}, e }
}

// Exited makes it an error when the status that wait4(2) has filled a slot with is
// not that of a process that ended with 0.
func Exited(status Slot) Option { return Same(status, noSlot, exitFailed) }

// About adds what the call is about to its report, where its arguments are
// descriptors that say nothing to a person.
func About(object string) Option { return func(in *instruction) { in.detail = object } }

// NewLabel returns a label, to be placed later.
func (b *Builder) NewLabel() Label {
	b.labels = append(b.labels, -1)
	return Label(len(b.labels) - 1)
}

// Place puts a label before the next instruction.
func (b *Builder) Place(l Label) { b.labels[l] = len(b.program.instructions) }

// NewSlot makes a slot by a name for printing; a call can be told to fill it.
func (b *Builder) NewSlot(name string) Slot {
	b.program.slots = append(b.program.slots, name)
	return Slot(len(b.program.slots) - 1)
}

// Name is what a slot is called.
func (b *Builder) Name(s Slot) string { return b.program.slots[s] }

// Call appends a system call whose result nobody needs.
func (b *Builder) Call(name string, number uintptr, args []Operand, options ...Option) {
	b.CallInto(noSlot, name, number, args, options...)
}

// CallInto appends a system call whose result fills a slot.
func (b *Builder) CallInto(slot Slot, name string, number uintptr, args []Operand, options ...Option) {
	if b.program.instructions == nil {
		b.program.instructions = make([]instruction, 0, usualLength)
	}
	b.program.instructions = append(b.program.instructions, instruction{
		step: len(b.program.steps) - 1, call: name, number: number, args: args,
		slot: slot, orElse: noLabel, branch: b.branch,
	})
	in := &b.program.instructions[len(b.program.instructions)-1]
	for _, o := range options {
		o(in)
	}
}

// Fork appends a clone(2) and the calls of the process it makes, whose id fills a
// slot. The calls have to end in execve. Until it is reached the forking process
// stands still; when one of them fails, the forking process fails at that call.
// pidFD is the memory for a descriptor of the process, nil when none is wanted.
func (b *Builder) Fork(pid Slot, pidFD Operand, calls func(), options ...Option) {
	if pidFD == nil {
		b.fork(pid, unix.CLONE_VFORK, "CLONE_VFORK|", Null, calls, options)
		return
	}
	b.fork(pid, unix.CLONE_PIDFD|unix.CLONE_VFORK, "CLONE_PIDFD|CLONE_VFORK|", pidFD, calls, options)
}

// ForkBeside is Fork, but both processes go on. When only the forked one fails, the
// forking one does not hear of it: the image tells, when both have let go of it.
func (b *Builder) ForkBeside(pid Slot, calls func(), options ...Option) {
	b.fork(pid, 0, "", Null, calls, options)
}

func (b *Builder) fork(pid Slot, flags uint64, words string, pidFD Operand, calls func(), options []Option) {
	if b.branch {
		b.nested = true
		return
	}
	after := b.NewLabel()
	b.CallInto(pid, "clone", unix.SYS_CLONE, []Operand{Word(flags|uint64(unix.SIGCHLD), words+"SIGCHLD"), Null, pidFD, Null, Null},
		append(options, func(in *instruction) { in.forks, in.after = true, after })...)
	b.branch = true
	calls()
	b.branch = false
	b.Place(after)
}

// Hold appends a wait that is no system call: the child goes on when its Image is
// released. The words say what for.
func (b *Builder) Hold(words string) {
	b.CallInto(noSlot, "", holdNumber, nil, About(words))
}

// holdNumber is no system call: the child waits instead of making one.
const holdNumber = faultNumber - 1

// usualLength is about how many calls a container of a distribution takes.
const usualLength = 448

// Build seals the program. An error is a bug of the caller: a label that was
// never placed, an instruction outside a step, too many arguments.
func (b *Builder) Build() (*Program, error) {
	b.placeClosing()
	p := b.program
	switch {
	case len(p.instructions) == 0:
		return nil, errors.New("the program has no instructions")
	case b.nested:
		return nil, errors.New("a forked process forks: its failures could not be told apart")
	}
	for i := range p.instructions {
		in := &p.instructions[i]
		switch {
		case in.step < 0:
			return nil, fmt.Errorf("instruction %d (%s) belongs to no step", i, in.call)
		case len(in.args) > 6:
			return nil, fmt.Errorf("instruction %d (%s) has %d arguments", i, in.call, len(in.args))
		case len(in.pass) > maxPass:
			return nil, fmt.Errorf("instruction %d (%s) lets %d errors pass, %d is the most", i, in.call, len(in.pass), maxPass)
		case in.orElse == noLabel:
		case b.labels[in.orElse] < 0:
			return nil, fmt.Errorf("instruction %d (%s) leads to a label that stands nowhere", i, in.call)
		case b.labels[in.orElse] <= i:
			return nil, fmt.Errorf("instruction %d (%s) leads back: a program has no loops", i, in.call)
		default:
			in.orElse = Label(b.labels[in.orElse])
		}
		if in.forks {
			in.after = Label(b.labels[in.after])
		}
	}
	b.program = Program{}
	return &p, nil
}

// Len returns the number of instructions.
func (p *Program) Len() int { return len(p.instructions) }

// faultNumber is no system call: the kernel answers ENOSYS.
const faultNumber = ^uintptr(0) >> 33

// WithFault returns a program whose first call of a step fails, and nothing lets
// it pass: to rehearse the failure.
func (p *Program) WithFault(step string) *Program {
	faulty := *p
	faulty.instructions = slices.Clone(p.instructions)
	for i := range faulty.instructions {
		in := &faulty.instructions[i]
		if p.steps[in.step] == step {
			in.number, in.pass, in.orElse = faultNumber, nil, noLabel
			break
		}
	}
	return &faulty
}
