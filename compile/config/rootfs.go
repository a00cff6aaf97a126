package config

import "lxcfg/grammar"

// Rootfs is lxc.rootfs.*.
type Rootfs struct {
	Path    Value[RootfsPath]
	Mount   Value[string] // default: compiled into LXC, see plan.Facts
	Options Value[MountOptions]
	Managed Value[bool]
}

// RootfsPath is lxc.rootfs.path.
type RootfsPath = grammar.RootfsPath

// Mount is lxc.mount.*.
type Mount struct {
	Fstab        Value[string]
	FstabEntries Items[MountEntry] // of the file Fstab names, when it could be read
	Entries      Items[MountEntry]
	Auto         AutoMount
}

// MountEntry is lxc.mount.entry.
type MountEntry = grammar.MountEntry

// MountOptions is the option field of a mount.
type MountOptions = grammar.MountOptions

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

// String is the word for it, "cgroup:mixed:force".
func (a CgroupAuto) String() string {
	word := a.Kind
	if a.Mode != "" {
		word += ":" + a.Mode
	}
	if a.Force {
		word += ":force"
	}
	return word
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
