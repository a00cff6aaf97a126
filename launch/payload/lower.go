//go:build linux

package payload

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

// lowering is the state of one lowering: the program so far, and the slots that
// steps leave for later ones.
type lowering struct {
	b       program.Builder
	options Options

	failure  []program.Option // added to every call: where an optional step goes on
	rootfs   program.Slot     // root of the container's tree
	resolve  resolution       // how places in it are looked up
	umask    program.Slot     // the caller's, given back before execve
	console  program.Slot     // the console's pty
	attr     program.Slot     // the open file that takes the label for execve
	masters  []program.Slot   // other ends of ptys made here, for the monitor
	mapped   int              // idmapped binds that were opened
	masked   bool             // umask holds a value
	given    bool             // the caller's umask and signals are in force again
	below    bool             // the command runs below the minimal init
	listener bool             // the monitor is to take over a listener now
	uid      uint32           // init's, to own the console

	hostConsole bool // the console is a pty of the host
	consoleOpen bool // console is open

	labelFile string        // where the label goes, empty without one
	filter    *plan.Seccomp // init's, which hooks in the container get too; nil for none
}

// Options says how a launch is carried out, where the plan leaves it open.
type Options struct {
	HookTimeout time.Duration // for each hook in the container, 0: it may take as long as it likes
}

// Lower turns the payload's steps of a plan into the program its process runs.
func Lower(p plan.Plan, o Options) (*program.Program, error) {
	l := &lowering{options: o, resolve: beneath}
	if id, _, ok := plan.Find[plan.Identity](p); ok {
		l.uid = id.UID
	}
	if label, _, ok := plan.Find[plan.Label](p); ok {
		l.labelFile = labelFile(label.LSM)
	}
	_, _, l.below = plan.Find[plan.Init](p)
	if filter, _, ok := plan.Find[plan.Seccomp](p); ok {
		l.filter = &filter
	}
	if console, _, ok := plan.Find[plan.Console](p); ok {
		l.hostConsole = !console.Allocate
	}
	listen, _, _ := plan.Find[plan.ListenFDs](p)
	last := lastTerminal(p)
	begun := false   // the payload has run before
	waiting := false // the monitor works between the clone and the payload's first step
	for i, seg := range Segments(p) {
		if seg.Side == plan.Monitor {
			waiting = i > 0
			continue
		}
		l.b.Step("barrier:" + string(p.At(seg.From).Phase()))
		switch {
		case l.listener:
			l.hold()
			l.listener = false
		case begun:
			l.barrier()
		default:
			// With the monitor's end of the conversation closed here, its death is an
			// end of file for us.
			l.b.CloseOthers(int(listen.Count))
			if waiting {
				l.await()
			}
			begun = true
		}
		for n := seg.From; n < seg.To; n++ {
			if err := l.lower(p.At(n), n == last); err != nil {
				return nil, err
			}
		}
	}
	prog, err := l.b.Build()
	if err != nil {
		return nil, fmt.Errorf("lower the plan: %w", err)
	}
	return prog, nil
}

// lower appends the calls of one step. Every op of the payload's side has its
// case here, and nothing else has.
func (l *lowering) lower(s plan.Step, sendTerminals bool) error {
	l.b.Step(s.Name)
	switch op := s.Op.(type) {
	case plan.ParentDeath:
		l.parentDeath(op)
	case plan.SchedCore:
		l.schedCore()
	case plan.CgroupEnter:
		l.cgroupEnter(op)
	case plan.UserEnter:
		l.userEnter(op)
	case plan.Traverse:
		l.traverse(op)
	case plan.Unshare:
		l.unshare(op)
	case plan.NetlinkHandover:
		l.netlinkHandover()
	case plan.TimeNamespace:
		l.timeNamespace(op)
	case plan.MakePrivate:
		l.makePrivate(op)
	case plan.Hook:
		l.hook(s.Name, op)
	case plan.Rootfs:
		l.bindRootfs(op)
	case plan.RootfsOverlay:
		l.overlayRootfs(op)
	case plan.RootfsTake:
		l.takeRootfs(op)
	case plan.HostRoot:
		l.useHostRoot()
	case plan.Hostname:
		l.hostname(op)
	case plan.Keyring:
		l.keyring(op)
	case plan.Directory:
		l.directory(op)
	case plan.Mount:
		l.mount(op)
	case plan.Bind:
		l.bind(op)
		if op.InContainer && op.Source == devptsMaster {
			l.sendDevpts()
		}
	case plan.TreeOpen:
		l.openMapped(op)
	case plan.TreeAttach:
		l.attachMapped(op)
	case plan.Node:
		l.node(op)
	case plan.Symlink:
		l.symlink(op)
	case plan.Unmount:
		l.unmount(op)
	case plan.Console:
		l.bindConsole(op)
	case plan.TTY:
		l.tty(op)
	case plan.CgroupDirectory:
		l.cgroupDirectory(op)
	case plan.CgroupBind:
		l.cgroupBind(op)
	case plan.Propagate:
		l.propagate(op)
	case plan.PivotRoot:
		l.pivotRoot(op)
	case plan.BootID:
		l.bootID(op)
	case plan.Personality:
		l.personality(op)
	case plan.Sysctl:
		l.sysctl(op)
	case plan.CapabilityDrop:
		l.capabilityDrop(op)
	case plan.Stdio:
		l.stdio(op)
	case plan.Session:
		l.session()
	case plan.WorkDir:
		l.workDir(op)
	case plan.CheckInit:
		l.checkInit(op)
	case plan.ListenFDs:
		l.keepOpen(op)
	case plan.Label:
		l.label(op)
	case plan.NoNewPrivs:
		l.noNewPrivs()
	case plan.Seccomp:
		l.seccomp(op)
	case plan.Identity:
		l.identity(op)
	case plan.Exec:
		l.exec(op)
	case plan.Init:
		l.init(op)
	default:
		return fmt.Errorf("lower step %q: the payload does not know how to %s", s.Name, s.Op.Describe())
	}
	if sendTerminals {
		l.sendTerminals()
	}
	return nil
}

// call appends a system call, with the step's way out.
func (l *lowering) call(name string, number uintptr, a []program.Operand, options ...program.Option) {
	l.b.Call(name, number, a, append(options, l.failure...)...)
}

// callInto appends a system call whose result later calls use.
func (l *lowering) callInto(slot, name string, number uintptr, a []program.Operand, options ...program.Option) program.Slot {
	s := l.b.NewSlot(slot)
	l.b.CallInto(s, name, number, a, append(options, l.failure...)...)
	return s
}

// args is a call's arguments, for short.
func args(a ...program.Operand) []program.Operand { return a }

// optionally lowers the calls of a step so that any failure ends the step and not
// the launch, when it is optional, or a missing path only, when it may be missing.
// What calls returns is closed in every case: a configuration with thousands of
// entries that cannot be mounted stays below the limit of open files.
func (l *lowering) optionally(optional, skipMissing bool, calls func() (opened []program.Slot)) {
	if !optional && !skipMissing {
		l.closeAll(calls())
		return
	}
	end := l.b.NewLabel()
	l.failure = []program.Option{program.Else(end)}
	if !optional {
		l.failure = []program.Option{program.ElseOn(unix.ENOENT, end)}
	}
	opened := calls()
	l.failure = nil
	l.b.Place(end)
	for _, fd := range opened {
		// A slot that was not reached is -1.
		l.call("close", unix.SYS_CLOSE, args(fd), program.Pass(unix.EBADF))
	}
}
