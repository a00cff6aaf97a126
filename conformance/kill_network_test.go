//go:build linux

package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// killed launches a plan there and kills the launcher at a barrier; false: the launch
// has no such barrier. Devices that are named are taken out of the container before.
func (h hostnet) killed(t *testing.T, file string, barrier int, devices ...string) bool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	argv := h.enter(append([]string{self, killedLauncher, file, strconv.Itoa(barrier)}, devices...)...)
	command := exec.Command(argv[0], argv[1:]...)
	out, err := command.CombinedOutput()
	if err == nil {
		return false
	}
	if command.ProcessState == nil || exitStatus(command.ProcessState) != 128+int(syscall.SIGKILL) {
		t.Fatalf("barrier %d: the launch ends with %v: %s", barrier, err, out)
	}
	return true
}

// plan makes the plan of a container there.
func (h hostnet) plan(t *testing.T, c container, command ...string) (file string) {
	t.Helper()
	file = filepath.Join(c.lxcpath, "plan.json")
	if output, status := h.lxcfg(t, append([]string{"plan", "-P", c.lxcpath, "-n", containerName, "-o", file, "--"}, command...)...); status != 0 {
		t.Fatalf("lxcfg plan: %s", output)
	}
	return file
}

// What a killed launcher has made on the host's network is taken back: routes and proxy
// entries of links that stay, and at once what has a name that the next launch needs.
func TestLauncherKilledWithNetwork(t *testing.T) {
	requireStock(t)
	c := networkContainer(t, 0,
		"lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.veth.pair = web0", "lxc.net.0.flags = up", "lxc.net.0.veth.ipv4.route = 192.168.7.0/24",
		"lxc.net.1.type = veth", "lxc.net.1.link = wan", "lxc.net.1.veth.mode = router", "lxc.net.1.l2proxy = 1", "lxc.net.1.flags = up",
		"lxc.net.1.ipv4.address = 192.0.2.9/32", "lxc.net.1.ipv6.address = fd09::5/128",
		"lxc.net.2.type = macvlan", "lxc.net.2.link = wan", "lxc.net.2.macvlan.mode = passthru", "lxc.net.2.flags = up")
	h := newHostnet(t)
	before := h.seen(t)
	file := h.plan(t, c, "/bin/true")
	left := false
	for barrier := 0; h.killed(t, file, barrier); barrier++ {
		left = left || slices.ContainsFunc(added(before, h.seen(t)), func(line string) bool { return strings.HasPrefix(line, "proxy ") })
		said, status := "", 0
		if barrier%2 == 0 {
			said, _ = h.lxcfg(t, "doctor", "--clear", "-P", c.lxcpath, "-n", containerName)
		} else {
			said, status = h.lxcfg(t, "start", "-F", "--plan", file)
		}
		if told := strings.Contains(said, "was killed; taken back: "); status != 0 || told != (barrier > 0) {
			t.Errorf("barrier %d: status %d, it says %s", barrier, status, said)
		}
		now := h.settle(t, before)
		for _, line := range slices.Concat(added(before, now), added(now, before)) {
			t.Errorf("barrier %d: left behind, or gone: %s", barrier, line)
		}
	}
	if !left {
		t.Error("no launcher left a proxy entry: nothing was tested")
	}
}

// A device of the host comes back under the name that it had in the container, when the
// kernel takes that one's network namespace down. The next launch finds it as it was.
func TestLauncherKilledWithDevice(t *testing.T) {
	requireStock(t)
	c := networkContainer(t, 0, "lxc.net.0.type = phys", "lxc.net.0.link = dev0", "lxc.net.0.name = eth9", "lxc.net.0.mtu = 1300", "lxc.net.0.hwaddr = 02:00:00:00:00:77")
	// A device that is moved is switched off: it is so from the beginning.
	h := newHostnet(t, "ip link set dev0 down")
	before := h.seen(t)
	file := h.plan(t, c, "/bin/sleep", "1") // the last barrier is when init runs: it must not be gone by then
	changed := false
	for barrier := 0; h.killed(t, file, barrier, "eth9"); barrier++ {
		changed = changed || len(added(before, h.seen(t))) > 0
		if said, status := h.lxcfg(t, "start", "-F", "-P", c.lxcpath, "-n", containerName, "--", "/bin/true"); status != 0 {
			t.Errorf("barrier %d: status %d, it says %s", barrier, status, said)
		}
		now := h.settle(t, before)
		for _, line := range slices.Concat(added(before, now), added(now, before)) {
			t.Errorf("barrier %d: other than before, or gone: %s", barrier, line)
		}
	}
	if !changed {
		t.Error("no launcher left the device changed: nothing was tested")
	}
}
