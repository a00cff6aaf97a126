//go:build linux

package monitor

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/life"
	"lxcfg/launch/netlink"
	"lxcfg/launch/payload"
	"lxcfg/launch/program"
	"lxcfg/launch/remains"
	"lxcfg/launch/terminal"
)

// Monitor is the host side of one launch.
type Monitor struct {
	HookTimeout   time.Duration // for each hook on the host, 0: it may take as long as it likes
	HelperTimeout time.Duration // for each other program of the host, the same
	List          *remains.List // of what would be left if the monitor was killed
	Interrupted   func() error  // called when somebody has interrupted the wait for the container's end

	plan    plan.Plan
	read    func() (plan.Plan, error) // reads it when init has ended; nil: it is there
	life    *life.Life                // of the container, with all its reboots
	streams terminal.Streams
	image   *program.Image
	child   program.Child
	initPID int // of the payload, kept when it is gone
	undos   []undo

	files     map[int]*os.File    // what undos close, by descriptor
	cgroups   map[string]*cgroup  // by hierarchy
	aside     *cgroup             // of the monitor, nil: it is where it was
	suffix    string              // of the cgroups' name, when the plan's is taken
	scope     string              // cgroup of the scope that systemd has made, below the mount
	enabled   map[string][]string // controllers enabled in a cgroup, by its directory
	idHelper  *userNamespace      // in which things are given to the container's root
	userns    *userNamespace      // the payload's, kept where the caller is not its root
	console   *os.File            // master of the console's pty
	consoleAt string              // path of its slave
	terminals []*os.File          // masters of the ttys
	peers     []*os.File          // and their slaves, because who has borrowed a tty is hung up on when nobody has it open
	devpts    *os.File            // root of the container's devpts, nil: it has none
	log       *consoleLog         // nil: none
	buffer    *terminal.Ring      // nil: none
	barrier   *os.File            // our end of the conversation, see payload/barrier.go
	fds       *os.File            // our end of the socket that descriptors are exchanged over
	network   network
	filter    *filterListener // of the seccomp filter, nil without one
	devices   deviceFilter
	launched  bool // init has been executed
	signals   *Signals
	ended     unix.WaitStatus // how init has ended

	namespaces []namespace         // of the container, for hooks that are told
	outputs    map[string]string   // what hooks have printed, by step
	listening  map[string]listener // to hooks in the container, by step

	device   string              // block device or dataset that holds the rootfs
	loop     *os.File            // it, when it is a loop device
	rootfs   *os.File            // mount made for the payload
	trees    map[uint32]*os.File // what the payload has opened for idmapped binds, by number
	mapped   uint32              // idmapped binds that were seen to
	handOver []*os.File          // mounts that the payload gets when it goes on; nil: it gets none
}

// New prepares the host side of a plan, whose console belongs to the streams. The caller
// has to Close it. The life is that of the container; it and the signals are the caller's.
func New(p plan.Plan, l *life.Life, s *Signals, streams terminal.Streams) *Monitor {
	return &Monitor{plan: p, List: remains.New(p.LXCPath(), p.Container()), life: l, signals: s, streams: streams, files: make(map[int]*os.File), cgroups: make(map[string]*cgroup), enabled: make(map[string][]string),
		outputs: make(map[string]string), listening: make(map[string]listener), trees: make(map[uint32]*os.File)}
}

// Close lets go of what undoing needed.
func (m *Monitor) Close() { _ = m.userns.close() }

