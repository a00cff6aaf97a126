package plan

// Side is one of the two processes a launch consists of. The words are LXC's:
// the monitor stays on the host, the payload becomes the container's init.
type Side string

// The two sides.
const (
	Monitor Side = "monitor"
	Payload Side = "payload"
)

// Phase is a stretch of the launch that belongs to one side. Where the side
// changes from one phase to the next there is a barrier: that side waits for
// the other. The conversation between the two processes is derived from this
// table and numbered nowhere.
type Phase string

// The phases, in the order they run.
const (
	PhasePrepare Phase = "prepare"
	PhaseSpawn   Phase = "spawn"
	PhaseAdmit   Phase = "admit"
	PhaseEnter   Phase = "enter"
	PhaseConnect Phase = "connect"
	PhaseIsolate Phase = "isolate"
	PhaseStorage Phase = "storage"
	PhaseMount   Phase = "mount"
	PhaseMap     Phase = "map"
	PhaseFurnish Phase = "furnish"
	PhasePivot   Phase = "pivot"
	PhaseConfine Phase = "confine"
	PhaseLimit   Phase = "limit"
	PhaseSettle  Phase = "settle"
	PhaseListen  Phase = "listen"
	PhaseStart   Phase = "start"
	PhaseRunning Phase = "running"
	PhaseStop    Phase = "stop"
	PhaseStopped Phase = "stopped"
	PhaseDestroy Phase = "destroy"
)

// PhaseRow describes one phase.
type PhaseRow struct {
	Phase Phase
	Side  Side
	Doc   string // what happens in it, for people
}

// phases is the launch, a line a phase.
var phases = [...]PhaseRow{
	{PhasePrepare, Monitor, "run what has to be done first; make what the container will be put into: its cgroups and its console"},
	{PhaseSpawn, Monitor, "clone the payload with its namespaces"},
	{PhaseAdmit, Monitor, "write id maps and cgroup limits, which only the host side may do"},
	{PhaseEnter, Payload, "settle in the new namespaces: cgroups, ids, parent-death signal"},
	{PhaseConnect, Monitor, "give the payload what the host owns: network devices, process limits"},
	{PhaseIsolate, Payload, "cut the mounts of the new namespace off from the host's"},
	{PhaseStorage, Monitor, "mount a root file system that takes the host's rights"},
	{PhaseMount, Payload, "build the container's file system tree beside the host's"},
	{PhaseMap, Monitor, "map the ids of mounts that the payload has opened"},
	{PhaseFurnish, Payload, "complete the tree: idmapped mounts, cgroups, devices, terminals"},
	{PhasePivot, Payload, "make that tree the root"},
	{PhaseConfine, Payload, "give up privileges: personality, capabilities, label; run hooks in the container"},
	{PhaseLimit, Monitor, "close the device cgroup, now that every device node has been made; run hooks beside the finished container"},
	{PhaseSettle, Payload, "what init starts with: session, directory, filter for system calls"},
	{PhaseListen, Monitor, "take over the listener of the seccomp filter"},
	{PhaseStart, Payload, "take on the final identity and become init"},
	{PhaseRunning, Monitor, "carry the console, forward signals, wait for init"},
	{PhaseStop, Monitor, "run hooks when init has ended, or the launch failed, and what was made still stands"},
	{PhaseStopped, Monitor, "run hooks when everything has been taken down"},
	{PhaseDestroy, Monitor, "destroy an ephemeral container, when it has run"},
}

// Phases returns the phases in the order they run.
func Phases() []PhaseRow { return append([]PhaseRow(nil), phases[:]...) }

// Side returns the process the phase runs in, empty for an unknown phase.
func (p Phase) Side() Side {
	for _, row := range phases {
		if row.Phase == p {
			return row.Side
		}
	}
	return ""
}
