//go:build linux

package conformance

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// attack is a rootfs that somebody has prepared to have the launch reach out of it,
// with the configuration that meets it.
type attack struct {
	name    string
	lines   []string      // of the configuration; the word CANARY stands for the host's directory
	prepare func(*ground) // fills the rootfs
	command []string      // nil: the probe
	want    end
	says    string        // in what is printed
	mapped  bool          // below an id map
	race    func(*ground) // nil, or one move of a racing attacker
}

// end is how a launch has to end.
type end string

const (
	refused end = "is refused" // with a message about the step
	starts  end = "starts"
	either  end = "" // what happens inside is the container's own affair
)

// ground is where an attack takes place: a rootfs, and beside it a part of the host
// that nothing may reach.
type ground struct {
	t      *testing.T
	rootfs string
	canary string
	volume string // a directory of the host that is shared with the container, VOLUME: "text" and "tree" in it
	shift  int
}

// secret is in the host's files. No container may read it.
const secret = "the host's secret"

// probe looks around in the container for what it should not see, and leaves marks
// where it can.
const probe = `for d in . / /mnt /mnt/* /mnt/*/* /srv /srv/* /tmp /tmp/* /dev/* /dev/*/* /etc; do
	[ -f "$d" ] && { grep secret "$d"; echo mark >>"$d"; }
	[ -d "$d" ] && { grep secret "$d/file" "$d/dir/file"; touch "$d/mark"; }
done 2>/dev/null
echo probed`

// set makes something in the rootfs, or with a leading slash elsewhere. What the
// container's root could have made is owned by it.
func (g *ground) set(name string, make func(path string) error) {
	g.t.Helper()
	path := name
	if !strings.HasPrefix(name, "/") {
		path = filepath.Join(g.rootfs, name)
	}
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if info, statErr := os.Lstat(path); err == nil && statErr == nil {
		if info.IsDir() {
			err = os.RemoveAll(path)
		} else {
			err = os.Remove(path)
		}
	}
	if err == nil {
		err = make(path)
	}
	if err == nil {
		err = os.Lchown(path, g.shift, g.shift)
	}
	if err != nil {
		g.t.Fatalf("prepare %s: %v", name, err)
	}
}

func (g *ground) link(name, to string) {
	g.set(name, func(path string) error { return os.Symlink(strings.ReplaceAll(to, "CANARY", g.canary), path) })
}

func (g *ground) dir(name string) {
	g.set(name, func(path string) error { return os.Mkdir(path, 0o755) })
}

func (g *ground) file(name, text string) {
	g.set(name, func(path string) error { return os.WriteFile(path, []byte(text), 0o755) })
}

func (g *ground) special(name string, mode uint32, device uint64) {
	g.set(name, func(path string) error { return unix.Mknod(path, mode|0o666, int(device)) })
}

func (g *ground) hardLink(name, to string) {
	g.set(name, func(path string) error { return os.Link(filepath.Join(g.canary, to), path) })
}

// exchange swaps two names of the rootfs, or of the volume, as a racing attacker does.
func (g *ground) exchange(one, two string) {
	path := func(name string) string {
		if strings.HasPrefix(name, "/") {
			return name
		}
		return filepath.Join(g.rootfs, name)
	}
	_ = unix.Renameat2(unix.AT_FDCWD, path(one), unix.AT_FDCWD, path(two), unix.RENAME_EXCHANGE)
}

// links returns a preparation that makes links: name, target, name, target …
func links(pairs ...string) func(*ground) {
	return func(g *ground) {
		for i := 0; i < len(pairs); i += 2 {
			g.link(pairs[i], pairs[i+1])
		}
	}
}

// host describes the part of the host that an attack could have reached: everything
// beside the rootfs with owners, modes and contents, mounts, a few devices, and the
// program that runs as root.
func (g *ground) host(c container) []string {
	lines := slices.Concat(tree(g.t, g.canary), hostMounts(c))
	for _, line := range tree(g.t, c.lxcpath) {
		if !strings.HasPrefix(line, "/"+containerName+"/rootfs/") && !strings.HasPrefix(line, "/volume/") {
			lines = append(lines, "beside "+line)
		}
	}
	err := filepath.Walk(g.canary, func(name string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			text, _ := os.ReadFile(name)
			lines = append(lines, fmt.Sprintf("%s holds %q", name, text))
		}
		return err
	})
	if err != nil {
		g.t.Fatal(err)
	}
	for _, device := range []string{"null", "console", "ptmx", "tty", "zero"} {
		if info, err := os.Lstat("/dev/" + device); err == nil {
			lines = append(lines, fmt.Sprintf("/dev/%s %s %d", device, info.Mode(), info.Sys().(*syscall.Stat_t).Rdev))
		}
	}
	for _, file := range []string{"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/kernel/random/boot_id"} {
		text, _ := os.ReadFile(file)
		lines = append(lines, fmt.Sprintf("%s is %q", file, text))
	}
	program, err := os.ReadFile(lxcfg(g.t))
	if err != nil {
		g.t.Fatal(err)
	}
	return append(lines, fmt.Sprintf("lxcfg %x", sha256.Sum256(program)))
}

// hostMounts are the mounts of the host that an attack could have made.
func hostMounts(c container) []string {
	var lines []string
	table, _ := os.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(table)) {
		if strings.Contains(line, c.lxcpath) {
			lines = append(lines, line)
		}
	}
	return lines
}

