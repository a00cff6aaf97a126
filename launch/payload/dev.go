//go:build linux

package payload

import (
	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

// directory makes a directory; its parents have to be there.
func (l *lowering) directory(op plan.Directory) {
	dir, name, opened := l.parent(op.Path, false)
	l.mkdir(dir, name, op.Mode)
	l.closeAll(opened)
}

// node makes a character device. One that exists is kept: an lxc.mount.entry or
// the rootfs may bring its own.
func (l *lowering) node(op plan.Node) {
	dir, name, opened := l.parent(op.Path, false)
	l.call("mknodat", unix.SYS_MKNODAT, args(dir, program.Str(name),
		program.Word(uint64(unix.S_IFCHR|op.Mode), "S_IFCHR|"+octal(op.Mode)),
		program.Word(unix.Mkdev(op.Major, op.Minor), device(op.Major, op.Minor))), program.Pass(unix.EEXIST))
	l.closeAll(opened)
}

// symlink makes a link; what exists under its name is kept. A rootfs without the
// directory gets no link.
func (l *lowering) symlink(op plan.Symlink) {
	l.optionally(false, true, func() []program.Slot {
		dir, name, opened := l.parent(op.Path, false)
		l.call("symlinkat", unix.SYS_SYMLINKAT, args(program.Str(op.To), dir, program.Str(name)), program.Pass(unix.EEXIST))
		return opened
	})
}
