//go:build linux

package attach

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/command"
	"lxcfg/launch/payload"
	"lxcfg/launch/program"
	"lxcfg/launch/rlimit"
)

// Request says what to run, where and as whom.
type Request struct {
	Peer       command.Peer
	Namespaces plan.NamespaceSet // those to join; empty: all
	Remount    bool              // with a mount namespace of its own, /proc and /sys show the namespaces that were joined
	// What the command keeps of the caller instead of being held like the container.
	KeepCgroups, KeepCapabilities, KeepLabel bool

	UID, GID    *uint32  // in the container; nil: its root's
	Command     []string // empty: the user's login shell
	Environment Environment
	Directory   string // where it starts, if that is there
	Settings    Settings
	LSM         string // the host's security module, empty for none
	Label       string // the command's; empty: init's

	Stdin, Stdout, Stderr *os.File
	Log                   io.Writer // takes what a terminal shows; nil: nobody does
}

// Settings are what the container's configuration says of who joins it.
type Settings struct {
	Personality *plan.Personality // nil: the caller's
	NoNewPrivs  bool
	Filter      plan.Seccomp // without instructions: none
	Limits      []plan.Prlimit
	Environment []string
}

// ErrFrozen says that nothing in the container runs.
var ErrFrozen = errors.New("the container is frozen")

// NotExecutedError is a command that could not be executed.
type NotExecutedError struct {
	Program string
	Cause   unix.Errno
}

func (e *NotExecutedError) Error() string {
	return fmt.Sprintf("execute %q in the container: %v", e.Program, e.Cause)
}

// ExitStatus is what a shell says of such a command.
func (e *NotExecutedError) ExitStatus() int {
	if e.Cause == unix.ENOENT {
		return 127
	}
	return 126
}

// Run runs the command and returns how it ended. While it runs it keeps its thread: until
// the command is executed, the kernel kills the child when the thread that made it ends.
//
// It is to be called by a program that does nothing else: its memory cannot be looked
// into any more (PR_SET_DUMPABLE, prctl(2)), and its signals are the command's.
func Run(r Request) (unix.WaitStatus, error) {
	if err := running(r.Peer); err != nil {
		return 0, err
	}
	t, err := lookAt(r.Peer)
	if err != nil {
		return 0, err
	}
	defer t.close()
	j := &joining{request: r, target: t}
	defer j.close()
	if err := j.prepare(); err != nil {
		return 0, err
	}
	if err := j.spawn(); err != nil {
		return 0, err
	}
	return j.outlive()
}

// running makes sure that there is a container to join.
func running(peer command.Peer) error {
	state, err := peer.State()
	switch {
	case err != nil:
		return err
	case state == command.Stopped:
		return command.ErrNotRunning
	case state == command.Freezing, state == command.Frozen:
		return ErrFrozen
	}
	return nil
}

// joining is one command on its way into a container.
type joining struct {
	request Request
	target  *target

	cgroups cgroups
	devpts  *os.File // the container's, nil: it has none to lend
	pty     *os.File // slave of one of the host's, nil: it is the container's
	master  *os.File // of the terminal, nil: none
	talk    *os.File // our end of the conversation with the child
	theirs  *os.File
	image   *program.Image
	child   program.Child
	joined  plan.NamespaceSet
	shown   *carrier // carries the terminal, nil: there is none
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
	if j.image != nil {
		_ = j.image.Close()
	}
}

