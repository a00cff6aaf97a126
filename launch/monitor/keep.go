//go:build linux

package monitor

import (
	"encoding/json"
	"errors"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/life"
	"lxcfg/launch/netlink"
	"lxcfg/launch/program"
	"lxcfg/launch/remains"
	"lxcfg/launch/terminal"
)

// kept is a Monitor as a program takes it along that executes itself anew: what it knows
// of a container that runs, and which descriptors are what. Those that are not here are
// closed.
type kept struct {
	PID        int                     `json:"pid"`
	PIDFD      int                     `json:"pidfd"`
	Cgroups    map[string]keptCG       `json:"cgroups"`
	Aside      *keptCG                 `json:"aside"`
	Enabled    map[string][]string     `json:"enabled"`
	Suffix     string                  `json:"suffix"`
	Scope      string                  `json:"scope"`
	IDHelper   int                     `json:"id_helper"`
	Userns     int                     `json:"userns"`
	Console    int                     `json:"console"`
	Peer       int                     `json:"peer"`
	Terminals  []int                   `json:"terminals"`
	Peers      []int                   `json:"peers"`
	Log        *keptLog                `json:"log"`
	Buffer     *keptBuffer             `json:"buffer"`
	Inside     int                     `json:"inside"`
	Ends       map[uint32]netlink.Link `json:"ends"`
	Namespaces []keptNS                `json:"namespaces"`
	Filter     *keptFilter             `json:"filter"`
	Devices    keptDevices             `json:"devices"`
	Device     string                  `json:"device"`
	Undos      []undo                  `json:"undos"`
	Remains    remains.Kept            `json:"remains"`
}

type keptCG struct {
	Version int      `json:"version"`
	Base    string   `json:"base"`
	Limits  string   `json:"limits"`
	Leaf    string   `json:"leaf"`
	Above   []string `json:"above"`
	Own     bool     `json:"own"`
}

type keptLog struct {
	Dir    int    `json:"dir"`
	File   int    `json:"file"`
	Name   string `json:"name"`
	Limit  int64  `json:"limit"`
	Rotate bool   `json:"rotate"`
}

type keptBuffer struct {
	Size uint64 `json:"size"`
	Text []byte `json:"text"`
}

type keptNS struct {
	Name plan.Namespace `json:"name"`
	FD   int            `json:"fd"`
}

type keptDevices struct {
	Rules   []plan.DeviceRule `json:"rules"`
	Program int               `json:"program"`
}

// ErrBusy says that a monitor does something beside waiting, and cannot be executed anew.
var ErrBusy = errors.New("a seccomp proxy is asked about a call")

// Keep returns what there is to take along, and the descriptors that have to stay open.
func (m *Monitor) Keep() (data []byte, fds []int, err error) {
	if !m.filter.pause() {
		return nil, nil, ErrBusy
	}
	keep := func(fd int) int {
		if fd >= 0 {
			fds = append(fds, fd)
		}
		return fd
	}
	file := func(f *os.File) int {
		if f == nil {
			return -1
		}
		return keep(int(f.Fd()))
	}
	namespace := func(ns *userNamespace) int {
		if ns == nil {
			return -1
		}
		return keep(ns.fd)
	}
	k := kept{PID: m.child.PID, PIDFD: keep(m.child.PIDFD), Cgroups: make(map[string]keptCG), Enabled: m.enabled, Suffix: m.suffix, Scope: m.scope,
		IDHelper: namespace(m.idHelper), Userns: namespace(m.userns), Console: file(m.console), Peer: file(m.streams.In),
		Inside: -1, Ends: m.network.ends, Device: m.device, Devices: keptDevices{m.devices.rules, m.devices.program}}
	for hierarchy, cg := range m.cgroups {
		k.Cgroups[hierarchy] = cg.keep()
	}
	if m.aside != nil {
		aside := m.aside.keep()
		k.Aside = &aside
	}
	for _, tty := range m.terminals {
		k.Terminals = append(k.Terminals, file(tty))
	}
	for _, peer := range m.peers {
		k.Peers = append(k.Peers, file(peer))
	}
	if m.log != nil {
		k.Log = &keptLog{file(m.log.dir), file(m.log.file), m.log.name, m.log.limit, m.log.rotate}
	}
	if m.buffer != nil {
		k.Buffer = &keptBuffer{m.buffer.Size(), m.buffer.Bytes()}
	}
	if m.network.inside != nil {
		k.Inside = keep(m.network.inside.FD())
	}
	for _, ns := range m.namespaces {
		k.Namespaces = append(k.Namespaces, keptNS{ns.name, file(ns.file)})
	}
	if m.filter != nil {
		filter := m.filter.keep()
		k.Filter = &filter
		fds = append(fds, filter.fds()...)
	}
	if m.devices.program != 0 {
		keep(m.devices.program)
	}
	for _, u := range m.undos {
		switch {
		case u.How == undoUserVeth:
			keep(u.FD)
		case u.How != undoClose:
		case m.files[u.FD] == nil || int(m.files[u.FD].Fd()) != u.FD:
			continue // it has been closed before
		default:
			keep(u.FD)
		}
		k.Undos = append(k.Undos, u)
	}
	k.Remains = m.List.Keep()
	keep(k.Remains.FD)
	data, err = json.Marshal(k)
	slices.Sort(fds)
	return data, slices.Compact(fds), err
}

