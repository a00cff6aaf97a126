//go:build linux

package conformance

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// observer is the script that runs as the container's init.
//
//go:embed testdata/observe.sh
var observer string

// observerCommand is what the launchers are told to run.
var observerCommand = []string{"/bin/sh", "/observed/observe"}

// observation is everything seen of one launch: lines under section names, from
// inside the container, from the host while it runs, and from what is left.
// Numbers that differ from run to run are replaced by words.
type observation map[string][]string

// observe starts a container on a fresh rootfs under one launcher and writes down
// what can be seen.
func observe(t *testing.T, l launcher, c container, environment []string, command ...string) observation {
	t.Helper()
	c.fresh(t)
	c.placeObserver(t)
	before := leftovers(t, c)

	seen := observation{}
	started := onTerminal(t, l.argv(c, command...), environment, func() {
		if waitForObserver(c) {
			seen["host-process"] = hostProcess(c)
			seen["host-cgroup"] = hostCgroups()
			letObserverGo(c)
		}
	})
	report, err := os.ReadFile(filepath.Join(c.rootfs(), "observed", "report"))
	if err != nil {
		t.Fatalf("%s did not run the observer (status %d); the terminal shows:\n%s", l.name, started.status, started.output)
	}
	for name, lines := range sections(string(report)) {
		seen[name] = normalise(name, lines)
	}
	seen["mount-order"] = mountOrder(seen["mounts"])
	seen["mounts"] = normaliseMounts(seen["mounts"])
	seen["status-of-launcher"] = []string{fmt.Sprint(started.status)}
	seen["console"] = strings.Split(strings.TrimSuffix(started.output, "\n"), "\n")
	seen["rootfs"] = tree(t, c.rootfs())
	seen["leftovers"] = added(before, leftovers(t, c))
	removeLeftovers(t, c, seen["leftovers"])
	for name, lines := range seen {
		for i, line := range lines {
			seen[name][i] = strings.NewReplacer(c.lxcpath, "LXCPATH", containerName, "NAME").Replace(line)
		}
	}
	return seen
}

// placeObserver puts the script and the fifo it waits at into the rootfs, owned by
// the container's root and open to every user of the container.
func (c container) placeObserver(t *testing.T) {
	t.Helper()
	dir := filepath.Join(c.rootfs(), "observed")
	err := errors.Join(
		os.Mkdir(dir, 0o755),
		os.WriteFile(filepath.Join(dir, "observe"), []byte(observer), 0o755),
		unix.Mkfifo(filepath.Join(dir, "go"), 0o666),
		os.Chmod(filepath.Join(dir, "go"), 0o666), // whatever the umask
		os.Chmod(dir, 0o777),
	)
	for _, name := range []string{"", "observe", "go"} {
		err = errors.Join(err, os.Chown(filepath.Join(dir, name), c.shift, c.shift))
	}
	if err != nil {
		t.Fatalf("place the observer: %v", err)
	}
}

// waitForObserver returns true when the container's init waits at the fifo, false
// when it did not get there: then the launch failed and has ended or will end.
func waitForObserver(c container) bool {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if fd, err := unix.Open(filepath.Join(c.rootfs(), "observed", "go"), unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0); err == nil {
			unix.Close(fd)
			return true // a reader has the fifo open
		}
	}
	return false
}

// letObserverGo writes the word the observer waits for.
func letObserverGo(c container) {
	if fifo, err := os.OpenFile(filepath.Join(c.rootfs(), "observed", "go"), os.O_WRONLY, 0); err == nil {
		fmt.Fprintln(fifo, "goodbye")
		fifo.Close()
	}
}

// sections cuts the observer's report at its "== name" lines.
func sections(report string) map[string][]string {
	parts := map[string][]string{}
	name := ""
	for line := range strings.Lines(report) {
		line = strings.TrimSuffix(line, "\n")
		if title, ok := strings.CutPrefix(line, "== "); ok {
			name = title
			parts[name] = []string{}
			continue
		}
		parts[name] = append(parts[name], line)
	}
	return parts
}

var (
	objectNumber  = regexp.MustCompile(`(pipe|socket|anon_inode):\[\d+\]`)
	terminalField = regexp.MustCompile(`^(-?\d+ \d+ \d+) (\d+) `)
)

// normalise replaces what the kernel numbers anew at each launch.
func normalise(section string, lines []string) []string {
	out := make([]string, 0, len(lines))
	for _, line := range lines {
		switch section {
		case "namespaces":
			name, link, _ := strings.Cut(line, " ")
			line = name + " of its own"
			if hostLink, err := os.Readlink("/proc/self/ns/" + name); err == nil && hostLink == link {
				line = name + " of the host"
			}
		case "descriptors":
			line = objectNumber.ReplaceAllString(line, "$1")
		case "session":
			if m := terminalField.FindStringSubmatch(line); m != nil && m[2] != "0" {
				line = strings.Replace(line, m[1]+" "+m[2], m[1]+" terminal", 1)
			}
		case "keyring":
			// serial, flags, uses, timeout, permissions, uid, gid, type, description
			if f := strings.Fields(line); len(f) >= 8 {
				line = strings.Join(append([]string{f[1]}, f[4:]...), " ")
			}
		}
		out = append(out, line)
	}
	if section == "keyring" {
		sort.Strings(out)
	}
	return out
}

// tree lists a directory: each file with what a launch may change about it.
func tree(t *testing.T, root string) []string {
	t.Helper()
	var lines []string
	err := filepath.Walk(root, func(name string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		inside := strings.TrimPrefix(name, root)
		if inside == "/observed" {
			return filepath.SkipDir
		}
		owner := info.Sys().(*syscall.Stat_t)
		line := fmt.Sprintf("%s/ %s %d:%d", strings.TrimSuffix(inside, "/"), info.Mode(), owner.Uid, owner.Gid)
		switch {
		case info.Mode()&os.ModeSymlink != 0:
			target, _ := os.Readlink(name)
			line += " -> " + target
		case info.Mode()&os.ModeDevice != 0:
			line += fmt.Sprintf(" %d:%d", unix.Major(owner.Rdev), unix.Minor(owner.Rdev))
		case info.Mode().IsRegular():
			line += fmt.Sprintf(" %d bytes", info.Size())
		}
		lines = append(lines, line)
		return nil
	})
	if err != nil {
		t.Fatalf("list the rootfs: %v", err)
	}
	return lines
}
