package plan

import (
	"reflect"
	"slices"
	"strings"
)

// Needs names the parts of the host that are looked at only when a configuration
// speaks of them: a host has thousands of links and devices, and one that comes or
// goes must not make every plan stale. Each list is sorted.
type Needs struct {
	Links    []string // network links, by name; "eth+" is the last one whose name begins so
	Gateways []string // those of them whose addresses are of interest
	Sysctls  []string // settings below /proc/sys, by path
	Devices  []string // device nodes, by path
	Paths    []string // where something has to be, or what is there matters
	Profiles []string // AppArmor profiles, by name
	Ways     []string // directories that the root of a user namespace has to reach, by path
	Relative bool     // cgroups go below the caller's own (lxc.cgroup.relative)
	LXCBuild bool     // what the installed LXC was built without: no plan asks
}

// Link is a network link of the host that the configuration names.
type Link struct {
	Name          string       `json:"name"`
	Exists        bool         `json:"exists"`                   // false: a hook may make it, or the launch fails
	Is            string       `json:"is,omitempty"`             // the link that a name with a plus sign stands for
	Kind          string       `json:"kind,omitempty"`           // "bridge", "openvswitch", "veth", …; empty for a device of the machine
	MTU           uint32       `json:"mtu,omitempty"`            // bytes
	Addresses     List[string] `json:"addresses,omitzero"`       // the first of IPv4 and of IPv6, "10.0.3.1/24", when they were asked for
	VLANFiltering bool         `json:"vlan_filtering,omitempty"` // of a bridge
	DefaultPVID   uint16       `json:"default_pvid,omitempty"`   // of a bridge: the VLAN it gives every new port
}

// IsOpenVSwitch reports whether a link can be a bridge of Open vSwitch: its own port in
// the kernel's switch, or the tap device of one that runs as a process.
func (l Link) IsOpenVSwitch() bool { return l.Kind == "openvswitch" || l.Kind == "tun" }

// SysctlValue is a setting of the host that the configuration depends on.
type SysctlValue struct {
	Name  string `json:"name"`  // path below /proc/sys, "net/ipv4/conf/eth0/forwarding"
	Value string `json:"value"` // empty when there is no such setting
}

// Device is a device node of the host that the configuration names.
type Device struct {
	Path   string `json:"path"`
	Exists bool   `json:"exists"`
	Type   string `json:"type,omitempty"` // "c" or "b", empty for what is no device
	Major  uint32 `json:"major,omitempty"`
	Minor  uint32 `json:"minor,omitempty"`
}

// PathType is what is found at a path, in words.
type PathType string

// The types.
const (
	PathNothing   PathType = ""
	PathDirectory PathType = "directory"
	PathFile      PathType = "file"
	PathBlock     PathType = "block device"
	PathCharacter PathType = "character device"
	PathOther     PathType = "other"  // a fifo, a socket
	PathHidden    PathType = "hidden" // the caller may not look, or nobody has asked
)

// words lists the types, for reading facts.
func (PathType) words() []string {
	return []string{string(PathNothing), string(PathDirectory), string(PathFile), string(PathBlock), string(PathCharacter), string(PathOther), string(PathHidden)}
}

// Path is a path of the host that the configuration names, links followed.
type Path struct {
	Path   string   `json:"path"`
	Type   PathType `json:"type,omitempty"`
	Mapper string   `json:"mapper,omitempty"` // of a block device of the device mapper: its uuid, "LVM-…"
}

