package plan

import "fmt"

// Facts is what a plan assumes of the host it will run on. Everything the
// compiler takes from the host is in here, so that the same configuration and
// the same Facts always give the same plan, on any machine.
type Facts struct {
	Arch         string            `json:"arch"`                 // Go's name of the CPU, "amd64"
	Kernel       string            `json:"kernel"`               // release, uname(2)
	LastCap      uint32            `json:"last_cap"`             // number of the newest capability the kernel knows
	CgroupNS     bool              `json:"cgroup_namespaces"`    // the kernel has cgroup namespaces
	TimeNS       bool              `json:"time_namespaces"`      // the kernel has time namespaces
	NoSeccomp    bool              `json:"no_seccomp,omitempty"` // the kernel cannot filter system calls
	Cgroups      CgroupFacts       `json:"cgroups"`              // the hierarchies and where the caller stands in them
	LSM          string            `json:"lsm,omitempty"`        // "apparmor", "selinux" or empty: the one LXC would use
	AppArmor     AppArmorFacts     `json:"apparmor,omitzero"`    // when it is the LSM
	Caller       CallerFacts       `json:"caller"`               // who starts the container
	RootfsMount  string            `json:"rootfs_mount"`         // LXC's default of lxc.rootfs.mount on this host, empty when the directory is missing
	DelegateList List[string]      `json:"delegate,omitzero"`    // /sys/kernel/cgroup/delegate: v2 files to hand to a container's root
	LXC          SystemConf        `json:"lxc_conf"`             // what LXC's tools are configured to
	LXCLacks     List[LXCPart]     `json:"lxc_lacks,omitzero"`   // what the installed LXC was built without, as far as that can be told; lint asks
	Links        List[Link]        `json:"links,omitzero"`       // those the configuration names
	Sysctls      List[SysctlValue] `json:"sysctls,omitzero"`     // those its networks depend on
	Devices      List[Device]      `json:"devices,omitzero"`     // those the configuration names
	Paths        List[Path]        `json:"paths,omitzero"`       // those the configuration names, sorted
	Profiles     List[Profile]     `json:"profiles,omitzero"`    // AppArmor's: those the configuration names, and LXC's own
	Ways         List[Way]         `json:"ways,omitzero"`        // to what the container's root has to reach on the host
}

// SystemConf is what LXC's system configuration says (lxc.system.conf(5)), LXC's
// defaults filled in. Its fields are called as its keys, without "lxc.".
type SystemConf struct {
	LXCPath       string `json:"lxcpath"`                  // directory of containers
	CgroupPattern string `json:"cgroup.pattern,omitempty"` // name of a container's cgroup, %n its name
	CgroupUse     string `json:"cgroup.use,omitempty"`     // controllers joined by commas, or "@all"
	LVMGroup      string `json:"bdev.lvm.vg"`
	LVMThinPool   string `json:"bdev.lvm.thin_pool"`
	ZFSRoot       string `json:"bdev.zfs.root"`
	RBDPool       string `json:"bdev.rbd.rbdpool"`
	RBDUser       string `json:"bdev.rbd.rbduser,omitempty"`
}

// String tells the host in a few words.
func (f Facts) String() string {
	who := fmt.Sprintf("uid %d", f.Caller.UID)
	if f.Caller.Root() {
		who = "root"
	} else if f.Caller.User != "" {
		who += " (" + f.Caller.User + ")"
	}
	words := fmt.Sprintf("%s, Linux %s, %s cgroups, started by %s", f.Arch, f.Kernel, f.Cgroups.Layout, who)
	if f.LSM != "" {
		words += ", " + f.LSM
	}
	return words
}
