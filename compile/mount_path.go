package compile

import (
	"fmt"
	"path"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/compile/rules"
)

// ownDirectory is the directory that LXC keeps the container in.
func (c *compiler) ownDirectory() string { return path.Join(c.options.LXCPath, c.options.Name) }

// containerPath gives a mount target as a path from the container's root. A
// relative one is below it; an absolute one has to lie below the rootfs as the
// host sees it, whose part is cut off. Without a rootfs it is what it says.
func (c *compiler) containerPath(target string) (string, bool) {
	if !strings.HasPrefix(target, "/") || c.root.storage == "" {
		return path.Join("/", target), true
	}
	for _, root := range [...]string{path.Join(c.ownDirectory(), "rootfs"), c.root.path} {
		if rest, ok := below(target, root); ok {
			return path.Join("/", rest), true
		}
	}
	return "", false
}

// below gives a path from a directory that holds it, "" for the directory itself.
func below(name, dir string) (rest string, ok bool) {
	if dir == "" || dir == "/" {
		return "", false
	}
	rest, ok = strings.CutPrefix(name, dir)
	return rest, ok && (rest == "" || rest[0] == '/')
}

// bindFrom is where a bind finds what it shows.
type bindFrom struct {
	path        string
	inContainer bool
	below       string // directory of the host that path starts from
}

// host is the path on the host.
func (s bindFrom) host() string { return path.Join(s.below, s.path) }

// bindSource finds where a bind's source is looked up. What the container may have
// filled is not followed out of its directory: a link there is the container's.
func (c *compiler) bindSource(name string, relative bool) bindFrom {
	if relative {
		return bindFrom{path: path.Join("/", name), inContainer: true}
	}
	name = hostPath(name)
	if rest, ok := below(path.Clean(name), c.rootAt); ok {
		return bindFrom{path: path.Join("/", rest), inContainer: true}
	}
	for _, ground := range c.root.grounds() {
		if rest, ok := below(path.Clean(name), ground); ok {
			return bindFrom{path: path.Join("/", rest), below: ground}
		}
	}
	return bindFrom{path: name}
}

// hostPath is a source on the host. One that does not begin at the root begins there
// all the same: that is where LXC's daemon stands.
func hostPath(name string) string {
	if strings.HasPrefix(name, "/") {
		return name
	}
	return "/" + name
}

// checkSource refuses an entry that is known to fail: what it shows is not there, or
// no file where the target is to be made one.
func (c *compiler) checkSource(entry config.Value[config.MountEntry], options config.MountOptions, from bindFrom) {
	if from.inContainer || options.Optional {
		return
	}
	if _, _, told := rules.MismatchedNode(entry.V); told {
		return
	}
	name := from.host()
	found := c.facts.Path(name).Type
	switch {
	case found == plan.PathHidden:
	case c.isMissing(name):
		c.missing(entry.Origin, "mount/source-missing", fmt.Sprintf("%q does not exist: no such file or directory", name),
			fmt.Sprintf("Make it, `mkdir -p %s`, or add the option optional to start without the mount.", name))
	case found == plan.PathDirectory && options.Create == "file":
		c.refuse(entry.Origin, rules.CreateMismatch, fmt.Sprintf("%q is a directory and cannot be mounted on a file", name), "Write create=dir.")
	case found != plan.PathDirectory && found != plan.PathNothing && options.Create == "dir":
		c.refuse(entry.Origin, rules.CreateMismatch, fmt.Sprintf("%q is no directory and cannot be mounted on one", name), "Write create=file.")
	}
}

// mountSources are the paths of the host that entries need.
func mountSources(mount config.Mount) []string {
	var paths []string
	for _, entries := range [...]config.Items[config.MountEntry]{mount.FstabEntries, mount.Entries} {
		for _, entry := range entries {
			if o := entry.V.Mounting(); entry.V.Bind && !o.Optional && !o.Relative {
				paths = append(paths, path.Clean(hostPath(entry.V.Source)))
			}
		}
	}
	if host := mount.Auto.ShMounts.V.Host; host != "" {
		paths = append(paths, path.Clean(hostPath(host)))
	}
	return paths
}
