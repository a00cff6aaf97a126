package plan

// factRow says of a fact what people call it and what of a plan rests on it.
type factRow struct {
	fact     string // its path in the JSON form, without the names of list items
	words    string
	means    string // what rests on it; empty: what rests on the facts around it
	harmless string // why nothing rests on it, so that a plan may be executed all the same
}

// factRows is one row a fact: a test demands it.
var factRows = [...]factRow{
	{"arch", "processor", "system calls and seccomp filters are made for one kind of processor", ""},
	{"kernel", "release of the kernel", "", "what a plan needs of the kernel is compared by itself"},
	{"last_cap", "newest capability of the kernel", "lxc.cap.keep drops every other capability there is", ""},
	{"cgroup_namespaces", "cgroup namespaces", "the container gets one where the kernel has them", ""},
	{"time_namespaces", "time namespaces", "the container gets one where the kernel has them and a line asks for it", ""},
	{"no_seccomp", "no seccomp(2)", "no filter can be loaded without it", ""},
	{"cgroups", "cgroups", "", ""},
	{"cgroups.layout", "cgroup layout", "lxc.cgroup lines count on a host with cgroup v1, lxc.cgroup2 lines on one with v2 only", ""},
	{"cgroups.hierarchies", "cgroup hierarchy", "the container has a cgroup in every hierarchy that its starter may write to", ""},
	{"cgroups.hierarchies.name", "name", "", ""},
	{"cgroups.hierarchies.version", "version", "", ""},
	{"cgroups.hierarchies.mount", "mount point", "", ""},
	{"cgroups.hierarchies.base", "cgroup that containers go below", "", ""},
	{"cgroups.hierarchies.controllers", "controllers", "limits are set through them", ""},
	{"cgroups.hierarchies.writable", "writable", "without, the container has neither cgroup nor limits in it", ""},
	{"cgroups.hierarchies.inside", "below the host's root", "whether processes are in the way of limits depends on it", ""},
	{"cgroups.relative", "cgroups below the caller's own", "the container's cgroups are there", ""},
	{"lsm", "security module", "the container runs under a label of it", ""},
	{"apparmor", "AppArmor", "", ""},
	{"apparmor.label", "caller's label", "a container's label is a change of it, or below it", ""},
	{"apparmor.mount", "decides over mounts", "LXC starts no confined container where it does not", ""},
	{"apparmor.stacking", "namespaces of policies", "a generated profile gives the container one", ""},
	{"apparmor.loading", "caller may load profiles", "generated profiles are loaded at the start", ""},
	{"apparmor.parser", "apparmor_parser", "it loads generated profiles", ""},
	{"caller", "caller", "", ""},
	{"caller.uid", "caller's uid", "only root may start a container without an id map", ""},
	{"caller.gid", "caller's gid", "cgroups are handed to another group only", ""},
	{"caller.capabilities", "caller's capabilities", "without CAP_MKNOD device nodes are bound from the host", ""},
	{"caller.user", "caller's login name", "", "the ranges of /etc/subuid it stands for are compared by themselves"},
	{"caller.in_user_namespace", "caller is in a user namespace", "device nodes cannot be made in one", ""},
	{"caller.seccomp_confined", "seccomp filter on the caller", "below one a policy is loaded only with lxc.seccomp.allow_nesting", ""},
	{"caller.own_uids", "uids there are", "the id map has to lie within them", ""},
	{"caller.own_gids", "gids there are", "the id map has to lie within them", ""},
	{"caller.no_user_namespaces", "setting against user namespaces", "the container is in one", ""},
	{"caller.newidmap", "newuidmap and newgidmap", "they write the id maps that an ordinary user may not write", ""},
	{"caller.subuids", "ranges of /etc/subuid", "the id map has to lie within them", ""},
	{"caller.subgids", "ranges of /etc/subgid", "the id map has to lie within them", ""},
	{"caller.user_nic", "lxc-user-nic", "it makes the interfaces that an ordinary user may not make", ""},
	{"caller.nic_grants", "lines of /etc/lxc/lxc-usernet", "they say which bridges an ordinary user may attach interfaces to", ""},
	{"caller.systemd", "user's systemd", "", ""},
	{"caller.systemd.bus", "message bus of the user's systemd", "it gives the container a scope", ""},
	{"caller.systemd.controllers", "controllers of the user's systemd", "limits are set through them", ""},
	{"rootfs_mount", "default of lxc.rootfs.mount", "the rootfs is mounted there while the container is set up", ""},
	{"delegate", "cgroup files to delegate", "they are handed to the container's root", ""},
	{"lxc_conf", "lxc.conf", "", ""},
	{"lxc_conf.lxcpath", "lxc.lxcpath", "containers are looked up there", ""},
	{"lxc_conf.cgroup.pattern", "lxc.cgroup.pattern", "cgroups of containers are named after it", ""},
	{"lxc_conf.cgroup.use", "lxc.cgroup.use", "containers have cgroups in the hierarchies it names", ""},
	{"lxc_conf.bdev.lvm.vg", "lxc.bdev.lvm.vg", "", onlyCreate},
	{"lxc_conf.bdev.lvm.thin_pool", "lxc.bdev.lvm.thin_pool", "", onlyCreate},
	{"lxc_conf.bdev.zfs.root", "lxc.bdev.zfs.root", "", onlyCreate},
	{"lxc_conf.bdev.rbd.rbdpool", "lxc.bdev.rbd.rbdpool", "", onlyCreate},
	{"lxc_conf.bdev.rbd.rbduser", "lxc.bdev.rbd.rbduser", "", onlyCreate},
	{"lxc_lacks", "what LXC was built without", "", "lxcfg does without LXC"},
	{"links", "network link", "how the container is connected to a link depends on what the link is", ""},
	{"links.name", "name", "", ""},
	{"links.exists", "exists", "", ""},
	{"links.is", "stands for", "", ""},
	{"links.kind", "kind", "", ""},
	{"links.mtu", "MTU", "interfaces on it get the same", ""},
	{"links.addresses", "addresses", "a gateway `auto` is one of them", ""},
	{"links.vlan_filtering", "VLAN filtering", "a port belongs to VLANs only with it", ""},
	{"links.default_pvid", "default VLAN", "a port leaves it for VLANs of its own", ""},
	{"sysctls", "setting", "interfaces depend on it", ""},
	{"sysctls.name", "name", "", ""},
	{"sysctls.value", "value", "", ""},
	{"devices", "device node", "rules of the device cgroup hold its type and numbers", ""},
	{"devices.path", "path", "", ""},
	{"devices.exists", "exists", "", ""},
	{"devices.type", "type", "", ""},
	{"devices.major", "major number", "", ""},
	{"devices.minor", "minor number", "", ""},
	{"paths", "path", "how the root file system is mounted depends on what is there", ""},
	{"paths.path", "path", "", ""},
	{"paths.type", "type", "", ""},
	{"paths.mapper", "device mapper's name", "", ""},
	{"profiles", "AppArmor profile", "a container whose profile is not loaded does not start", ""},
	{"profiles.name", "name", "", ""},
	{"profiles.state", "state", "", ""},
	{"ways", "way to", "the container's root has to pass every directory of it", ""},
	{"ways.path", "path", "", ""},
	{"ways.passages", "directory", "", ""},
	{"ways.passages.path", "path", "", ""},
	{"ways.passages.uid", "owner", "", ""},
	{"ways.passages.gid", "group", "", ""},
	{"ways.passages.mode", "mode", "", ""},
	{"ways.passages.acl", "access control list", "", ""},
}

const onlyCreate = "only lxc-create looks at it"

// wordsOf returns the row of a fact. One without a row is called as in JSON, and
// something may rest on it.
func wordsOf(fact string) factRow {
	for _, r := range factRows {
		if r.fact == fact {
			return r
		}
	}
	return factRow{fact: fact, words: fact}
}
