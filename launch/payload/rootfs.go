//go:build linux

package payload

import (
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

// Each of the functions here leaves the descriptor that all later paths start from.

// bindRootfs binds a directory, the mounts below it included.
func (l *lowering) bindRootfs(op plan.Rootfs) {
	l.takeUmask()
	l.rootfs = l.openTree(program.AtFDCWD, program.Str(op.Source), false, true, "rootfs")
	l.setAttributes(l.rootfs, op.Set, op.Clear, "", true)
	l.attachRootfs(op.At)
}

// overlayRootfs mounts an overlay. Upper and work directory are made as LXC makes
// them; they are the host's, by paths of the configuration.
func (l *lowering) overlayRootfs(op plan.RootfsOverlay) {
	l.takeUmask()
	for _, dir := range []string{op.Upper, op.Work} {
		l.mkdirHost(dir)
	}
	lower := strings.Join(op.Lowers.Slice(), ":")
	overlay := plan.Mount{Source: lower, FSType: "overlay", Set: op.Set, SuperRO: op.SuperRO,
		Data: plan.ListOf(append([]string{"lowerdir=" + lower, "upperdir=" + op.Upper, "workdir=" + op.Work}, op.Data.Slice()...)...)}
	if !hasLongOption(overlay) {
		var fs program.Slot
		fs, l.rootfs = l.newMount(overlay)
		l.close(fs)
		l.attachRootfs(op.At)
		return
	}
	at := l.openHost(op.At)
	l.mountPage(overlay, at)
	l.close(at)
	l.rootfs = l.openHost(op.At) // what was just mounted covers the directory
}

// takeRootfs makes the mount that the monitor hands over the root.
func (l *lowering) takeRootfs(op plan.RootfsTake) {
	l.takeUmask()
	l.rootfs = l.receiveMount("rootfs")
	l.attachRootfs(op.At)
}

// useHostRoot stays on the host's root. Its links are the administrator's and lead
// where they lead on the host. What is needed of the host's /dev and /proc is opened
// now, because the container's may be mounted over them.
func (l *lowering) useHostRoot() {
	l.takeUmask()
	l.rootfs = l.openHost("/")
	l.resolve = within
	l.openLabel()
	if l.hostConsole {
		l.openConsole()
	}
	l.call("chdir", unix.SYS_CHDIR, args(program.Str("/")))
}

// takeUmask keeps the caller's umask for init: files are made with the modes the
// plan says.
func (l *lowering) takeUmask() {
	l.umask = l.callInto("umask", "umask", unix.SYS_UMASK, args(program.Int(0)))
	l.masked = true
}

// attachRootfs mounts the rootfs on its directory of the host, by a path of the
// configuration.
func (l *lowering) attachRootfs(at string) {
	dir := l.openHost(at)
	l.attach(l.rootfs, dir)
	l.close(dir)
}

// mkdirHost makes a directory of the host and those above it.
func (l *lowering) mkdirHost(dir string) {
	for i, c := range dir {
		if c == '/' && i > 0 {
			l.mkdir(program.AtFDCWD, dir[:i], 0o755)
		}
	}
	l.mkdir(program.AtFDCWD, dir, 0o755)
}

// receiveMount takes a mount from the monitor (unix(7), SCM_RIGHTS). The kernel
// writes its descriptor into the message, which is where its slot lives.
func (l *lowering) receiveMount(name string) program.Slot {
	mnt := l.b.NewSlot(name)
	l.call("recvmsg", unix.SYS_RECVMSG, args(program.InputFD(InputMonitor), program.Struct(
		program.Field{Width: 8, Value: program.Null}, // from whom: the socket is connected
		program.Field{Width: 8, Value: program.Int(0)},
		program.Field{Width: 8, Value: program.Struct(
			program.Field{Width: 8, Value: program.Blob([]byte{0}, "<buffer>")},
			program.Field{Width: 8, Value: program.Int(1)},
		)},
		program.Field{Width: 8, Value: program.Int(1)},
		program.Field{Name: "msg_control", Width: 8, Value: program.Struct(
			program.Field{Width: 8, Value: program.Int(0)},
			program.Field{Width: 8, Value: program.Int(0)},
			program.Field{Name: "fd", Width: 4, Value: mnt},
			program.Field{Width: 4, Value: program.Int(0)},
		)},
		program.Field{Width: 8, Value: program.Int(unix.CmsgSpace(4))},
		program.Field{Width: 8, Value: program.Int(0)},
	), program.Word(unix.MSG_CMSG_CLOEXEC, "MSG_CMSG_CLOEXEC")), program.Least(1), program.About("the monitor"))
	return mnt
}
