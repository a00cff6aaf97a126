package rules

import (
	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// rootfsRules are about lxc.rootfs.
func rootfsRules() []Rule {
	return []Rule{
		{
			Code: "rootfs/host-root", Severity: diag.Warning, Effect: diag.Advice,
			Title: "the host's root for the container's",
			Doc:   "What the container writes, it writes to the host, and `lxc-destroy` removes the whole system.",
			Bad:   "lxc.rootfs.path = dir:/\n",
			Good:  "lxc.rootfs.path = dir:/var/lib/lxc/web/rootfs\n",
			check: rootfsHostRoot,
		},
		{
			Code: NoRootfs, Severity: diag.Warning, Effect: diag.Advice, Missing: true,
			Title: "a container on the host's root",
			Doc:   "Without lxc.rootfs.path the container shares the root of the host, which nearly nobody means: what it writes, it writes to the host. LXC also turns the mounts of the whole host into slaves for it, which lxcfg does not.",
			Bad:   "lxc.uts.name = web\nlxc.mount.entry = tmpfs tmp tmpfs defaults 0 0\n",
			Good:  "lxc.uts.name = web\nlxc.rootfs.path = dir:/srv/web\nlxc.mount.entry = tmpfs tmp tmpfs defaults 0 0\n",
			check: rootfsNone,
		},
		{
			Code: "rootfs/idmap-without-map", Severity: diag.Warning, Effect: diag.SilentlyDifferent, Missing: true,
			Title: "an idmapped rootfs without an id map",
			Doc:   "idmap=container takes the map of lxc.idmap lines. Without any, LXC passes over it: files keep the owners they have.",
			Bad:   "lxc.rootfs.path = dir:/srv/web\nlxc.rootfs.options = idmap=container\n",
			Good:  "lxc.rootfs.path = dir:/srv/web\nlxc.rootfs.options = idmap=container\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n",
			check: rootfsIDMapWithoutMap,
		},
	}
}

// isContainer reports whether a configuration is that of a container, and no part of
// one that others include or are made of: what is missing there may stand elsewhere.
func isContainer(c *config.Config) bool { return c.Rootfs.Path.V.Path != "" || c.Proxmox }

// NoRootfs is the code of a finding about a container without a rootfs: of the rule where
// the text tells that it is no part of another configuration, of the compiler elsewhere.
const NoRootfs = "rootfs/none"

// IsOnHostRoot reports whether a configuration is that of one container, by its name, and
// mounts something in a rootfs that it does not name.
func IsOnHostRoot(c *config.Config) bool {
	return !isContainer(c) && !c.Rootfs.Path.Set && c.UTS.Name.V != "" && len(c.Mount.Entries)+len(c.Mount.FstabEntries) > 0
}

// isPart reports whether a configuration is part of others, by what it does not say:
// which container it is of, and where its root is.
func isPart(c *config.Config) bool {
	return !isContainer(c) && !c.Rootfs.Path.Set && c.UTS.Name.V == "" && !c.Incomplete
}

func rootfsNone(c *config.Config, report report) {
	if IsOnHostRoot(c) {
		report(c.UTS.Name.Origin, "the configuration has no lxc.rootfs.path: the container runs on the host's own root file system",
			"What it writes, it writes to the host. Name a directory to give it one of its own: `lxc.rootfs.path = dir:/var/lib/lxc/NAME/rootfs`.")
	}
}

func rootfsHostRoot(c *config.Config, report report) {
	if path := c.Rootfs.Path; path.V.Path == "/" {
		report(path.Origin, "the container's root is the host's", "Give the container a directory of its own.")
	}
}

func rootfsIDMapWithoutMap(c *config.Config, report report) {
	if o := c.Rootfs.Options; o.V.IDMap != "" && !hasUserNamespace(c) && isContainer(c) {
		report(o.Origin, "the container has no id map, so LXC passes over idmap=", "Add lxc.idmap lines, or remove the word.")
	}
}
