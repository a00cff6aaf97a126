//go:build linux

package payload_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// A rootfs prepared by an attacker: whatever the plan makes or mounts meets a link
// that leads out of the container. The step fails and the host stays as it was.
func TestLinksLeadNowhere(t *testing.T) {
	tmpfs := plan.Mount{Source: "tmpfs", FSType: "tmpfs"}
	for name, c := range map[string]struct {
		link string     // in the rootfs, to the directory outside
		to   string     // below that directory
		at   plan.Place // of the step
		op   plan.Op
		want unix.Errno
	}{
		"target of a bind": {"door", "dir", plan.AtMountEntry,
			plan.Bind{Source: "/etc", Target: "/door"}, unix.ELOOP},
		"target of a bind, further up": {"door", "", plan.AtMountEntry,
			plan.Bind{Source: "/etc", Target: "/door/dir"}, unix.ELOOP},
		"directory to create": {"door", "", plan.AtMountEntry,
			plan.Bind{Source: "/etc", Target: "/door/new", Create: plan.CreateDir}, unix.ELOOP},
		"directories to create": {"door", "", plan.AtMountEntry,
			plan.Bind{Source: "/etc", Target: "/door/new/newer", Create: plan.CreateDir}, unix.ELOOP},
		"file to create": {"door", "new", plan.AtMountEntry,
			plan.Bind{Source: "/etc/hostname", Target: "/door", Create: plan.CreateFile}, unix.ELOOP},
		"file that exists outside": {"door", "file", plan.AtMountEntry,
			plan.Bind{Source: "/etc/hostname", Target: "/door", Create: plan.CreateFile}, unix.ELOOP},
		"source in the container": {"door", "dir", plan.AtMountEntry,
			plan.Bind{Source: "/door", InContainer: true, Target: "/mnt"}, unix.ENOENT},
		"working directory": {"door", "dir", plan.AtWorkDir,
			plan.WorkDir{Path: "/door"}, unix.ENOENT},
		"target of a file system": {"door", "dir", plan.AtMountEntry,
			plan.Mount{Source: tmpfs.Source, FSType: tmpfs.FSType, Target: "/door"}, unix.ELOOP},
		"target of a file system to create": {"door", "", plan.AtMountEntry,
			plan.Mount{Source: tmpfs.Source, FSType: tmpfs.FSType, Target: "/door/new", Create: plan.CreateDir}, unix.ELOOP},
		"directory": {"dev", "", plan.AtDev,
			plan.Directory{Path: "/dev/new", Mode: 0o755}, unix.ELOOP},
		"device node": {"dev", "", plan.AtDevNode,
			plan.Node{Path: "/dev/null", Major: 1, Minor: 3, Mode: 0o666}, unix.ELOOP},
		"symbolic link": {"dev", "", plan.AtDevLink,
			plan.Symlink{Path: "/dev/fd", To: "/proc/self/fd"}, unix.ELOOP},
		"console": {"dev", "", plan.AtConsole,
			plan.Console{Target: "/dev/console"}, unix.ELOOP},
		"mount to take away": {"dev", "", plan.AtDevptsGone,
			plan.Unmount{Target: "/dev/dir"}, unix.ELOOP},
		"sysctl": {"proc", "", plan.AtSysctl,
			plan.Sysctl{Name: "kernel/hostname", Value: "x"}, unix.ELOOP},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTree(t)
			tr.link(t, filepath.Join(tr.outside, c.to), c.link)
			before := names(t, tr.outside)
			o := run(t, tr.plan(t, "exit 0", func(b *plan.Builder) { b.Add(c.at, c.op, because) }))
			if !o.failed || o.failure.Errno != c.want || o.failure.Step == "" {
				t.Errorf("failure is %+v (%v), want %v", o.failure, o.failed, c.want)
			}
			if after := names(t, tr.outside); after != before {
				t.Errorf("outside of the container there was\n%s\nand now is\n%s", before, after)
			}
		})
	}
}

// The host's side of a launch is open in the payload until it becomes init: no link
// of the container leads there. Nor is lxcfg's own binary what init can be.
func TestLinksToOpenFiles(t *testing.T) {
	for name, c := range map[string]struct {
		to   string
		at   plan.Place
		op   plan.Op
		want unix.Errno
	}{
		"working directory":         {"/proc/self/root", plan.AtWorkDir, plan.WorkDir{Path: "/door"}, unix.ELOOP},
		"working directory below":   {"/proc/self/cwd", plan.AtWorkDir, plan.WorkDir{Path: "/door/mnt"}, unix.ELOOP},
		"working directory to make": {"/proc/self/cwd", plan.AtWorkDir, plan.WorkDir{Path: "/door/new", Create: true}, unix.ELOOP},
		"init":                      {"/proc/self/exe", plan.AtCheckInit, plan.CheckInit{Paths: plan.ListOf("/door")}, unix.ELOOP},
		"source in the container":   {"/proc/self/root", plan.AtMountEntry, plan.Bind{Source: "/door/etc", InContainer: true, Target: "/mnt"}, unix.ELOOP},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTree(t)
			tr.link(t, c.to, "door")
			o := run(t, tr.plan(t, "exit 0", func(b *plan.Builder) {
				proc(b)
				b.Add(c.at, c.op, because)
			}))
			if !o.failed || o.failure.Errno != c.want {
				t.Errorf("failure is %+v (%v), want %v", o.failure, o.failed, c.want)
			}
		})
	}
}