func (cg *cgroup) keep() keptCG {
	return keptCG{cg.version, cg.base, cg.limits, cg.leaf, cg.above, cg.own}
}

func (k keptCG) restore() *cgroup {
	return &cgroup{version: k.Version, base: k.Base, limits: k.Limits, leaf: k.Leaf, above: k.Above, own: k.Own, dir: -1, tasks: -1}
}

// Restore makes a monitor of what was kept. It reads the plan, which it does not need
// while it waits, when the container has ended.
func Restore(data []byte, read func() (plan.Plan, error), l *life.Life, s *Signals) (*Monitor, error) {
	var k kept
	if err := json.Unmarshal(data, &k); err != nil {
		return nil, err
	}
	m := New(plan.Plan{}, l, s, terminal.Streams{})
	m.read, m.launched = read, true
	m.initPID, m.child = k.PID, program.Child{PID: k.PID, PIDFD: k.PIDFD}
	m.enabled, m.suffix, m.scope, m.device, m.undos = k.Enabled, k.Suffix, k.Scope, k.Device, k.Undos
	for _, u := range k.Undos {
		if u.How == undoClose {
			m.file(u.FD)
		}
	}
	for hierarchy, cg := range k.Cgroups {
		m.cgroups[hierarchy] = cg.restore()
	}
	if k.Aside != nil {
		m.aside = k.Aside.restore()
	}
	if k.IDHelper >= 0 {
		m.idHelper = &userNamespace{k.IDHelper}
	}
	if k.Userns >= 0 {
		m.userns = &userNamespace{k.Userns}
	}
	m.console = m.file(k.Console)
	if peer := m.file(k.Peer); peer != nil {
		m.streams = terminal.Streams{In: peer, Out: peer}
	}
	for _, fd := range k.Terminals {
		m.terminals = append(m.terminals, m.file(fd))
	}
	for _, fd := range k.Peers {
		m.peers = append(m.peers, m.file(fd))
	}
	if k.Log != nil {
		m.log = &consoleLog{dir: m.file(k.Log.Dir), file: m.file(k.Log.File), name: k.Log.Name, limit: k.Log.Limit, rotate: k.Log.Rotate}
	}
	if k.Buffer != nil {
		m.buffer = terminal.NewRing(k.Buffer.Size)
		_, _ = m.buffer.Write(k.Buffer.Text)
	}
	m.network.ends = k.Ends
	if k.Inside >= 0 {
		inside, err := netlink.Adopt(k.Inside)
		if err != nil {
			return nil, err
		}
		m.network.inside = inside
	}
	for _, ns := range k.Namespaces {
		m.namespaces = append(m.namespaces, namespace{ns.Name, m.file(ns.FD)})
	}
	if k.Filter != nil {
		if err := m.restoreFilter(*k.Filter); err != nil {
			return nil, err
		}
	}
	m.devices = deviceFilter{k.Devices.Rules, k.Devices.Program}
	if m.devices.program != 0 {
		unix.CloseOnExec(m.devices.program)
	}
	m.List = remains.Restore(k.Remains)
	s.target(k.PIDFD, -1)
	s.pass()
	return m, m.Connect()
}

// file is the file of a descriptor that was kept, the same for all who have it.
func (m *Monitor) file(fd int) *os.File {
	if fd < 0 {
		return nil
	}
	f, ok := m.files[fd]
	if !ok {
		unix.CloseOnExec(fd)
		f = os.NewFile(uintptr(fd), "")
		m.files[fd] = f
	}
	return f
}
