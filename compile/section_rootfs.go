package compile

import (
	"fmt"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// compileRootfs mounts the root file system tree and, at the end of the mounts,
// makes it the root.
func (c *compiler) compileRootfs() {
	c.addDefault(plan.AtPropagation, plan.MakePrivate{Propagation: "rslave"}, "no mount of the container may reach the host")

	if !c.namespaces.Has(plan.NamespaceMnt) {
		c.refuse(c.namespaceOrigins()[0], "rootfs/no-mount-namespace", "without a mount namespace of its own the container's mounts would be those of others",
			"Its root would become the root of every process there. Do not keep or share mnt, or name it in lxc.namespace.clone.")
		return
	}
	path := c.config.Rootfs.Path
	if path.V.Path == "" {
		c.refuse(c.nowhere(), "rootfs/missing", "the configuration has no lxc.rootfs.path",
			"LXC would run the container on the host's own root file system. Name a directory: `lxc.rootfs.path = dir:/var/lib/lxc/NAME/rootfs`.")
		return
	}
	if path.V.Type != "" && path.V.Type != "dir" {
		c.refuse(path.Origin, "launch/unsupported", fmt.Sprintf("lxcfg cannot mount a rootfs of type %q yet", path.V.Type),
			"Directories (`dir:PATH`) are supported so far.")
		return
	}

	at, because := c.rootfsMount()
	rootfs := plan.Rootfs{Source: path.V.Path, At: at}
	lines := planOrigins([]config.Origin{path.Origin})
	if c.config.Rootfs.Mount.Set {
		lines = append(lines, planOrigins([]config.Origin{c.config.Rootfs.Mount.Origin})...)
	}
	if options := c.config.Rootfs.Options; options.Set {
		lines = append(lines, planOrigins([]config.Origin{options.Origin})...)
		rootfs.Set = mountFlags(options.V.Set)
		rootfs.Propagation = plan.Propagation(options.V.Propagation)
		if options.V.IDMap != "" || len(options.V.Data) > 0 || options.V.Clear != 0 {
			c.refuse(options.Origin, "launch/unsupported", fmt.Sprintf("lxcfg cannot carry out all of the options %q yet", options.V.Text),
				"Per-mount flags such as ro, nosuid or nodev are supported so far.")
		}
	}
	c.builder.Add(plan.AtRootfs, rootfs, because, lines...)
	c.addDefault(plan.AtPivot, plan.PivotRoot{Propagation: "rshared"}, "the rootfs becomes the root")
}

// rootfsMount is where the rootfs is mounted until it becomes the root, and why
// there when no line says so.
func (c *compiler) rootfsMount() (at, because string) {
	switch mount := c.config.Rootfs.Mount; {
	case mount.V != "":
		return mount.V, ""
	case c.facts.RootfsMount != "":
		return c.facts.RootfsMount, "default of lxc.rootfs.mount"
	}
	return c.config.Rootfs.Path.V.Path, "over itself: LXC's mount directory does not exist on this host"
}
