package plan

// Need is a kind of thing that a step may not find on a host. Each has one probe in
// launch/doctor.
type Need string

// The needs. What the object of a requirement is, is said behind each.
const (
	NeedPath       Need = "path"       // a path of the host: something is there
	NeedDirectory  Need = "directory"  // a path of the host: a directory is there
	NeedCommand    Need = "command"    // a command of the administrator, as sh(1) takes it: its program is there and can be run
	NeedProgram    Need = "program"    // the name of a program, which is installed
	NeedLink       Need = "link"       // the name of a network link of the host, which is there
	NeedBridge     Need = "bridge"     // the same, and it is a bridge
	NeedFileSystem Need = "filesystem" // a type of file system that the kernel has
	NeedModule     Need = "module"     // a kernel module that is there or built in
	NeedKernel     Need = "kernel"     // the first release that has what the step does, "5.12"
	NeedSysctl     Need = "sysctl"     // a file below /proc/sys, "net/ipv4/ip_forward"
	NeedTarget     Need = "target"     // a path of the container that something can be mounted on
	NeedInit       Need = "init"       // programs of the container, of which one is there, separated by line feeds
	NeedInside     Need = "inside"     // the same, of which none is an init
	NeedContainer  Need = "container"  // another container in the same directory of containers, which runs
	NeedFreeCgroup Need = "cgroup"     // the directory of a cgroup that is not there yet
	NeedFreeImage  Need = "image"      // an image that no loop device is attached to
)

// AllNeeds lists the needs.
func AllNeeds() []Need {
	return []Need{NeedPath, NeedDirectory, NeedCommand, NeedProgram, NeedLink, NeedBridge, NeedFileSystem, NeedModule, NeedKernel,
		NeedSysctl, NeedTarget, NeedInit, NeedInside, NeedContainer, NeedFreeCgroup, NeedFreeImage}
}

// Requirement is something of the host that a step needs and that no fact tells: data
// for `lxcfg doctor`, which looks for it. A launch does not look, it fails.
type Requirement struct {
	Need   Need
	Object string
	// Lenient says that the step lets it pass when the object is missing.
	Lenient bool
	// Makes says, of a command, that what runs here may make what later steps need.
	Makes bool
	// Owned says, of a directory, that what is in it has to belong to the container's
	// ids.
	Owned bool
	// Create is what the step makes when a target is missing.
	Create Create
	// Exact says, of a cgroup, that no other name will do.
	Exact bool
}

// A Requirer is an op that needs something of the host.
type Requirer interface {
	Op
	Requires() []Requirement
}

// RequirementsOf lists what an op needs of the host.
func RequirementsOf(op Op) []Requirement {
	if r, is := op.(Requirer); is {
		return r.Requires()
	}
	return nil
}
