//go:build linux

package conformance

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// containerName is the name of every container of these tests: the same for both
// launchers, because paths and cgroups show it, and another for each run of the tests.
var containerName = fmt.Sprintf("conform-%d", os.Getpid())

// requireStock skips a test that has nothing to compare with.
func requireStock(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("not root: stock LXC runs these containers as root")
	}
	for _, tool := range []string{"lxc-start", "lxc-create", "busybox", "unshare"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
}

// template is a busybox container as lxc-create makes it, for copying only.
type template struct{ config, rootfs string }

// busybox makes the template, for the first test that asks.
var busybox = sync.OnceValues(func() (template, error) {
	lxcpath := filepath.Join(shared, "template")
	if err := os.Mkdir(lxcpath, 0o755); err != nil {
		return template{}, err
	}
	create := exec.Command("unshare", "-m", "lxc-create", "-P", lxcpath, "-n", containerName, "-t", "busybox")
	if out, err := create.CombinedOutput(); err != nil {
		return template{}, fmt.Errorf("lxc-create -t busybox: %w\n%s", err, out)
	}
	config, err := os.ReadFile(filepath.Join(lxcpath, containerName, "config"))
	return template{string(config), filepath.Join(lxcpath, containerName, "rootfs")}, err
})

// busyboxTemplate returns the template, or ends a test that cannot have it.
func busyboxTemplate(t *testing.T) template {
	t.Helper()
	requireStock(t)
	made, err := busybox()
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// container is a container on disk that either launcher can start: LXCPATH/NAME
// with a configuration and a rootfs.
type container struct {
	lxcpath string
	shift   int                             // what is added to every owner of the rootfs, for an id map
	prepare func(t *testing.T, c container) // nil, or what each launch finds beside a fresh rootfs
}

// network matches the lines lxc-create takes from default.conf: a bridge that a
// test machine need not have.
var network = regexp.MustCompile(`(?m)^lxc\.net\..*\n`)

// newContainer makes a busybox container without network. The mend function gets
// the text lxc-create wrote and returns the configuration of the test.
func newContainer(t *testing.T, shift int, mend func(config string) string) container {
	t.Helper()
	made := busyboxTemplate(t)
	c := container{lxcpath: t.TempDir(), shift: shift}
	if err := os.Chmod(filepath.Dir(c.lxcpath), 0o755); err != nil { // mapped ids have to pass
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Dir(c.rootfs()), 0o755); err != nil {
		t.Fatal(err)
	}
	config := strings.ReplaceAll(made.config, made.rootfs, c.rootfs())
	config = network.ReplaceAllString(config, "") + "lxc.net.0.type = empty\n"
	if mend != nil {
		config = mend(config)
	}
	c.write(t, config)
	return c
}

func (c container) rootfs() string { return filepath.Join(c.lxcpath, containerName, "rootfs") }
func (c container) config() string { return filepath.Join(c.lxcpath, containerName, "config") }

// write replaces the configuration. The words ROOTFS and LXCDIR in it stand for the
// rootfs and for the directory that holds it.
func (c container) write(t *testing.T, config string) {
	t.Helper()
	config = strings.NewReplacer("ROOTFS", c.rootfs(), "LXCDIR", filepath.Dir(c.rootfs())).Replace(config)
	if err := os.WriteFile(c.config(), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
}

// mend changes the configuration.
func (c container) mend(t *testing.T, mend func(config string) string) {
	t.Helper()
	config, err := os.ReadFile(c.config())
	if err != nil {
		t.Fatal(err)
	}
	c.write(t, mend(string(config)))
}

// fresh puts an untouched copy of the template's rootfs in place, so that each
// launch finds the same tree. The copy keeps owners, modes and links.
func (c container) fresh(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll(c.rootfs()); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cp", "-a", busyboxTemplate(t).rootfs, c.rootfs()).CombinedOutput(); err != nil {
		t.Fatalf("copy the rootfs: %v\n%s", err, out)
	}
	if c.shift == 0 {
		return
	}
	err := filepath.WalkDir(c.rootfs(), func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		owner := info.Sys().(*syscall.Stat_t)
		if err := os.Lchown(name, int(owner.Uid)+c.shift, int(owner.Gid)+c.shift); err != nil || info.Mode()&fs.ModeSymlink != 0 {
			return err
		}
		return os.Chmod(name, info.Mode()) // chown clears the set-user-ID bit
	})
	if err != nil {
		t.Fatalf("shift the owners of the rootfs: %v", err)
	}
}

// with returns a mend function that adds lines at the end of a configuration.
func with(lines ...string) func(string) string {
	return func(config string) string { return config + strings.Join(lines, "\n") + "\n" }
}

// first returns a mend function that puts lines before everything else.
func first(lines ...string) func(string) string {
	return func(config string) string { return strings.Join(lines, "\n") + "\n" + config }
}

// without returns a mend function that takes out every line of some keys.
func without(keys ...string) func(string) string {
	return func(config string) string {
		for _, key := range keys {
			config = regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(key)+`\s*=.*\n`).ReplaceAllString(config, "")
		}
		return config
	}
}

// all returns a mend function that applies several, in order.
func all(mends ...func(string) string) func(string) string {
	return func(config string) string {
		for _, mend := range mends {
			config = mend(config)
		}
		return config
	}
}

// launcher is a program that starts containers in the foreground.
type launcher struct {
	name string
	// argv starts the container; command is what it runs, none for its own init.
	argv func(c container, command ...string) []string
	// giveUp ends the test when a launch fails: where stock LXC cannot start a
	// configuration there is nothing to compare with.
	giveUp func(t *testing.T, format string, arguments ...any)
}

// stock is LXC's own lxc-start.
func stock(t *testing.T) launcher {
	program, err := exec.LookPath("lxc-start")
	if err != nil {
		t.Skip("lxc-start is not installed")
	}
	return launcher{name: "lxc-start", giveUp: (*testing.T).Skipf, argv: func(c container, command ...string) []string {
		return isolated(command, program, "-P", c.lxcpath, "-n", containerName, "-F", "--")
	}}
}

// ours is the binary under test.
func ours(t *testing.T) launcher {
	program := lxcfg(t)
	return launcher{name: "lxcfg", giveUp: (*testing.T).Fatalf, argv: func(c container, command ...string) []string {
		return isolated(command, program, "start", "-P", c.lxcpath, "-n", containerName, "-F", "--")
	}}
}

// isolation is the command that does it.
var isolation = []string{"unshare", "-m", "--propagation", "private"}

// isolated puts a launcher into a mount namespace of its own: lxc-start can change
// the mode of the host's /dev/null and the propagation of the host's root. Both
// launchers get the same surroundings.
func isolated(command []string, launcher ...string) []string {
	return slices.Concat(isolation, launcher, command)
}
