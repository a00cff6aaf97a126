//go:build linux

package payload

import (
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/program"
)

func octal(mode uint32) string { return fmt.Sprintf("0%o", mode) }

func device(major, minor uint32) string { return fmt.Sprintf("makedev(%d, %d)", major, minor) }

// parentDeath arms the signal, and then looks whether the monitor has died before
// it was armed: its end of the socket pair would be closed.
func (l *lowering) parentDeath(op plan.ParentDeath) {
	l.armParentDeath(op.Signal)
	l.call("recvfrom", unix.SYS_RECVFROM, args(program.InputFD(InputBarrier), program.Blob([]byte{0}, "<buffer>"), program.Int(1),
		program.Word(unix.MSG_PEEK|unix.MSG_DONTWAIT, "MSG_PEEK|MSG_DONTWAIT"), program.Null, program.Null),
		program.Pass(unix.EAGAIN), program.Least(1), program.About("the monitor"))
}

func (l *lowering) armParentDeath(signal uint32) {
	l.call("prctl", unix.SYS_PRCTL, args(program.Word(unix.PR_SET_PDEATHSIG, "PR_SET_PDEATHSIG"), program.Int(int(signal)),
		program.Int(0), program.Int(0), program.Int(0)))
}

// userEnter becomes the container's root. Groups go first: without CAP_SETGID,
// which a change of uid may cost, they could not be dropped.
func (l *lowering) userEnter(op plan.UserEnter) {
	l.setGroups(plan.Identity{SetGroups: op.ClearGroups})
	l.setIDs(op.UID, op.GID)
	// A change of ids made the process undumpable, which gives its /proc files to
	// the host's root and keeps its own user from writing them (prctl(2)).
	l.dumpable(1)
	// It also disarmed the parent-death signal.
	l.armParentDeath(uint32(unix.SIGKILL))
}

// dumpable says whether others may look into the process (PR_SET_DUMPABLE, prctl(2)).
func (l *lowering) dumpable(may int) {
	l.call("prctl", unix.SYS_PRCTL, args(program.Word(unix.PR_SET_DUMPABLE, "PR_SET_DUMPABLE"), program.Int(may),
		program.Int(0), program.Int(0), program.Int(0)))
}

func (l *lowering) setIDs(uid, gid uint32) {
	l.call("setresgid", unix.SYS_SETRESGID, args(program.Int(int(gid)), program.Int(int(gid)), program.Int(int(gid))))
	l.call("setresuid", unix.SYS_SETRESUID, args(program.Int(int(uid)), program.Int(int(uid)), program.Int(int(uid))))
}

// traverse looks at each directory on the way, from the root down: the first that
// the payload may not pass is the one that is told.
func (l *lowering) traverse(op plan.Traverse) {
	dirs := []string{"/"}
	for i, c := range op.Path {
		if c == '/' && i > 0 {
			dirs = append(dirs, op.Path[:i])
		}
	}
	if op.Path != "/" {
		dirs = append(dirs, op.Path)
	}
	for _, dir := range dirs {
		l.call("faccessat", unix.SYS_FACCESSAT, args(program.AtFDCWD, program.Str(dir), program.Word(unix.X_OK, "X_OK")))
	}
}

// identity takes on init's ids. With the uid unchanged nothing is lost; with a
// new one the capabilities go, which is what lxc.init.uid is for.
func (l *lowering) identity(op plan.Identity) {
	l.setGroups(op)
	if op.UID != 0 || op.GID != 0 {
		l.setIDs(op.UID, op.GID)
		l.armParentDeath(uint32(unix.SIGKILL))
	}
}

// setGroups replaces the supplementary groups, where there is something to replace them by.
func (l *lowering) setGroups(op plan.Identity) {
	if !op.SetGroups {
		return
	}
	groups := make([]byte, 0, 4*op.Groups.Len())
	var words []string
	for _, g := range op.Groups.All() {
		groups = binary.NativeEndian.AppendUint32(groups, g)
		words = append(words, fmt.Sprint(g))
	}
	list := program.Null
	if len(groups) > 0 {
		list = program.Blob(groups, "["+strings.Join(words, ", ")+"]")
	}
	l.call("setgroups", unix.SYS_SETGROUPS, args(program.Int(op.Groups.Len()), list))
}

// namespaceFlags are the namespaces as clone(2) and unshare(2) take them.
var namespaceFlags = [...]struct {
	namespace plan.Namespace
	flag      uint64
	word      string
}{
	{plan.NamespaceUser, unix.CLONE_NEWUSER, "CLONE_NEWUSER"},
	{plan.NamespaceMnt, unix.CLONE_NEWNS, "CLONE_NEWNS"},
	{plan.NamespacePID, unix.CLONE_NEWPID, "CLONE_NEWPID"},
	{plan.NamespaceUTS, unix.CLONE_NEWUTS, "CLONE_NEWUTS"},
	{plan.NamespaceIPC, unix.CLONE_NEWIPC, "CLONE_NEWIPC"},
	{plan.NamespaceNet, unix.CLONE_NEWNET, "CLONE_NEWNET"},
	{plan.NamespaceCgroup, unix.CLONE_NEWCGROUP, "CLONE_NEWCGROUP"},
	{plan.NamespaceTime, unix.CLONE_NEWTIME, "CLONE_NEWTIME"},
}

