//go:build linux

package conformance

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lxcfg/compile/plan"
)

// stored is a container whose rootfs is stored in some way, for what lxcfg alone can be
// asked.
func stored(t *testing.T, path string, shift int, prepare func(*testing.T, container), more ...string) container {
	t.Helper()
	c := newContainer(t, shift, all(without("lxc.rootfs.path", "lxc.mount.entry"), with("lxc.rootfs.path = "+path), with(more...)))
	c.prepare = prepare
	c.renew(t)
	return c
}

// renew makes everything that the container is started with anew.
func (c container) renew(t *testing.T) {
	t.Helper()
	c.fresh(t)
	if c.prepare != nil {
		c.prepare(t, c)
	}
}

// ids are the lines of an id map.
var ids = []string{"lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536"}

// storages are the ways a rootfs can be stored here.
var storages = []struct {
	name    string
	path    string
	shift   int
	lines   []string
	prepare func(*testing.T, container)
}{
	{name: "directory", path: "dir:ROOTFS"},
	{name: "idmapped directory", path: "dir:ROOTFS", lines: append([]string{"lxc.rootfs.options = idmap=container"}, ids...)},
	{name: "overlay", path: "overlay:ROOTFS:LXCDIR/layers/upper", prepare: layers},
	{name: "overlay below an id map", path: "overlay:ROOTFS:LXCDIR/layers/upper", shift: shift, lines: ids, prepare: layers},
	{name: "image", path: "loop:LXCDIR/image", prepare: ext4},
	{name: "idmapped image", path: "loop:LXCDIR/image", lines: append([]string{"lxc.rootfs.options = idmap=container"}, ids...), prepare: ext4},
	{name: "volume", path: "lvm:/dev/" + volumeGroup + "/web", prepare: volume},
	{name: "volume found by itself, idmapped", path: "/dev/" + volumeGroup + "/web", lines: append([]string{"lxc.rootfs.options = idmap=container"}, ids...), prepare: volume},
	{name: "disk image", path: "nbd:LXCDIR/image", prepare: whole},
	{name: "partition of a disk image", path: "nbd:LXCDIR/disk:1", prepare: partitioned},
	{name: "image with btrfs, idmapped", path: "LXCDIR/image", lines: append([]string{"lxc.rootfs.options = idmap=container"}, ids...), prepare: btrfs},
}

// Every kind of storage is the container's to use: root owns its files, can write,
// remove what a layer below has, and make it anew.
func TestStorage(t *testing.T) {
	const command = `set -e; test $(stat -c %u /etc/passwd) = 0; echo text >/etc/new; rm -r /usr; mkdir /usr; test -z "$(ls /usr)"; chown 7:7 /etc/new; cat /etc/new`
	for _, s := range storages {
		t.Run(s.name, func(t *testing.T) {
			c := stored(t, s.path, s.shift, s.prepare, s.lines...)
			before := ownLeftovers(t, c)
			ended := onTerminal(t, ours(t).argv(c, "/bin/sh", "-c", command), withStorageTools(t), nil)
			if ended.status != 0 || ended.output != "text\n" {
				t.Errorf("the container ends with %d and says %q", ended.status, ended.output)
			}
			if more := added(before, ownLeftovers(t, c)); len(more) > 0 {
				t.Errorf("left behind: %s", strings.Join(more, "; "))
			}
		})
	}
}

// Each step that has to do with storage, mounts and the console fails once.
func TestStorageStepsFailOnce(t *testing.T) {
	for _, s := range storages {
		t.Run(s.name, func(t *testing.T) {
			c := stored(t, s.path, s.shift, s.prepare, append([]string{"lxc.console.logfile = LXCDIR/console.log", "lxc.console.buffer.size = auto", "lxc.ephemeral = 1",
				"lxc.mount.entry = LXCDIR mnt none bind,create=dir 0 0", "lxc.mount.entry = tmpfs tmp tmpfs defaults 0 0"}, s.lines...)...)
			p := planned(t, c, false)
			for _, step := range p.Steps() {
				switch step.Phase() {
				case plan.PhasePrepare, plan.PhaseStorage, plan.PhaseMount, plan.PhaseMap:
					t.Run(step.Name, func(t *testing.T) { failAt(t, c, p, step) })
				}
			}
		})
	}
}

// What an overlay keeps of a launch that failed is what LXC keeps: its directories.
func TestOverlayDirectoriesStay(t *testing.T) {
	c := stored(t, "overlay:ROOTFS:LXCDIR/layers/upper", 0, layers, "lxc.mount.entry = nosuch mnt nosuchfs defaults 0 0")
	if ended := onTerminal(t, ours(t).argv(c, "/bin/true"), withoutHelpers, nil); ended.status != 125 {
		t.Fatalf("the launch ends with %d: %s", ended.status, ended.output)
	}
	var names []string
	for _, name := range []string{"upper", "work", "work/work"} {
		if _, err := os.Stat(filepath.Join(filepath.Dir(c.rootfs()), "layers", name)); err == nil {
			names = append(names, name)
		}
	}
	if want := []string{"upper", "work", "work/work"}; !slices.Equal(names, want) {
		t.Errorf("the directories %q are there, want %q", names, want)
	}
}

