package plan

// Needs names the parts of the host that are looked at only when a configuration
// speaks of them: a host has thousands of links and devices, and one that comes or
// goes must not make every plan stale.
type Needs struct {
	Links   []string // network links, by name
	Devices []string // device nodes, by path
}

// Link is a network link of the host that the configuration names.
type Link struct {
	Name      string       `json:"name"`
	Exists    bool         `json:"exists"`             // false: a hook may make it, or the launch fails
	Kind      string       `json:"kind,omitempty"`     // "bridge", "openvswitch", or empty for any other
	MTU       uint32       `json:"mtu,omitempty"`      // bytes
	Addresses List[string] `json:"addresses,omitzero"` // "10.0.3.1/24", those of scope link too
}

// Device is a device node of the host that the configuration names.
type Device struct {
	Path   string `json:"path"`
	Exists bool   `json:"exists"`
	Type   string `json:"type,omitempty"` // "c" or "b", empty for what is no device
	Major  uint32 `json:"major,omitempty"`
	Minor  uint32 `json:"minor,omitempty"`
}

// Needs returns what the facts were asked for beside what every plan needs.
func (f Facts) Needs() Needs {
	var n Needs
	for _, l := range f.Links.items {
		n.Links = append(n.Links, l.Name)
	}
	for _, d := range f.Devices.items {
		n.Devices = append(n.Devices, d.Path)
	}
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
