package rules

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// mountTargetRules are about where in the container something is mounted.
func mountTargetRules() []Rule {
	const root = "lxc.rootfs.path = dir:/srv/web\n"
	return []Rule{
		{
			Code: OutsideRootfs, Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a target that is not below the rootfs",
			Doc:   "LXC takes a target with a slash before it for a path of the host. When that is not below the rootfs it skips the entry, and says so in its log only.",
			Bad:   root + "lxc.mount.entry = /srv/data /srv/data none bind,create=dir 0 0\n",
			Good:  root + "lxc.mount.entry = /srv/data srv/data none bind,create=dir 0 0\n",
			check: mountOutsideRootfs,
		},
		{
			Code: "mount/over-rootfs", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "a mount over the whole container",
			Doc:   "The target is the root of the container itself. LXC refuses to go on when the rootfs is covered.",
			Bad:   root + "lxc.mount.entry = tmpfs . tmpfs defaults 0 0\n",
			Good:  root + "lxc.mount.entry = tmpfs tmp tmpfs defaults 0 0\n",
			check: mountOverRootfs,
		},
		{
			Code: "mount/parent-target", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a target that leads out of the container",
			Doc:   "LXC does not look at `..` in a target: with create=dir it makes directories of the host. lxcfg keeps every target below the container's root.",
			Bad:   "lxc.mount.entry = /srv ../srv none bind,create=dir 0 0\n",
			Good:  "lxc.mount.entry = /srv srv none bind,create=dir 0 0\n",
			mount: mountParentTarget,
		},
		{
			Code: "mount/same-target", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "two mounts on one target",
			Doc:   "The later mount covers the earlier one, which nobody sees again. Often an included file has it already.",
			Bad:   "lxc.mount.entry = tmpfs tmp tmpfs size=64m 0 0\nlxc.mount.entry = /srv/tmp tmp none bind 0 0\n",
			Good:  "lxc.mount.entry = /srv/tmp tmp none bind 0 0\n",
			check: mountSameTarget,
		},
		{
			Code: "mount/hidden-target", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a mount below one that comes later",
			Doc:   "Entries are mounted in their order. One on a directory above covers what was mounted below before.",
			Bad:   "lxc.mount.entry = /srv/cache var/cache none bind 0 0\nlxc.mount.entry = /srv/var var none bind 0 0\n",
			Good:  "lxc.mount.entry = /srv/var var none bind 0 0\nlxc.mount.entry = /srv/cache var/cache none bind 0 0\n",
			check: mountHiddenTarget,
		},
		{
			Code: "mount/target-not-made", Severity: diag.Info, Effect: diag.FailsAtStart,
			Title: "a target that may not be there",
			Doc:   "LXC fails when there is nothing to mount on. create=dir and create=file make the target, optional leaves the mount out instead. A target that every system has needs neither.",
			Bad:   "lxc.mount.entry = /srv/data srv/shop/data none bind 0 0\n",
			Good:  "lxc.mount.entry = /srv/data srv/shop/data none bind,create=dir 0 0\n",
			mount: mountTargetNotMade,
		},
	}
}

// OutsideRootfs is the code of a finding about a target that is not below the rootfs:
// of rules where the text tells, and of the compiler, which knows the container's directory.
const OutsideRootfs = "mount/outside-rootfs"

// IsOutsideRootfs reports whether a target is not below the rootfs, wherever the
// container's directory is. LXC also takes targets below LXCPATH/NAME/rootfs.
func IsOutsideRootfs(c *config.Config, target string) bool {
	root := c.Rootfs.Path.V.Path
	if !strings.HasPrefix(target, "/") || root == "" {
		return false // without a rootfs the host's paths are the container's
	}
	rest, below := strings.CutPrefix(target, root)
	return !(below && (rest == "" || rest[0] == '/')) && !strings.Contains(target+"/", "/rootfs/")
}

func mountOutsideRootfs(c *config.Config, report report) {
	part := isPart(c)
	for m := range mountEntries(c) {
		summary := "the target %q is not below the rootfs: the mount is left out"
		switch {
		case IsOutsideRootfs(c, m.V.Target):
		case part && strings.HasPrefix(m.V.Target, "/") && !strings.Contains(m.V.Target+"/", "/rootfs/"):
			summary = "the target %q is a path of the host: a container with a rootfs gets no such mount"
		default:
			continue
		}
		f := report(m.Origin, fmt.Sprintf(summary, m.V.Target), "Write the target relative to the container's root, without a leading slash.")
		options := m.V.Mounting()
		relative := strings.Replace(m.V.Text, m.V.Target, strings.TrimLeft(m.V.Target, "/"), 1)
		if fields := strings.Fields(m.V.Text); len(fields) > 1 && fields[1] == m.V.Target && relative != m.V.Text && fields[0] != fields[1] {
			f.replace(options.Optional || options.Create != "", relative)
		} else if len(fields) > 1 && fields[0] == fields[1] {
			at := strings.LastIndex(m.V.Text, m.V.Target)
			f.replace(options.Optional || options.Create != "", m.V.Text[:at]+strings.TrimLeft(m.V.Text[at:], "/"))
		}
	}
}

