//go:build linux

package payload

import (
	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

// InputBootID is 36 characters of a random UUID and a newline.
const InputBootID = "boot-id"

// pivotRoot makes the rootfs the root. pivot_root(2) with both arguments "."
// stacks the old root on the new one, so no directory for it is needed; "." then
// names the old root to umount2.
func (l *lowering) pivotRoot(op plan.PivotRoot) {
	l.openLabel()
	l.call("fchdir", unix.SYS_FCHDIR, args(l.rootfs))
	l.call("pivot_root", unix.SYS_PIVOT_ROOT, args(program.Str("."), program.Str(".")), program.About("the rootfs"))
	l.call("umount2", unix.SYS_UMOUNT2, args(program.Str("."), program.Word(unix.MNT_DETACH, "MNT_DETACH")), program.About("the host's tree"))
	bits, word, recursive := propagationBits(op.Propagation)
	l.mountSetattr(program.AtFDCWD, "/", 0, "0", 0, "0", bits, word, recursive)
	l.call("chdir", unix.SYS_CHDIR, args(program.Str("/")))
}

// bootID gives the container a boot id of its own. Whatever is missing for it,
// the launch goes on, as in LXC.
func (l *lowering) bootID(op plan.BootID) {
	l.optionally(true, false, func() []program.Slot {
		dir, name, opened := l.parent(op.Path, false)
		file := l.openMode(dir, name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL, "O_RDWR|O_CREAT|O_EXCL", 0o444, "boot-id-file")
		l.call("write", unix.SYS_WRITE, args(file, program.InputStr(InputBootID), program.Int(37)))
		target := l.openPath("/proc/sys/kernel/random/boot_id")
		tree := l.openTree(file, program.Str(""), true, false, "tree")
		l.setAttributes(tree, plan.ListOf(plan.FlagReadOnly, plan.FlagNoSUID, plan.FlagNoDev, plan.FlagNoExec), plan.List[plan.MountFlag]{}, "", false)
		l.attach(tree, target)
		return append(opened, file, tree, target)
	})
}
