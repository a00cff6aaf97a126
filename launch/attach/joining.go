//go:build linux

package attach

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/command"
	"lxcfg/launch/payload"
	"lxcfg/launch/program"
	"lxcfg/launch/rlimit"
)

// joining is one command on its way into a container.
type joining struct {
	request   Request
	container *Container

	joined  plan.NamespaceSet
	cgroups cgroups
	devpts  *os.File // the container's, nil: none is used
	pty     *os.File // slave of one of the host's, nil: it is the container's
	master  *os.File // of the terminal, nil: none
	talk    *os.File // our end of the conversation with the child
	theirs  *os.File
	image   *program.Image
	child   program.Child
	shown   *carrier // carries the terminal, nil: there is none
	signals *signals // which the command gets
	listens bool     // its filter has a listener, for the monitor
}

// Run runs a command and returns how it ended. Until it is executed, the kernel kills the
// child when the thread that made it ends: Run keeps that for good.
//
// It is for a program that does nothing else: its memory cannot be looked into any more
// (PR_SET_DUMPABLE, prctl(2)), and its signals are the command's.
func (c *Container) Run(r Request) (unix.WaitStatus, error) {
	j := &joining{request: r, container: c}
	defer j.close()
	if err := j.prepare(); err != nil {
		return 0, err
	}
	if err := j.spawn(); err != nil {
		return 0, err
	}
	return j.outlive()
}

func (j *joining) close() {
	if j.shown != nil {
		j.shown.close()
	}
	j.cgroups.close()
	for _, f := range []*os.File{j.devpts, j.pty, j.master, j.talk, j.theirs} {
		if f != nil {
			f.Close()
		}
	}
	if j.child.PIDFD > 0 {
		unix.Close(j.child.PIDFD)
	}
	if j.image != nil {
		_ = j.image.Close()
	}
}

// prepare opens what the child takes along, and lays out its program.
func (j *joining) prepare() (err error) {
	j.joined = j.namespaces()
	if !j.request.KeepCgroups {
		if j.cgroups, err = openCgroups(j.container.peer); err != nil {
			return fmt.Errorf("find the container's cgroups: %w", err)
		}
	}
	attachment, err := j.attachment()
	if err != nil {
		return err
	}
	if attachment.Terminal, err = j.openTerminal(); err != nil {
		return err
	}
	// Only root may take it out of a process that nobody may look into.
	attachment.Listens = attachment.Filter.Notify && os.Geteuid() == 0
	attachment.Waits = attachment.Terminal != payload.NoTerminal || len(j.request.Settings.Limits) > 0 || attachment.Listens
	j.listens = attachment.Listens
	prog, err := payload.Attach(attachment)
	if err != nil {
		return err
	}
	if j.talk, j.theirs, err = program.SocketPair("conversation"); err != nil {
		return err
	}
	j.image, err = prog.Load(j.inputs())
	return err
}

// inputs is what the child's program is given.
func (j *joining) inputs() program.Inputs {
	in := program.Inputs{FDs: map[string]int{
		payload.InputTarget:  int(j.container.init.Fd()),
		payload.InputBarrier: int(j.theirs.Fd()),
		payload.InputMonitor: int(j.theirs.Fd()),
	}}
	for n, tasks := range j.cgroups.tasks {
		in.FDs[payload.InputTasks(fmt.Sprint(n))] = int(tasks.Fd())
	}
	if j.devpts != nil {
		in.FDs[payload.InputDevpts] = int(j.devpts.Fd())
	}
	if j.pty != nil {
		in.FDs[payload.InputPty] = int(j.pty.Fd())
	}
	return in
}

// spawn makes the child, and does what it asks for until it is the command.
func (j *joining) spawn() error {
	runtime.LockOSThread()
	// The child inherits this before anybody in the container can see it.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return os.NewSyscallError("prctl", err)
	}
	// The command inherits our limits; the Go runtime has raised one of them.
	if err := rlimit.Restore(); err != nil {
		return err
	}
	j.signals = j.catch()
	if err := j.clone(); err != nil {
		return j.explain(err)
	}
	j.signals.pass()
	j.theirs.Close() // so that the child's end of it is the end of the conversation
	j.theirs = nil
	if err := j.converse(); err != nil {
		_ = unix.PidfdSendSignal(j.child.PIDFD, unix.SIGKILL, nil, 0) // or it has ended
		return err
	}
	if err := j.signals.begun(); err != nil {
		return err
	}
	failure, failed := j.image.Failure()
	if !failed {
		return nil
	}
	if _, err := program.Wait(j.child.PID); err != nil {
		return err
	}
	return j.failed(failure)
}

// clone makes it, in the first leaf of the container's cgroup that takes it.
func (j *joining) clone() (err error) {
	args := program.CloneArgs{CgroupFD: -1}
	if before := having(j.joined, joinsBefore); before.Len() > 0 {
		args.Join = []program.Join{{FD: int(j.container.init.Fd()), Namespace: payload.CloneFlags(before), Name: "the namespaces of the container"}}
	}
	if j.cgroups.unified == nil {
		j.child, err = j.image.Spawn(args)
		return err
	}
	var notJoined *os.PathError // a namespace
	for n := range maxLeaves {
		leaf, err := j.container.leaf(j.cgroups.unified, n)
		if err != nil {
			return err
		}
		args.CgroupFD = int(leaf.Fd())
		j.child, err = j.image.Spawn(args)
		leaf.Close()
		switch {
		case errors.Is(err, unix.EBUSY), errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENODEV):
			continue // it has controllers for others, is threaded, or was removed meanwhile
		case errors.Is(err, unix.EACCES) && !errors.As(err, &notJoined):
			// It takes the right to change the cgroup that is above both (cgroups(7)).
			return errors.New("the container's cgroup cannot be entered from the caller's: `systemd-run --user --scope -p Delegate=yes lxcfg attach …` " +
				"makes one that it can be entered from; -eCGROUP leaves the command in the caller's")
		}
		return err
	}
	return fmt.Errorf("none of %d cgroups below the container's takes a process", maxLeaves)
}

// explain says of a child that could not be made what there is to say.
func (j *joining) explain(err error) error {
	err = fmt.Errorf("join the container: %w", err)
	switch {
	case !command.Alive(j.container.init):
		return command.ErrNotRunning
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		return mayNot(err)
	}
	return err
}

// failed is what made the child give up.
func (j *joining) failed(f program.Failure) error {
	object := f.Object
	switch argv := j.request.Command; {
	case f.Step != payload.StepExec:
	case len(argv) > 0:
		return &NotExecutedError{Program: argv[0], Cause: f.Errno}
	default:
		return &NotExecutedError{Program: object, Cause: f.Errno}
	}
	if object != "" {
		object = " " + object
	}
	return j.explain(fmt.Errorf("%s: %s%s: %w", f.Step, f.Call, object, f.Errno))
}
