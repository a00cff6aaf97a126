//go:build linux

package probe

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// cgroups reads the mounted hierarchies (cgroups(7)) and where in each of them a
// container of the caller goes: for root beside process 1, for others below their
// own cgroup, as in LXC. The files in delegated are those that whoever is handed a
// v2 cgroup may write to.
func (h host) cgroups(besideInit bool, delegated []string) plan.CgroupFacts {
	self := "proc/self/cgroup"
	if besideInit {
		self = "proc/1/cgroup"
	}
	own, bases := parseCgroups(h.text("proc/self/cgroup")), parseCgroups(h.text(self))
	var hierarchies []plan.Hierarchy
	for _, m := range parseCgroupMounts(h.text("proc/self/mountinfo")) {
		base, member := bases[m.name]
		if !member || slices.ContainsFunc(hierarchies, func(o plan.Hierarchy) bool { return o.Name == m.name }) {
			continue // the second mount of a hierarchy adds nothing
		}
		// systemd keeps PID 1 in a leaf of its own; containers go beside it.
		base = path.Join("/", strings.TrimSuffix(base, "/init.scope"))
		dir := filepath.Join(m.mount, base)
		hierarchy := plan.Hierarchy{Name: m.name, Version: m.version, Mount: m.mount, Base: base, Writable: h.writable(dir)}
		switch {
		case m.version == 2:
			hierarchy.Controllers = plan.ListOf(strings.Fields(h.text(path.Join(dir, "cgroup.controllers")))...)
			hierarchy.Writable = hierarchy.Writable && h.delegates(dir, delegated)
			// Only the host's root has no cgroup.type: no rule is about processes there.
			hierarchy.Inside = own[m.name] == base && h.exists(path.Join(dir, "cgroup.type"))
		case !strings.HasPrefix(m.name, "name="):
			hierarchy.Controllers = plan.ListOf(strings.Split(m.name, ",")...)
		}
		hierarchies = append(hierarchies, hierarchy)
	}
	return plan.CgroupFacts{Layout: layout(hierarchies), Hierarchies: plan.ListOf(hierarchies...)}
}

func (h host) writable(name string) bool {
	return unix.Access(filepath.Join(h.root, name), unix.W_OK) == nil
}

// delegates reports whether all the files of a v2 cgroup that belong to whom it is
// delegated may be written to. As in LXC, one that may not makes it somebody else's.
func (h host) delegates(dir string, files []string) bool {
	for _, file := range files {
		if name := path.Join(dir, file); h.exists(name) && !h.writable(name) {
			return false
		}
	}
	return true
}

// layout names the kind of host in LXC's words.
func layout(hierarchies []plan.Hierarchy) plan.CgroupLayout {
	var v1, v2 bool
	for _, h := range hierarchies {
		v1 = v1 || h.Version == 1
		v2 = v2 || h.Version == 2
	}
	switch {
	case v1 && v2:
		return plan.CgroupHybrid
	case v1:
		return plan.CgroupLegacy
	case v2:
		return plan.CgroupUnified
	}
	return plan.CgroupNone
}

// parseCgroups reads /proc/PID/cgroup: hierarchy name → the process' cgroup.
func parseCgroups(text string) map[string]string {
	bases := make(map[string]string)
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(parts) != 3 {
			continue
		}
		name := parts[1]
		if parts[0] == "0" && name == "" {
			name = "unified"
		}
		bases[name] = parts[2]
	}
	return bases
}

type cgroupMount struct {
	name    string
	version int
	mount   string
}

// parseCgroupMounts finds the cgroup mounts in /proc/self/mountinfo (proc(5)). A
// v1 hierarchy is named as in /proc/PID/cgroup, by its controllers.
func parseCgroupMounts(text string) []cgroupMount {
	var mounts []cgroupMount
	for line := range strings.Lines(text) {
		before, after, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " - ")
		fields, super := strings.Fields(before), strings.Fields(after)
		if !ok || len(fields) < 5 || len(super) < 3 {
			continue
		}
		switch super[0] {
		case "cgroup2":
			mounts = append(mounts, cgroupMount{"unified", 2, fields[4]})
		case "cgroup":
			mounts = append(mounts, cgroupMount{controllerNames(super[2]), 1, fields[4]})
		}
	}
	return mounts
}

// controllerNames picks the controllers out of a v1 mount's options.
func controllerNames(options string) string {
	var names []string
	for _, o := range strings.Split(options, ",") {
		switch o {
		case "rw", "ro", "xattr", "noprefix", "clone_children":
		default:
			if !strings.HasPrefix(o, "release_agent=") {
				names = append(names, o)
			}
		}
	}
	return strings.Join(names, ",")
}
