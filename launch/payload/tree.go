//go:build linux

package payload

import (
	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

// openMapped makes the detached copy that an idmapped bind will be and hands it to
// the monitor, by its number among them. What could not be opened is not sent.
func (l *lowering) openMapped(op plan.TreeOpen) {
	number := l.mapped
	l.mapped++
	l.optionally(op.Optional, false, func() []program.Slot {
		tree := l.b.NewSlot("tree")
		opened := l.bindSource(tree, op.Source, op.InContainer, op.Below, op.Recursive)
		l.sendTree(number, tree)
		return append(opened, tree)
	})
}

// attachMapped puts in place what comes back from the monitor with its ids mapped:
// nothing, when it may fail and did. Then its slot holds no descriptor, and the
// target need not be made.
func (l *lowering) attachMapped(op plan.TreeAttach) {
	tree := l.receiveMount("tree")
	l.optionally(op.Optional, false, func() []program.Slot {
		if op.Optional {
			l.call("fcntl", unix.SYS_FCNTL, args(tree, program.Word(unix.F_GETFD, "F_GETFD")))
		}
		target, made := l.target(op.Target, op.Create)
		l.setAttributes(tree, op.Set, op.Clear, op.Propagation, false)
		l.attach(tree, target)
		return append(made, tree, target)
	})
}
