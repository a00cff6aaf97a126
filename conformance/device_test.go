//go:build linux

package conformance

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// TestDevicesOfARunningContainer allows a container that runs other devices, by lxc-cgroup:
// on cgroup v1 that writes to its cgroup, on v2 the monitor has the kernel go by another
// eBPF program. The same rules mean the same, as they do under stock LXC on v1; LXC on v2
// takes a rule only from one that is the same to the letter.
func TestDevicesOfARunningContainer(t *testing.T) {
	requireStock(t)
	rules := with("lxc.cgroup.devices.deny = a", "lxc.cgroup.devices.allow = c 1:3 rwm", "lxc.cgroup.devices.allow = c 1:5 rwm",
		"lxc.cgroup2.devices.deny = a", "lxc.cgroup2.devices.allow = c 1:3 rwm", "lxc.cgroup2.devices.allow = c 1:5 rwm")
	changes := []string{"allow c 1:9 r", "deny c 1:9 rwm", "deny c 1:5 r", "allow c 1:5 w", "allow a", "deny c 1:3 rw", "deny a"}
	// What can be read before, and after each change: null, zero, urandom.
	restricted := []string{"001", "000", "001", "011", "011", "000", "100", "111"}
	free := []string{"000", "000", "001", "011", "011", "000", "100", "111"}
	for _, test := range []struct {
		name string
		in   surroundings
		mend func(string) string
		want []string
	}{
		{"rules, on this host's cgroups", surroundings{}, rules, restricted},
		{"rules, on cgroup v2", surroundings{unified: true}, rules, restricted},
		{"no rules, on this host's cgroups", surroundings{}, nil, free},
		{"no rules, on cgroup v2", surroundings{unified: true}, nil, free},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, l := range []launcher{stock(t), ours(t)} {
				if l.name == stock(t).name && (test.in.unified || !slices.ContainsFunc(cgroupRoots(), func(root string) bool { return filepath.Base(root) == "devices" })) {
					continue
				}
				t.Run(l.name, func(t *testing.T) {
					c := newContainer(t, 0, test.mend)
					c.fresh(t)
					if err := unix.Mknod(filepath.Join(c.rootfs(), "random"), unix.S_IFCHR|0o666, int(unix.Mkdev(1, 9))); err != nil {
						t.Skipf("no devices can be made: %v", err)
					}
					s := start(t, inBackground(within(t, l, test.in)), c, "/bin/sleep", "1000")
					look := func() (readable string) {
						_, said := s.toolWithin(t, test.in, "lxc-attach", "--", "/bin/sh", "-c", "for d in /dev/null /dev/zero /random; do head -c 1 $d >/tmp/read 2>&1; echo =$?; done")
						for _, found := range regexp.MustCompile(`=(\d)`).FindAllStringSubmatch(said, -1) {
							readable += found[1]
						}
						return readable
					}
					got := []string{look()}
					for _, change := range changes {
						verb, rule, _ := strings.Cut(change, " ")
						if status, said := s.toolWithin(t, test.in, "lxc-cgroup", "devices."+verb, rule); status != 0 {
							t.Errorf("lxc-cgroup devices.%s %q ends with %d and says %s", verb, rule, status, said)
						}
						got = append(got, look())
					}
					if diff := cmp.Diff(test.want, got); diff != "" {
						t.Errorf("what can be read before and after %q (-want +got):\n%s", changes, diff)
					}
					if status, said := s.toolWithin(t, test.in, "lxc-stop", "-k"); status != 0 {
						t.Errorf("lxc-stop ends with %d and says %s", status, said)
					}
					s.awaitEnd(t)
				})
			}
		})
	}
}

// TestDeviceTool gives a container that runs a device of the host, and takes it again.
func TestDeviceTool(t *testing.T) {
	requireStock(t)
	if exec.Command("nsenter", "-t", "1", "-n", "true").Run() != nil {
		t.Skip("nobody may enter the namespaces of this host's init, which lxc-device does")
	}
	node := filepath.Join(t.TempDir(), "node")
	if err := unix.Mknod(node, unix.S_IFCHR|0o666, int(unix.Mkdev(1, 9))); err != nil {
		t.Skipf("no devices can be made: %v", err)
	}
	const read = "head -c 1 /dev/given | wc -c"
	unable := false
	for _, l := range []launcher{stock(t), ours(t)} {
		t.Run(l.name, func(t *testing.T) {
			s := booted(t, inBackground(l), with("lxc.cgroup.devices.deny = a", "lxc.cgroup.devices.allow = c 1:3 rwm", "lxc.cgroup2.devices.deny = a", "lxc.cgroup2.devices.allow = c 1:3 rwm"))
			status, said := s.tool(t, "lxc-device", "add", node, "/dev/given")
			unable = unable || status != 0 && l.name == stock(t).name
			switch {
			case unable:
				t.Skipf("lxc-device cannot give devices to stock LXC's containers here: %s", said)
			case status != 0:
				t.Fatalf("lxc-device ends with %d and says %s", status, said)
			}
			s.expect(t, 0, `^1\n$`, "lxc-attach", "--", "/bin/sh", "-c", read)
			s.expect(t, 0, ``, "lxc-device", "del", node, "/dev/given")
			s.expect(t, 0, `^0\n$`, "lxc-attach", "--", "/bin/sh", "-c", read+" 2>/dev/null")
		})
	}
}

// toolWithin runs one of LXC's tools on a container, in its launcher's surroundings.
func (s started) toolWithin(t *testing.T, in surroundings, name string, arguments ...string) (status int, said string) {
	t.Helper()
	return runCommand(t, in.put(t, slices.Concat([]string{name, "-P", s.lxcpath, "-n", containerName}, arguments)))
}
