package plan

import "slices"

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
	// Relative says that root's containers go below root's own cgroup, and not
	// beside that of process 1 (lxc.cgroup.relative).
	Relative bool `json:"relative,omitempty"`
}

// Hierarchy is one mounted cgroup hierarchy (cgroups(7)).
type Hierarchy struct {
	Name        string       `json:"name"` // controllers joined by commas, "name=systemd", or "unified"
	Version     int          `json:"version"`
	Mount       string       `json:"mount"`
	Base        string       `json:"base"`                 // where a container of this caller goes, "/" for the root
	Controllers List[string] `json:"controllers,omitzero"` // available there
	Writable    bool         `json:"writable"`             // the caller may make cgroups there and hand processes to them
	Inside      bool         `json:"inside,omitempty"`     // the base is the caller's own cgroup, and not the host's root
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
