//go:build linux

package payload_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/payload"
	"lxcfg/launch/program"
)

// says runs a container whose command writes to standard output, and returns what
// it wrote.
func (tr tree) says(t *testing.T, command string, more func(*plan.Builder)) string {
	t.Helper()
	run(t, tr.plan(t, "exec > /out 2>&1\n"+command+"\ntrue", more)).ends(t)
	text, err := os.ReadFile(filepath.Join(tr.rootfs, "out"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// proc adds a proc file system on a directory that the rootfs need not have.
func proc(b *plan.Builder) {
	b.Add(plan.AtAutoMount, plan.Mount{Source: "proc", Target: "/proc", FSType: "proc", Create: plan.CreateDir}, because)
}

// mountLine is a command that prints options, propagation, type and source of the
// mount on a place, as mountinfo has them (proc_pid_mountinfo(5)).
func mountLine(target string) string {
	return fmt.Sprintf(`while read id parent dev root at opts rest; do [ "$at" = %s ] && echo "$opts ${rest%%%%:*} ${rest#*- }"; done < /proc/self/mountinfo`, target)
}

// kernelHas reports whether the kernel knows a file system type.
func kernelHas(t *testing.T, fstype string) bool {
	t.Helper()
	list, err := os.ReadFile("/proc/filesystems")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(list), "\t"+fstype+"\n")
}

func TestMounts(t *testing.T) {
	long := make([]string, 60) // directories whose names together exceed what fsconfig takes
	layers := t.TempDir()
	for i := range long {
		long[i] = filepath.Join(layers, fmt.Sprintf("layer%02d", i))
		if err := os.Mkdir(long[i], 0o755); err != nil {
			t.Fatal(err)
		}
	}
	lower := strings.Join(long, ":")
	for name, c := range map[string]struct {
		op   plan.Op
		want string // mountinfo of /mnt; nothing when there is no such mount
	}{
		"file system": {
			plan.Mount{Source: "none", Target: "/mnt", FSType: "tmpfs", Data: plan.ListOf("size=64k", "mode=700")},
			"rw,relatime shared none rw,size=64k,mode=700\n"},
		"file system with flags": {
			plan.Mount{Source: "it", Target: "/mnt", FSType: "tmpfs", Set: plan.ListOf(plan.FlagNoSUID, plan.FlagNoDev, plan.FlagNoExec, plan.FlagNoATime)},
			"rw,nosuid,nodev,noexec,noatime shared it rw\n"},
		"read-only file system": {
			plan.Mount{Source: "it", Target: "/mnt", FSType: "tmpfs", SuperRO: true, Set: plan.ListOf(plan.FlagReadOnly)},
			"ro,relatime shared it ro\n"},
		"file system that has no place": {
			plan.Mount{Source: "it", Target: "/none", FSType: "tmpfs", SkipMissing: true}, ""},
		"file system that does not exist": {
			plan.Mount{Source: "it", Target: "/mnt", FSType: "nosuchfs", Optional: true}, ""},
		"options too long for fsconfig": {
			plan.Mount{Source: "it", Target: "/mnt", FSType: "overlay", Data: plan.ListOf("lowerdir=" + lower), Set: plan.ListOf(plan.FlagReadOnly, plan.FlagNoSUID)},
			"ro,nosuid,relatime shared it ro,lowerdir=" + lower + "\n"},
		"bind that has no source": {
			plan.Bind{Source: "/no/such/source", Target: "/mnt", SkipMissing: true}, ""},
		"bind that has no target": {
			plan.Bind{Source: "/bin", InContainer: true, Target: "/none", Optional: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTree(t)
			if m, ok := c.op.(plan.Mount); ok && m.FSType == "overlay" && !kernelHas(t, "overlay") {
				t.Skip("the kernel has no overlayfs")
			}
			got := tr.says(t, mountLine("/mnt"), func(b *plan.Builder) {
				proc(b)
				b.Add(plan.AtMountEntry, c.op, because)
			})
			got = strings.NewReplacer("tmpfs ", "", "overlay ", "", ",inode64", "").Replace(got)
			if at := strings.Index(got, lower); at >= 0 {
				got = got[:at+len(lower)] + "\n" // what overlayfs adds differs between kernels
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("the mount (-want +got):\n%s", diff)
			}
		})
	}
}

// A bind has the flags of its source's mount but for those that the plan sets and
// clears; a read-only one cannot be written to.
func TestBinds(t *testing.T) {
	for name, c := range map[string]struct {
		bind plan.Bind
		want string
	}{
		"as it is":     {plan.Bind{}, "rw,nosuid,noatime written"},
		"read-only":    {plan.Bind{Set: plan.ListOf(plan.FlagReadOnly)}, "ro,nosuid,noatime sh: can't create /a/b/file: Read-only file system"},
		"more flags":   {plan.Bind{Set: plan.ListOf(plan.FlagNoExec, plan.FlagRelATime)}, "rw,nosuid,noexec,relatime written"},
		"fewer flags":  {plan.Bind{Clear: plan.ListOf(plan.FlagNoSUID)}, "rw,noatime written"},
		"with subtree": {plan.Bind{Recursive: true}, "rw,nosuid,noatime written deep"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTree(t)
			bind := c.bind
			bind.Source, bind.InContainer, bind.Target, bind.Create = "/source", true, "/a/b", plan.CreateDir
			got := tr.says(t, mountLine("/a/b")+"; echo x > /a/b/file && echo written; [ -d /a/b/deep/x ] && echo deep", func(b *plan.Builder) {
				proc(b)
				b.Add(plan.AtMountEntry, plan.Mount{Source: "source", Target: "/source", FSType: "tmpfs", Create: plan.CreateDir,
					Set: plan.ListOf(plan.FlagNoSUID, plan.FlagNoATime)}, because)
				b.Add(plan.AtMountEntry, plan.Directory{Path: "/source/deep", Mode: 0o755}, because)
				b.Add(plan.AtMountEntry, plan.Mount{Source: "deep", Target: "/source/deep", FSType: "tmpfs"}, because)
				b.Add(plan.AtMountEntry, plan.Directory{Path: "/source/deep/x", Mode: 0o755}, because)
				b.Add(plan.AtMountEntry, bind, because)
			})
			flags, rest, _ := strings.Cut(got, " ")
			_, after, _ := strings.Cut(rest, "\n")
			if got := strings.Join(strings.Fields(flags+" "+after), " "); got != c.want {
				t.Errorf("the bind is %q, want %q", got, c.want)
			}
		})
	}
}

// Init gets nothing of the launch: no descriptor, not even one that the caller has
// left open, no blocked signal, no umask; and files are made with the modes the plan
// says.
func TestInitIsClean(t *testing.T) {
	defer unix.Umask(unix.Umask(0o027))
	left, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(left)
	tr := newTree(t)
	const command = `umask; while read key value; do case $key in SigBlk:) echo $key $value;; esac; done < /proc/self/status
		fd=3; while [ $fd -lt 1024 ]; do [ -e /proc/self/fd/$fd ] && echo $fd; fd=$((fd+1)); done; stat -c '%a %t:%T' /null; stat -c %a /dir`
	got := tr.says(t, command, func(b *plan.Builder) {
		proc(b)
		b.Add(plan.AtDevNode, plan.Node{Path: "/null", Major: 1, Minor: 3, Mode: 0o666}, because)
		b.Add(plan.AtDev, plan.Directory{Path: "/dir", Mode: 0o755}, because)
	})
	want := "0027\nSigBlk: 0000000000000000\n666 1:3\n755\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("init (-want +got):\n%s", diff)
	}
}

