//go:build linux

package probe

import (
	"path/filepath"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// Add looks at the parts of the host that a configuration speaks of.
func Add(f *plan.Facts, n plan.Needs) {
	h := host{root: "/"}
	links := make([]plan.Link, 0, len(n.Links))
	for _, name := range n.Links {
		links = append(links, h.link(name))
	}
	devices := make([]plan.Device, 0, len(n.Devices))
	for _, path := range n.Devices {
		devices = append(devices, h.device(path))
	}
	f.Links, f.Devices = plan.ListOf(links...), plan.ListOf(devices...)
}

// link reads a network link from sysfs, which shows those of the namespace it was
// mounted in.
func (h host) link(name string) plan.Link {
	dir := filepath.Join("sys/class/net", filepath.Base(name))
	l := plan.Link{Name: name, Exists: h.exists(dir)}
	if !l.Exists {
		return l
	}
	l.MTU = h.number(filepath.Join(dir, "mtu"))
	if h.exists(filepath.Join(dir, "bridge")) {
		l.Kind = "bridge"
	}
	return l
}

// device reads type and number of a device node.
func (h host) device(path string) plan.Device {
	d := plan.Device{Path: path}
	var st unix.Stat_t
	if unix.Stat(filepath.Join(h.root, path), &st) != nil {
		return d
	}
	d.Exists = true
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFCHR:
		d.Type = "c"
	case unix.S_IFBLK:
		d.Type = "b"
	default:
		return d
	}
	d.Major, d.Minor = unix.Major(st.Rdev), unix.Minor(st.Rdev)
	return d
}
