//go:build linux

package launch

import (
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// advice is what to do about an error, where what is wrong is certain: one row for
// each kind of step, system call and errno. In the text {host} and {container}
// stand for the object's paths and {object} for what the call names.
var advice = [...]struct {
	kinds kinds
	calls calls // nil: any
	errno unix.Errno
	text  string
}{
	{kinds{"spawn"}, calls{"setns"}, unix.EINVAL,
		"The file is no namespace of this kind, or it is the user namespace that the launcher is in already, which nobody can join (setns(2))."},
	{kinds{"spawn"}, nil, unix.EPERM,
		"The caller may not make these namespaces. Ordinary users need lxc.idmap lines, and a host whose sysctls (kernel.unprivileged_userns_clone, " +
			"kernel.apparmor_restrict_unprivileged_userns) let them make user namespaces."},
	{kinds{"spawn"}, nil, unix.ENOSPC, "The host allows no more namespaces: raise the sysctls user.max_*_namespaces."},
	{kinds{"id-map"}, calls{"write"}, unix.EPERM, "The kernel takes maps of ids that are the caller's only: see user_namespaces(7), and newuidmap(1) for more of them."},
	{kinds{"id-map"}, calls{"write"}, unix.EINVAL, "The kernel takes up to 340 ranges that do not overlap, inside and outside: see user_namespaces(7)."},
	{kinds{"user-enter", "identity"}, nil, unix.EINVAL, "The id has no place in the container's map: write lxc.idmap lines that cover it."},
	{kinds{"cgroup-create"}, calls{"mkdir"}, unix.EACCES, "The cgroup is not the caller's: start from a delegated scope, `systemd-run --user --scope -p Delegate=yes`."},
	{kinds{"console-log"}, calls{"open"}, unix.ENOENT, "Make the directory, or correct lxc.console.logfile."},
	{kinds{"cgroup-limit"}, calls{"open"}, unix.ENOENT, "The kernel has no such file in this cgroup: see cgroups(7) for its name."},
	{kinds{"cgroup-limit"}, calls{"write"}, unix.EINVAL, "The kernel refuses the value: see cgroups(7) for what the file takes."},
	{kinds{"cgroup-limit"}, calls{"write"}, unix.ERANGE, "The value is out of the range that the file takes."},

	{kinds{"proc-file"}, calls{"openat2"}, unix.ENOENT, "The kernel has no such file in a process' directory: see proc(5) for its name."},
	{kinds{"proc-file"}, calls{"write"}, unix.EINVAL, "The kernel refuses the value: see proc(5) for what the file takes."},
	{kinds{"prlimit"}, nil, unix.EPERM, "Only who has CAP_SYS_RESOURCE may raise a hard limit. Keep to what `ulimit -H -a` shows."},
	{kinds{"sched-core"}, nil, unix.EINVAL, "The kernel has no core scheduling (CONFIG_SCHED_CORE, since Linux 5.14). Remove lxc.sched.core."},
	{kinds{"time-namespace"}, calls{"write"}, unix.ERANGE, "No clock can go below zero: the offset may take away no more than the host has been up."},

	{kinds{"rootfs"}, calls{"open_tree"}, unix.ENOENT, "Make the rootfs, or correct lxc.rootfs.path."},
	{kinds{"rootfs"}, calls{"open_tree"}, unix.EACCES, "The container's root has to reach {host}: every directory above needs the permission x for it."},
	{kinds{"rootfs"}, calls{"openat"}, unix.ENOENT, "The rootfs is mounted at {object}, which has to exist: make it, or correct lxc.rootfs.mount."},
	{kinds{"bind"}, calls{"open_tree"}, unix.ENOENT, "Make {host}, or add the option `optional` to go without it."},
	{kinds{"bind"}, calls{"open_tree"}, unix.EACCES, "The container's root has to reach {host}: every directory above needs the permission x for it."},
	{kinds{"bind", "mount"}, calls{"openat2"}, unix.ENOENT,
		"The place has to exist in the container: make {host}, or add the option `create=dir`, or `create=file` for a file."},
	{kinds{"bind", "mount", "directory", "node", "symlink", "console", "tty"}, calls{"openat2", "mkdirat"}, unix.ELOOP,
		"A symbolic link is on the way to {container}. lxcfg follows none there, because it may lead out of the container: name the place it leads to."},
	{kinds{"bind", "mount"}, calls{"move_mount"}, unix.ENOTDIR,
		"One of the two is a directory and the other is none. The option `create=dir` makes a directory, `create=file` a file."},
	{kinds{"bind"}, calls{"move_mount"}, unix.EINVAL,
		"The kernel binds a directory on a directory only, and a file on a file. The option `create=dir` makes a directory, `create=file` a file."},
	{kinds{"mount"}, calls{"fsconfig"}, unix.ENOENT, "What {object} names is not there: make it, or correct the line."},
	{kinds{"mount"}, calls{"fsopen", "mount"}, unix.ENODEV, "The kernel does not know this type of file system: check it against /proc/filesystems, or load its module."},
	{kinds{"mount"}, calls{"fsconfig"}, unix.EINVAL, "The file system refuses {object}: mount(8) lists the options of each type."},
	{kinds{"mount"}, calls{"fsconfig", "fsopen"}, unix.EPERM,
		"In a user namespace few file systems can be mounted, and proc and sysfs only with a pid and a net namespace of the container's own."},
	{kinds{"node"}, calls{"mknodat"}, unix.EPERM, "Only the host's root may make device nodes. An lxc.mount.entry can bind the host's."},
	{kinds{"sysctl"}, calls{"openat2"}, unix.ENOENT,
		"The kernel has no such setting, or the container no /proc: `sysctl -a` lists the settings, and lxc.mount.auto = proc:rw mounts it."},
	{kinds{"sysctl"}, nil, unix.EROFS, "proc:mixed leaves only /proc/sys/net to be written to: write lxc.mount.auto = proc:rw to change this one."},
	{kinds{"sysctl"}, calls{"write"}, unix.EINVAL, "The kernel refuses the value: `sysctl -a` shows those in force."},
	{kinds{"hostname"}, nil, unix.EINVAL, "A host name has up to 64 characters."},
	{kinds{"keyring"}, nil, unix.EDQUOT, "The user has used up its quota of keys: see the sysctls kernel.keys.maxkeys and kernel.keys.root_maxkeys."},

	{kinds{"hook"}, calls{"faccessat"}, unix.ENOENT,
		"The start hook runs in the container, where {container} is looked up in the rootfs: it would be {host}. Hooks of the host are start-host and mount."},
	{kinds{"hook"}, calls{"faccessat"}, unix.EACCES, "The file cannot be executed: `chmod +x {host}`."},
	{kinds{"hook"}, calls{"execve"}, unix.ENOENT, "Hooks are run by /bin/sh, which has to be in the container for a start hook."},
	{kinds{"hook"}, calls{"statx"}, unix.EBUSY,
		"The hook has mounted something over the rootfs, where it would be lost. Mount below $LXC_ROOTFS_MOUNT."},

	{kinds{"label"}, calls{"write"}, unix.ENOENT, "The profile is not loaded: `aa-status` lists those that are, `apparmor_parser -r FILE` loads one."},
	{kinds{"listen-fds"}, calls{"fcntl"}, unix.EBADF, "The plan was made for a start with more descriptors: systemd gives them to the units of a .socket."},
	{kinds{"seccomp"}, nil, unix.EACCES, "A filter is loaded with CAP_SYS_ADMIN or with lxc.no_new_privs = 1."},
	{kinds{"exec", "init"}, calls{"execve"}, unix.ENOENT,
		"Check {host} and what it needs to run: the program that the first line of a script names, or the loader that `readelf -l` shows."},
	{kinds{"exec", "init"}, calls{"execve"}, unix.EACCES, "The file cannot be executed: it needs the permission x, on a mount without noexec."},
	{kinds{"exec", "init"}, calls{"execve"}, unix.ENOEXEC, "The file is no program of this kind of machine, nor a script that names its interpreter."},
	{kinds{"spawn", "init"}, calls{"memfd_create", "execveat"}, unix.EACCES,
		"The host forbids to execute files in memory: set the sysctl vm.memfd_noexec to 0 or 1."},
}

type kinds []plan.Kind

type calls []string

// adviceFor is what to do about an error, empty when no row of the table fits or
// one of its words has nothing to stand for.
func adviceFor(e *StepError) string {
	errno := e.Errno()
	for _, row := range advice {
		if row.errno != errno || !slices.Contains(row.kinds, e.Step.Op.Kind()) || row.calls != nil && !slices.Contains(row.calls, e.Call) {
			continue
		}
		text := row.text
		for word, value := range map[string]string{"{host}": e.Host, "{container}": e.Container, "{object}": e.Object} {
			if value == "" && strings.Contains(text, word) {
				return ""
			}
			text = strings.ReplaceAll(text, word, value)
		}
		return text
	}
	return ""
}