func TestConfinement(t *testing.T) {
	tr := newTree(t)
	const command = `while read key value; do case $key in Uid:|Gid:|Groups:|NoNewPrivs:|Seccomp:|CapBnd:) echo $key $value;; esac; done < /proc/self/status; pwd`
	if err := os.WriteFile(filepath.Join(tr.rootfs, "out"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(tr.rootfs, "out"), 0o666); err != nil {
		t.Fatal(err)
	}
	var all []plan.Capability
	for n := range uint32(41) {
		all = append(all, plan.Capability{Name: fmt.Sprint("CAP_", n), Number: n})
	}
	// Refuses umask, which the launch is through with by then, and allows the rest.
	filter := []plan.BPF{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_UMASK, JF: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	got := tr.says(t, command, func(b *plan.Builder) {
		proc(b)
		b.Add(plan.AtCapability, plan.CapabilityDrop{Capabilities: plan.ListOf(all[8:]...)}, because)
		b.Add(plan.AtWorkDir, plan.WorkDir{Path: "/srv/www", Create: true}, because)
		b.Add(plan.AtNoNewPrivs, plan.NoNewPrivs{}, because)
		b.Add(plan.AtSeccomp, plan.Seccomp{Policy: "policy", Filter: plan.ListOf(filter...)}, because)
		b.Add(plan.AtIdentity, plan.Identity{UID: 33, GID: 34, SetGroups: true, Groups: plan.ListOf[uint32](4, 27)}, because)
	})
	want := "Uid: 33 33 33 33\nGid: 34 34 34 34\nGroups: 4 27\nCapBnd: 00000000000000ff\nNoNewPrivs: 1\nSeccomp: 2\n/srv/www\n"
	if diff := cmp.Diff(want, strings.ReplaceAll(got, "\t", " ")); diff != "" {
		t.Errorf("init (-want +got):\n%s", diff)
	}
}

// executing is the plan of a container that becomes another init.
func (tr tree) executing(t *testing.T, change func(plan.Exec) plan.Exec) plan.Plan {
	t.Helper()
	b := plan.Builder{Container: "box"}
	for _, s := range tr.plan(t, "exit 0", nil).Steps() {
		if exec, ok := s.Op.(plan.Exec); ok {
			s.Op = change(exec)
		}
		b.Add(s.Place, s.Op, because)
	}
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Init is the first of the paths that can be executed.
func TestExecTriesPaths(t *testing.T) {
	tr := newTree(t)
	tr.write(t, "not-executable", "")
	run(t, tr.executing(t, func(e plan.Exec) plan.Exec {
		e.Paths = plan.ListOf("/none", "/not-executable", "/not-executable/below", "/bin/busybox")
		return e
	})).ends(t)
}

// A script that does not say what runs it is one of the shell's, with its arguments.
func TestExecRunsScripts(t *testing.T) {
	tr := newTree(t)
	tr.link(t, "busybox", "bin/sh")
	tr.write(t, "job", `[ "$0 $*" = "/job a b" ]`)
	if err := os.Chmod(filepath.Join(tr.rootfs, "job"), 0o755); err != nil {
		t.Fatal(err)
	}
	run(t, tr.executing(t, func(e plan.Exec) plan.Exec {
		e.Paths, e.Argv = plan.ListOf("/none", "/job", "/bin/busybox"), plan.ListOf("job", "a", "b")
		return e
	})).ends(t)
}

// Entries that cannot be mounted leave nothing open: a thousand of them fit below
// a small limit of open files.
func TestOptionalStepsCloseTheirFiles(t *testing.T) {
	tr := newTree(t)
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	p := tr.plan(t, "exit 0", func(b *plan.Builder) {
		for range 40 { // more than the limit below; each asks for a module, which takes a while
			b.Add(plan.AtMountEntry, plan.Bind{Source: "/etc", Target: "/none", Optional: true}, because)
			b.Add(plan.AtMountEntry, plan.Mount{Source: "it", Target: "/mnt", FSType: "nosuchfs", Optional: true}, because)
		}
		b.Add(plan.AtMountEntry, plan.Bind{Source: "/etc", Target: "/mnt"}, because)
	})
	defer func() {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			t.Error(err)
		}
	}()
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 32, Max: limit.Max}); err != nil {
		t.Fatal(err)
	}
	run(t, p).ends(t)
}

