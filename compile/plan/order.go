package plan

import "fmt"

// Place is a point in the order of a launch. Steps of one place keep the order
// in which the configuration gave them.
type Place string

// The places. Their order is that of the table below, not of this list.
const (
	AtMonitorUnshare  Place = "monitor-unshare"
	AtPreStartHook    Place = "pre-start-hook"
	AtProfile         Place = "profile"
	AtIDHelper        Place = "id-helper"
	AtCgroupScope     Place = "cgroup-scope"
	AtCgroupAside     Place = "cgroup-aside"
	AtCgroupCreate    Place = "cgroup-create"
	AtRootfsPin       Place = "rootfs-pin"
	AtConsolePeer     Place = "console-peer"
	AtConsoleLog      Place = "console-log"
	AtConsoleOpen     Place = "console-open"
	AtSpawn           Place = "spawn"
	AtIDMap           Place = "id-map"
	AtCgroupDelegate  Place = "cgroup-delegate"
	AtCgroupLimit     Place = "cgroup-limit"
	AtParentDeath     Place = "parent-death"
	AtSchedCore       Place = "sched-core"
	AtCgroupEnter     Place = "cgroup-enter"
	AtUserEnter       Place = "user-enter"
	AtWay             Place = "way"
	AtUnshare         Place = "unshare"
	AtTimeNamespace   Place = "time-namespace"
	AtNetlink         Place = "netlink"
	AtNIC             Place = "nic"
	AtInterface       Place = "interface"
	AtProxy           Place = "proxy"
	AtProcFile        Place = "proc-file"
	AtPrlimit         Place = "prlimit"
	AtPropagation     Place = "propagation"
	AtPreMountHook    Place = "pre-mount-hook"
	AtStorageAttach   Place = "storage-attach"
	AtStorageMount    Place = "storage-mount"
	AtStorageIDMap    Place = "storage-id-map"
	AtRootfs          Place = "rootfs"
	AtHostname        Place = "hostname"
	AtKeyring         Place = "keyring"
	AtDev             Place = "dev"
	AtAutoMount       Place = "auto-mount"
	AtMountEntry      Place = "mount-entry"
	AtTreeOpen        Place = "tree-open"
	AtMountIDMap      Place = "mount-id-map"
	AtTreeAttach      Place = "tree-attach"
	AtAutoMountCgroup Place = "auto-mount-cgroup"
	AtMountHook       Place = "mount-hook"
	AtAutodevHook     Place = "autodev-hook"
	AtDevNode         Place = "dev-node"
	AtDevpts          Place = "devpts"
	AtConsole         Place = "console"
	AtTTY             Place = "tty"
	AtDevptsGone      Place = "devpts-gone"
	AtDevLink         Place = "dev-link"
	AtPivot           Place = "pivot"
	AtPropagate       Place = "propagate"
	AtBootID          Place = "boot-id"
	AtPersonality     Place = "personality"
	AtSysctl          Place = "sysctl"
	AtCapability      Place = "capability"
	AtStdio           Place = "stdio"
	AtLabel           Place = "label"
	AtNoNewPrivs      Place = "no-new-privs"
	AtStartHook       Place = "start-hook"
	AtDeviceRules     Place = "device-rules"
	AtStartHostHook   Place = "start-host-hook"
	AtNamespaceHold   Place = "namespace-hold"
	AtSession         Place = "session"
	AtWorkDir         Place = "work-dir"
	AtCheckInit       Place = "check-init"
	AtSockets         Place = "sockets"
	AtSeccomp         Place = "seccomp"
	AtListener        Place = "listener"
	AtIdentity        Place = "identity"
	AtExec            Place = "exec"
	AtRun             Place = "run"
	AtStopHook        Place = "stop-hook"
	AtPostStopHook    Place = "post-stop-hook"
	AtStorageRemove   Place = "storage-remove"
	AtContainerRemove Place = "container-remove"
)

