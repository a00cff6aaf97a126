package keys

import (
	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// mountKeys is the section on mount points.
func mountKeys() []Key {
	return []Key{
		{
			Name: "lxc.mount.entry", Since: V1_0, Launch: Steps(),
			Without: "no mount",
			Changes: []Change{{V7_0, "An option that LXC does not know is dropped unless it has an equals sign; now it goes to the file system."}},
			Doc:     "A mount in the container, written as a line of fstab(5). The target is relative to the container's root. Beside the options of mount(8) there are create=dir, create=file, optional, relative and idmap=.",
			Example: "lxc.mount.entry = /srv/data srv/data none bind,create=dir 0 0",
			field:   list(grammar.Mount, func(c *config.Config) *config.Items[config.MountEntry] { return &c.Mount.Entries }),
		},
		{
			Name: "lxc.mount.fstab", Since: V2_1, Launch: Steps(),
			Without: "no file is read",
			Doc:     "A file of the host with mounts for the container, one a line as in lxc.mount.entry.",
			Example: "lxc.mount.fstab = /var/lib/lxc/web/fstab",
			field:   scalar(grammar.Path, func(c *config.Config) *config.Value[string] { return &c.Mount.Fstab }).neverEmpty(),
		},
		{
			Name: "lxc.mount.auto", Since: V1_0, Launch: Steps(),
			Without: "none is mounted",
			Changes: []Change{{V1_1, "sys means sys:ro; now it means sys:mixed."}, {V5_0, "cgroup2 came with LXC 4.0.12."}},
			Doc:     "File systems every container needs: proc, sys and cgroup, each with how much of it may be written. A later word about the same file system replaces the earlier.",
			Example: "lxc.mount.auto = proc:mixed sys:ro",
			field:   autoMounts().readBefore(V1_1, readOnlySys),
		},
	}
}

// autoMounts folds the words into one choice a file system.
func autoMounts() *field {
	return &field{
		language: grammar.AutoMounts.Name, syntax: grammar.AutoMounts.Syntax, repeat: Accumulate,
		set: func(c *config.Config, in input) *grammar.ValueError {
			list, err := grammar.AutoMounts.Parse(in.value)
			auto := &c.Mount.Auto
			for _, a := range list {
				switch a.Family {
				case "proc":
					auto.Proc = config.Of(a.Mode, in.origin)
				case "sys":
					auto.Sys = config.Of(a.Mode, in.origin)
				case "cgroup":
					auto.Cgroup = config.Of(config.CgroupAuto{Kind: a.Kind, Mode: a.Mode, Force: a.Force}, in.origin)
				case "shmounts":
					auto.ShMounts = config.Of(config.ShMounts{Host: a.Host, Container: a.Container}, in.origin)
				}
			}
			return err
		},
		clear: func(c *config.Config, _ input) *grammar.ValueError {
			c.Mount.Auto = config.AutoMount{}
			return nil
		},
		show: func(c *config.Config, emit func(string, string, config.Origin)) {
			auto := &c.Mount.Auto
			if auto.Proc.Set {
				emit("", grammar.AutoMount{Family: "proc", Mode: auto.Proc.V}.String(), auto.Proc.Origin)
			}
			if auto.Sys.Set {
				emit("", grammar.AutoMount{Family: "sys", Mode: auto.Sys.V}.String(), auto.Sys.Origin)
			}
			if v := auto.Cgroup; v.Set {
				emit("", grammar.AutoMount{Family: "cgroup", Kind: v.V.Kind, Mode: v.V.Mode, Force: v.V.Force}.String(), v.Origin)
			}
			if v := auto.ShMounts; v.Set {
				emit("", grammar.AutoMount{Family: "shmounts", Host: v.V.Host, Container: v.V.Container}.String(), v.Origin)
			}
		},
	}
}

// devKeys is the section on /dev.
func devKeys() []Key {
	return []Key{
		{
			Name: "lxc.autodev", Since: V1_0, Default: "1", Launch: Steps(),
			Changes: []Change{{V2_0, "LXC decides by itself: yes for an init whose path speaks of systemd."}},
			Doc:     "Whether LXC mounts a tmpfs on /dev and fills it with the standard nodes. An empty value means 0.",
			Example: "lxc.autodev = 0",
			field: scalar(grammar.Bool, func(c *config.Config) *config.Value[bool] { return &c.Dev.Auto }).
				emptyMeans(func(c *config.Config, in input) *grammar.ValueError {
					c.Dev.Auto = config.Of(false, in.origin)
					return nil
				}),
		},
		{
			Name: "lxc.autodev.tmpfs.size", Since: V4_0, Default: "500000", Launch: Steps(),
			Doc:     "The size of that tmpfs in bytes. What is no number means the default.",
			Example: "lxc.autodev.tmpfs.size = 1000000",
			field: scalar(grammar.TmpfsSize, func(c *config.Config) *config.Value[int64] { return &c.Dev.TmpfsSize }).
				emptyMeans(func(c *config.Config, in input) *grammar.ValueError {
					c.Dev.TmpfsSize = config.Of(int64(grammar.DefaultTmpfsSize), in.origin)
					return nil
				}),
		},
	}
}