// Do carries out one of the monitor's steps; prog gives the payload's program,
// which the spawn needs. Every op of the monitor's side has its case here, and
// nothing else has.
func (m *Monitor) Do(s plan.Step, prog func() (*program.Program, error)) error {
	if err := m.signals.interruption(); err != nil {
		return err
	}
	switch op := s.Op.(type) {
	case plan.MonitorUnshare:
		return m.unshare()
	case plan.HostHook:
		return m.runHook(s.Name, op)
	case plan.AppArmorProfile:
		return m.loadProfile(s.Name, op)
	case plan.IDHelper:
		return m.makeIDHelper(s.Name, op)
	case plan.CgroupScope:
		return m.startScope(op)
	case plan.CgroupAside:
		return m.stepAside(s.Name, op)
	case plan.CgroupCreate:
		return m.createCgroup(s.Name, op)
	case plan.RootfsPin:
		return m.pinRootfs(s.Name, op)
	case plan.ConsolePeer:
		return m.connectConsole(s.Name, op)
	case plan.ConsoleLog:
		return m.openConsoleLog(s.Name, op)
	case plan.ConsoleBuffer:
		m.buffer = terminal.NewRing(op.Size)
		return nil
	case plan.ConsoleOpen:
		return m.openConsole(s.Name, op)
	case plan.Spawn:
		return m.spawn(s.Name, op, prog)
	case plan.IDMapWrite:
		return m.writeIDMap(op)
	case plan.LoopAttach:
		return m.attachLoop(s.Name, op)
	case plan.NBDAttach:
		return m.attachNBD(s.Name, op)
	case plan.RBDMap:
		return m.mapRBD(s.Name, op)
	case plan.ZFSFind:
		return m.findDataset(op)
	case plan.RootfsDevice:
		return m.mountDevice(s.Name, op)
	case plan.RootfsTree:
		return m.copyTree(s.Name, op)
	case plan.MountIDMap:
		return m.mapMount(op)
	case plan.CgroupDelegate:
		return m.delegateCgroup(op)
	case plan.CgroupLimit:
		return m.writeLimit(op)
	case plan.ProcFile:
		return m.writeProcFile(op)
	case plan.Prlimit:
		return m.setLimit(op)
	case plan.DeviceRules:
		return m.restrictDevices(op)
	case plan.Veth:
		return m.makeVeth(s.Name, op)
	case plan.UserVeth:
		return m.makeUserVeth(s.Name, op)
	case plan.Macvlan:
		return m.makeMacvlan(s.Name, op)
	case plan.IPvlan:
		return m.makeIPvlan(s.Name, op)
	case plan.VLAN:
		return m.makeVLAN(s.Name, op)
	case plan.Phys:
		return m.takeDevice(s.Name, op)
	case plan.BridgePort:
		return m.attachToBridge(op)
	case plan.BridgeVLAN:
		return m.admitVLANs(op)
	case plan.OpenVSwitchPort:
		return m.attachToOpenVSwitch(s.Name, op)
	case plan.HostLinkSysctl:
		return m.setEndSysctl(op)
	case plan.HostLinkUp:
		return m.changeEnd(op.NIC, netlink.Change{Up: true})
	case plan.HostRoute:
		return m.addHostRoute(s.Name, op)
	case plan.ProxyNeighbour:
		return m.answerFor(s.Name, op)
	case plan.NetScript:
		return m.netScript(s.Name, op)
	case plan.InterfaceHWAddr:
		return m.setHWAddr(op)
	case plan.InterfaceAddress:
		return m.addAddress(op)
	case plan.InterfaceUp:
		return m.switchOn(op)
	case plan.InterfaceRoute:
		return m.addRoute(op)
	case plan.NamespaceHold:
		return m.holdNamespaces(op.Namespaces.Members())
	case plan.StorageRemove:
		return m.removeStorage(op)
	case plan.ContainerRemove:
		return removeContainer(op)
	case plan.SeccompListener:
		return m.takeListener(s.Name, op)
	case plan.Run:
		return nil // Wait carries it out, once the payload has become init
	}
	return fmt.Errorf("the monitor does not know how to %s", s.Op.Describe())
}

// Payload returns the process id of the payload, and then of init, 0 before it was made.
func (m *Monitor) Payload() int { return m.initPID }

// Image returns the program the payload runs, nil before it was spawned.
func (m *Monitor) Image() *program.Image { return m.image }

// environment is what hooks get besides what the plan says of each.
func (m *Monitor) environment() []string {
	env := os.Environ()
	if file := m.plan.ConfigFile(); file != "" {
		env = program.Overlay(env, []string{"LXC_CONFIG_FILE=" + file})
	}
	return env
}

// inputs is what the payload's program needs of this launch.
func (m *Monitor) inputs(barrier, descriptors *os.File) (program.Inputs, error) {
	in := program.Inputs{
		FDs: map[string]int{
			payload.InputBarrier: int(barrier.Fd()),
			payload.InputMonitor: int(descriptors.Fd()),
		},
		Environment: m.environment(),
		Strings: map[string]string{
			payload.InputConsole:      m.consoleAt,
			payload.InputConsoleModes: consoleModes(m.streams),
		},
	}
	for hierarchy, cg := range m.cgroups {
		if cg.tasks >= 0 {
			in.FDs[payload.InputTasks(hierarchy)] = cg.tasks
		}
		in.Strings[payload.InputCgroup(hierarchy)] = cg.leaf
		in.Strings[payload.InputCgroupName(hierarchy)] = filepath.Base(cg.limits)
	}
	id, err := randomUUID()
	if err != nil {
		return in, err
	}
	in.Strings[payload.InputBootID] = id + "\n"
	return in, nil
}
