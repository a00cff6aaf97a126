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
