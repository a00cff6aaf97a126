//go:build linux

package payload

import (
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/launch/program"
)

// resolution is how far a path may lead (openat2(2), struct open_how's resolve).
type resolution struct {
	bits  uint64
	words string
}

var (
	// beneath is for places where something is made or mounted: below the directory
	// they start from, through no link of any kind.
	beneath = resolution{unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS,
		"RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS|RESOLVE_NO_MAGICLINKS"}
	// within is for what is only looked at: a link is followed as the container would
	// follow it, with the directory as the root, and leads nowhere else.
	within = resolution{unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS, "RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS"}
	// unmagical is for paths of the container's own after the pivot. What a link in
	// /proc/self/fd or /proc/self/exe leads to may still be the host's.
	unmagical = resolution{unix.RESOLVE_NO_MAGICLINKS, "RESOLVE_NO_MAGICLINKS"}
)

// inside gives a path in the container, "/dev/pts", relative to its root.
func inside(p string) string {
	p = strings.TrimPrefix(path.Clean("/"+p), "/")
	if p == "" {
		return "."
	}
	return p
}

// openIn opens a path below a directory of the container.
func (l *lowering) openIn(dir program.Operand, name string, flags uint64, words, slot string) program.Slot {
	return l.openMode(dir, name, flags, words, 0, slot)
}

// openMode is openIn with the mode of a file it may create.
func (l *lowering) openMode(dir program.Operand, name string, flags uint64, words string, mode uint32, slot string) program.Slot {
	return l.callInto(slot, "openat2", unix.SYS_OPENAT2, openHow(dir, name, flags, words, mode, l.resolve))
}

// openHow is the arguments of openat2(2).
func openHow(dir program.Operand, name string, flags uint64, words string, mode uint32, resolve resolution) []program.Operand {
	return openHowAs(dir, program.Str(name), flags, words, mode, resolve)
}

// openHowAs is openHow with a name that only the launch may know.
func openHowAs(dir, name program.Operand, flags uint64, words string, mode uint32, resolve resolution) []program.Operand {
	fields := []program.Field{
		{Name: "flags", Width: 8, Value: program.Word(flags|unix.O_CLOEXEC, words+"|O_CLOEXEC")},
		{Width: 8, Value: program.Octal(mode)},
		{Name: "resolve", Width: 8, Value: program.Word(resolve.bits, resolve.words)},
	}
	if mode != 0 {
		fields[1].Name = "mode"
	}
	return args(dir, name, program.Struct(fields...), program.Int(24))
}

// openSource opens what a bind in the container shows. below is the directory that
// links in the path cannot leave.
func (l *lowering) openSource(below program.Operand, p string) program.Slot {
	return l.callInto(p, "openat2", unix.SYS_OPENAT2, openHow(below, inside(p), unix.O_PATH, "O_PATH", 0, within))
}

// openHost opens a directory of the host's by a path of the configuration, whose
// links are the administrator's.
func (l *lowering) openHost(p string) program.Slot {
	return l.callInto(p, "openat", unix.SYS_OPENAT, args(program.AtFDCWD, program.Str(p),
		program.Word(unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, "O_PATH|O_DIRECTORY|O_CLOEXEC"), program.Int(0)))
}

// openPath opens a path of the container for use as a descriptor only.
func (l *lowering) openPath(p string) program.Slot {
	return l.openIn(l.rootfs, inside(p), unix.O_PATH, "O_PATH", p)
}

// close lets a descriptor go. All are closed by execve in any case; this keeps a
// configuration with thousands of mounts below the limit of open files.
func (l *lowering) close(fd program.Slot) { l.call("close", unix.SYS_CLOSE, args(fd)) }

// parent opens the directory that holds a path of the container, making it and
// those above it where create says so, and returns the path's last part. Each
// part is made and opened below the one before: a link in between ends in ELOOP.
func (l *lowering) parent(p string, create bool) (dir program.Operand, name string, opened []program.Slot) {
	parts := strings.Split(inside(p), "/")
	dir = l.rootfs
	if !create {
		if len(parts) > 1 {
			up := l.openIn(l.rootfs, strings.Join(parts[:len(parts)-1], "/"), unix.O_PATH|unix.O_DIRECTORY, "O_PATH|O_DIRECTORY", path.Dir(p))
			return up, parts[len(parts)-1], []program.Slot{up}
		}
		return dir, parts[0], nil
	}
	if l.resolve != beneath {
		// On the host's own root a part may be a link, which is followed from there.
		for i := 1; i < len(parts); i++ {
			l.mkdir(dir, strings.Join(parts[:i], "/"), 0o755)
		}
		return l.parent(p, false)
	}
	for _, part := range parts[:len(parts)-1] {
		l.mkdir(dir, part, 0o755)
		next := l.openIn(dir, part, unix.O_PATH|unix.O_DIRECTORY, "O_PATH|O_DIRECTORY", part)
		opened = append(opened, next)
		dir = next
	}
	return dir, parts[len(parts)-1], opened
}

// mkdir makes one directory; one that exists is kept.
func (l *lowering) mkdir(dir program.Operand, name string, mode uint32) {
	l.mkdirAs(dir, program.Str(name), mode)
}

// mkdirAs is mkdir with a name that only the launch may know.
func (l *lowering) mkdirAs(dir, name program.Operand, mode uint32) {
	l.call("mkdirat", unix.SYS_MKDIRAT, args(dir, name, program.Octal(mode)), program.Pass(unix.EEXIST))
}

// mkfile makes one empty file without permissions, as LXC does for the target of
// a bind; one that exists is kept.
func (l *lowering) mkfile(dir program.Operand, name string) {
	l.call("mknodat", unix.SYS_MKNODAT, args(dir, program.Str(name), program.Word(unix.S_IFREG, "S_IFREG"), program.Int(0)), program.Pass(unix.EEXIST))
}

func (l *lowering) closeAll(fds []program.Slot) {
	for _, fd := range fds {
		l.close(fd)
	}
}
