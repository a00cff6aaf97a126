package compile

import "lxcfg/grammar/diag"

// storageCodes are about where the rootfs is, what is mounted in it, where the console
// leads, and what becomes of it all.
func storageCodes() []diag.Row {
	absent := []diag.Verdict{diag.Failing, {Severity: diag.Warning, Effect: diag.FailsAtStart}} // an error when it is needed at once
	return []diag.Row{
		{
			Code: "rootfs/missing", Verdicts: absent, Title: "a rootfs that is not there",
			Doc: "The directory, image or device that lxc.rootfs.path names does not exist. With a hook that runs before, lxcfg assumes that it makes it.",
			Bad: "lxc.rootfs.path = dir:/srv/gone\n", Good: rootLine,
		},
		{
			Code: "rootfs/no-directory", Verdicts: []diag.Verdict{diag.Failing}, Title: "a rootfs that is no directory",
			Doc: "LXC mounts a device when the kind of storage stands before it, and finds out by itself for directories, images and logical volumes only.",
			Bad: "lxc.rootfs.path = dir:/srv/web.img\n", Good: "lxc.rootfs.path = loop:/srv/web.img\n",
		},
		{
			Code: "rootfs/no-device", Verdicts: []diag.Verdict{diag.Failing}, Title: "a volume that is no block device",
			Doc: "`lvm:` stands before the device of a volume.",
			Bad: "lxc.rootfs.path = lvm:/srv/web.img\n", Good: "lxc.rootfs.path = lvm:/dev/vg/web\n",
		},
		{
			Code: "rootfs/relative", Verdicts: []diag.Verdict{diag.Failing}, Title: "a rootfs that does not begin at the root",
			Doc: "LXC fails on a path that begins where it happens to run. A dataset or an image of a cluster needs its kind of storage before it.",
			Bad: "lxc.rootfs.path = web/rootfs\n", Good: rootLine,
		},
		{
			Code: "rootfs/no-nbd", Verdicts: absent, Title: "a host without network block devices",
			Doc: "`nbd:` attaches an image with qemu-nbd(8) to a device of the kernel, whose module is loaded by hand: `modprobe nbd max_part=8`.",
			Bad: "lxc.rootfs.path = nbd:/srv/web.img\n", Good: "lxc.rootfs.path = loop:/srv/web.img\n",
		},
		{
			Code: "rootfs/needs-root", Verdicts: []diag.Verdict{diag.Failing}, Title: "storage that only root mounts",
			Doc: "An ordinary user mounts directories and overlays, in a user namespace. Devices and images it may not mount.",
			Bad: "lxc.rootfs.path = loop:/srv/web.img\nlxc.rootfs.mount = /mnt\n" + idmapLine, Good: rootLine + idmapLine, Host: "user",
		},
		{
			Code: "rootfs/no-mount-directory", Verdicts: []diag.Verdict{diag.Failing}, Title: "no directory to mount the rootfs at",
			Doc: "LXC mounts the rootfs at a directory that comes with its package. Where LXC is not installed a directory is mounted over itself, and other storage needs lxc.rootfs.mount.",
			Bad: "lxc.rootfs.path = loop:/srv/web.img\n" + idmapLine, Good: rootLine + idmapLine, Host: "user",
		},
		{
			Code: "rootfs/mount-missing", Verdicts: absent, Title: "a mount directory that is not there",
			Doc: "The directory that lxc.rootfs.mount names has to exist. Nobody but the launch sees the mount.",
			Bad: rootLine + "lxc.rootfs.mount = /srv/gone\n", Good: rootLine + "lxc.rootfs.mount = /mnt\n",
		},
		{
			Code: "rootfs/ignored-option", Verdicts: []diag.Verdict{diag.Differing}, Title: "an option that does nothing to the rootfs",
			Doc: "A directory takes no options of a file system, and its propagation is always that of a container's root.",
			Bad: rootLine + "lxc.rootfs.options = size=1g\n", Good: rootLine + "lxc.rootfs.options = nosuid,ro\n",
		},
		{
			Code: "rootfs/idmap-overlay", Verdicts: []diag.Verdict{diag.Failing}, Title: "an overlay whose ids are to be mapped",
			Doc: "The kernel maps the ids of overlays through their layers only, and LXC those of directories only.",
			Bad: "lxc.rootfs.path = overlay:/srv/web:/srv/delta\nlxc.rootfs.options = idmap=container\n" + idmapLine, Good: rootLine + "lxc.rootfs.options = idmap=container\n" + idmapLine,
		},
		{
			Code: "rootfs/idmap-needs-root", Verdicts: []diag.Verdict{diag.Failing}, Title: "ids of a rootfs that the user may not map",
			Doc: "Only root maps the ids of a mount of the host's (mount_setattr(2)).",
			Bad: rootLine + "lxc.rootfs.options = idmap=container\n" + idmapLine, Good: rootLine + idmapLine, Host: "user",
		},
		{
			Code: "mount/fstab-unreadable", Verdicts: []diag.Verdict{diag.Failing}, Title: "a fstab that cannot be read",
			Doc: "LXC does not start a container whose lxc.mount.fstab it cannot read. lxcfg reads it when it makes the plan, so that a hook cannot write it.",
			Bad: rootLine + "lxc.mount.fstab = /srv/gone\n", Good: rootLine + "lxc.mount.fstab = fstab\n-- fstab --\n/srv/data srv none bind,create=dir 0 0\n",
		},
		{
			Code: "mount/source-missing", Verdicts: absent, Title: "a mount of what is not there",
			Doc: "A bind mount shows a path of the host, which has to exist unless the entry is optional. With a hook that runs before, lxcfg assumes that it makes it.",
			Bad: rootLine + "lxc.mount.entry = /srv/gone mnt none bind 0 0\n", Good: rootLine + "lxc.mount.entry = /srv/gone mnt none bind,optional 0 0\n",
		},
		{
			Code: "mount/idmap-needs-root", Verdicts: []diag.Verdict{diag.Failing}, Title: "ids of a mount that the user may not map",
			Doc: "Only root maps the ids of a mount of the host's (mount_setattr(2)).",
			Bad: rootLine + idmapLine + "lxc.mount.entry = /srv/data mnt none bind,idmap=container 0 0\n", Good: rootLine + idmapLine + "lxc.mount.entry = /srv/data mnt none bind 0 0\n", Host: "user",
		},
		{
			Code: "mount/cgroup-left-to-init", Verdicts: []diag.Verdict{infoDiffering}, Title: "cgroups that the container mounts itself",
			Doc: "Where there are cgroup namespaces and cgroup v1, LXC mounts cgroups only for a container that could not do it itself, or with :force. Included files ask for cgroups in case there are no such namespaces; of them nothing is told.",
			Bad: rootLine + "lxc.mount.auto = cgroup:mixed\n", Good: rootLine + "lxc.mount.auto = cgroup:mixed:force\n", Host: "hybrid",
		},
		{
			Code: "mount/cgroup-without-namespace", Verdicts: []diag.Verdict{diag.Failing}, Title: "cgroups that take a cgroup namespace",
			Doc: "LXC shows a container without a cgroup namespace its own part of the hierarchies of cgroup v1, and fails with v2. The root of a user namespace may not mount those of the host, which cgroup-full asks for.",
			Bad: rootLine + "lxc.mount.auto = cgroup\nlxc.namespace.keep = user cgroup\n", Good: rootLine + "lxc.mount.auto = cgroup\nlxc.namespace.keep = user\n",
		},
		{
			Code: "log/cannot-open", Verdicts: []diag.Verdict{{Severity: diag.Warning, Effect: diag.RejectedAtLoad}}, Title: "a log that cannot be opened",
			Doc: "LXC opens the file of lxc.log.file when it reads the line, and refuses the configuration when that fails. Directories that are missing it makes. A log that is named on the command line comes first.",
			Bad: rootLine + "lxc.log.file = /srv/web\n", Good: rootLine + "lxc.log.file = /srv/web/web.log\n",
		},
		{
			Code: "console/missing", Verdicts: absent, Title: "a console that is not there",
			Doc: "The terminal that lxc.console.path names does not exist.",
			Bad: rootLine + "lxc.console.path = /dev/gone\n", Good: rootLine + "lxc.console.path = /dev/tty8\n",
		},
		{
			Code: "console/no-terminal", Verdicts: []diag.Verdict{diag.Failing}, Title: "a console that is no terminal",
			Doc: "lxc.console.path names a terminal. What the console shows is written to a file by lxc.console.logfile.",
			Bad: rootLine + "lxc.console.path = /srv/web.img\n", Good: rootLine + "lxc.console.logfile = /var/log/web.console\n",
		},
		{
			Code: "ephemeral/no-rootfs", Verdicts: []diag.Verdict{diag.Differing}, Title: "nothing to destroy",
			Doc:       "A container on the host's root has no storage that could go with it.",
			NoExample: "A configuration without a rootfs has the finding rootfs/none as well.",
		},
		{
			Code: "ephemeral/needs-root", Verdicts: []diag.Verdict{diag.Failing}, Title: "files that the user may not remove",
			Doc: "The files of a container's users belong to others than the user who starts it.",
			Bad: rootLine + idmapLine + "lxc.ephemeral = 1\n", Good: rootLine + idmapLine, Host: "user",
		},
		{
			Code: "ephemeral/removes-host", Verdicts: []diag.Verdict{diag.Failing}, Title: "a container that would take the host along",
			Doc: "The storage to destroy with the container holds the host's root, or all containers. LXC removes it.",
			Bad: "lxc.rootfs.path = dir:/\nlxc.ephemeral = 1\n", Good: rootLine + "lxc.ephemeral = 1\n",
		},
	}
}