// places is the order of a launch: one row a place, in the phase it belongs to.
// It follows LXC's start.c and conf.c where the order can be seen from outside.
var places = [...]struct {
	place Place
	phase Phase
}{
	{AtMonitorUnshare, PhasePrepare},
	{AtPreStartHook, PhasePrepare},
	{AtProfile, PhasePrepare},
	{AtIDHelper, PhasePrepare},
	{AtCgroupScope, PhasePrepare},
	{AtCgroupAside, PhasePrepare},
	{AtCgroupCreate, PhasePrepare},
	{AtRootfsPin, PhasePrepare},
	{AtConsolePeer, PhasePrepare},
	{AtConsoleLog, PhasePrepare},
	{AtConsoleOpen, PhasePrepare},
	{AtSpawn, PhaseSpawn},
	{AtIDMap, PhaseAdmit},
	{AtCgroupDelegate, PhaseAdmit},
	{AtCgroupLimit, PhaseAdmit},
	{AtParentDeath, PhaseEnter},
	{AtSchedCore, PhaseEnter},
	{AtCgroupEnter, PhaseEnter},
	{AtUserEnter, PhaseEnter},
	{AtWay, PhaseEnter},
	{AtUnshare, PhaseEnter},
	{AtTimeNamespace, PhaseEnter},
	{AtNetlink, PhaseEnter},
	{AtNIC, PhaseConnect},
	{AtInterface, PhaseConnect},
	{AtProxy, PhaseConnect},
	{AtProcFile, PhaseConnect},
	{AtPrlimit, PhaseConnect},
	{AtPropagation, PhaseIsolate},
	{AtPreMountHook, PhaseIsolate},
	{AtStorageAttach, PhaseStorage},
	{AtStorageMount, PhaseStorage},
	{AtStorageIDMap, PhaseStorage},
	{AtRootfs, PhaseMount},
	{AtHostname, PhaseMount},
	{AtKeyring, PhaseMount},
	{AtDev, PhaseMount},
	{AtAutoMount, PhaseMount},
	{AtMountEntry, PhaseMount},
	{AtTreeOpen, PhaseMount},
	{AtMountIDMap, PhaseMap},
	{AtTreeAttach, PhaseFurnish},
	{AtAutoMountCgroup, PhaseFurnish},
	{AtMountHook, PhaseFurnish},
	{AtAutodevHook, PhaseFurnish},
	{AtDevNode, PhaseFurnish},
	{AtDevpts, PhaseFurnish},
	{AtConsole, PhaseFurnish},
	{AtTTY, PhaseFurnish},
	{AtDevptsGone, PhaseFurnish},
	{AtDevLink, PhaseFurnish},
	{AtPivot, PhasePivot},
	{AtPropagate, PhasePivot},
	{AtBootID, PhasePivot},
	{AtPersonality, PhaseConfine},
	{AtSysctl, PhaseConfine},
	{AtCapability, PhaseConfine},
	{AtStdio, PhaseConfine},
	{AtLabel, PhaseConfine},
	{AtNoNewPrivs, PhaseConfine},
	{AtStartHook, PhaseConfine},
	{AtDeviceRules, PhaseLimit},
	{AtStartHostHook, PhaseLimit},
	{AtNamespaceHold, PhaseLimit},
	{AtSession, PhaseSettle},
	{AtWorkDir, PhaseSettle},
	{AtCheckInit, PhaseSettle},
	{AtSockets, PhaseSettle},
	{AtSeccomp, PhaseSettle},
	{AtListener, PhaseListen},
	{AtIdentity, PhaseStart},
	{AtExec, PhaseStart},
	{AtRun, PhaseRunning},
	{AtStopHook, PhaseStop},
	{AtPostStopHook, PhaseStopped},
	{AtStorageRemove, PhaseDestroy},
	{AtContainerRemove, PhaseDestroy},
}

// A Constraint says why one place comes before another. Constraints do not make
// the order, they hold it: whoever moves a row of the table is told what breaks.
type Constraint struct {
	Before, After Place
	Because       string
}