// CloneFlags gives a set of namespaces as clone(2) takes it.
func CloneFlags(set plan.NamespaceSet) uint64 {
	flags, _ := cloneFlags(set)
	return flags
}

func cloneFlags(set plan.NamespaceSet) (flags uint64, words string) {
	var names []string
	for _, row := range namespaceFlags {
		if set.Has(row.namespace) {
			flags |= row.flag
			names = append(names, row.word)
		}
	}
	return flags, strings.Join(names, "|")
}

func (l *lowering) unshare(op plan.Unshare) {
	flags, words := cloneFlags(op.Namespaces)
	l.call("unshare", unix.SYS_UNSHARE, args(program.Word(flags, words)))
}

// netlinkHandover opens a socket that sees and changes the container's network
// namespace, whoever uses it, and gives it away.
func (l *lowering) netlinkHandover() {
	socket := l.callInto("netlink", "socket", unix.SYS_SOCKET, args(program.Word(unix.AF_NETLINK, "AF_NETLINK"),
		program.Word(unix.SOCK_RAW|unix.SOCK_CLOEXEC, "SOCK_RAW|SOCK_CLOEXEC"), program.Word(unix.NETLINK_ROUTE, "NETLINK_ROUTE")),
		program.About("netlink"))
	l.send(SendsNetlink, socket)
	l.close(socket)
}

// timeNamespace makes the namespace, sets its clocks while there is no process in
// it, and enters it (time_namespaces(7)). /proc is still the host's.
func (l *lowering) timeNamespace(op plan.TimeNamespace) {
	l.call("unshare", unix.SYS_UNSHARE, args(program.Word(unix.CLONE_NEWTIME, "CLONE_NEWTIME")))
	for _, clock := range [...]struct {
		name   string
		offset plan.ClockOffset
	}{{"monotonic", op.Monotonic}, {"boottime", op.Boot}} {
		if clock.offset != (plan.ClockOffset{}) {
			l.writeFile("/proc/self/timens_offsets", fmt.Sprintf("%s %d %d", clock.name, clock.offset.Seconds, clock.offset.Nanoseconds))
		}
	}
	ns := l.callInto("time-namespace", "openat", unix.SYS_OPENAT, args(program.AtFDCWD, program.Str("/proc/self/ns/time_for_children"),
		program.Word(unix.O_RDONLY|unix.O_CLOEXEC, "O_RDONLY|O_CLOEXEC"), program.Int(0)))
	l.call("setns", unix.SYS_SETNS, args(ns, program.Word(unix.CLONE_NEWTIME, "CLONE_NEWTIME")), program.About("the time namespace"))
	l.close(ns)
}

// writeFile writes a file of the host's /proc in one write, before the pivot.
func (l *lowering) writeFile(name, value string) {
	file := l.callInto("file", "openat", unix.SYS_OPENAT, args(program.AtFDCWD, program.Str(name),
		program.Word(unix.O_WRONLY|unix.O_CLOEXEC, "O_WRONLY|O_CLOEXEC"), program.Int(0)))
	l.call("write", unix.SYS_WRITE, args(file, program.Str(value), program.Int(len(value))), program.About(name))
	l.close(file)
}

// schedCore lets ENODEV pass, as LXC does: cores that run one thread at a time
// share nothing.
func (l *lowering) schedCore() {
	l.call("prctl", unix.SYS_PRCTL, args(program.Word(unix.PR_SCHED_CORE, "PR_SCHED_CORE"), program.Word(unix.PR_SCHED_CORE_CREATE, "PR_SCHED_CORE_CREATE"),
		program.Int(0), program.Word(unix.PR_SCHED_CORE_SCOPE_THREAD_GROUP, "PR_SCHED_CORE_SCOPE_THREAD_GROUP"), program.Int(0)), program.Pass(unix.ENODEV), program.About("core scheduling"))
}

func (l *lowering) hostname(op plan.Hostname) {
	l.call("sethostname", unix.SYS_SETHOSTNAME, args(program.Str(op.Name), program.Int(len(op.Name))))
}

// keyring lets what LXC lets pass: a seccomp filter of the caller's (EPERM), an
// LSM (EACCES), a kernel without keyrings.
func (l *lowering) keyring(op plan.Keyring) {
	if op.Context != "" {
		l.writeAttribute(l.openAttribute("keycreate", "keycreate"), op.Context, "context of the session keyring "+op.Context)
	}
	l.call("keyctl", unix.SYS_KEYCTL, args(program.Word(unix.KEYCTL_JOIN_SESSION_KEYRING, "KEYCTL_JOIN_SESSION_KEYRING"), program.Null,
		program.Int(0), program.Int(0), program.Int(0)), program.Pass(unix.EPERM, unix.EACCES, unix.ENOSYS))
}

