//go:build linux

package payload

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

// Attachment is what a process does that joins a running container and becomes a
// command there, as lxc-attach(1) has it.
type Attachment struct {
	Tasks    int               // cgroups of v1 that it moves into: so many inputs, InputTasks("0") to the last
	Join     plan.NamespaceSet // namespaces of init that it joins itself
	Remount  bool              // /proc and /sys are mounted anew, to show the namespaces that were joined
	Root     plan.Identity     // who it is while it prepares: root of the container, where there is one
	Become   bool              // it has to become that
	Identity plan.Identity     // who the command is executed as
	Terminal Terminal
	// Directory is where the command starts, if it is there; else that is where the
	// namespaces have left the process.
	Directory string
	LSM       string       // whose label the process takes on, empty for none
	Confine   []plan.Op    // what holds the command, in order
	Waits     bool         // it waits until who attaches has seen to it from outside
	Filter    plan.Seccomp // without instructions: none
	Listens   bool         // it has a listener, which is taken out of the process while that holds
	Exec      plan.Exec
}

// Terminal says what pty takes the place of those of the caller's streams that are
// terminals.
type Terminal uint8

const (
	NoTerminal        Terminal = iota
	ContainerTerminal          // one of the container's devpts, InputDevpts; its master is sent
	HostTerminal               // one of the host's, whose slave is InputPty
)

// The inputs of an attachment, beside those of the conversation and InputTasks.
const (
	InputTarget = "target" // pidfd of the container's init
	InputDevpts = "devpts" // root of the container's devpts
	InputPty    = "pty"
)

// The names of an attachment's steps, which its failures tell.
const (
	StepCgroups    = "cgroups"
	StepNamespaces = "namespaces"
	StepRemount    = "remount"
	StepRoot       = "root"
	StepTerminal   = "terminal"
	StepDirectory  = "directory"
	StepConfine    = "confine"
	StepIdentity   = "identity"
	StepExec       = "exec"
)

// Attach lowers an attachment. The process is a child of who attaches, made in init's pid
// namespace, and in its user namespace if only that gives it the right to join the others.
//
// Processes of the container run beside it. They must get hold of nothing of the host's,
// so every descriptor is closed before the first path of the container's is looked at;
// and they must not look into it, whose memory is a copy of the caller's: the caller has
// made itself undumpable (PR_SET_DUMPABLE, prctl(2)), which it has inherited.
func Attach(a Attachment) (*program.Program, error) {
	l := &lowering{resolve: beneath, uid: a.Identity.UID}
	l.b.Step(StepCgroups)
	l.b.CloseOthers(0)
	// Until everything is done: the command outlives who attaches, as under LXC.
	l.parentDeath(plan.ParentDeath{Signal: uint32(unix.SIGKILL)})
	for n := range a.Tasks {
		l.enterTasks(fmt.Sprint(n))
	}

	l.b.Step(StepNamespaces)
	if a.LSM != "" {
		l.labelFile = labelFile(a.LSM)
	}
	// The file is the host's: in the container's mount namespace it is out of reach.
	l.openLabel()
	l.joinInit(a.Join)
	if a.Remount {
		l.b.Step(StepRemount)
		l.remount()
	}
	if a.Become {
		l.b.Step(StepRoot)
		l.become(a.Root)
		l.armParentDeath(uint32(unix.SIGKILL)) // a change of ids has disarmed it
	}

	l.b.Step(StepTerminal)
	// In any case: a terminal of the caller's that is the controlling one could be typed
	// on from the container (TIOCSTI, ioctl_tty(2)).
	l.session()
	l.takeTerminal(a.Terminal)

	l.b.Step(StepDirectory)
	l.optionalDirectory(a.Directory)

	l.b.Step(StepExec)
	l.checkInit(plan.CheckInit{Paths: a.Exec.Paths})
	l.b.Step(StepConfine)
	for _, op := range a.Confine {
		if err := l.lower(plan.Step{Name: StepConfine, Op: op}, false); err != nil {
			return nil, err
		}
	}
	if a.Waits {
		l.barrier()
	}
	l.armParentDeath(0) // the filter might refuse it
	if a.Filter.Filter.Len() > 0 {
		l.handBack()
		if a.Listens {
			l.loadListening(a.Filter)
			l.hold()
		} else {
			l.loadFilter(a.Filter)
		}
	}
	l.b.Step(StepIdentity)
	l.become(a.Identity)
	l.b.Step(StepExec)
	l.exec(a.Exec)
	prog, err := l.b.Build()
	if err != nil {
		return nil, fmt.Errorf("lower what attaches: %w", err)
	}
	return prog, nil
}

