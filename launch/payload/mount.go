//go:build linux

package payload

import (
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

// attribute is a per-mount flag in the kernel's terms (mount_setattr(2)).
type attribute struct {
	flag plan.MountFlag
	bits uint64
	word string
	old  uint64 // the same for mount(2)
}

var attributes = [...]attribute{
	{plan.FlagReadOnly, unix.MOUNT_ATTR_RDONLY, "MOUNT_ATTR_RDONLY", unix.MS_RDONLY},
	{plan.FlagNoSUID, unix.MOUNT_ATTR_NOSUID, "MOUNT_ATTR_NOSUID", unix.MS_NOSUID},
	{plan.FlagNoDev, unix.MOUNT_ATTR_NODEV, "MOUNT_ATTR_NODEV", unix.MS_NODEV},
	{plan.FlagNoExec, unix.MOUNT_ATTR_NOEXEC, "MOUNT_ATTR_NOEXEC", unix.MS_NOEXEC},
	{plan.FlagRelATime, unix.MOUNT_ATTR_RELATIME, "MOUNT_ATTR_RELATIME", unix.MS_RELATIME},
	{plan.FlagNoATime, unix.MOUNT_ATTR_NOATIME, "MOUNT_ATTR_NOATIME", unix.MS_NOATIME},
	{plan.FlagStrictATime, unix.MOUNT_ATTR_STRICTATIME, "MOUNT_ATTR_STRICTATIME", unix.MS_STRICTATIME},
	{plan.FlagNoDirATime, unix.MOUNT_ATTR_NODIRATIME, "MOUNT_ATTR_NODIRATIME", unix.MS_NODIRATIME},
	{plan.FlagNoSymFollow, unix.MOUNT_ATTR_NOSYMFOLLOW, "MOUNT_ATTR_NOSYMFOLLOW", unix.MS_NOSYMFOLLOW},
}

// attributeBits translates flags, 0 for none.
func attributeBits(flags plan.List[plan.MountFlag]) (bits uint64, words string) {
	var names []string
	for _, f := range flags.All() {
		for _, a := range attributes {
			if a.flag == f {
				bits |= a.bits
				names = append(names, a.word)
			}
		}
	}
	if len(names) == 0 {
		return 0, "0"
	}
	return bits, strings.Join(names, "|")
}

// propagations are the propagation types in the kernel's terms.
var propagations = [...]struct {
	name plan.Propagation
	bits uint64
	word string
}{
	{"private", unix.MS_PRIVATE, "MS_PRIVATE"},
	{"slave", unix.MS_SLAVE, "MS_SLAVE"},
	{"shared", unix.MS_SHARED, "MS_SHARED"},
	{"unbindable", unix.MS_UNBINDABLE, "MS_UNBINDABLE"},
}

// propagationBits translates a propagation type; the forms with r reach the
// whole tree.
func propagationBits(p plan.Propagation) (bits uint64, word string, recursive bool) {
	for _, row := range propagations {
		if p == row.name || p == "r"+row.name {
			return row.bits, row.word, p != row.name
		}
	}
	return 0, "0", false
}

const (
	emptyPath      = "AT_EMPTY_PATH"
	moveFlags      = unix.MOVE_MOUNT_F_EMPTY_PATH | unix.MOVE_MOUNT_T_EMPTY_PATH
	moveFlagsWords = "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH"
)

// setAttributes changes the flags of a mount that is not attached yet, before
// anybody can use it.
//
// In a user namespace the kernel keeps the flags that a mount was copied with from
// the host's (mount_namespaces(7)): one that cannot be cleared stays, and the mount
// is stricter than asked for.
func (l *lowering) setAttributes(tree program.Operand, set, cleared plan.List[plan.MountFlag], propagation plan.Propagation, recursive bool) {
	if bits, words := attributeBits(set); words != "0" {
		clearBits, clearWords := uint64(0), "0"
		if setsATime(set) {
			clearBits, clearWords = unix.MOUNT_ATTR__ATIME, "MOUNT_ATTR__ATIME"
		}
		l.mountSetattr(tree, "", bits, words, clearBits, clearWords, 0, "0", recursive)
	}
	if bits, words := attributeBits(cleared); bits != 0 {
		l.mountSetattr(tree, "", 0, "0", bits, words, 0, "0", recursive, program.Pass(unix.EPERM))
	}
	l.setPropagation(tree, propagation)
}

// setPropagation changes how a mount shares what is mounted below it.
func (l *lowering) setPropagation(mnt program.Operand, propagation plan.Propagation) {
	if bits, word, recursive := propagationBits(propagation); bits != 0 {
		l.mountSetattr(mnt, "", 0, "0", 0, "0", bits, word, recursive)
	}
}

func (l *lowering) mountSetattr(at program.Operand, name string, set uint64, setWords string, cleared uint64, clearWords string, propagation uint64, propWord string, recursive bool, options ...program.Option) {
	flags, words := uint64(0), "0"
	if name == "" {
		flags, words = unix.AT_EMPTY_PATH, emptyPath
	}
	if recursive {
		flags |= unix.AT_RECURSIVE
		words = strings.TrimPrefix(words+"|AT_RECURSIVE", "0|")
	}
	l.call("mount_setattr", unix.SYS_MOUNT_SETATTR, args(at, program.Str(name), program.Word(flags, words), program.Struct(
		program.Field{Name: "attr_set", Width: 8, Value: program.Word(set, setWords)},
		program.Field{Name: "attr_clr", Width: 8, Value: program.Word(cleared, clearWords)},
		program.Field{Name: "propagation", Width: 8, Value: program.Word(propagation, propWord)},
		program.Field{Name: "userns_fd", Width: 8, Value: program.Int(0)},
	), program.Int(32)), options...)
}

// setsATime reports whether flags choose an access time mode. The modes are one
// field, which has to be cleared to be set.
func setsATime(flags plan.List[plan.MountFlag]) bool {
	for _, f := range flags.All() {
		switch f {
		case plan.FlagNoATime, plan.FlagRelATime, plan.FlagStrictATime:
			return true
		}
	}
	return false
}

// MountAttr gives the flags to set and to clear as mount_setattr(2) takes them.
func MountAttr(set, cleared plan.List[plan.MountFlag]) unix.MountAttr {
	var attr unix.MountAttr
	attr.Attr_set, _ = attributeBits(set)
	attr.Attr_clr, _ = attributeBits(cleared)
	if setsATime(set) {
		attr.Attr_clr |= unix.MOUNT_ATTR__ATIME
	}
	return attr
}

// openTree makes a detached copy of a mount, or of the tree below it: a bind
// mount that is not attached yet (open_tree(2)).
func (l *lowering) openTree(dir program.Operand, name program.Operand, empty, recursive bool, slot string) program.Slot {
	tree := l.b.NewSlot(slot)
	l.openTreeInto(tree, dir, name, empty, recursive)
	return tree
}

func (l *lowering) openTreeInto(tree program.Slot, dir program.Operand, name program.Operand, empty, recursive bool) {
	flags, words := uint64(unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC), "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC"
	if empty {
		flags, words = flags|unix.AT_EMPTY_PATH, words+"|"+emptyPath
	}
	if recursive {
		flags, words = flags|unix.AT_RECURSIVE, words+"|AT_RECURSIVE"
	}
	l.b.CallInto(tree, "open_tree", unix.SYS_OPEN_TREE, args(dir, name, program.Word(flags, words)), l.failure...)
}

// attach puts a detached mount on a place given by its descriptor.
func (l *lowering) attach(tree program.Operand, target program.Slot) {
	l.call("move_mount", unix.SYS_MOVE_MOUNT,
		args(tree, program.Str(""), target, program.Str(""), program.Word(moveFlags, moveFlagsWords)), program.About(l.b.Name(target)))
}

// makePrivate keeps mounts from reaching the host. It is the first thing done to
// the payload's copy of the mount tree.
func (l *lowering) makePrivate(op plan.MakePrivate) {
	bits, word, recursive := propagationBits(op.Propagation)
	l.mountSetattr(program.AtFDCWD, "/", 0, "0", 0, "0", bits, word, recursive)
}

// bind attaches a copy of a mount at a second place. Its flags are set before it
// is attached: there is no moment at which a read-only bind can be written to.
func (l *lowering) bind(op plan.Bind) {
	if op.Move {
		l.move(op)
		return
	}
	l.optionally(op.Optional, op.SkipMissing, func() []program.Slot {
		tree := l.b.NewSlot("tree")
		opened := l.bindSource(tree, op.Source, op.InContainer, op.Below, op.Recursive)
		l.setAttributes(tree, op.Set, op.Clear, op.Propagation, false)
		target, made := l.target(op.Target, op.Create)
		l.attach(tree, target)
		return append(append(opened, made...), tree, target)
	})
}

// move takes a mount from its place to another.
func (l *lowering) move(op plan.Bind) {
	l.optionally(op.Optional, false, func() []program.Slot {
		mnt, opened := l.openMount(op)
		target, made := l.target(op.Target, op.Create)
		l.attach(mnt, target)
		l.setAttributes(mnt, op.Set, op.Clear, op.Propagation, false)
		return append(append(opened, made...), mnt, target)
	})
}

// openMount opens the mount that is moved.
func (l *lowering) openMount(op plan.Bind) (mnt program.Slot, opened []program.Slot) {
	switch {
	case op.InContainer:
		return l.openSource(l.rootfs, op.Source), nil
	case op.Below != "":
		dir := l.openHost(op.Below)
		return l.openSource(dir, op.Source), []program.Slot{dir}
	}
	return l.callInto(op.Source, "openat", unix.SYS_OPENAT, args(program.AtFDCWD, program.Str(op.Source),
		program.Word(unix.O_PATH|unix.O_CLOEXEC, "O_PATH|O_CLOEXEC"), program.Int(0))), nil
}

// propagate changes how a mount of the container shares what is mounted on it.
func (l *lowering) propagate(op plan.Propagate) {
	mnt := l.openPath(op.Target)
	l.setPropagation(mnt, op.Propagation)
	l.close(mnt)
}

// bindSource makes the detached copy of what a bind shows.
func (l *lowering) bindSource(tree program.Slot, source string, inContainer bool, below string, recursive bool) (opened []program.Slot) {
	root := l.rootfs
	switch {
	case inContainer:
	case below != "":
		root = l.openHost(below)
		opened = append(opened, root)
	default:
		l.openTreeInto(tree, program.AtFDCWD, program.Str(source), false, recursive)
		return nil
	}
	from := l.openSource(root, source)
	l.openTreeInto(tree, from, program.Str(""), true, recursive)
	return append(opened, from)
}

// target opens the place of a mount, making it first when the plan says so.
func (l *lowering) target(p string, create plan.Create) (fd program.Slot, opened []program.Slot) {
	if create == plan.CreateNothing {
		return l.openPath(p), nil
	}
	dir, name, opened := l.parent(p, true)
	switch create {
	case plan.CreateDir:
		l.mkdir(dir, name, 0o755)
	case plan.ReplaceByFile:
		l.call("unlinkat", unix.SYS_UNLINKAT, args(dir, program.Str(name), program.Int(0)), program.Pass(unix.ENOENT))
		fallthrough
	default:
		l.mkfile(dir, name)
	}
	return l.openIn(dir, name, unix.O_PATH, "O_PATH", p), opened
}

// unmount takes a mount away. There is no umount by descriptor, so the payload
// steps into the mount and lets go of where it stands.
func (l *lowering) unmount(op plan.Unmount) {
	dir := l.openPath(op.Target)
	l.call("fchdir", unix.SYS_FCHDIR, args(dir))
	l.call("umount2", unix.SYS_UMOUNT2, args(program.Str("."), program.Word(unix.MNT_DETACH, "MNT_DETACH")), program.About(op.Target))
	l.call("chdir", unix.SYS_CHDIR, args(program.Str("/")))
	l.close(dir)
}