func (l *lowering) personality(op plan.Personality) {
	word := "PER_LINUX"
	if op.Persona == 8 {
		word = "PER_LINUX32"
	}
	l.call("personality", unix.SYS_PERSONALITY, args(program.Word(uint64(op.Persona), word)))
}

// sysctl writes below the container's own /proc, after the pivot. A rootfs without
// that mount may have anything in its place: O_NONBLOCK keeps a fifo there from
// holding up the launch.
func (l *lowering) sysctl(op plan.Sysctl) {
	file := l.openIn(l.rootfs, "proc/sys/"+op.Name, unix.O_WRONLY|unix.O_NONBLOCK, "O_WRONLY|O_NONBLOCK", op.Name)
	l.call("write", unix.SYS_WRITE, args(file, program.Str(op.Value), program.Int(len(op.Value))), program.About(op.Name))
	l.close(file)
}

func (l *lowering) session() { l.call("setsid", unix.SYS_SETSID, nil) }

// workDir changes directory after the pivot. Links are followed as the
// configuration's author expects, but for those to what a process has open: a
// container's directory must not be one that the host's side of the launch has.
func (l *lowering) workDir(op plan.WorkDir) {
	const flags, words = unix.O_PATH | unix.O_DIRECTORY, "O_PATH|O_DIRECTORY"
	open := func(p string) program.Slot {
		return l.callInto(p, "openat2", unix.SYS_OPENAT2, openHow(program.AtFDCWD, p, flags, words, 0, unmagical))
	}
	dir := open("/")
	parts := []string{op.Path}
	if op.Create {
		parts = strings.Split(op.Path, "/")
	}
	at := ""
	for _, part := range parts {
		if at += part; part != "" {
			if op.Create {
				l.mkdir(dir, part, 0o755)
			}
			l.close(dir)
			dir = open(at)
		}
		at += "/"
	}
	l.call("fchdir", unix.SYS_FCHDIR, args(dir), program.About(op.Path))
	l.close(dir)
}

// handBack gives init what the launch has held for itself: the caller's umask, and
// signals, which have been blocked since the clone. Their handlers are gone by then.
// The minimal init leaves signals blocked, because it waits for them.
func (l *lowering) handBack() {
	if l.given {
		return
	}
	l.given = true
	l.restoreUmask()
	if !l.below {
		l.unblockSignals()
	}
}

func (l *lowering) restoreUmask() {
	if l.masked {
		l.call("umask", unix.SYS_UMASK, args(l.umask))
	}
}

func (l *lowering) unblockSignals() {
	l.call("rt_sigprocmask", unix.SYS_RT_SIGPROCMASK, args(program.Word(unix.SIG_SETMASK, "SIG_SETMASK"),
		program.Blob(make([]byte, 8), "[]"), program.Null, program.Int(8)))
}

// checkInit looks at the path that init is executed by, while the payload may still
// make every system call. A link to /proc/self/exe would execute lxcfg itself, which
// is the host's. What is missing, execve will say.
func (l *lowering) checkInit(op plan.CheckInit) {
	for _, p := range op.Paths.All() {
		file := l.callInto(p, "openat2", unix.SYS_OPENAT2, openHow(program.AtFDCWD, p, unix.O_PATH, "O_PATH", 0, unmagical),
			program.Pass(unix.ENOENT, unix.ENOTDIR, unix.EACCES))
		l.call("close", unix.SYS_CLOSE, args(file), program.Pass(unix.EBADF))
	}
}

// keepOpen has descriptors stay open when init is executed.
func (l *lowering) keepOpen(op plan.ListenFDs) {
	for fd := uint32(3); fd <= op.Last(); fd++ {
		l.call("fcntl", unix.SYS_FCNTL, args(program.Int(int(fd)), program.Word(unix.F_SETFD, "F_SETFD"), program.Int(0)),
			program.About(fmt.Sprintf("descriptor %d", fd)))
	}
}

// exec becomes init.
func (l *lowering) exec(op plan.Exec) {
	l.handBack()
	l.execve(op)
}

// execve executes the first path that can be. What the kernel does not know for a
// program is a script, because it is to execvp(3), which LXC calls.
func (l *lowering) execve(op plan.Exec) {
	argv, env := op.Argv.Slice(), program.Strings(op.Env.Slice())
	scripts := make([]program.Label, op.Paths.Len())
	for i, p := range op.Paths.All() {
		scripts[i] = l.b.NewLabel()
		options := []program.Option{program.ElseOn(unix.ENOEXEC, scripts[i])}
		if i < op.Paths.Len()-1 {
			options = append(options, program.Pass(unix.ENOENT, unix.ENOTDIR, unix.EACCES))
		}
		l.call("execve", unix.SYS_EXECVE, args(program.Str(p), program.Strings(argv), env), options...)
	}
	for i, p := range op.Paths.All() {
		l.b.Place(scripts[i])
		script := append([]string{shell, p}, argv[min(1, len(argv)):]...)
		l.call("execve", unix.SYS_EXECVE, args(program.Str(shell), program.Strings(script), env), program.About(p))
	}
}

// shell runs scripts that do not say what does.
const shell = "/bin/sh"