// Root of a container without an id map cannot make the file system read-only that
// the rootfs shares with the host, and finds no trace of what keeps it from that.
func TestRootfsIsPinned(t *testing.T) {
	c := stored(t, "dir:LXCDIR/mounted", 0, ext4)
	mounted := filepath.Join(filepath.Dir(c.rootfs()), "mounted")
	if err := os.Mkdir(mounted, 0o755); err != nil {
		t.Fatal(err)
	}
	const command = `mount -o remount,ro / 2>&1; touch /still-writable && echo writable; ls -A / | grep keep`
	start := fmt.Sprintf("mount -o loop %s/image %s && exec %s start -P %s -n %s -F -- /bin/sh -c '%s'", filepath.Dir(c.rootfs()), mounted, lxcfg(t), c.lxcpath, containerName, command)
	ended := onTerminal(t, isolated([]string{start}, "/bin/sh", "-c"), append(os.Environ(), withoutHelpers[1:]...), nil)
	if !strings.Contains(ended.output, "busy") || !strings.HasSuffix(ended.output, "writable\n") {
		t.Errorf("the container ends with %d and says %q", ended.status, ended.output)
	}
}

// An ephemeral container goes with its storage when it has stopped, and stays when its
// launch failed.
func TestEphemeral(t *testing.T) {
	for _, s := range storages {
		t.Run(s.name, func(t *testing.T) {
			c := stored(t, s.path, s.shift, s.prepare, append([]string{"lxc.ephemeral = 1"}, s.lines...)...)
			dir := filepath.Dir(c.rootfs())
			for _, command := range []string{"/nonexistent", "/bin/false"} {
				before := slices.Concat(beside(t, c), tree(t, c.rootfs()))
				ended := onTerminal(t, ours(t).argv(c, command), withStorageTools(t), nil)
				if command == "/bin/false" {
					if ended.status != 1 {
						t.Errorf("the container ends with %d: %s", ended.status, ended.output)
					}
					if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
						t.Errorf("%s is there after the container has stopped (%v)", dir, err)
					}
				} else if gone := added(slices.Concat(beside(t, c), tree(t, c.rootfs())), before); len(gone) > 0 {
					t.Errorf("a launch that failed has removed %s", strings.Join(gone, "; "))
				}
			}
		})
	}
}

// Storage outside of the container's directory goes too, what it links to does not; a
// rootfs that is not LXC's to destroy stays.
func TestEphemeralElsewhere(t *testing.T) {
	for _, managed := range []string{"0", "1"} {
		c := stored(t, "dir:LXCDIR/../elsewhere", 0, nil, "lxc.ephemeral = 1", "lxc.rootfs.managed = "+managed)
		elsewhere, kept := filepath.Join(c.lxcpath, "elsewhere"), filepath.Join(c.lxcpath, "kept")
		if err := errors.Join(os.Rename(c.rootfs(), elsewhere), os.Mkdir(kept, 0o755), os.WriteFile(filepath.Join(kept, "file"), nil, 0o600),
			os.Symlink(kept, filepath.Join(elsewhere, "link"))); err != nil {
			t.Fatal(err)
		}
		if ended := onTerminal(t, ours(t).argv(c, "/bin/true"), withoutHelpers, nil); ended.status != 0 {
			t.Errorf("the container ends with %d: %s", ended.status, ended.output)
		}
		_, err := os.Stat(elsewhere)
		if stays := err == nil; stays != (managed == "0") {
			t.Errorf("with lxc.rootfs.managed = %s the rootfs is there afterwards: %v", managed, stays)
		}
		if _, err := os.Stat(filepath.Join(kept, "file")); err != nil {
			t.Errorf("what the rootfs links to: %v", err)
		}
	}
}

// terminalOf opens a terminal of the test and collects what is shown on it.
func terminalOf(t *testing.T) (path string, shown func() string) {
	t.Helper()
	master, slave, err := openTerminal()
	if err != nil {
		t.Fatal(err)
	}
	text := make(chan string, 1)
	go func() {
		var all strings.Builder
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			all.Write(buf[:n])
			if err != nil { // EIO: nobody has the terminal open any more
				text <- all.String()
				return
			}
		}
	}()
	t.Cleanup(func() { master.Close() })
	return slave.Name(), func() string {
		slave.Close()
		select {
		case s := <-text:
			return strings.ReplaceAll(s, "\r", "")
		case <-time.After(patience):
			return "it is still open"
		}
	}
}

