//go:build linux

package probe

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/netlink"
)

// Add looks at the parts of the host that a configuration speaks of.
func Add(f *plan.Facts, n plan.Needs) {
	h := host{root: "/"}
	devices := make([]plan.Device, 0, len(n.Devices))
	for _, path := range n.Devices {
		devices = append(devices, h.device(path))
	}
	sysctls := make([]plan.SysctlValue, 0, len(n.Sysctls))
	for _, name := range n.Sysctls {
		// A name with ".." in it would lead out of /proc/sys.
		path := filepath.Join("proc/sys", filepath.Join("/", name))
		sysctls = append(sysctls, plan.SysctlValue{Name: name, Value: strings.TrimSpace(h.text(path))})
	}
	ways := make([]plan.Way, 0, len(n.Ways))
	for _, path := range n.Ways {
		ways = append(ways, h.way(path))
	}
	paths := make([]plan.Path, 0, len(n.Paths))
	for _, path := range n.Paths {
		paths = append(paths, h.path(path))
	}
	f.Links, f.Sysctls, f.Devices, f.Paths = plan.ListOf(links(n)...), plan.ListOf(sysctls...), plan.ListOf(devices...), plan.ListOf(paths...)
	f.Ways = plan.ListOf(ways...)
	if f.LSM == apparmor {
		f.Profiles = plan.ListOf(h.profiles(n.Profiles)...)
	}
	if n.LXCBuild {
		f.LXCLacks = plan.ListOf(installedLacks()...)
	}
	if n.Relative && f.Caller.Root() {
		f.Cgroups = h.cgroups(false, f.DelegateList.Slice())
		f.Cgroups.Relative = true
	}
}

// Links lists the network links of the caller's namespace by name.
func Links() []string {
	c, err := netlink.Open()
	if err != nil {
		return nil
	}
	defer c.Close()
	links, err := c.Links()
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(links))
	for _, l := range links {
		names = append(names, l.Name)
	}
	slices.Sort(names)
	return names
}

// links describes network links of the caller's namespace. What the kernel does not
// tell is left out, which the compiler takes for missing.
func links(n plan.Needs) []plan.Link {
	if len(n.Links) == 0 {
		return nil
	}
	c, err := netlink.Open()
	if err == nil {
		defer c.Close()
	}
	list := make([]plan.Link, 0, len(n.Links))
	for _, name := range n.Links {
		l := plan.Link{Name: name}
		if err == nil {
			_, asked := slices.BinarySearch(n.Gateways, name)
			l = describe(c, name, asked)
		}
		list = append(list, l)
	}
	return list
}

// describe says what the kernel knows of a link, or of the one that a name with a
// plus sign stands for.
func describe(c *netlink.Conn, name string, addresses bool) plan.Link {
	l := plan.Link{Name: name}
	found, err := c.LinkByName(name)
	if prefix, open := strings.CutSuffix(name, "+"); err != nil && open {
		found, err = lastWith(c, prefix)
		l.Is = found.Name
	}
	if err != nil {
		return l
	}
	l.Exists, l.Kind, l.MTU = true, found.Kind, found.MTU
	l.VLANFiltering, l.DefaultPVID = found.VLANFiltering, found.DefaultPVID
	if addresses {
		l.Addresses = plan.ListOf(firstAddresses(c, found)...)
	}
	return l
}

// firstAddresses are the first address of IPv4 and of IPv6 that a link has. Others come
// and go by themselves, and nobody asks for them.
func firstAddresses(c *netlink.Conn, l netlink.Link) []string {
	prefixes, err := c.Addresses(l)
	if err != nil {
		return nil
	}
	var first []string
	for _, ipv4 := range [...]bool{true, false} {
		if i := slices.IndexFunc(prefixes, func(p netip.Prefix) bool { return p.Addr().Is4() == ipv4 }); i >= 0 {
			first = append(first, prefixes[i].String())
		}
	}
	return first
}

// lastWith finds the link whose name begins with a prefix, as LXC does for
// "lxc.net.0.link = eth+": the last one that the kernel lists.
func lastWith(c *netlink.Conn, prefix string) (found netlink.Link, err error) {
	all, err := c.Links()
	if err != nil {
		return found, err
	}
	for _, l := range all {
		if strings.HasPrefix(l.Name, prefix) {
			found = l
		}
	}
	if found.Index == 0 {
		return found, unix.ENODEV
	}
	return found, nil
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

// path looks at what is at a path, links followed.
func (h host) path(path string) plan.Path {
	p := plan.Path{Path: path}
	var st unix.Stat_t
	err := unix.Stat(filepath.Join(h.root, path), &st)
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENOTDIR):
		return p
	case err != nil:
		p.Type = plan.PathHidden
		return p
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		p.Type = plan.PathDirectory
	case unix.S_IFREG:
		p.Type = plan.PathFile
	case unix.S_IFBLK:
		p.Type = plan.PathBlock
		p.Mapper = strings.TrimSpace(h.text(fmt.Sprintf("sys/dev/block/%d:%d/dm/uuid", unix.Major(st.Rdev), unix.Minor(st.Rdev))))
	case unix.S_IFCHR:
		p.Type = plan.PathCharacter
	default:
		p.Type = plan.PathOther
	}
	return p
}
