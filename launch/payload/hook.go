//go:build linux

package payload

import (
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

// InputOutput is the name of the input that takes what the hook of a step prints.
func InputOutput(step string) string { return "output-of-" + step }

// hook runs a hook in a process of its own and waits for it.
func (l *lowering) hook(step string, op plan.Hook) {
	if op.Program != "" {
		l.call("faccessat", unix.SYS_FACCESSAT, args(program.AtFDCWD, program.Str(op.Program), program.Word(unix.X_OK, "X_OK")))
	}
	if op.Pivoted {
		// From here on code of the container runs beside the payload, whose memory is a
		// copy of the launcher's: it must not be looked into (ptrace(2)).
		l.dumpable(0)
	}
	output := program.InputFD(InputOutput(step))
	pid := l.b.NewSlot(op.Hook + "-hook")
	var poll program.Operand
	if l.options.HookTimeout > 0 {
		poll = program.Shared(program.Struct( // struct pollfd
			program.Field{Name: "fd", Width: 4, Value: l.b.NewSlot("pidfd")},
			program.Field{Name: "events", Width: 2, Value: program.Word(unix.POLLIN, "POLLIN")},
			program.Field{Width: 2, Value: program.Int(0)},
		))
	}
	l.b.Fork(pid, poll, func() { l.beHook(op, output) }, program.About(op.Command))
	if poll != nil {
		l.call("ppoll", unix.SYS_PPOLL, args(poll, program.Int(1), timespec(l.options.HookTimeout), program.Null, program.Int(0)),
			program.LeastElse(1, unix.ETIMEDOUT), program.About(op.Command))
	}
	status := l.b.NewSlot("status")
	l.call("wait4", unix.SYS_WAIT4, args(pid, program.Into(status), program.Int(0), program.Null), program.Exited(status), program.About(op.Command))
	// The monitor hears the end of the output once nobody can add to it.
	l.call("close", unix.SYS_CLOSE, args(output))
	if op.Pivoted {
		l.dumpable(1)
	}
	if op.Rootfs != "" {
		l.checkRootfs(op.Rootfs)
	}
}

// beHook is what the hook's own process does before it executes the shell.
func (l *lowering) beHook(op plan.Hook, output program.Operand) {
	// The hook must not outlive a launch that is given up, also where there is no pid
	// namespace that would take it along.
	l.armParentDeath(uint32(unix.SIGKILL))
	// Ctrl-C at the terminal ends the launch; a session of its own is not reached by
	// it, and is not stopped when it reads from the terminal.
	l.call("setsid", unix.SYS_SETSID, nil)
	l.restoreUmask()
	l.call("chdir", unix.SYS_CHDIR, args(program.Str("/")))
	if !op.Pivoted {
		// What is typed is for the container. Once there is a console, it is.
		l.call("close", unix.SYS_CLOSE, args(program.Int(0)), program.Pass(unix.EBADF))
		l.call("openat", unix.SYS_OPENAT, args(program.AtFDCWD, program.Str("/dev/null"), program.Word(unix.O_RDONLY, "O_RDONLY"), program.Int(0)))
	}
	for fd := 1; fd <= 2; fd++ {
		l.call("dup3", unix.SYS_DUP3, args(output, program.Int(fd), program.Int(0)), program.About("the hook's output"))
	}
	l.unblockSignals()
	if op.Pivoted && l.filter != nil {
		l.loadFilter(*l.filter)
	}
	l.call("execve", unix.SYS_EXECVE, args(program.Str("/bin/sh"), program.Strings([]string{"sh", "-c", plan.ShellScript(op.Command, op.Arguments.Slice()...)}), program.Environment(op.Env.Slice())))
}

// checkRootfs makes sure that nothing was mounted over the rootfs, which would be
// left behind at the pivot: what is found at its place still is its mount.
func (l *lowering) checkRootfs(at string) {
	mine, found := l.b.NewSlot("mount"), l.b.NewSlot("mount-there")
	mask := program.Word(unix.STATX_MNT_ID, "STATX_MNT_ID")
	l.call("statx", unix.SYS_STATX, args(l.rootfs, program.Str(""), program.Word(unix.AT_EMPTY_PATH, emptyPath), mask, statxMountID(mine)))
	l.call("statx", unix.SYS_STATX, args(program.AtFDCWD, program.Str(at), program.Int(0), mask, statxMountID(found)),
		program.Same(mine, found, unix.EBUSY), program.About(at))
}

// statxMountID is a struct statx whose stx_mnt_id, of which the kernel gives numbers
// that fit into four bytes, fills a slot.
func statxMountID(id program.Slot) program.Operand {
	const before, size = 0x90, 0x100
	fields := make([]program.Field, 0, size/8+1)
	for range before / 8 {
		fields = append(fields, program.Field{Width: 8, Value: program.Int(0)})
	}
	fields = append(fields, program.Field{Name: "stx_mnt_id", Width: 4, Value: id}, program.Field{Width: 4, Value: program.Int(0)})
	for range (size - before - 8) / 8 {
		fields = append(fields, program.Field{Width: 8, Value: program.Int(0)})
	}
	return program.Struct(fields...)
}

// timespec is a struct timespec (timespec(3)).
func timespec(d time.Duration) program.Operand {
	return program.Struct(
		program.Field{Name: "tv_sec", Width: 8, Value: program.Int(int(d / time.Second))},
		program.Field{Name: "tv_nsec", Width: 8, Value: program.Int(int(d % time.Second))},
	)
}
