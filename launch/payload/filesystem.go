//go:build linux

package payload

import (
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

// maxOption is the longest value that fsconfig(2) takes: 256 bytes with its NUL.
const maxOption = 255

// mount makes a file system instance and attaches it.
func (l *lowering) mount(op plan.Mount) {
	l.optionally(op.Optional, op.SkipMissing, func() []program.Slot {
		for _, dir := range op.HostDirs.All() {
			l.mkdirHost(dir)
		}
		target, opened := l.target(op.Target, op.Create)
		opened = append(opened, target)
		if hasLongOption(op) {
			return append(opened, l.mountPage(op, target)...)
		}
		fs, mnt := l.newMount(op)
		l.setPropagation(mnt, op.Propagation)
		l.attach(mnt, target)
		return append(opened, fs, mnt)
	})
}

// newMount makes a mount that is not attached yet. The options are handed over one
// by one (fsopen(2), fsconfig(2), fsmount(2)), so that an error names its option.
func (l *lowering) newMount(op plan.Mount) (fs, mnt program.Slot) {
	fs = l.callInto(op.FSType, "fsopen", unix.SYS_FSOPEN, args(program.Str(op.FSType), program.Word(unix.FSOPEN_CLOEXEC, "FSOPEN_CLOEXEC")))
	if op.Source != "none" {
		l.fsconfig(fs, unix.FSCONFIG_SET_STRING, "FSCONFIG_SET_STRING", "source", op.Source)
	}
	if op.SuperRO {
		l.fsconfig(fs, unix.FSCONFIG_SET_FLAG, "FSCONFIG_SET_FLAG", "ro", "")
	}
	for _, option := range op.Data.All() {
		if name, value, ok := strings.Cut(option, "="); ok {
			l.fsconfig(fs, unix.FSCONFIG_SET_STRING, "FSCONFIG_SET_STRING", name, value)
		} else {
			l.fsconfig(fs, unix.FSCONFIG_SET_FLAG, "FSCONFIG_SET_FLAG", option, "")
		}
	}
	l.call("fsconfig", unix.SYS_FSCONFIG, args(fs, program.Word(unix.FSCONFIG_CMD_CREATE, "FSCONFIG_CMD_CREATE"),
		program.Null, program.Null, program.Int(0)), program.About(op.FSType))
	bits, words := attributeBits(op.Set)
	mnt = l.callInto("mount", "fsmount", unix.SYS_FSMOUNT, args(fs, program.Word(unix.FSMOUNT_CLOEXEC, "FSMOUNT_CLOEXEC"),
		program.Word(bits, words)), program.About(op.FSType))
	return fs, mnt
}

func (l *lowering) fsconfig(fs program.Slot, command uint64, word, key, value string) {
	v := program.Null
	if command == unix.FSCONFIG_SET_STRING {
		v = program.Str(value)
	}
	l.call("fsconfig", unix.SYS_FSCONFIG, args(fs, program.Word(command, word), program.Str(key), v, program.Int(0)),
		program.About(strings.TrimSuffix(key+"="+value, "=")))
}

// mountPage hands over all options in one page of text (mount(2)): the way left
// for an option that is too long for fsconfig(2), such as an overlay's lowerdir.
// The place is given by its descriptor all the same, as the directory the payload
// stands in: "." is looked up nowhere.
func (l *lowering) mountPage(op plan.Mount, target program.Slot) (opened []program.Slot) {
	var flags uint64
	words := "0"
	for _, f := range op.Set.All() {
		for _, a := range attributes {
			if a.flag == f {
				flags |= a.old
				words = strings.TrimPrefix(words+"|"+strings.Replace(a.word, "MOUNT_ATTR_", "MS_", 1), "0|")
			}
		}
	}
	l.call("fchdir", unix.SYS_FCHDIR, args(target), program.About(op.Target))
	l.call("mount", unix.SYS_MOUNT, args(program.Str(op.Source), program.Str("."), program.Str(op.FSType),
		program.Word(flags, words), program.Str(strings.Join(op.Data.Slice(), ","))), program.About(op.FSType))
	l.call("chdir", unix.SYS_CHDIR, args(program.Str("/")))
	if op.Propagation == "" {
		return nil
	}
	top := l.openPath(op.Target) // what was just mounted covers target
	l.setPropagation(top, op.Propagation)
	return []program.Slot{top}
}

func hasLongOption(op plan.Mount) bool {
	for _, option := range op.Data.All() {
		if _, value, _ := strings.Cut(option, "="); len(value) > maxOption {
			return true
		}
	}
	return len(op.Source) > maxOption
}
