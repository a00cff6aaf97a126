package compile

import (
	"fmt"
	"path"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
)

// compileStorage makes the steps that mount the rootfs: in the payload what it can
// mount by itself, else in the monitor, from where the payload takes it.
func (c *compiler) compileStorage(r rootfs, at, because string) {
	lines := planOrigins(c.rootfsLines())
	options := c.config.Rootfs.Options.V
	set, cleared := mountFlags(options.Set), mountFlags(options.Clear)
	switch {
	case r.plain() && !c.isIDMapped():
		c.builder.Add(plan.AtRootfs, plan.Rootfs{Source: r.path, At: at, Set: set, Clear: cleared}, because, lines...)
	case r.plain():
		c.builder.Add(plan.AtStorageMount, plan.RootfsTree{Source: r.path, Set: set, Clear: cleared}, "", lines...)
		c.takeRootfs(at, because, true)
	case r.storage == "overlay":
		c.builder.Add(plan.AtRootfs, c.overlay(r, at, set), because, lines...)
	default:
		c.attachStorage(r)
		c.builder.Add(plan.AtStorageMount, c.deviceMount(r, at, set), "", lines...)
		c.takeRootfs(at, because, false)
	}
	// Without a user namespace root of the container could make the file system
	// read-only, which it shares with the host.
	if r.plain() && !c.leaves(plan.NamespaceUser) {
		c.addDefault(plan.AtRootfsPin, plan.RootfsPin{Path: r.path}, "no remount in the container can make the host's file system read-only")
	}
}

// overlay is the overlay of the layers, with the work directory beside the upper one,
// where LXC has it.
func (c *compiler) overlay(r rootfs, at string, set plan.List[plan.MountFlag]) plan.RootfsOverlay {
	options := c.config.Rootfs.Options.V
	data := options.Data
	if c.leaves(plan.NamespaceUser) {
		data = append([]string{userXAttr}, data...)
	}
	beside := r.upper[:strings.LastIndex(r.upper, "/")+1]
	return plan.RootfsOverlay{Lowers: plan.ListOf(r.lowers...), Upper: r.upper, Work: beside + "work", At: at,
		Set: set, SuperRO: options.Set.Has("ro"), Data: plan.ListOf(data...)}
}

// attachStorage makes a block device of what is none.
func (c *compiler) attachStorage(r rootfs) {
	op := plan.Op(nil)
	switch {
	case r.storage == "loop":
		op = plan.LoopAttach{Image: r.path, ReadOnly: c.config.Rootfs.Options.V.Set.Has("ro")}
	case r.storage == "nbd":
		op = plan.NBDAttach{Image: r.path, Partition: r.partition}
	case r.storage == "rbd":
		image := strings.TrimPrefix(r.path, "/dev/rbd/")
		op = plan.RBDMap{Image: image, Device: path.Join("/dev/rbd", image)}
	case r.storage == "zfs" && strings.HasPrefix(r.path, "/"):
		op = plan.ZFSFind{Path: r.path}
	default:
		return
	}
	c.add(plan.AtStorageAttach, op, c.config.Rootfs.Path.Origin)
}

// deviceMount is the mount of a device or dataset.
func (c *compiler) deviceMount(r rootfs, at string, set plan.List[plan.MountFlag]) plan.RootfsDevice {
	options := c.config.Rootfs.Options.V
	op := plan.RootfsDevice{Set: set, Data: plan.ListOf(options.Data...), SuperRO: options.Set.Has("ro")}
	switch {
	case r.storage == "lvm":
		op.Source = r.path
	case r.storage == "zfs":
		// What mount.zfs(8) tells the kernel for a dataset that has a mount point.
		op.FSType, op.Data = "zfs", plan.ListOf(append(options.Data, "zfsutil", "mntpoint="+at)...)
		if !strings.HasPrefix(r.path, "/") {
			op.Source = r.path
		}
	}
	return op
}

// takeRootfs has the payload take what the monitor has mounted, with its ids mapped
// where that is asked for.
func (c *compiler) takeRootfs(at, because string, recursive bool) {
	if c.isIDMapped() {
		options := c.config.Rootfs.Options
		c.add(plan.AtStorageIDMap, plan.MountIDMap{Target: "/", UserNS: options.V.IDMap, Recursive: recursive}, options.Origin)
	}
	c.builder.Add(plan.AtRootfs, plan.RootfsTake{At: at}, because, planOrigins(c.rootfsLines())...)
}

// checkDevice refuses storage that the caller or the host cannot have mounted.
func (c *compiler) checkDevice(r rootfs, line config.Origin) {
	if r.plain() || r.storage == "overlay" {
		return
	}
	if !c.facts.Caller.Root() {
		c.refuse(line, "rootfs/needs-root", fmt.Sprintf("user %d may not mount a rootfs of type %q", c.facts.Caller.UID, r.storage),
			"Only root mounts devices. Start as root, or use a directory or an overlay.")
		return
	}
	if r.storage == "nbd" && c.facts.Path(firstNBD).Type == plan.PathNothing {
		c.missing(line, "rootfs/no-nbd", "this kernel has no network block devices", "Load the module: `modprobe nbd max_part=8`.")
	}
	found := c.facts.Path(r.path).Type
	missing := found == plan.PathNothing && !c.hooksBefore("pre-start", "pre-mount")
	switch r.storage {
	case "loop", "nbd":
		if missing {
			c.missing(line, "rootfs/missing", fmt.Sprintf("%q does not exist: no such file or directory", r.path), "Make the image, or correct the path.")
		}
	case "lvm":
		switch {
		case missing:
			c.missing(line, "rootfs/missing", fmt.Sprintf("%q does not exist: no such file or directory", r.path),
				"Activate the volume, `lvchange -ay VG/LV`, or correct the path: `lvm:/dev/VG/LV`.")
		case found != plan.PathNothing && found != plan.PathBlock && found != plan.PathHidden:
			c.refuse(line, "rootfs/no-device", fmt.Sprintf("%q is no block device but a %s", r.path, found), "Name a volume: `lvm:/dev/VG/LV`.")
		}
	}
}
