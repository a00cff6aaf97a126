package compile

import (
	"slices"

	"lxcfg/compile/plan"
)

// Needs lists what has to be known of the host before the configuration can be
// compiled for it, beside what every plan needs.
func (l *Loaded) Needs() plan.Needs {
	var n plan.Needs
	for i := range l.Config.Network.NICs {
		if link := l.Config.Network.NICs[i].Link.V; link != "" {
			n.Links = append(n.Links, link)
		}
	}
	for _, s := range slices.Concat(l.Config.Cgroup.V1, l.Config.Cgroup.V2) {
		if s.Device != nil && s.Device.Path != "" {
			n.Devices = append(n.Devices, s.Device.Path)
		}
	}
	slices.Sort(n.Links)
	slices.Sort(n.Devices)
	n.Links, n.Devices = slices.Compact(n.Links), slices.Compact(n.Devices)
	return n
}