// prepare opens what the child takes along, and lays out its program.
func (j *joining) prepare() (err error) {
	r := &j.request
	if !r.KeepCgroups {
		if j.cgroups, err = openCgroups(r.Peer); err != nil {
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
	attachment.Waits = attachment.Terminal != payload.NoTerminal || len(r.Settings.Limits) > 0
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
		payload.InputTarget:  int(j.target.init.Fd()),
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

// namespaces are those to join: of what is asked for, what the caller is not in.
func (j *joining) namespaces() plan.NamespaceSet {
	if j.request.Namespaces.Len() == 0 {
		return j.target.others
	}
	var both []plan.Namespace
	for _, ns := range j.request.Namespaces.Members() {
		if j.target.others.Has(ns) {
			both = append(both, ns)
		}
	}
	return plan.SetOf(both...)
}

// attachment is what the child does.
func (j *joining) attachment() (a payload.Attachment, err error) {
	r, t := &j.request, j.target
	j.joined = j.namespaces()
	inside := j.joined.Has(plan.NamespaceMnt)
	a = payload.Attachment{Tasks: len(j.cgroups.tasks), Join: j.joinedByChild(), Remount: r.Remount && !inside, Directory: r.Directory}
	deny := deniesGroups("/proc/self/setgroups")
	if j.joined.Has(plan.NamespaceUser) {
		a.Become, a.Root, a.Identity = true, t.own, t.own
		deny = t.deny
	}
	a.Identity.SetGroups = !deny
	if r.UID != nil {
		a.Identity.UID = *r.UID
	}
	if r.GID != nil {
		a.Identity.GID = *r.GID
	}
	if p := r.Settings.Personality; p != nil {
		a.Confine = append(a.Confine, *p)
	}
	if drop := t.lacks(); !r.KeepCapabilities && drop.Capabilities.Len() > 0 {
		a.Confine = append(a.Confine, drop)
	}
	if !r.KeepLabel {
		label, err := j.label()
		if err != nil {
			return a, err
		}
		if label.Label != "" {
			// With no_new_privs set the kernel refuses to change to another profile.
			a.LSM, a.Confine = label.LSM, append(a.Confine, label)
		}
		// The policy is about the container's files as well, as LXC sees it.
		if inside {
			a.Filter = r.Settings.Filter
		}
	}
	if r.Settings.NoNewPrivs {
		a.Confine = append(a.Confine, plan.NoNewPrivs{})
	}
	env := r.Environment.of(os.Environ(), r.Settings.Environment)
	argv, paths := r.Command, []string(nil)
	if len(argv) > 0 {
		paths = pathsOf(argv[0], env)
	} else {
		paths = j.shell(a.Identity.UID, inside)
		argv = paths[:1]
	}
	a.Exec = plan.Exec{Paths: plan.ListOf(paths...), Argv: plan.ListOf(argv...), Env: plan.ListOf(env...)}
	return a, nil
}

// joinedByChild are the namespaces that the child joins itself. Before it was made, who
// makes it has joined the pid namespace, which takes in none but children. An ordinary
// user has joined the user namespace as well: without it there is no right to join any.
// Root has rights in all of them before, and in some perhaps not afterwards: those of
// others that the container shares.
func (j *joining) joinedByChild() plan.NamespaceSet {
	var rest []plan.Namespace
	before := j.joinedBefore()
	for _, ns := range j.joined.Members() {
		if !before.Has(ns) {
			rest = append(rest, ns)
		}
	}
	return plan.SetOf(rest...)
}

func (j *joining) joinedBefore() plan.NamespaceSet {
	var before []plan.Namespace
	for _, ns := range j.joined.Members() {
		if ns == plan.NamespacePID || ns == plan.NamespaceUser && os.Geteuid() != 0 {
			before = append(before, ns)
		}
	}
	return plan.SetOf(before...)
}

// lacks are the capabilities that init cannot have, of those that the kernel knows.
func (t *target) lacks() plan.CapabilityDrop {
	var drop []plan.Capability
	for n := uint32(0); n <= lastCapability(); n++ {
		if t.bounding>>n&1 == 0 {
			drop = append(drop, plan.Capability{Name: fmt.Sprintf("capability %d", n), Number: n})
		}
	}
	return plan.CapabilityDrop{Capabilities: plan.ListOf(drop...)}
}

// lastCapability is the kernel's last one: asked about others it says EINVAL (prctl(2)).
func lastCapability() uint32 {
	last := uint32(0)
	for n := uint32(0); n < 64; n++ {
		if _, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, uintptr(n), 0, 0, 0); err == nil {
			last = n
		}
	}
	return last
}

// label is the one that the command runs under.
func (j *joining) label() (plan.Label, error) {
	label := plan.Label{LSM: j.request.LSM, Label: j.request.Label}
	if label.LSM == "" || label.Label != "" {
		return label, nil
	}
	var err error
	label.Label, err = j.target.label(label.LSM)
	return label, err
}

// shell are the shells of a user, the one after the other to be tried.
func (j *joining) shell(uid uint32, inside bool) []string {
	root := j.target.root
	if !inside {
		if own, err := os.Open("/"); err == nil {
			defer own.Close()
			root = own
		}
	}
	if shell := shellOf(root, uid); shell != "" && shell != defaultShell {
		return []string{shell, defaultShell}
	}
	return []string{defaultShell}
}

// spawn makes the child, and sees to what it asks for until it is the command.
func (j *joining) spawn() error {
	runtime.LockOSThread()
	// What it is to be held by the container holds for its memory, too; it inherits this.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return os.NewSyscallError("prctl", err)
	}
	// The Go runtime has raised a limit.
	if err := rlimit.Restore(); err != nil {
		return err
	}
	if err := j.clone(); err != nil {
		return j.explain(err)
	}
	j.theirs.Close() // so that the child's end of it is the end of the conversation
	j.theirs = nil
	if err := j.converse(); err != nil {
		_ = unix.PidfdSendSignal(j.child.PIDFD, unix.SIGKILL, nil, 0) // or it has ended
		return err
	}
	failure, failed := j.image.Failure()
	if !failed {
		return nil
	}
	if _, err := program.Wait(j.child.PID); err != nil {
		return err
	}
	return failureOf(failure)
}

// clone makes it in the first leaf of the container's cgroup that takes it.
func (j *joining) clone() (err error) {
	args := program.CloneArgs{CgroupFD: -1}
	if before := j.joinedBefore(); before.Len() > 0 {
		args.Join = []program.Join{{FD: int(j.target.init.Fd()), Namespace: payload.CloneFlags(before), Name: "the namespaces of the container"}}
	}
	if j.cgroups.unified == nil {
		j.child, err = j.image.Spawn(args)
		return err
	}
	for n := range maxLeaves {
		leaf, err := j.target.leaf(j.cgroups.unified, n)
		if err != nil {
			return err
		}
		args.CgroupFD = int(leaf.Fd())
		j.child, err = j.image.Spawn(args)
		leaf.Close()
		switch {
		case errors.Is(err, unix.EBUSY), errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENODEV):
			continue // it has controllers for others, is threaded, or was removed meanwhile
		}
		return err
	}
	return fmt.Errorf("none of %d cgroups below the container's takes a process", maxLeaves)
}

// explain says of a child that could not be made what there is to say.
func (j *joining) explain(err error) error {
	switch {
	case !command.Alive(j.target.init):
		return command.ErrNotRunning
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		return fmt.Errorf("enter the container: %w: who attaches has to be root, or who has started the container", err)
	}
	return fmt.Errorf("enter the container: %w", err)
}

// failureOf is what made the child give up.
func failureOf(f program.Failure) error {
	if f.Step == payload.StepExec {
		return &NotExecutedError{Program: f.Object, Cause: f.Errno}
	}
	about := f.Call
	if f.Object != "" {
		about += " " + f.Object
	}
	return fmt.Errorf("enter the container (%s): %s: %w", f.Step, about, f.Errno)
}