// newGround makes the rootfs and the host's directory for one attack.
func (a attack) newGround(t *testing.T) (*ground, container) {
	t.Helper()
	shifted := 0
	lines := a.lines
	if a.mapped {
		shifted, lines = shift, append(slices.Clone(ids), lines...)
	}
	c := newContainer(t, shifted, all(without("lxc.mount.entry", "lxc.mount.auto", "lxc.tty.max"), with("lxc.mount.auto = proc:mixed sys:ro", "lxc.tty.max = 1")))
	g := &ground{t: t, rootfs: c.rootfs(), canary: filepath.Join(filepath.Dir(c.lxcpath), "canary"), volume: filepath.Join(c.lxcpath, "volume"), shift: shifted}
	c.mend(t, with(lines...))
	c.mend(t, strings.NewReplacer("CANARY", g.canary, "VOLUME", g.volume).Replace)
	for _, name := range []string{"dir/deeper", "empty"} {
		g.dir(filepath.Join(g.canary, name))
	}
	for _, name := range []string{"file", "dir/file", "console", "empty-file"} {
		g.file(filepath.Join(g.canary, name), secret)
	}
	for _, name := range []string{"", "tree", "tree/in"} {
		g.dir(filepath.Join(g.volume, name))
	}
	for _, name := range []string{"text", "tree/text", "tree/in/text"} {
		g.file(filepath.Join(g.volume, name), "shared")
	}
	return g, c
}

// run starts the container, more often when somebody races with it.
func (a attack) run(t *testing.T) {
	g, c := a.newGround(t)
	launches, stop := 1, func() {}
	c.fresh(t)
	if a.prepare != nil {
		a.prepare(g)
	}
	before := g.host(c)
	if a.race != nil {
		launches, stop = 8, race(func() { a.race(g) })
	}
	command := a.command
	if command == nil {
		command = []string{"/bin/busybox", "sh", "-c", probe}
	}
	started := 0
	for range launches {
		ended := onTerminal(t, attacked(t).argv(c, command...), withoutHelpers, nil)
		if ended.status != 125 {
			started++
		}
		a.judge(t, ended)
	}
	stop()
	if a.race != nil {
		t.Logf("%d of %d containers started", started, launches)
	}
	after := g.host(c)
	for _, line := range added(before, after) {
		t.Errorf("the host has %s", line)
	}
	for _, line := range added(after, before) {
		t.Errorf("the host had %s", line)
	}
}

// judge looks at the end of one launch.
func (a attack) judge(t *testing.T, ended ran) {
	t.Helper()
	switch {
	case a.want == refused && ended.status != 125:
		t.Errorf("the container started, and ends with %d:\n%s", ended.status, ended.output)
	case a.want == starts && ended.status == 125:
		t.Errorf("the container did not start:\n%s", ended.output)
	}
	if strings.Contains(ended.output, secret) {
		t.Errorf("the container has read the host's files:\n%s", ended.output)
	}
	if !strings.Contains(ended.output, a.says) {
		t.Errorf("%q is not in what was printed:\n%s", a.says, ended.output)
	}
}

// race repeats something until what it returns is called.
func race(move func()) (stop func()) {
	done := make(chan struct{})
	var racer sync.WaitGroup
	racer.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				move()
			}
		}
	})
	return func() { close(done); racer.Wait() }
}

// attacked is the launcher that the attacks are tried on. LXCFG_ATTACK=stock tries them
// on stock LXC, to see what they are worth; they succeed then, and the host they
// reach is the one the tests run on.
func attacked(t *testing.T) launcher {
	if os.Getenv("LXCFG_ATTACK") == "stock" {
		return stock(t)
	}
	return ours(t)
}

// TestHostileRootfs starts containers on prepared rootfs. Whatever is in them, nothing
// lands outside and nothing of the host is seen inside.
func TestHostileRootfs(t *testing.T) {
	requireStock(t)
	names := map[string]bool{}
	for _, attacks := range [][]attack{targetAttacks(), sourceAttacks(), systemAttacks(), deviceAttacks(), processAttacks(), raceAttacks()} {
		for _, a := range attacks {
			if names[a.name] {
				t.Errorf("two attacks are called %q", a.name)
			}
			names[a.name] = true
			t.Run(a.name, a.run)
		}
	}
}

// Init has its standard streams open and nothing else, whatever the launch had, and who
// started it.
func TestInitHasNothingOpen(t *testing.T) {
	left, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(left)
	for _, lines := range [][]string{nil, {"lxc.pty.max = 8", "lxc.tty.max = 2"}, {"lxc.cgroup.pids.max = 100", "lxc.init.cwd = /tmp", "lxc.mount.auto = proc sys cgroup:mixed:force"}} {
		c := newContainer(t, 0, all(without("lxc.pty.max", "lxc.tty.max"), with(lines...)))
		c.fresh(t)
		ended := onTerminal(t, ours(t).argv(c, "/bin/busybox", "ls", "/proc/1/fd"), withoutHelpers, nil)
		if got, want := strings.Join(strings.Fields(ended.output), " "), "0 1 2 3"; got != want { // 3: the directory that ls reads
			t.Errorf("with %q init has open %q, want %q", lines, got, want)
		}
	}
}
