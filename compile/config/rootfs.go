package config

// Rootfs is lxc.rootfs.*.
type Rootfs struct {
	Path    Value[RootfsPath]
	Mount   Value[string] // default: compiled into LXC, see plan.Facts
	Options Value[MountOptions]
	Managed Value[bool]
}

// RootfsPath is lxc.rootfs.path: a storage type and what it is applied to.
type RootfsPath struct {
	Type string // "dir", "overlay", "loop", …; empty: LXC finds out
	Path string
}

// Mount is lxc.mount.*.
type Mount struct {
	Fstab   Value[string]
	Entries Items[MountEntry]
	Auto    AutoMount
}

// MountEntry is one line in the format of fstab(5).
type MountEntry struct {
	Source  string // escapes resolved
	Target  string
	FSType  string
	Options MountOptions
	Text    string // the line as written
}

// MountOptions is an option field, sorted into what LXC makes of each word.
type MountOptions struct {
	Text string // as written

	// LXC's own words.
	Create   string // "", "dir", "file"
	Optional bool
	Relative bool
	IDMap    string // "", "container" or a path

	Bind        bool
	Recursive   bool     // rbind
	Move        bool     // LXC 6
	Set         []string // per-mount flags to set, in mount(8)'s words: "ro", "nosuid", …
	Clear       []string // flags to clear, named by the flag, not by the word: "rw" clears "ro"
	Propagation string   // "", "private", "rslave", …
	Data        []string // left for the file system: "size=1m"
	Ignored     []string // words LXC recognises and does nothing with: "sync", "remount"
}

// AutoMount is what lxc.mount.auto adds up to: one choice a family.
type AutoMount struct {
	Proc     Value[string] // "", "mixed", "rw"
	Sys      Value[string] // "", "mixed", "ro", "rw"
	Cgroup   Value[CgroupAuto]
	ShMounts Value[ShMounts]
}

// CgroupAuto is the cgroup choice of lxc.mount.auto.
type CgroupAuto struct {
	Kind  string // "cgroup", "cgroup-full", "cgroup2"
	Mode  string // "" (decided by CAP_SYS_ADMIN), "mixed", "ro", "rw"
	Force bool
}

// ShMounts is shmounts:HOST[:CONTAINER].
type ShMounts struct {
	Host      string
	Container string
}

// Dev is lxc.autodev*.
type Dev struct {
	Auto      Value[bool]
	TmpfsSize Value[int64] // bytes
}

// Console is lxc.console.*, lxc.tty.* and lxc.pty.max.
type Console struct {
	Path       Value[string] // "none": no console
	LogFile    Value[string]
	LogSize    Value[uint64] // bytes, 0 unlimited
	Rotate     Value[bool]
	BufferSize Value[uint64] // bytes, 0 no buffer
	TTYDir     Value[string]
	TTYMax     Value[uint32]
	PTYMax     Value[uint32]
}
