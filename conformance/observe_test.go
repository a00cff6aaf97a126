//go:build linux

package conformance

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
	if c.prepare != nil {
		c.prepare(t, c)
	}
	before := leftovers(t, c)

	seen := observation{}
	started := onTerminal(t, l.argv(c, command...), environment, func(ended <-chan struct{}) {
		if fifo := waitForObserver(c, ended); fifo != nil {
			seen["host-process"] = hostProcess(c)
			seen["host-cgroup"] = hostCgroups()
			fmt.Fprintln(fifo, "goodbye")
			fifo.Close()
		}
	})
	report, err := os.ReadFile(filepath.Join(c.rootfs(), "observed", "report"))
	if err != nil {
		l.giveUp(t, "%s did not run the observer (status %d); the terminal shows:\n%s", l.name, started.status, started.output)
	}
	for name, lines := range sections(string(report)) {
		seen[name] = normalise(name, lines)
	}
	seen["mounts"] = normaliseMounts(seen["mounts"])
	seen["status-of-launcher"] = []string{fmt.Sprint(started.status)}
	seen["console"] = consoleLines(started.output)
	seen["rootfs"] = tree(t, c.rootfs())
	if c.prepare != nil {
		seen["beside"] = beside(t, c)
	}
	seen["leftovers"] = added(before, leftovers(t, c))
	removeLeftovers(t, c, seen["leftovers"])
	for name, lines := range seen {
		for i, line := range lines {
			seen[name][i] = strings.NewReplacer(c.lxcpath, "LXCPATH", containerName, "NAME").Replace(line)
		}
	}
	return seen
}

// placeObserver puts the script, another that does not say what runs it, and the fifo
// they wait at into the rootfs, owned by the container's root and open to every user
// of the container.
func (c container) placeObserver(t *testing.T) {
	t.Helper()
	dir := filepath.Join(c.rootfs(), "observed")
	err := errors.Join(
		os.Mkdir(dir, 0o755),
		os.WriteFile(filepath.Join(dir, "observe"), []byte(observer), 0o755),
		os.WriteFile(filepath.Join(dir, "headless"), []byte(". /observed/observe\n"), 0o755),
		unix.Mkfifo(filepath.Join(dir, "go"), 0o666),
		os.Chmod(filepath.Join(dir, "go"), 0o666), // whatever the umask
		os.Chmod(dir, 0o777),
	)
	for _, name := range []string{"", "observe", "headless", "go"} {
		err = errors.Join(err, os.Chown(filepath.Join(dir, name), c.shift, c.shift))
	}
	if err != nil {
		t.Fatalf("place the observer: %v", err)
	}
}

// waitForObserver returns the fifo's writing end once the container's init waits
// at the other, nil when the launch ended before.
func waitForObserver(c container, ended <-chan struct{}) *os.File {
	name := filepath.Join(c.rootfs(), "observed", "go")
	for {
		// Without a reader the open fails. Closed again, it would let init go.
		if fifo, err := os.OpenFile(name, os.O_WRONLY|unix.O_NONBLOCK, 0); err == nil {
			return fifo
		}
		select {
		case <-ended:
			return nil
		case <-time.After(2 * time.Millisecond):
		}
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
	terminalName  = regexp.MustCompile(`/dev/pts/\d+`)
	keyringSize   = regexp.MustCompile(`: (\d+|empty)$`)
	hostTerminal  = regexp.MustCompile(`^(/dev/(?:lxc/)?console .*\d+),\d+$`)
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
			line = terminalName.ReplaceAllString(line, "/dev/pts/N")
		case "devices":
			line = hostTerminal.ReplaceAllString(line, "$1,N")
		case "session":
			if m := terminalField.FindStringSubmatch(line); m != nil && m[2] != "0" {
				line = strings.Replace(line, m[1]+" "+m[2], m[1]+" terminal", 1)
			}
		case "keyring":
			// serial, flags, uses, timeout, permissions, uid, gid, type, description
			if f := strings.Fields(line); len(f) >= 8 {
				line = keyringSize.ReplaceAllString(strings.Join(append([]string{f[1]}, f[4:]...), " "), "")
			}
		}
		out = append(out, line)
	}
	if section == "keyring" { // those of the test's own sessions come and go
		slices.Sort(out)
		out = slices.Compact(out)
	}
	return out
}

// consoleLines cuts what the terminal showed into lines. Two terminals stand
// between the container and the test, and each may add a carriage return.
func consoleLines(output string) []string {
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(output, "\r", ""), "\n"), "\n")
}

// beside lists what is in the container's directory beside the rootfs.
func beside(t *testing.T, c container) []string {
	t.Helper()
	var lines []string
	for _, line := range tree(t, filepath.Dir(c.rootfs())) {
		if !strings.HasPrefix(line, "/rootfs/") {
			lines = append(lines, line)
		}
	}
	return lines
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
