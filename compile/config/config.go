package config

import (
	"lxcfg/grammar"
	"lxcfg/grammar/source"
)

// Config is everything that one container's configuration says.
type Config struct {
	Arch         Value[Arch]
	UTS          UTS
	Init         Init
	Namespaces   Namespaces
	IDMap        Items[IDMap]
	Rootfs       Rootfs
	Mount        Mount
	Dev          Dev
	Console      Console
	Network      Network
	Cgroup       Cgroup
	Cap          Cap
	Security     Security
	Seccomp      Seccomp
	Signals      Signals
	Limits       Limits
	Env          Env
	Hooks        Hooks
	Log          Log
	Start        Start
	Monitor      Monitor
	Sources      []source.File // every file read, in the order it was read; -s defines included
	Incomplete   bool          // part of it could not be read, or is still to be filled in: what is missing may stand there
	Unprivileged bool          // of a file of Proxmox's: it adds an id map
	Proxmox      bool          // Proxmox adds to it what its own options say: a rootfs, networks, device rules
}

// New returns a configuration with LXC's defaults and nothing set.
func New() *Config {
	c := &Config{}
	c.Init.Cmd = Default("/sbin/init")
	c.Dev.Auto = Default(true)
	c.Dev.TmpfsSize = Default(int64(grammar.DefaultTmpfsSize))
	c.Rootfs.Managed = Default(true)
	c.Signals.ParentDeath = Default(uint32(9))
	return c
}

// Arch is lxc.arch.
type Arch = grammar.ArchName

// UTS is lxc.uts.*.
type UTS struct {
	Name Value[string]
}

// Init is lxc.init.*, lxc.execute.cmd and lxc.ephemeral.
type Init struct {
	Cmd        Value[string] // a command line, split at start
	ExecuteCmd Value[string]
	UID        Value[uint32]
	GID        Value[uint32]
	Groups     Items[uint32]
	Cwd        Value[string]
	Ephemeral  Value[bool]
}

// Namespaces is lxc.namespace.* and lxc.time.offset.*.
type Namespaces struct {
	Clone           Items[string]            // names as in plan.Namespace
	Keep            Items[string]            //
	Share           map[string]Value[string] // by namespace
	OffsetBoot      Value[TimeOffset]
	OffsetMonotonic Value[TimeOffset]
	KeyringSession  Value[bool] // true: do not create a session keyring
}

// TimeOffset is an offset of a clock of the time namespace. LXC keeps whole
// seconds and the rest apart: a later value of one kind leaves the other.
type TimeOffset = grammar.TimeOffset

// IDMap is one lxc.idmap line.
type IDMap = grammar.IDMap

// Log is lxc.log.*.
type Log struct {
	File   Value[string]
	Level  Value[string]
	Syslog Value[string]
}

// Start is lxc.start.* and lxc.group.
type Start struct {
	Auto   Value[bool]
	Delay  Value[uint32] // seconds
	Order  Value[int32]
	Groups Items[string]
}

// Monitor is lxc.monitor.*.
type Monitor struct {
	Unshare Value[uint32]
}

// Signals is lxc.signal.* and lxc.monitor.signal.pdeath, as signal numbers; 0
// is LXC's built-in default.
type Signals struct {
	Halt        Value[uint32]
	Reboot      Value[uint32]
	Stop        Value[uint32]
	ParentDeath Value[uint32]
}

// Env is lxc.environment*: NAME=VALUE, taken from the caller where a line names
// a variable only.
type Env struct {
	Both    Items[string] // lxc.environment
	Runtime Items[string] // lxc.environment.runtime: init only
	Hooks   Items[string] // lxc.environment.hooks: hooks only
}

// Hooks is lxc.hook.*: commands by hook name, "pre-start", in the order given.
type Hooks struct {
	Version  Value[uint32]
	Commands map[string]Items[string]
}

// Limits is lxc.prlimit.*, lxc.sysctl.*, lxc.proc.* and lxc.sched.core.
type Limits struct {
	Prlimit   Items[Prlimit]
	Sysctl    Items[Pair]
	Proc      Items[Pair]
	SchedCore Value[bool]
}

// Prlimit is one resource limit (getrlimit(2)).
type Prlimit struct {
	Resource string // "nofile"
	grammar.Limit
}

// Pair is a setting of a family: the part of the key that is free, and the value.
type Pair struct {
	Name  string
	Value string
}