// constraints are the reasons behind the order of places.
var constraints = [...]Constraint{
	{AtMonitorUnshare, AtPreStartHook, "what a pre-start hook mounts then stays between the monitor and the container"},
	{AtPreStartHook, AtProfile, "LXC's order: the hook may still prepare the host, and nothing is to be taken back when it fails"},
	{AtPreStartHook, AtCgroupScope, "LXC's order: the hook may still prepare the host, and nothing is to be taken back when it fails"},
	{AtPreStartHook, AtCgroupCreate, "LXC's order: the hook may still prepare the host, and nothing is to be taken back when it fails"},
	{AtProfile, AtLabel, "a label names a profile that is loaded"},
	{AtProfile, AtCgroupCreate, "the last to be taken back: while a process is left in the cgroup it is confined"},
	{AtIDHelper, AtConsoleOpen, "an ordinary user gives the console to the container's root in that namespace"},
	{AtIDHelper, AtCgroupDelegate, "an ordinary user gives cgroups to the container's root in that namespace"},
	{AtCgroupScope, AtCgroupAside, "the monitor steps aside in the scope that systemd has put it into"},
	{AtCgroupAside, AtCgroupCreate, "a v2 cgroup that holds processes enables no controllers for those below it"},
	{AtCgroupCreate, AtSpawn, "clone3 puts the payload into the v2 cgroup, which has to exist"},
	{AtConsolePeer, AtSpawn, "the payload gives the console the modes that suit the terminal it is connected to"},
	{AtConsoleOpen, AtSpawn, "the payload binds the console by the number its pty got"},
	{AtIDMap, AtUserEnter, "ids do not exist in a user namespace before its map is written"},
	{AtIDMap, AtCgroupEnter, "until its ids are mapped the payload is the overflow user everywhere"},
	{AtCgroupLimit, AtCgroupEnter, "a cpuset cgroup without cpus and mems takes no process, and no limit may come late"},
	{AtParentDeath, AtUserEnter, "armed as early as possible; armed again after the ids changed, because setresuid clears it"},
	{AtUserEnter, AtWay, "it is the container's root whose way is looked at"},
	{AtWay, AtRootfs, "a directory that may not be passed is told by its name before the rootfs cannot be opened"},
	{AtCgroupEnter, AtUserEnter, "who moves a process between v1 cgroups has to be its user, and the caller opened them"},
	{AtCgroupEnter, AtUnshare, "a cgroup namespace is rooted where its maker stands: before, /proc/self/cgroup would show the host's path"},
	{AtUnshare, AtNetlink, "the socket belongs to the network namespace it is opened in, and a container with an id map gets its own there"},
	{AtNetlink, AtInterface, "the container's interfaces are configured through the socket"},
	{AtUnshare, AtNIC, "links are made in the container's network namespace"},
	{AtNIC, AtInterface, "LXC's order: every link is made, and its script has run, before the first is configured"},
	{AtInterface, AtProxy, "the kernel forgets the proxy entries of a link without carrier, and the host's end of a pair has one once the container's is on"},
	{AtUserEnter, AtTimeNamespace, "the namespace belongs to the container's root, who then may set its clocks"},
	{AtUnshare, AtTimeNamespace, "LXC's order"},
	{AtPropagation, AtRootfs, "else the container's mounts would appear on the host"},
	{AtPropagation, AtPreMountHook, "what the hook mounts must not appear on the host"},
	{AtPreMountHook, AtStorageAttach, "the hook may make what holds the rootfs"},
	{AtPreMountHook, AtRootfs, "the hook may make the rootfs"},
	{AtPropagation, AtStorageAttach, "what makes the storage available may be run in the payload's mount namespace, where the host sees nothing of it"},
	{AtIDMap, AtStorageIDMap, "an idmapped mount takes its map when it is made, and the user namespace has to have one by then"},
	{AtStorageAttach, AtStorageMount, "the device's name is known when it is attached"},
	{AtStorageMount, AtStorageIDMap, "ids are mapped on a mount that nobody has used yet"},
	{AtStorageIDMap, AtRootfs, "once the mount is in place its ids cannot be mapped any more"},
	{AtRootfs, AtDev, "/dev is mounted inside the rootfs"},
	{AtDev, AtAutoMount, "LXC's order: mounts on /dev/* must land on the new /dev"},
	{AtAutoMount, AtMountEntry, "an entry may mount over a part of /proc or /sys, never the other way round"},
	{AtMountEntry, AtTreeOpen, "LXC's order: idmapped entries come after all others, whose mounts they may show"},
	{AtTreeOpen, AtMountIDMap, "the monitor maps the ids of what the payload has opened"},
	{AtMountIDMap, AtTreeAttach, "once the mount is in place its ids cannot be mapped any more"},
	{AtTreeAttach, AtAutoMountCgroup, "LXC's order"},
	{AtMountEntry, AtAutoMountCgroup, "LXC's order: cgroups go on top of what entries made of /sys"},
	{AtAutoMountCgroup, AtMountHook, "the hook finds every mount of the configuration in place"},
	{AtMountHook, AtAutodevHook, "LXC's order"},
	{AtAutodevHook, AtDevNode, "LXC's order: a node the hook has made is kept"},
	{AtDev, AtDevNode, "nodes are made on the new /dev"},
	{AtMountEntry, AtDevNode, "LXC's order: an entry may bring a node of its own, which is then kept"},
	{AtDevNode, AtDevpts, "devpts is mounted on a directory of /dev"},
	{AtDevpts, AtTTY, "ttys are allocated from the container's devpts"},
	{AtTTY, AtDevptsGone, "with lxc.pty.max = 0 the container keeps its ttys but not the devpts they came from"},
	{AtConsole, AtPivot, "the console's pty is found below the host's /dev/pts, which is out of reach afterwards"},
	{AtRootfs, AtPivot, "pivot_root needs the tree that becomes the root"},
	{AtPivot, AtPropagate, "the pivot shares every mount of the container, this one too"},
	{AtPivot, AtBootID, "the file is made in the container's /dev and bound over its own /proc"},
	{AtPivot, AtSysctl, "sysctls are written below the container's /proc"},
	{AtDevNode, AtDeviceRules, "the device cgroup would refuse mknod for the nodes still to be made"},
	{AtUnshare, AtCapability, "unshare, mount and pivot_root need CAP_SYS_ADMIN, which the drop may take away"},
	{AtBootID, AtCapability, "mounting needs CAP_SYS_ADMIN"},
	{AtStdio, AtStartHook, "LXC's order: the hook reads from the console, as init does"},
	{AtNoNewPrivs, AtStartHook, "the hook runs with no more privileges than init"},
	{AtCapability, AtStartHook, "the hook runs with no more privileges than init"},
	{AtStartHook, AtDeviceRules, "LXC's order: the hook may still use every device"},
	{AtStartHook, AtSeccomp, "the filter would judge the calls that run the hook too; the hook loads one of its own"},
	{AtTimeNamespace, AtNamespaceHold, "the payload has made all of its namespaces by then"},
	{AtNamespaceHold, AtStopHook, "the hook is told files of namespaces that are gone when init is"},
	{AtDeviceRules, AtStartHostHook, "LXC's order: the hook finds the container finished, all but its init"},
	{AtLabel, AtNoNewPrivs, "with no_new_privs set the kernel refuses to change to another profile"},
	{AtNoNewPrivs, AtSeccomp, "no_new_privs lets an unprivileged payload load its filter"},
	{AtPivot, AtCheckInit, "the path is one of the container"},
	{AtWorkDir, AtCheckInit, "a path without a slash at its start begins at the working directory"},
	{AtCheckInit, AtSeccomp, "the policy may forbid to open files"},
	{AtStartHook, AtSockets, "a hook gets no descriptor of the caller's"},
	{AtSockets, AtSeccomp, "the policy may forbid to keep them open"},
	{AtWorkDir, AtIdentity, "LXC changes directory as the container's root"},
	{AtSeccomp, AtListener, "there is no listener before the filter is loaded"},
	{AtListener, AtIdentity, "the filter may ask about the calls that make the payload init, and somebody has to answer"},
	{AtListener, AtExec, "execve closes the payload's end of the listener"},
	{AtSeccomp, AtIdentity, "loading a filter without no_new_privs needs CAP_SYS_ADMIN, which a change of uid loses"},
	{AtStdio, AtExec, "init starts with the console as standard input, output and error"},
	{AtPostStopHook, AtStorageRemove, "LXC's order: the hook may still look at the rootfs"},
	{AtStorageRemove, AtContainerRemove, "the rootfs is mostly below the container's directory"},
	{AtIdentity, AtExec, "init runs as lxc.init.uid and lxc.init.gid"},
	{AtRun, AtStopHook, "the hook runs when init has ended"},
	{AtStopHook, AtPostStopHook, "the one runs before the container is taken down, the other when it is gone"},
}

// Constraints returns the reasons behind the order, for documentation and tests.
func Constraints() []Constraint { return append([]Constraint(nil), constraints[:]...) }

// Places returns the places in the order they run.
func Places() []Place {
	order := make([]Place, 0, len(places))
	for _, row := range places {
		order = append(order, row.place)
	}
	return order
}

// rank is the position of a place in the order, -1 for an unknown place.
func (p Place) rank() int {
	for i, row := range places {
		if row.place == p {
			return i
		}
	}
	return -1
}

// Phase returns the phase a place belongs to, empty for an unknown place.
func (p Place) Phase() Phase {
	for _, row := range places {
		if row.place == p {
			return row.phase
		}
	}
	return ""
}

// Because returns the constraints that hold a place where it is, as sentences
// for `lxcfg plan`.
func (p Place) Because() []string {
	var reasons []string
	for _, c := range constraints {
		if c.After == p {
			reasons = append(reasons, fmt.Sprintf("after %s: %s", c.Before, c.Because))
		}
	}
	return reasons
}
