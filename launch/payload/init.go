//go:build linux

package payload

import (
	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
	"lxcfg/launch/reaper"
)

// InputInit is a file in memory that holds the minimal init (reaper.Image).
const InputInit = "init"

// init makes a process for a command, and becomes the init that the command runs
// below. That the command cannot be executed is an error of the launch: the monitor
// hears the end of the conversation when both have let go of it.
//
// The command is not executed before the init is: it could look into the payload,
// whose memory is a copy of the launcher's. It waits at a pipe for the last
// descriptor of the other end to be closed, which execve does.
func (l *lowering) init(op plan.Init) {
	l.handBack()
	waits, holds := l.b.NewSlot("waits"), l.b.NewSlot("holds")
	l.call("pipe2", unix.SYS_PIPE2, args(program.Struct(program.Field{Name: "read", Width: 4, Value: waits}, program.Field{Name: "write", Width: 4, Value: holds}),
		program.Word(unix.O_CLOEXEC, "O_CLOEXEC")))
	pid := l.b.NewSlot("command")
	l.b.ForkBeside(pid, func() {
		// A launch that fails on the last steps leaves no command behind.
		l.armParentDeath(uint32(unix.SIGKILL))
		l.close(holds)
		l.call("setsid", unix.SYS_SETSID, nil)
		// The terminal belongs to the command, not to its init. There may be none.
		next := l.b.NewLabel()
		l.call("ioctl", unix.SYS_IOCTL, args(program.Int(0), program.Word(unix.TIOCSCTTY, "TIOCSCTTY"), program.Int(0)), program.Else(next))
		l.b.Place(next)
		l.call("read", unix.SYS_READ, args(waits, program.Blob([]byte{0}, "<buffer>"), program.Int(1)), program.About("the init"))
		l.unblockSignals()
		l.execve(plan.Exec(op))
	}, program.About(op.Argv.At(0)))
	file := program.InputFD(InputInit)
	l.call("pwrite64", unix.SYS_PWRITE64, args(file, program.Into(pid), program.Int(4), program.Int(reaper.CommandOffset)), program.About("the init"))
	// The file is /proc/1/exe: nobody in the container may change it.
	l.call("fcntl", unix.SYS_FCNTL, args(file, program.Word(unix.F_ADD_SEALS, "F_ADD_SEALS"),
		program.Word(program.Sealed, "F_SEAL_SEAL|F_SEAL_SHRINK|F_SEAL_GROW|F_SEAL_WRITE")), program.About("the init"))
	// As under LXC the command keeps the descriptors that the caller left open, the
	// init none but the standard ones.
	l.call("close_range", unix.SYS_CLOSE_RANGE, args(program.Int(3), program.Word(1<<32-1, "4294967295"), program.Word(unix.CLOSE_RANGE_CLOEXEC, "CLOSE_RANGE_CLOEXEC")),
		program.Pass(unix.ENOSYS, unix.EINVAL))
	l.call("execveat", unix.SYS_EXECVEAT, args(file, program.Str(""), program.Strings([]string{"init"}), program.Strings(op.Env.Slice()),
		program.Word(unix.AT_EMPTY_PATH, emptyPath)), program.About("the init"))
}
