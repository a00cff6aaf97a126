//go:build linux

package command

import "golang.org/x/sys/unix"

// State is what a container is doing, in LXC's numbers.
type State int32

// The states.
const (
	Stopped State = iota
	Starting
	Running
	Stopping
	Aborting
	Freezing
	Frozen
	Thawed
)

// States are the states as LXC calls them, by their numbers.
var States = [stateCount]string{"STOPPED", "STARTING", "RUNNING", "STOPPING", "ABORTING", "FREEZING", "FROZEN", "THAWED"}

// String is the name of the state.
func (s State) String() string {
	if s >= 0 && int(s) < len(States) {
		return States[s]
	}
	return "UNKNOWN"
}

// Container is what a monitor has to tell of its container. Of what there is not, the
// descriptors are -1 and everything else is empty.
type Container struct {
	LXCPath string `json:"lxc_path"`
	Name    string `json:"name"`

	InitPID    int         `json:"init_pid"`
	InitPIDFD  int         `json:"init_pidfd"`
	CloneFlags uint64      `json:"clone_flags"` // CLONE_NEW* of the namespaces that were made for it
	StopSignal unix.Signal `json:"stop_signal"` // what ends it at once

	Cgroups []Cgroup `json:"cgroups"`
	Scope   string   `json:"scope"` // of the user's systemd

	Devpts int `json:"devpts"` // its devpts
	Notify int `json:"notify"` // listener of its seccomp filter
}

// Cgroup is the container's cgroup of one hierarchy. Limits are set in one, processes
// are in another or in the same.
type Cgroup struct {
	Hierarchy string `json:"hierarchy"` // "memory", "cpu,cpuacct", "name=systemd", "unified"
	Version   int    `json:"version"`
	Mount     string `json:"mount"`
	Limit     string `json:"limit"` // below Mount, "/lxc.payload.web"
	Inner     string `json:"inner"`
}

// Host is what a monitor does for who asks.
type Host interface {
	// Item is what a key of the configuration is set to.
	Item(key string) (value string, ok bool)
	// Lend lends a terminal: 0 the console, -1 any tty that is free. The descriptor is for
	// who has asked.
	Lend(number int) (fd int, l Loan, ok bool)
	// Return takes it back when who has asked is gone.
	Return(Loan)
	// Renew goes on to lend a terminal that was lent by the monitor before it executed
	// itself anew.
	Renew(Loan) error
	// Resized says that the terminal the console is connected to has another size.
	Resized()
	// ConsoleLog reads what the console has shown lately, and forgets what was read, or
	// everything. It is nil where nothing is kept.
	ConsoleLog(read, forget bool, most uint64) (text []byte, kept bool)
	// AddListener takes over a listener of a seccomp filter.
	AddListener(fd int) error
	// AddDeviceRule lets the container use a device, or not, on cgroup v2.
	AddDeviceRule(DeviceRule) error
}

// Loan is a terminal that was lent.
type Loan struct {
	Number int `json:"number"`
	Slave  int `json:"slave"` // by which the console is lent
}

// DeviceRule is a rule as it comes over the socket.
type DeviceRule struct {
	Allow        bool
	Type         byte // 'a', 'b', 'c'
	Major, Minor int32
	Access       string // letters of "rwm"
}