// Needs returns what the facts were asked for beside what every plan needs.
func (f Facts) Needs() Needs {
	var n Needs
	for _, l := range f.Links.items {
		n.Links = append(n.Links, l.Name)
		if l.Addresses.Len() > 0 {
			n.Gateways = append(n.Gateways, l.Name)
		}
	}
	for _, v := range f.Sysctls.items {
		n.Sysctls = append(n.Sysctls, v.Name)
	}
	for _, d := range f.Devices.items {
		n.Devices = append(n.Devices, d.Path)
	}
	for _, p := range f.Paths.items {
		n.Paths = append(n.Paths, p.Path)
	}
	for _, p := range f.Profiles.items {
		n.Profiles = append(n.Profiles, p.Name)
	}
	for _, w := range f.Ways.items {
		n.Ways = append(n.Ways, w.Path)
	}
	n.Relative = f.Cgroups.Relative
	return n
}

// Link returns what is known of a link; one that was not asked for does not exist.
func (f Facts) Link(name string) Link {
	for _, l := range f.Links.items {
		if l.Name == name {
			return l
		}
	}
	return Link{Name: name}
}

// Sysctl returns the value of a setting, empty for one that was not asked for.
func (f Facts) Sysctl(name string) string {
	for _, v := range f.Sysctls.items {
		if v.Name == name {
			return v.Value
		}
	}
	return ""
}

// Device returns what is known of a device node; one that was not asked for does
// not exist.
func (f Facts) Device(path string) Device {
	for _, d := range f.Devices.items {
		if d.Path == path {
			return d
		}
	}
	return Device{Path: path}
}

// Path returns what is known of a path; one that was not asked for is hidden. There
// may be one for each of thousands of mounts, so they are sorted.
func (f Facts) Path(path string) Path {
	at, found := slices.BinarySearchFunc(f.Paths.items, path, func(p Path, path string) int { return strings.Compare(p.Path, path) })
	if !found {
		return Path{Path: path, Type: PathHidden}
	}
	return f.Paths.items[at]
}

// Select returns the facts without those that were not asked for by name, and says
// which of those that were it lacks. Each field of Needs has the name of the list in
// Facts whose items it names. Nothing is lacked of a path: it is hidden.
func (f Facts) Select(n Needs) (selected Facts, lacks []string) {
	if f.LSM != "apparmor" {
		n.Profiles = nil // nobody looks at them
	}
	// No step is made of a way. One that is not known is looked at by the launch.
	n.Ways = slices.DeleteFunc(slices.Clone(n.Ways), func(path string) bool {
		return !slices.ContainsFunc(f.Ways.items, func(w Way) bool { return w.Path == path })
	})
	needs, facts := reflect.ValueOf(n), reflect.ValueOf(&f).Elem()
	for i := range needs.NumField() {
		field, ok := facts.Type().FieldByName(needs.Type().Field(i).Name)
		if !ok {
			continue // it says more of a list, or of what is always there
		}
		list := facts.FieldByIndex(field.Index)
		items, _ := listItems(list)
		indexOf := make(map[string]int, len(items))
		for at, item := range items {
			indexOf[itemName(item)] = at
		}
		var indices []int
		for _, name := range needs.Field(i).Interface().([]string) {
			at, found := indexOf[name]
			switch {
			case found:
				indices = append(indices, at)
			case field.Type != reflect.TypeFor[List[Path]]():
				path, _ := jsonTag(field)
				lacks = append(lacks, wordsOf(path).words+" "+name)
			}
		}
		list.Set(reflect.ValueOf(list.Interface().(interface{ pick([]int) any }).pick(indices)))
	}
	links := f.Links.Slice()
	for i := range links {
		if !slices.Contains(n.Gateways, links[i].Name) {
			links[i].Addresses = List[string]{} // nobody asks for them
		}
	}
	f.Links = ListOf(links...)
	if !n.LXCBuild {
		f.LXCLacks = List[LXCPart]{}
	}
	switch {
	case !f.Caller.Root(): // those of others always are
	case n.Relative && !f.Cgroups.Relative:
		lacks = append(lacks, wordsOf("cgroups.relative").words)
	case f.Cgroups.Relative && !n.Relative:
		lacks = append(lacks, "cgroups beside those of process 1")
	}
	return f, lacks
}
