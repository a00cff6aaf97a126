package plan

// LXCPart is something that LXC can be built without.
type LXCPart string

// The parts, each a library that LXC is linked to.
const (
	LXCAppArmor     LXCPart = "apparmor"
	LXCCapabilities LXCPart = "capabilities"
	LXCSeccomp      LXCPart = "seccomp"
	LXCSELinux      LXCPart = "selinux"
)

// words lists the parts, for reading facts.
func (LXCPart) words() []string {
	return []string{string(LXCAppArmor), string(LXCCapabilities), string(LXCSeccomp), string(LXCSELinux)}
}