// The console is connected to the terminal that lxc.console.path names, under both
// launchers, and what it shows is logged.
func TestConsolePath(t *testing.T) {
	for _, l := range []func(*testing.T) launcher{stock, ours} {
		path, shown := terminalOf(t)
		c := stored(t, "dir:ROOTFS", 0, nil, "lxc.console.path = "+path, "lxc.console.logfile = LXCDIR/console.log")
		ended := onTerminal(t, l(t).argv(c, "/bin/sh", "-c", "echo on the console; test -t 0 && tty"), withoutHelpers, nil)
		if ended.status != 0 || ended.output != "" {
			t.Errorf("%s ends with %d and says %q", l(t).name, ended.status, ended.output)
		}
		const want = "on the console\n/dev/console\n"
		if got := shown(); got != want {
			t.Errorf("%s: the terminal shows %q, want %q", l(t).name, got, want)
		}
		log, err := os.ReadFile(filepath.Join(filepath.Dir(c.rootfs()), "console.log"))
		if got := strings.ReplaceAll(string(log), "\r", ""); err != nil || got != want {
			t.Errorf("%s: the log holds %q (%v), want %q", l(t).name, got, err, want)
		}
	}
}

// A log is kept once more under another name, with nothing lost in between.
func TestConsoleLogRotates(t *testing.T) {
	c := stored(t, "dir:ROOTFS", 0, nil, "lxc.console.logfile = LXCDIR/console.log", "lxc.console.size = 4096", "lxc.console.rotate = 1")
	const command = `i=0; while [ $i -lt 600 ]; do echo line $i; i=$((i+1)); done`
	if ended := onTerminal(t, ours(t).argv(c, "/bin/sh", "-c", command), withoutHelpers, nil); ended.status != 0 {
		t.Fatalf("the container ends with %d: %s", ended.status, ended.output)
	}
	var want strings.Builder
	for i := range 600 {
		fmt.Fprintf(&want, "line %d\r\n", i)
	}
	log := filepath.Join(filepath.Dir(c.rootfs()), "console.log")
	one, err1 := os.ReadFile(log + ".1")
	two, err2 := os.ReadFile(log)
	if err := errors.Join(err1, err2); err != nil || len(one) != 4096 || string(one)+string(two) != want.String() {
		t.Errorf("the logs have %d and %d bytes (%v), and the output %d", len(one), len(two), err, want.Len())
	}
}

// Without a rootfs the container runs on the host's root, and changes nothing of the
// host's: neither its mounts nor their propagation nor its /dev. The host is one of
// the test's, because stock LXC does all of that.
func TestHostRoot(t *testing.T) {
	if _, err := exec.LookPath("unshare"); err != nil || os.Getuid() != 0 {
		t.Skip("not root, or no unshare")
	}
	for _, config := range []string{"lxc.net.0.type = empty\n", "lxc.autodev = 0\nlxc.tty.max = 1\nlxc.pty.max = 1\nlxc.net.0.type = empty\n"} {
		dir := t.TempDir()
		file := filepath.Join(dir, "config")
		if err := os.WriteFile(file, []byte(config+"lxc.uts.name = hosted\nlxc.mount.entry = tmpfs "+dir+"/mnt tmpfs create=dir 0 0\nlxc.mount.auto = proc\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		const state = `cat /proc/self/mountinfo; ls -lan /dev | grep -v total`
		script := fmt.Sprintf(`set -e; mount --make-rshared /; mount -t tmpfs none /dev; mknod -m 666 /dev/null c 1 3; mknod -m 666 /dev/ptmx c 5 2; mknod -m 600 /dev/console c 5 1
mknod -m 600 /dev/tty1 c 4 1; mknod -m 666 /dev/tty c 5 0; mkdir /dev/pts; mount -t devpts -o ptmxmode=666 none /dev/pts
(%[1]s) >%[2]s/before
%[3]s start -f %[4]s -n %[5]s -P %[2]s -F -- /bin/sh -c 'hostname; tty; echo $$; grep -c " %[2]s/mnt " /proc/self/mountinfo; test -w /dev/null && touch %[2]s/from-inside' </dev/null >%[2]s/out 2>%[2]s/err || cat %[2]s/err
(%[1]s) >%[2]s/after`, state, dir, lxcfg(t), file, containerName)
		out, err := exec.Command("unshare", "-m", "--propagation", "private", "/bin/sh", "-c", script).CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Fatalf("%v: %s", err, out)
		}
		read := func(name string) string {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Error(err)
			}
			return string(text)
		}
		if got, want := read("out"), "hosted\n/dev/console\n1\n1\n"; got != want {
			t.Errorf("the container says %q, want %q; %s", got, want, read("err"))
		}
		if before, after := read("before"), read("after"); before != after {
			t.Errorf("the host had\n%s\nand has\n%s", before, after)
		}
		read("from-inside")
	}
}
