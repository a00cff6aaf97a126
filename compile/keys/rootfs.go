package keys

import (
	"fmt"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// rootfsKeys is the section on the root file system.
func rootfsKeys() []Key {
	return []Key{
		{
			Name: "lxc.rootfs.path", Since: V2_1, Launch: Steps(),
			Without: "the container shares the host's root",
			Changes: []Change{{V2_1, "A colon is part of the path, and LXC looks for itself what is there."}},
			Doc:     "The container's root file system: a directory, or another kind of storage named before a colon.",
			Example: "lxc.rootfs.path = dir:/var/lib/lxc/web/rootfs",
			field: rootfsPath().
				emptyMeans(func(c *config.Config, in input) *grammar.ValueError {
					// LXC forgets the path and remembers the kind of storage.
					c.Rootfs.Path = config.Of(config.RootfsPath{Type: c.Rootfs.Path.V.Type}, in.origin)
					return nil
				}),
		},
		{
			Name: "lxc.rootfs.mount", Since: V1_0, Launch: Steps(),
			Without: "the directory LXC was built with, /usr/lib/x86_64-linux-gnu/lxc/rootfs on Debian",
			Doc:     "The directory of the host where the rootfs is mounted while the container is set up. It is built into LXC and seldom needs a line.",
			Example: "lxc.rootfs.mount = /run/lxc/rootfs",
			field: scalar(grammar.Path, func(c *config.Config) *config.Value[string] { return &c.Rootfs.Mount }).
				emptyMeans(func(c *config.Config, in input) *grammar.ValueError {
					c.Rootfs.Mount = config.Of("", in.origin) // not LXC's default: none at all
					return nil
				}),
		},
		{
			Name: "lxc.rootfs.options", Since: V1_0, Launch: Steps(),
			Without: "none",
			Changes: []Change{{V6_0, "There are no move and nosymfollow."}},
			Doc:     "Options for mounting the rootfs, as in fstab(5), and idmap= for an idmapped mount.",
			Example: "lxc.rootfs.options = ro,nosuid",
			field:   scalar(grammar.RootfsOptions, func(c *config.Config) *config.Value[config.MountOptions] { return &c.Rootfs.Options }),
		},
		{
			Name: "lxc.rootfs.managed", Since: V4_0, Default: "1", Launch: Steps(),
			Doc:     "0 tells LXC's tools that the rootfs is not theirs to copy or destroy.",
			Example: "lxc.rootfs.managed = 0",
			field:   scalar(grammar.Bool, func(c *config.Config) *config.Value[bool] { return &c.Rootfs.Managed }),
		},
	}
}

// rootfsPath is a scalar of which a line without a kind of storage leaves the kind
// that an earlier one gave.
func rootfsPath() *field {
	f := scalar(grammar.Rootfs, func(c *config.Config) *config.Value[config.RootfsPath] { return &c.Rootfs.Path })
	set := f.set
	f.set = func(c *config.Config, in input) *grammar.ValueError {
		before := c.Rootfs.Path.V.Type
		err := set(c, in)
		if !kept(err) || strings.Contains(in.value.String, ":") {
			return err
		}
		c.Rootfs.Path.V.Type = before
		if strings.HasPrefix(before, "overlay") {
			return &grammar.ValueError{Range: in.value.Range, Summary: fmt.Sprintf("the kind of storage stays %q, and an overlay needs a lower and an upper directory", before),
				Detail: "A line without a kind keeps that of the line before. Write `dir:` before the path, or remove the other line.", AtStart: true, Kept: true}
		}
		return nil
	}
	return f
}
