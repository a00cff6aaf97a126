//go:build linux

package payload

import (
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

// InputTasks is the name of the input that holds the open tasks file of the
// payload's cgroup in a v1 hierarchy.
func InputTasks(hierarchy string) string { return "tasks:" + hierarchy }

// InputCgroup is the name of the input with the path of the payload's cgroup in a
// hierarchy on the host, and InputCgroupName that of the last part of its name, which
// has a suffix when the plan's is taken.
func InputCgroup(hierarchy string) string     { return "cgroup:" + hierarchy }
func InputCgroupName(hierarchy string) string { return "cgroup-name:" + hierarchy }

// cgroupEnter moves the payload itself.
func (l *lowering) cgroupEnter(op plan.CgroupEnter) {
	for _, h := range op.Hierarchies.All() {
		l.enterTasks(h)
	}
}

// enterTasks moves the process into a cgroup of v1. "0" is the writer, and tasks moves one
// thread, which is all the process has.
func (l *lowering) enterTasks(hierarchy string) {
	tasks := program.InputFD(InputTasks(hierarchy))
	l.call("write", unix.SYS_WRITE, args(tasks, program.Blob([]byte{'0'}, `"0"`), program.Int(1)), program.About("the payload's cgroup in "+hierarchy))
	// The file is the host's: nothing in the rootfs may find it open.
	l.call("close", unix.SYS_CLOSE, args(tasks))
}

// cgroupDirectory makes the directory of the payload's cgroup, in the tmpfs that holds
// the hierarchies.
func (l *lowering) cgroupDirectory(op plan.CgroupDirectory) {
	l.closeAll([]program.Slot{l.cgroupPlace(op.Place, true)})
}

// cgroupBind binds the payload's cgroup on it.
func (l *lowering) cgroupBind(op plan.CgroupBind) {
	tree := l.openTree(program.AtFDCWD, program.InputStr(InputCgroup(op.Place.Hierarchy)), false, false, "cgroup")
	if op.ReadOnly {
		l.setAttributes(tree, plan.ListOf(plan.FlagReadOnly), plan.List[plan.MountFlag]{}, "", false)
	}
	at := l.cgroupPlace(op.Place, false)
	l.attach(tree, at)
	l.closeAll([]program.Slot{tree, at})
}

// cgroupPlace opens the directory of the payload's cgroup below that of its hierarchy,
// part by part, because one of them only the launch knows.
func (l *lowering) cgroupPlace(p plan.CgroupPlace, create bool) program.Slot {
	dir := l.openPath(p.Target)
	above, named := path.Split(path.Join(p.Base, p.Name))
	parts := []program.Operand{}
	for _, part := range strings.Split(inside(above), "/") {
		if part != "." {
			parts = append(parts, program.Str(part))
		}
	}
	parts = append(parts, program.InputStr(InputCgroupName(p.Hierarchy)))
	for _, part := range strings.Split(inside(p.Inner), "/") {
		if part != "." {
			parts = append(parts, program.Str(part))
		}
	}
	for _, part := range parts {
		if create {
			l.mkdirAs(dir, part, 0o755)
		}
		next := l.callInto(named, "openat2", unix.SYS_OPENAT2, openHowAs(dir, part, unix.O_PATH|unix.O_DIRECTORY, "O_PATH|O_DIRECTORY", 0, l.resolve))
		l.close(dir)
		dir = next
	}
	return dir
}