// What is only looked at may be a link: it is the container's, with the directory it
// is looked for in as the root.
func TestLinksInSources(t *testing.T) {
	tr := newTree(t)
	for _, dir := range []string{"usr/lib", "here"} {
		if err := os.MkdirAll(filepath.Join(tr.rootfs, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	tr.write(t, "usr/lib/file", "inside\n")
	tr.link(t, "/usr/lib", "lib")
	tr.link(t, "../../../../usr", "up")
	got := tr.says(t, "busybox cat /mnt/file /here/lib/file", func(b *plan.Builder) {
		b.Add(plan.AtMountEntry, plan.Bind{Source: "/lib", InContainer: true, Target: "/mnt"}, because)
		b.Add(plan.AtMountEntry, plan.Bind{Source: "/up", Below: tr.rootfs, Target: "/here"}, because)
	})
	if got != "inside\ninside\n" {
		t.Errorf("the sources hold %q", got)
	}
}

// Dots do not lead out either: they are resolved before the kernel sees them.
func TestDotsLeadNowhere(t *testing.T) {
	tr := newTree(t)
	before := names(t, tr.outside)
	run(t, tr.plan(t, "test -d /outside/new", func(b *plan.Builder) {
		b.Add(plan.AtMountEntry, plan.Bind{Source: "/etc", Target: "/../outside/new", Create: plan.CreateDir}, because)
	})).ends(t)
	if after := names(t, tr.outside); after != before {
		t.Errorf("outside of the container there was\n%s\nand now is\n%s", before, after)
	}
}

// An attacker on the host who owns the rootfs swaps a directory and a link while
// containers start. Some starts fail; none makes anything outside.
func TestRootfsThatChangesMeanwhile(t *testing.T) {
	tr := newTree(t)
	if err := os.Mkdir(filepath.Join(tr.rootfs, "door"), 0o755); err != nil {
		t.Fatal(err)
	}
	tr.link(t, tr.outside, "link")
	before := names(t, tr.outside)
	stop := make(chan struct{})
	var attack sync.WaitGroup
	attack.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				_ = unix.Renameat2(unix.AT_FDCWD, filepath.Join(tr.rootfs, "door"), unix.AT_FDCWD, filepath.Join(tr.rootfs, "link"), unix.RENAME_EXCHANGE)
			}
		}
	})
	started := 0
	for n := range 100 {
		o := run(t, tr.plan(t, "exit 0", func(b *plan.Builder) {
			b.Add(plan.AtMountEntry, plan.Bind{Source: "/etc", Target: fmt.Sprintf("/door/dir%d", n), Create: plan.CreateDir}, because)
			b.Add(plan.AtMountEntry, plan.Bind{Source: "/etc/hostname", Target: fmt.Sprintf("/door/file%d", n), Create: plan.CreateFile}, because)
		}))
		if !o.failed {
			started++
		}
	}
	close(stop)
	attack.Wait()
	if after := names(t, tr.outside); after != before {
		t.Errorf("outside of the container there was\n%s\nand now is\n%s", before, after)
	}
	t.Logf("%d of 100 containers started", started)
}

// What may fail may also meet a link: the launch goes on without it.
func TestOptionalStepsMeetLinks(t *testing.T) {
	tr := newTree(t)
	tr.link(t, tr.outside, "door")
	before := names(t, tr.outside)
	run(t, tr.plan(t, "test ! -s /mnt/.lxc-boot-id", func(b *plan.Builder) {
		b.Add(plan.AtMountEntry, plan.Bind{Source: "/etc", Target: "/door/new", Create: plan.CreateDir, Optional: true}, because)
		b.Add(plan.AtMountEntry, plan.Mount{Source: "tmpfs", FSType: "tmpfs", Target: "/door", Optional: true}, because)
		b.Add(plan.AtBootID, plan.BootID{Path: "/door/.lxc-boot-id"}, because)
	})).ends(t)
	if after := names(t, tr.outside); after != before {
		t.Errorf("outside of the container there was\n%s\nand now is\n%s", before, after)
	}
}

// A fifo where the launch expects a file of /proc does not hold it up.
func TestFifoForSysctl(t *testing.T) {
	tr := newTree(t)
	if err := os.MkdirAll(filepath.Join(tr.rootfs, "proc/sys/kernel"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(filepath.Join(tr.rootfs, "proc/sys/kernel/hostname"), 0o666); err != nil {
		t.Fatal(err)
	}
	o := run(t, tr.plan(t, "exit 0", func(b *plan.Builder) {
		b.Add(plan.AtSysctl, plan.Sysctl{Name: "kernel/hostname", Value: "x"}, because)
	}))
	if !o.failed || o.failure.Errno != unix.ENXIO {
		t.Errorf("failure is %+v (%v), want ENXIO", o.failure, o.failed)
	}
}
