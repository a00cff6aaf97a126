package compile

import "lxcfg/grammar/diag"

// infoDiffering is what is worth knowing and nothing to be done about.
var infoDiffering = diag.Verdict{Severity: diag.Info, Effect: diag.SilentlyDifferent}

// userCodes are about ids and cgroups on a host, and about what ordinary users may
// have of them.
func userCodes() []diag.Row {
	return []diag.Row{
		{
			Code: "idmap/forbidden", Verdicts: []diag.Verdict{diag.Failing}, Title: "a host that lets the user make no user namespaces",
			Doc:       "A setting of the host, which the finding names, keeps whoever starts the container from making user namespaces, which an id map takes. Ordinary users can start no container without one.",
			NoExample: "It takes such a host.",
		},
		{
			Code: "idmap/groups-denied", Verdicts: []diag.Verdict{diag.Failing}, Title: "groups for an init whose user maps nobody but himself",
			Doc:  "Without newgidmap the kernel takes a map of groups only with setgroups(2) denied: a group can be there to keep somebody out.",
			Bad:  rootLine + "lxc.idmap = u 0 1000 1\nlxc.idmap = g 0 1000 1\nlxc.init.groups = 0\n",
			Good: rootLine + "lxc.idmap = u 0 1000 1\nlxc.idmap = g 0 1000 1\n", Host: "user",
		},
		{
			Code: "idmap/not-here", Verdicts: []diag.Verdict{diag.Failing}, Title: "ids that a container around this one does not have",
			Doc:  "lxcfg runs in a user namespace itself, and the map leads to ids that do not exist there.",
			Bad:  rootLine + idmapLine,
			Good: rootLine + "lxc.idmap = u 0 1000 64000\nlxc.idmap = g 0 1000 64000\n", Host: "inside",
		},
		{
			Code: "idmap/no-way", Verdicts: []diag.Verdict{diag.Failing}, Title: "a directory that the container's root may not pass",
			Doc: "On the way to its rootfs the container's root is an ordinary user of the host, and a home directory is often closed to others. LXC tells when it fails.",
			Bad: "lxc.rootfs.path = dir:/home/ann/rootfs\n" + idmapLine, Good: rootLine + idmapLine, Host: "user-closed-home",
		},
		{
			Code: "cgroup/devices-need-root", Verdicts: []diag.Verdict{diag.Differing}, Title: "device rules that only root can set",
			Doc:  "Rules for devices take rights on the host. LXC leaves them out for ordinary users and for containers in containers, and so does lxcfg.",
			Bad:  rootLine + idmapLine + "lxc.cgroup2.devices.deny = a\n",
			Good: rootLine + idmapLine + "lxc.cgroup2.devices.deny = a\nlxc.cgroup2.devices.deny =\n", Host: "user",
		},
		{
			Code: "cgroup/no-device", Verdicts: []diag.Verdict{diag.Failing}, Title: "a device that the host does not have",
			Doc: "A path in devices.allow stands for the device that is there when the container starts. Type and numbers can be allowed beforehand.",
			Bad: rootLine + "lxc.cgroup2.devices.allow = /dev/none r\n", Good: rootLine + "lxc.cgroup2.devices.allow = c 10:229 rwm\n",
		},
		{
			Code: "cgroup/nothing-to-mount", Verdicts: []diag.Verdict{infoDiffering}, Title: "cgroups to be mounted for a user without any",
			Doc: "lxc.mount.auto mounts cgroups for a container that has one. Nobody has delegated a cgroup to the user.",
			Bad: rootLine + idmapLine + "lxc.mount.auto = cgroup\n", Good: rootLine + idmapLine + "lxc.mount.auto = proc\n", Host: "user",
		},
		{
			Code: "cgroup/not-used", Verdicts: []diag.Verdict{diag.Failing}, Title: "a limit of a controller that lxc.cgroup.use leaves out",
			Doc:       "lxc.cgroup.use in LXC's system configuration lists the controllers of cgroup v1 that containers get. A limit of another cannot be set.",
			NoExample: "It takes a system configuration.",
		},
		{
			Code: "cgroup/use-unavailable", Verdicts: []diag.Verdict{diag.Failing}, Title: "a controller of lxc.cgroup.use that is not there",
			Doc:       "LXC starts no container when a controller that lxc.cgroup.use lists is missing or not delegated to the user.",
			NoExample: "It takes a system configuration.",
		},
	}
}

// labelCodes are about AppArmor and SELinux on a host.
func labelCodes() []diag.Row {
	generate := rootLine + "lxc.apparmor.profile = generated\n"
	named := rootLine + "lxc.apparmor.profile = web\n"
	return []diag.Row{
		{
			Code: "apparmor/not-here", Verdicts: []diag.Verdict{infoDiffering}, Title: "a profile for AppArmor on a host without it",
			Doc: "LXC passes over lxc.apparmor.profile where AppArmor is not enabled: nothing confines the container.",
			Bad: named, Good: rootLine + "lxc.apparmor.profile = unconfined\n",
		},
		{
			Code: "selinux/not-here", Verdicts: []diag.Verdict{infoDiffering}, Title: "a context for SELinux on a host without it",
			Doc: "LXC passes over lxc.selinux.context where SELinux is not enabled, or AppArmor is.",
			Bad: rootLine + "lxc.selinux.context = u:r:web_t:s0\n", Good: rootLine,
		},
		{
			Code: "apparmor/no-profile", Verdicts: []diag.Verdict{diag.Failing}, Title: "a profile that is not loaded",
			Doc: "The kernel does not know the profile that lxc.apparmor.profile names, or LXC's own when there is no such line.",
			Bad: rootLine + "lxc.apparmor.profile = nosuch\n", Good: named, Host: "apparmor-unloaded",
		},
		{
			Code: "apparmor/incomplete", Verdicts: []diag.Verdict{diag.Failing}, Title: "an AppArmor that does not decide over mounts",
			Doc: "Without that a profile does not hold the container's root. LXC demands lxc.apparmor.allow_incomplete then.",
			Bad: named, Good: named + "lxc.apparmor.allow_incomplete = 1\n", Host: "apparmor-incomplete",
		},
		{
			Code: "apparmor/confined", Verdicts: []diag.Verdict{diag.Failing}, Title: "a launcher that is confined itself",
			Doc: "A process under a profile cannot take on another one, where profiles cannot be stacked.",
			Bad: named, Good: rootLine + "lxc.apparmor.profile = unchanged\n", Host: "apparmor-confined",
		},
		{
			Code: "apparmor/cannot-load", Verdicts: []diag.Verdict{diag.Failing}, Title: "a generated profile for an ordinary user",
			Doc: "Profiles are loaded by who has CAP_MAC_ADMIN. An ordinary user names one that is loaded.",
			Bad: generate + idmapLine, Good: named + idmapLine, Host: "user-apparmor",
		},
		{
			Code: "apparmor/no-parser", Verdicts: []diag.Verdict{diag.Failing}, Title: "a generated profile without apparmor_parser",
			Doc: "apparmor_parser(8) compiles the profile. It is not installed.",
			Bad: generate, Good: named, Host: "apparmor-without-parser",
		},
		{
			Code: "apparmor/name", Verdicts: []diag.Verdict{diag.Failing}, Title: "a container whose name no profile can have",
			Doc:       "A generated profile is called by the container's name and directory. Quotes and control characters cannot be written in it.",
			NoExample: "It is about the container's name.",
		},
	}
}