// The masters of the terminals reach the monitor in the order of the plan, the
// console's first; what is written to one is read in the container.
func TestTerminals(t *testing.T) {
	tr := newTree(t)
	const ttys = 255 // more than one message carries
	p := tr.plan(t, "exit 0", func(b *plan.Builder) {
		b.Add(plan.AtDev, plan.Directory{Path: "/dev", Mode: 0o755}, because)
		b.Add(plan.AtDev, plan.Mount{Source: "none", Target: "/dev", FSType: "tmpfs"}, because)
		b.Add(plan.AtDev, plan.Directory{Path: "/dev/pts", Mode: 0o755}, because)
		b.Add(plan.AtDevpts, plan.Mount{Source: "devpts", Target: "/dev/pts", FSType: "devpts", Data: plan.ListOf("newinstance", "mode=620", "ptmxmode=666")}, because)
		b.Add(plan.AtConsole, plan.Console{Target: "/dev/console", Allocate: true}, because)
		for n := range uint32(ttys) {
			b.Add(plan.AtTTY, plan.TTY{Number: n + 1, Target: fmt.Sprintf("/dev/tty%d", n+1)}, because)
		}
	})
	prog, err := payload.Lower(p, payload.Options{})
	if err != nil {
		t.Fatal(err)
	}
	barrier, terminals := socketPair(t), socketPair(t)
	console, _ := openPty(t)
	defer unix.Close(console)
	img, err := prog.Load(program.Inputs{
		FDs:     map[string]int{payload.InputBarrier: barrier[1], payload.InputMonitor: terminals[1]},
		Strings: map[string]string{payload.InputConsoleModes: terminalModes(t, console)},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	child, err := img.Spawn(program.CloneArgs{Namespaces: unix.CLONE_NEWNS | unix.CLONE_NEWPID, CgroupFD: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(child.PIDFD)
	var status unix.WaitStatus
	if _, err := unix.Wait4(child.PID, &status, 0, nil); err != nil {
		t.Fatal(err)
	}
	if f, failed := img.Failure(); failed {
		t.Fatalf("%s: %v", f.Text, f.Errno)
	}
	var masters []int
	for len(masters) < ttys+1 {
		data, control := make([]byte, 1), make([]byte, unix.CmsgSpace(4*253))
		_, n, _, _, err := unix.Recvmsg(terminals[0], data, control, unix.MSG_DONTWAIT|unix.MSG_CMSG_CLOEXEC)
		if err != nil {
			t.Fatalf("after %d masters: %v", len(masters), err)
		}
		messages, err := unix.ParseSocketControlMessage(control[:n])
		if err != nil || len(messages) != 1 {
			t.Fatalf("%d messages, %v", len(messages), err)
		}
		fds, err := unix.ParseUnixRights(&messages[0])
		if err != nil {
			t.Fatal(err)
		}
		masters = append(masters, fds...)
	}
	for i, fd := range masters {
		n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
		if err != nil || n != i {
			t.Errorf("master %d is of pty %d (%v)", i, n, err)
		}
		unix.Close(fd)
	}
}

// A payload ends when its monitor is gone, at whichever barrier it stands.
func TestMonitorGone(t *testing.T) {
	tr := newTree(t)
	for name, more := range map[string]func(*plan.Builder){
		"before its first step": func(b *plan.Builder) {
			b.Add(plan.AtCgroupLimit, plan.CgroupLimit{Hierarchy: "pids", File: "pids.max", Value: "1"}, because)
		},
		"between its steps": func(b *plan.Builder) {
			b.Add(plan.AtDeviceRules, plan.DeviceRules{Hierarchy: "devices", Version: 1}, because)
		},
	} {
		t.Run(name, func(t *testing.T) {
			prog, err := payload.Lower(tr.plan(t, "exit 0", more), payload.Options{})
			if err != nil {
				t.Fatal(err)
			}
			barrier, terminals := socketPair(t), socketPair(t)
			img, err := prog.Load(program.Inputs{FDs: map[string]int{payload.InputBarrier: barrier[1], payload.InputMonitor: terminals[1]}})
			if err != nil {
				t.Fatal(err)
			}
			defer img.Close()
			child, err := img.Spawn(program.CloneArgs{Namespaces: unix.CLONE_NEWNS | unix.CLONE_NEWPID, CgroupFD: -1})
			if err != nil {
				t.Fatal(err)
			}
			defer unix.Close(child.PIDFD)
			// The sockets' end as when this process dies.
			if err := unix.Shutdown(barrier[0], unix.SHUT_RDWR); err != nil {
				t.Fatal(err)
			}
			var status unix.WaitStatus
			if _, err := unix.Wait4(child.PID, &status, 0, nil); err != nil {
				t.Fatal(err)
			}
			if f, failed := img.Failure(); !failed || f.Errno != unix.EPIPE || f.Object != "the monitor" {
				t.Errorf("failure is %+v (%v), want a broken pipe to the monitor; %#x", f, failed, status)
			}
		})
	}
}
