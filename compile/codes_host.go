package compile

import "lxcfg/grammar/diag"

// hostCodes documents what `lxcfg doctor` finds missing on a host. Each need of a
// step (plan.Need) has a row or two.
func hostCodes() []diag.Row {
	warning := diag.Verdict{Severity: diag.Warning, Effect: diag.Advice}
	missing := []diag.Verdict{diag.Failing, diag.Hint} // a hint where a hook may still make it
	rows := []diag.Row{
		{Code: "host/path", Verdicts: missing, Title: "a path of the host that is not there",
			Doc: "The container shows it, or is built on it: the source of a mount, the root file system. The payload opens it when it is launched, and fails without."},
		{Code: "host/path-kind", Verdicts: []diag.Verdict{diag.Failing}, Title: "a directory for a file, or a file for a directory",
			Doc: "create=dir makes a directory to mount on, create=file a file. The kernel binds a directory on a directory only, and a file on a file."},
		{Code: "host/passage", Verdicts: []diag.Verdict{diag.Failing}, Title: "a directory that the container's root may not pass",
			Doc: "With an id map the payload sets the container up as an ordinary user of the host. It needs the right to search each directory above the rootfs and above what is mounted: the x of its mode, or an access control list."},
		{Code: "host/not-shifted", Verdicts: []diag.Verdict{warning}, Title: "a root file system of ids that are not mapped",
			Doc: "Ids of the host that the id map does not hold are nobody in the container. A root file system that belongs to one cannot be changed from inside, and most inits fail."},
		{Code: "host/command", Verdicts: append(missing, warning), Title: "a hook, script or command that cannot be run",
			Doc: "The program is missing, may not be executed, or its first line names an interpreter that is missing. A hook that fails ends the launch."},
		{Code: "host/program", Verdicts: missing, Title: "a helper program that is not installed",
			Doc: "Some steps are done by programs of the host: newuidmap writes id maps for ordinary users, qemu-nbd attaches images."},
		{Code: "host/link", Verdicts: missing, Title: "a network link that is not there",
			Doc: "Interfaces of the types macvlan, ipvlan, vlan and phys are made on a link of the host."},
		{Code: "host/bridge", Verdicts: missing, Title: "a bridge that is not there, or no bridge",
			Doc: "The host's end of a veth pair becomes a port of a bridge. LXC's own, lxcbr0, is made by the service lxc-net."},
		{Code: "host/bridge-down", Verdicts: []diag.Verdict{warning}, Title: "a bridge that is switched off",
			Doc: "The container starts, and nothing gets through."},
		{Code: "host/filesystem", Verdicts: []diag.Verdict{diag.Failing, warning}, Title: "a file system that cannot be mounted",
			Doc: "The kernel does not have the type, or does not let a container with an id map mount it: inside a user namespace it permits few types."},
		{Code: "host/module", Verdicts: missing, Title: "something that this kernel does not have",
			Doc: "The kernel was built without, and its module is not installed."},
		{Code: "host/kernel", Verdicts: []diag.Verdict{diag.Failing}, Title: "a kernel that is too old",
			Doc: "A step uses a system call that came with a later release."},
		{Code: "host/sysctl", Verdicts: missing, Title: "a setting that this kernel does not have",
			Doc: "lxc.sysctl writes a file below the container's /proc/sys. There is none of the name."},
		{Code: "host/target", Verdicts: missing, Title: "a place in the container that nothing can be mounted on",
			Doc: "The target of a mount is neither in the root file system nor made by create=, or a symbolic link leads to it, which lxcfg does not follow. What is mounted before is taken into account: a new /dev is empty."},
		{Code: "host/init", Verdicts: append(missing, warning), Title: "a container without its init",
			Doc: "The program of lxc.init.cmd, or of the command line, is not in the root file system, may not be executed, or what runs it is missing: " +
				"the interpreter of a script, the dynamic linker of a program."},
		{Code: "host/running", Verdicts: []diag.Verdict{warning}, Title: "a container that runs already",
			Doc: "LXC's monitor answers for a container of the name. Two inits on one root file system get in each other's way."},
		{Code: "host/not-running", Verdicts: missing, Title: "a container that has to run and does not",
			Doc: "lxc.namespace.share names a container. Its init is asked for where its monitor listens, and nobody does."},
		{Code: "host/remains", Verdicts: []diag.Verdict{warning}, Title: "something that a killed launch has left",
			Doc: "A launcher that is killed (SIGKILL) takes nothing back. What the kernel does not take back by itself is on a list in /run/lxcfg, or in $XDG_RUNTIME_DIR/lxcfg: the next start of the " +
				"container takes it back and says so, and so does `lxcfg doctor --clear`."},
		{Code: "host/cgroup-left", Verdicts: []diag.Verdict{warning, diag.Failing}, Title: "a cgroup that an earlier launch has left",
			Doc: "A launcher that was killed leaves its cgroups. The next container gets another name, with -1 behind it, which is not where monitoring looks."},
		{Code: "host/cgroup-used", Verdicts: []diag.Verdict{warning, diag.Failing}, Title: "a cgroup of the container's name that is in use",
			Doc: "There are processes in a cgroup of the container's name: it is running, or something else has taken the name."},
		{Code: "host/image", Verdicts: []diag.Verdict{warning}, Title: "an image that is attached already",
			Doc: "A loop device has the image. It is in use, or was left by a launcher that was killed. Two that write to one file system destroy it."},
		{Code: "host/changed", Verdicts: []diag.Verdict{diag.Failing, diag.Hint}, Title: "a host that is not the one a plan was made for",
			Doc: "A stored plan is executed on a host like the one it was made for only. What has changed is told, and what of the plan rests on it."},
	}
	for i := range rows {
		rows[i].Command = "doctor"
		rows[i].NoExample = "It depends on the host."
	}
	return rows
}
