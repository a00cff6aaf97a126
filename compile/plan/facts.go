package plan

import (
	"fmt"
	"slices"
)

// Facts is what a plan assumes of the host it will run on. Everything the
// compiler takes from the host is in here, so that the same configuration and
// the same Facts always give the same plan, on any machine.
type Facts struct {
	Arch         string            `json:"arch"`              // Go's name of the CPU, "amd64"
	Kernel       string            `json:"kernel"`            // release, uname(2)
	LastCap      uint32            `json:"last_cap"`          // number of the newest capability the kernel knows
	CgroupNS     bool              `json:"cgroup_namespaces"` // the kernel has cgroup namespaces
	TimeNS       bool              `json:"time_namespaces"`   // the kernel has time namespaces
	Cgroups      CgroupFacts       `json:"cgroups"`           // the hierarchies and where the caller stands in them
	LSM          string            `json:"lsm,omitempty"`     // "apparmor", "selinux" or empty: the one LXC would use
	Caller       CallerFacts       `json:"caller"`            // who starts the container
	RootfsMount  string            `json:"rootfs_mount"`      // LXC's default of lxc.rootfs.mount on this host, empty when the directory is missing
	DelegateList List[string]      `json:"delegate,omitzero"` // /sys/kernel/cgroup/delegate: v2 files to hand to a container's root
	LXC          SystemConf        `json:"lxc_conf"`          // what LXC's tools are configured to
	Links        List[Link]        `json:"links,omitzero"`    // those the configuration names
	Sysctls      List[SysctlValue] `json:"sysctls,omitzero"`  // those its networks depend on
	Devices      List[Device]      `json:"devices,omitzero"`  // those the configuration names
	Paths        List[Path]        `json:"paths,omitzero"`    // those the configuration names, sorted
}

// CgroupLayout is how cgroups are mounted on the host, in LXC's words.
type CgroupLayout string

// The layouts.
const (
	CgroupLegacy  CgroupLayout = "legacy"  // v1 only
	CgroupHybrid  CgroupLayout = "hybrid"  // v1 and a v2 hierarchy beside it
	CgroupUnified CgroupLayout = "unified" // v2 only
	CgroupNone    CgroupLayout = "none"
)

// words lists the layouts, for reading facts.
func (CgroupLayout) words() []string {
	return []string{string(CgroupLegacy), string(CgroupHybrid), string(CgroupUnified), string(CgroupNone)}
}

// CgroupFacts describes the host's cgroups.
type CgroupFacts struct {
	Layout      CgroupLayout    `json:"layout"`
	Hierarchies List[Hierarchy] `json:"hierarchies,omitzero"`
}

// Hierarchy is one mounted cgroup hierarchy (cgroups(7)).
type Hierarchy struct {
	Name        string       `json:"name"` // controllers joined by commas, "name=systemd", or "unified"
	Version     int          `json:"version"`
	Mount       string       `json:"mount"`
	Base        string       `json:"base"`                 // where a container of this caller goes, "/" for the root
	Controllers List[string] `json:"controllers,omitzero"` // available there
	Writable    bool         `json:"writable"`             // the caller may make cgroups there
}

// CallerFacts describes who starts the container.
type CallerFacts struct {
	UID          uint32         `json:"uid"`
	GID          uint32         `json:"gid"`
	Capabilities List[string]   `json:"capabilities,omitzero"` // effective, "CAP_SYS_ADMIN"; empty for an ordinary user
	User         string         `json:"user,omitempty"`        // login name, for /etc/subuid
	InUserNS     bool           `json:"in_user_namespace,omitempty"`
	NewIDMap     bool           `json:"newidmap,omitempty"` // newuidmap and newgidmap are there and privileged
	SubUIDs      List[SubIDs]   `json:"subuids,omitzero"`
	SubGIDs      List[SubIDs]   `json:"subgids,omitzero"`
	UserNIC      string         `json:"user_nic,omitempty"` // path of lxc-user-nic, empty when it is not there or not privileged
	NICGrants    List[NICGrant] `json:"nic_grants,omitzero"`
}

// NICGrant is a line of /etc/lxc/lxc-usernet (lxc-usernet(5)) that is about the
// caller or one of its groups.
type NICGrant struct {
	Type   string `json:"type"`   // "veth"
	Bridge string `json:"bridge"` // "none" for a pair that is attached to nothing
	Count  int    `json:"count"`
}

// String gives the grant without the name it is for: "veth br0 10".
func (g NICGrant) String() string { return fmt.Sprintf("%s %s %d", g.Type, g.Bridge, g.Count) }

// SubIDs is a range of subordinate ids (subuid(5)).
type SubIDs struct {
	First uint32 `json:"first"`
	Count uint32 `json:"count"`
}

// String gives the range as subuid(5) writes it behind a name: "100000:65536".
func (s SubIDs) String() string { return fmt.Sprintf("%d:%d", s.First, s.Count) }

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

// Root reports whether the caller is root of the initial user namespace, in
// LXC's sense: effective uid 0.
func (c CallerFacts) Root() bool { return c.UID == 0 }

// Has reports whether the caller has a capability in effect, "CAP_MKNOD".
func (c CallerFacts) Has(capability string) bool {
	return slices.Contains(c.Capabilities.items, capability)
}

// Find returns the hierarchy that holds a controller, or, for "unified", the v2
// hierarchy. A hierarchy's own name is found as well.
func (c CgroupFacts) Find(controller string) (Hierarchy, bool) {
	for _, h := range c.Hierarchies.All() {
		if h.Name == controller || h.Version == 1 && slices.Contains(h.Controllers.items, controller) {
			return h, true
		}
	}
	return Hierarchy{}, false
}