func mountOverRootfs(c *config.Config, report report) {
	root := c.Rootfs.Path.V.Path
	for m := range mountEntries(c) {
		if m.V.Target == "" || root == "" {
			continue
		}
		if targetOf(m.V) == "/" && m.V.Target[0] != '/' || path.Clean(m.V.Target) == path.Clean(root) {
			report(m.Origin, "the entry would be mounted over the root of the container", "LXC refuses it as well. Write a target below the root, or mount it with lxc.rootfs.path.")
		}
	}
}

func mountParentTarget(m mount, report report) {
	if clean := path.Clean(m.V.Target); clean == ".." || strings.HasPrefix(clean, "../") {
		report(m.Origin, fmt.Sprintf("the target %q leads out of the container", m.V.Target), "Write it relative to the container's root.")
	}
}

// autoTargets are the places that lxc.mount.auto mounts a file system of its own on.
func autoTargets(c *config.Config) map[string]config.Origin {
	targets := make(map[string]config.Origin)
	auto := &c.Mount.Auto
	if auto.Proc.V != "" {
		targets["/proc"] = auto.Proc.Origin
	}
	if auto.Sys.V != "" {
		targets["/sys"] = auto.Sys.Origin
	}
	return targets
}

func mountSameTarget(c *config.Config, report report) {
	first := autoTargets(c)
	for m := range mountEntries(c) {
		target := targetOf(m.V)
		at, taken := first[target]
		switch {
		case m.V.Target == "", IsOutsideRootfs(c, m.V.Target): // other findings: it is not mounted
		case !taken:
			first[target] = m.Origin
		case isSysTwice(c, m.V): // it has a finding of its own: the kernel refuses it
		default:
			report(m.Origin, fmt.Sprintf("this mount covers another one on %s", target), "Remove one of the two.",
				diag.Related{Range: at.Range(), Summary: "the one that is covered"})
		}
	}
}

// mountHiddenTarget goes through the targets sorted, so that what is below one follows
// it.
func mountHiddenTarget(c *config.Config, report report) {
	type mounted struct {
		target string
		order  int
		at     config.Origin
	}
	var all []mounted
	for m := range mountEntries(c) {
		if m.V.Target != "" && !IsOutsideRootfs(c, m.V.Target) {
			all = append(all, mounted{strings.TrimSuffix(targetOf(m.V), "/") + "/", len(all), m.Origin})
		}
	}
	slices.SortFunc(all, func(a, b mounted) int { return cmp.Or(cmp.Compare(a.target, b.target), cmp.Compare(a.order, b.order)) })
	var above []mounted // the chain of targets that hold the one at hand
	for _, m := range all {
		for len(above) > 0 && !strings.HasPrefix(m.target, above[len(above)-1].target) {
			above = above[:len(above)-1]
		}
		for _, over := range above {
			if over.target != m.target && over.order > m.order {
				report(m.at, fmt.Sprintf("a later mount on %s covers this one", strings.TrimSuffix(over.target, "/")), "Move this line below that one.",
					diag.Related{Range: over.at.Range(), Summary: "what covers it"})
				break
			}
		}
		if len(above) < maxMountDepth {
			above = append(above, m)
		}
	}
}

// maxMountDepth is how many targets one inside the other are looked at. More are in
// no configuration but one made to be slow.
const maxMountDepth = 64

func mountTargetNotMade(m mount, report report) {
	target := m.target
	options := m.options
	switch {
	case m.V.Target == "" || strings.HasPrefix(m.V.Target, "/") || strings.Contains(m.V.Target, ".."): // other findings
	case options.Optional || options.Create != "" || everySystemHas(target):
	default:
		report(m.Origin, fmt.Sprintf("LXC fails where the rootfs has no %s", target), "Add create=dir or create=file to the options, or optional.")
	}
}

// everySystemHas reports whether a root file system has a directory anyway.
func everySystemHas(target string) bool {
	for _, own := range [...]string{"/proc/", "/sys/", "/dev/"} {
		if strings.HasPrefix(target+"/", own) {
			return true // the kernel's, or LXC's
		}
	}
	parent, _ := path.Split(target)
	return parent == "/" || slices.Contains([]string{"/var/", "/usr/", "/etc/", "/lib/"}, parent)
}