// joinInit joins namespaces of init, all at once: the kernel judges by the rights that the
// process has before (setns(2), Linux 5.8).
func (l *lowering) joinInit(set plan.NamespaceSet) {
	init := program.InputFD(InputTarget)
	if flags, words := cloneFlags(set); flags != 0 {
		l.call("setns", unix.SYS_SETNS, args(init, program.Word(flags, words)), program.About("the namespaces of the container"))
	}
	l.call("close", unix.SYS_CLOSE, args(init))
}

// remount shows the namespaces that were joined in /proc and /sys, in a mount namespace
// that is the process' own. A /sys that cannot be taken away is not there.
func (l *lowering) remount() {
	l.call("unshare", unix.SYS_UNSHARE, args(program.Word(unix.CLONE_NEWNS, "CLONE_NEWNS")))
	l.mountSetattr(program.AtFDCWD, "/", 0, "0", 0, "0", unix.MS_SLAVE, "MS_SLAVE", true)
	for _, fs := range [...]struct {
		path, kind string
		missing    []program.Option
	}{{"/proc", "proc", nil}, {"/sys", "sysfs", []program.Option{program.Pass(unix.EINVAL)}}} {
		l.call("umount2", unix.SYS_UMOUNT2, args(program.Str(fs.path), program.Word(unix.MNT_DETACH, "MNT_DETACH")), fs.missing...)
		l.call("mount", unix.SYS_MOUNT, args(program.Str("none"), program.Str(fs.path), program.Str(fs.kind), program.Int(0), program.Null))
	}
}

// become takes on ids. Groups go first: without CAP_SETGID they could not be dropped.
func (l *lowering) become(id plan.Identity) {
	l.setGroups(id)
	l.setIDs(id.UID, id.GID)
}

// takeTerminal makes a pty the controlling terminal, and puts it in the place of those
// streams that are terminals.
//
// One of the container's is allocated here and now, by its root: it is its user's, as a
// terminal has to be. Nobody can have put anything else in the place of ptmx: below the
// devpts' root no other mount is entered.
func (l *lowering) takeTerminal(t Terminal) {
	switch t {
	case NoTerminal:
		return
	case ContainerTerminal:
		devpts := program.InputFD(InputDevpts)
		l.resolve = resolution{beneath.bits | unix.RESOLVE_NO_XDEV, beneath.words + "|RESOLVE_NO_XDEV"}
		l.console = l.allocatePtyIn(devpts, "ptmx", "terminal")
		l.resolve = beneath
		l.call("close", unix.SYS_CLOSE, args(devpts))
		l.sendTerminals()
	case HostTerminal:
		l.console = l.callInto("terminal", "dup", unix.SYS_DUP, args(program.InputFD(InputPty)), program.About("the terminal"))
		l.call("close", unix.SYS_CLOSE, args(program.InputFD(InputPty)))
	}
	l.call("ioctl", unix.SYS_IOCTL, args(l.console, program.Word(unix.TIOCSCTTY, "TIOCSCTTY"), program.Int(0)), program.About("the terminal"))
	l.stdio(plan.Stdio{Terminals: true})
}

// optionalDirectory changes to a directory that may not be there.
func (l *lowering) optionalDirectory(dir string) {
	if dir == "" || strings.ContainsRune(dir, 0) {
		return
	}
	end := l.b.NewLabel()
	l.failure = []program.Option{program.Else(end)}
	l.workDir(plan.WorkDir{Path: dir})
	l.failure = nil
	l.b.Place(end)
}
