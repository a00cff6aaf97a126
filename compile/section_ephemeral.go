package compile

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// compileEphemeral destroys the container once it has stopped. A launch that fails
// destroys nothing: LXC takes the rootfs away even then.
func (c *compiler) compileEphemeral() {
	ephemeral := c.config.Init.Ephemeral
	if !ephemeral.V {
		return
	}
	line := ephemeral.Origin
	managed := c.config.Rootfs.Managed
	switch {
	case !managed.V: // a rule has told
		return
	case c.root.storage == "":
		c.report(diag.Warning, diag.SilentlyDifferent, line, "ephemeral/no-rootfs", "the container is not destroyed when it stops, because it has no storage of its own", "Remove the line.")
		return
	case !c.facts.Caller.Root() && !mapsOnly(c.uids, c.facts.Caller.UID):
		c.refuse(line, "ephemeral/needs-root", fmt.Sprintf("user %d may not remove the files of the container's users", c.facts.Caller.UID),
			"Start as root, or remove the line and the container with lxc-destroy.")
		return
	}
	remove := c.storageToRemove()
	if holds := c.hostIn(remove.Path); holds != "" {
		c.refuse(line, "ephemeral/removes-host", fmt.Sprintf("destroying %q would remove %s", remove.Path, holds), "Remove the line.")
		return
	}
	c.add(plan.AtStorageRemove, remove, append([]config.Origin{line, c.config.Rootfs.Path.Origin}, lineOf(managed)...)...)
	c.add(plan.AtContainerRemove, plan.ContainerRemove{Path: c.wholeDirectory()}, line)
}

// storageToRemove is what LXC destroys of each kind of storage: of an overlay the upper
// directory, because the layers below may be others' too.
func (c *compiler) storageToRemove() plan.StorageRemove {
	r := c.root
	switch r.storage {
	case "overlay":
		return plan.StorageRemove{Path: r.upper}
	case "lvm":
		return plan.StorageRemove{Storage: plan.StorageVolume, Path: r.path}
	case "zfs":
		return plan.StorageRemove{Storage: plan.StorageDataset, Path: r.path}
	case "rbd":
		return plan.StorageRemove{Storage: plan.StorageClusterImage, Path: strings.TrimPrefix(r.path, "/dev/rbd/")}
	}
	return plan.StorageRemove{Path: r.path}
}

// wholeDirectory is the container's directory for a process that is in another one: a
// monitor in the background is.
func (c *compiler) wholeDirectory() string {
	return path.Clean(cmp.Or(c.options.Directory, c.ownDirectory()))
}

// hostIn names what of the host's a directory holds, empty for nothing.
func (c *compiler) hostIn(dir string) string {
	if path.Clean(dir) == "/" {
		return "the host's root file system"
	}
	if _, in := below(path.Dir(c.wholeDirectory()), path.Clean(dir)); in {
		return "the directory of all containers"
	}
	return ""
}
