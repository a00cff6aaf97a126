package compile

import (
	"cmp"
	"fmt"
	"path"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/compile/rules"
	"lxcfg/grammar/diag"
)

// compileRootfs mounts the root file system tree and, at the end of the mounts,
// makes it the root.
func (c *compiler) compileRootfs() {
	c.addDefault(plan.AtPropagation, plan.MakePrivate{Propagation: "rslave"}, "no mount of the container may reach the host")
	setting := c.config.Rootfs.Path
	if !c.namespaces.Has(plan.NamespaceMnt) {
		c.refuse(c.namespaceOrigins()[0], "rootfs/no-mount-namespace", "without a mount namespace of its own the container's mounts would be those of others",
			"Its root would become the root of every process there. Do not keep or share mnt, or name it in lxc.namespace.clone.")
		return
	}
	if setting.V.Path == "" {
		c.compileHostRoot()
		return
	}
	c.root = rootfsOf(setting.V)
	if c.root.storage == "" {
		found := c.facts.Path(c.root.path)
		c.root = c.root.detected(found)
		if found.Type != plan.PathHidden {
			c.builder.Facts.Paths = plan.ListOf(found)
		}
	}
	at, because := c.rootfsAt(c.root)
	c.rootAt = at
	if !c.checkRootfs(c.root) {
		return
	}
	c.compileStorage(c.root, at, because)
	c.addDefault(plan.AtPivot, plan.PivotRoot{Propagation: "rshared"}, "the rootfs becomes the root")
}

// compileHostRoot is a container without a rootfs. LXC turns the mounts of the whole
// host into slaves for it; lxcfg leaves them alone and gives the container a mount
// namespace of its own.
func (c *compiler) compileHostRoot() {
	if !rules.IsOnHostRoot(c.config) { // else the rule has told
		c.report(diag.Warning, diag.Advice, c.nowhere(), rules.NoRootfs, "the configuration has no lxc.rootfs.path: the container runs on the host's own root file system",
			"What it writes, it writes to the host. Name a directory to give it one of its own: `lxc.rootfs.path = dir:/var/lib/lxc/NAME/rootfs`.")
	}
	c.addDefault(plan.AtRootfs, plan.HostRoot{}, "there is no lxc.rootfs.path")
}

// rootfsAt is the directory of the host that the rootfs is mounted at.
func (c *compiler) rootfsAt(r rootfs) (at, because string) {
	switch mount := c.config.Rootfs.Mount; {
	case mount.V != "":
		return mount.V, ""
	case c.facts.RootfsMount != "":
		return c.facts.RootfsMount, "default of lxc.rootfs.mount"
	}
	// Any directory will do that nothing else is looked for below.
	over := map[string]string{"dir": r.path, "btrfs": r.path, "overlay": r.upper}[r.storage]
	return over, "over itself: LXC's mount directory does not exist on this host"
}

// rootfsMount is the directory as hooks are told it, with or without a rootfs.
func (c *compiler) rootfsMount() string {
	return cmp.Or(c.rootAt, c.config.Rootfs.Mount.V, c.facts.RootfsMount)
}

// rootfsLines are the lines behind the rootfs.
func (c *compiler) rootfsLines() []config.Origin {
	lines := []config.Origin{c.config.Rootfs.Path.Origin}
	lines = append(lines, lineOf(c.config.Rootfs.Mount)...)
	return append(lines, lineOf(c.config.Rootfs.Options)...)
}

// checkRootfs refuses what is known to fail.
func (c *compiler) checkRootfs(r rootfs) bool {
	line := c.config.Rootfs.Path.Origin
	refused := c.findings.Has(diag.Error)
	switch at, _ := c.rootfsAt(r); {
	case at == "":
		c.refuse(line, "rootfs/no-mount-directory", "there is no directory to mount the rootfs at: LXC's own does not exist on this host",
			"Make one and name it: `mkdir -p /var/lib/lxc/rootfs` and `lxc.rootfs.mount = /var/lib/lxc/rootfs`.")
	case c.isMissing(at) && c.config.Rootfs.Mount.V != "":
		c.missing(c.config.Rootfs.Mount.Origin, "rootfs/mount-missing", fmt.Sprintf("%q does not exist", at),
			fmt.Sprintf("The rootfs is mounted there while the container is set up: `mkdir -p %s`, or remove the line.", at))
	}
	for _, dir := range r.directories() {
		c.checkDirectory(line, dir)
	}
	c.checkDevice(r, line)
	c.checkRootfsOptions(r)
	return refused || !c.findings.Has(diag.Error)
}

// checkDirectory refuses a directory of the rootfs that is not there.
func (c *compiler) checkDirectory(line config.Origin, dir string) {
	switch found := c.facts.Path(dir).Type; {
	case !path.IsAbs(dir):
		c.refuse(line, "rootfs/relative", fmt.Sprintf("%q does not begin at the root", dir),
			"Write the whole path of a directory, and the kind of storage before anything else: `zfs:POOL/DATASET`, `rbd:POOL/IMAGE`.")
	case found == plan.PathDirectory, found == plan.PathHidden:
	case found != plan.PathNothing:
		c.refuse(line, "rootfs/no-directory", fmt.Sprintf("%q is no directory but a %s", dir, found),
			"Name the kind of storage before the path: `loop:` for an image, `lvm:` for a block device.")
	case !c.hooksBefore("pre-start", "pre-mount"):
		c.missing(line, "rootfs/missing", fmt.Sprintf("%q does not exist: no such file or directory", dir),
			"Make the rootfs, with lxc-create for example, or correct the path.")
	}
}

// isMissing reports whether nothing is at a path of the host and nothing will have
// been put there when it is needed.
func (c *compiler) isMissing(path string) bool {
	return c.facts.Path(path).Type == plan.PathNothing && !c.hooksBefore("pre-start", "pre-mount")
}

// hooksBefore reports whether hooks run that may make what is missing now.
func (c *compiler) hooksBefore(hooks ...string) bool {
	for _, hook := range hooks {
		if len(c.config.Hooks.Commands[hook]) > 0 {
			return true
		}
	}
	return false
}

// checkRootfsOptions tells which of lxc.rootfs.options do nothing.
func (c *compiler) checkRootfsOptions(r rootfs) {
	options := c.config.Rootfs.Options
	o := options.V
	ignored := func(what, why string) {
		c.report(diag.Warning, diag.SilentlyDifferent, options.Origin, "rootfs/ignored-option", fmt.Sprintf("%q has no effect on the rootfs", what), why)
	}
	if o.Propagation != "" {
		ignored(o.Propagation, "The root of a container is shared with the container's own mount namespaces, and with nothing else.")
	}
	for _, word := range o.Data {
		if r.plain() {
			ignored(word, "A directory is mounted as it is: it takes no options of a file system.")
		}
	}
	switch {
	case o.IDMap == "", !c.leaves(plan.NamespaceUser): // a rule has told
	case r.storage == "overlay":
		c.refuse(options.Origin, "rootfs/idmap-overlay", "the kernel cannot map the ids of an overlay", "Remove idmap=, and give the layers the owners that the container maps.")
	case !c.facts.Caller.Root():
		c.refuse(options.Origin, "rootfs/idmap-needs-root", fmt.Sprintf("user %d may not map the ids of a mount of the host's", c.facts.Caller.UID), "Start as root, or remove idmap=.")
	}
}

// isIDMapped reports whether the ids of the rootfs are mapped by its mount.
func (c *compiler) isIDMapped() bool {
	return c.config.Rootfs.Options.V.IDMap != "" && c.leaves(plan.NamespaceUser)
}
