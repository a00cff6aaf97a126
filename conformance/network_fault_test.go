//go:build linux

package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lxcfg/compile/plan"
)

// networkContainer makes a container with interfaces. NETWORK in a line is the
// directory of netScript.
func networkContainer(t *testing.T, shift int, lines ...string) container {
	t.Helper()
	c := newContainer(t, shift, all(without("lxc.net.0.type"), with(lines...)))
	c.mend(t, func(config string) string { return strings.ReplaceAll(config, "NETWORK", c.lxcpath) })
	c.fresh(t)
	if err := os.WriteFile(filepath.Join(c.lxcpath, "script"), []byte(netScript), 0o755); err != nil {
		t.Fatal(err)
	}
	return c
}

// lxcfg runs the binary under test there and returns what it prints and its exit
// status.
func (h hostnet) lxcfg(t *testing.T, words ...string) (output string, status int) {
	t.Helper()
	argv := h.enter(append([]string{lxcfg(t)}, words...)...)
	command := exec.Command(argv[0], argv[1:]...)
	out, err := command.CombinedOutput()
	if command.ProcessState == nil {
		t.Fatalf("lxcfg %s: %v", strings.Join(words, " "), err)
	}
	return string(out), command.ProcessState.ExitCode()
}

// start runs a command in a container there.
func (h hostnet) start(t *testing.T, c container, command ...string) (output string, status int) {
	t.Helper()
	return h.lxcfg(t, append([]string{"start", "-F", "-P", c.lxcpath, "-n", containerName, "--"}, command...)...)
}

// same demands that the network there is what it was, at once.
func (h hostnet) same(t *testing.T, before []string) {
	t.Helper()
	now := h.seen(t)
	for _, line := range added(before, now) {
		t.Errorf("left behind: %s", line)
	}
	for _, line := range added(now, before) {
		t.Errorf("gone: %s", line)
	}
}

// TestEveryNetworkStepFailsOnce makes each step of launches with interfaces fail, from
// the first that has to do with them on. When lxcfg has ended nothing is left on the
// host, and devices are back.
func TestEveryNetworkStepFailsOnce(t *testing.T) {
	for _, test := range []struct {
		name    string
		shift   int
		prepare []string
		lines   []string
	}{
		{name: "types that every kernel has", lines: []string{
			"lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.veth.pair = web0", "lxc.net.0.flags = up", "lxc.net.0.hwaddr = 00:16:3e:xx:xx:xx",
			"lxc.net.0.ipv4.address = 10.0.3.5/24", "lxc.net.0.ipv4.gateway = auto", "lxc.net.0.veth.ipv4.route = 192.168.7.0/24",
			"lxc.net.0.script.up = NETWORK/script", "lxc.net.0.script.down = NETWORK/script",
			"lxc.net.1.type = veth", "lxc.net.1.link = wan", "lxc.net.1.veth.mode = router", "lxc.net.1.l2proxy = 1", "lxc.net.1.flags = up",
			"lxc.net.1.ipv4.address = 192.0.2.9/32", "lxc.net.1.ipv6.address = fd09::5/128", "lxc.net.1.ipv6.gateway = fe80::1",
			"lxc.net.2.type = macvlan", "lxc.net.2.link = wan", "lxc.net.2.macvlan.mode = passthru", "lxc.net.2.flags = up",
			"lxc.net.3.type = phys", "lxc.net.3.link = dev0", "lxc.net.3.name = eth9", "lxc.net.3.mtu = 1300", "lxc.net.3.hwaddr = 02:00:00:00:00:77",
		}},
		{name: "types that some kernels have", prepare: slices.Concat(needsKind("ipvlan mode l3s"), needsKind("vlan id 7")), lines: []string{
			"lxc.net.0.type = ipvlan", "lxc.net.0.link = wan", "lxc.net.0.ipvlan.mode = l3s", "lxc.net.0.l2proxy = 1", "lxc.net.0.flags = up", "lxc.net.0.ipv4.address = 192.0.2.9/32",
			"lxc.net.1.type = vlan", "lxc.net.1.link = wire", "lxc.net.1.vlan.id = 42",
		}},
		{name: "below an id map", shift: shift, lines: []string{
			"lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536",
			"lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.flags = up", "lxc.net.1.type = phys", "lxc.net.1.link = dev0", "lxc.net.1.flags = up",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			requireStock(t)
			c := networkContainer(t, test.shift, test.lines...)
			// A device that is moved is switched off: it is so from the beginning.
			h := newHostnet(t, append(test.prepare, "ip link set dev0 down")...)
			before := h.seen(t)
			file := filepath.Join(c.lxcpath, "plan.json")
			if output, status := h.lxcfg(t, "plan", "-P", c.lxcpath, "-n", containerName, "-o", file, "--", "/bin/true"); status != 0 {
				t.Fatalf("lxcfg plan: %s", output)
			}
			// Of what comes behind the network, the first step of each phase will do.
			reached, phase := false, plan.Phase("")
			for _, step := range readPlan(t, file).Steps() {
				reached = reached || step.Place == plan.AtNetlink
				again := step.Phase() != plan.PhaseConnect && step.Phase() == phase
				phase = step.Phase()
				if !reached || again && step.Place != plan.AtNetlink || step.Place == plan.AtRun {
					continue
				}
				t.Run(step.Name, func(t *testing.T) {
					output, status := h.lxcfg(t, "start", "-F", "--plan", file, "--rehearse-failure", step.Name)
					h.same(t, before)
					if status != 125 || !strings.Contains(output, step.Name) {
						t.Errorf("the launch ends with %d and says %s", status, output)
					}
				})
			}
			// It would have worked, and leaves nothing either.
			if output, status := h.lxcfg(t, "start", "-F", "--plan", file); status != 0 {
				t.Errorf("the launch ends with %d and says %s", status, output)
			}
			now := h.settle(t, before)
			if more := slices.Concat(added(before, now), added(now, before)); len(more) > 0 {
				t.Errorf("after a container that has run there are other lines: %s", strings.Join(more, "; "))
			}
		})
	}
}

// readPlan reads a plan file.
func readPlan(t *testing.T, file string) plan.Plan {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestNetworkFailuresNameTheirLine makes the host refuse what a configuration asks for.
// The message names line and reason, and nothing is left.
func TestNetworkFailuresNameTheirLine(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare []string
		lines   []string // the last one is to blame
		says    []string
	}{
		{name: "a name on the host that is taken", prepare: []string{"ip link add web0 type bridge"},
			lines: []string{"lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.veth.pair = web0"}, says: []string{"web0", "file exists"}},
		{name: "an address twice", lines: []string{"lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.ipv4.address = 10.0.3.5/24", "lxc.net.0.ipv4.address = 10.0.3.5/24"},
			says: []string{"10.0.3.5/24", "file exists"}},
		{name: "a route that is there", prepare: []string{"ip route add 192.168.7.0/24 dev wan"},
			lines: []string{"lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.veth.pair = web0", "lxc.net.0.veth.ipv4.route = 192.168.7.0/24"},
			says:  []string{"192.168.7.0/24", "file exists"}},
		{name: "a script that fails", lines: []string{"lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.script.up = sh -c 'echo no way; exit 3'"},
			says: []string{"exit status 3", "no way"}},
		{name: "a script that is not there", lines: []string{"lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.script.up = /nonexistent/script"},
			says: []string{"/nonexistent/script", "not found"}},
		{name: "a bridge that a script takes away", lines: []string{"lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.script.up = ip link del br1; :",
			"lxc.net.1.type = veth", "lxc.net.1.link = br1"}, says: []string{"br1", "no such device"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			requireStock(t)
			c := networkContainer(t, 0, test.lines...)
			h := newHostnet(t, test.prepare...)
			before := h.seen(t)
			config, err := os.ReadFile(c.config())
			if err != nil {
				t.Fatal(err)
			}
			lastLine := fmt.Sprintf("config:%d", strings.Count(string(config), "\n"))
			output, status := h.start(t, c, "/bin/true")
			if !strings.Contains(strings.Join(test.lines, " "), "link del") {
				h.same(t, before)
			}
			if status != 125 {
				t.Errorf("exit status %d, want 125", status)
			}
			for _, word := range append(test.says, lastLine) {
				if !strings.Contains(strings.ToLower(output), word) {
					t.Errorf("the message does not contain %q:\n%s", word, output)
				}
			}
		})
	}
}

// TestImmediateRestart starts a container again as soon as it has ended: what it has of
// the host is free by then.
func TestImmediateRestart(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare []string
		lines   []string
	}{
		{name: "a pair with a name", lines: []string{"type = veth", "link = br0", "veth.pair = web0", "flags = up"}},
		{name: "a macvlan that is alone", lines: []string{"type = macvlan", "link = wan", "macvlan.mode = passthru", "flags = up"}},
		{name: "a macvlan with an address of its own", lines: []string{"type = macvlan", "link = wan", "hwaddr = 02:00:00:00:00:99", "flags = up"}},
		{name: "an ipvlan with an address of its own", prepare: needsKind("ipvlan"), lines: []string{"type = ipvlan", "link = wan", "ipv4.address = 192.0.2.9/24", "flags = up"}},
		{name: "a vlan", prepare: needsKind("vlan id 7"), lines: []string{"type = vlan", "link = wan", "vlan.id = 42", "flags = up"}},
		{name: "a device of the host", lines: []string{"type = phys", "link = dev0", "flags = up"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			requireStock(t)
			var lines []string
			for _, line := range test.lines {
				lines = append(lines, "lxc.net.0."+line)
			}
			c := networkContainer(t, 0, lines...)
			h := newHostnet(t, test.prepare...)
			for range 4 {
				if output, status := h.start(t, c, "/bin/true"); status != 0 {
					t.Fatalf("the launch ends with %d and says %s", status, output)
				}
			}
		})
	}
}

// A script that fails when the container has ended is reported, and changes nothing of
// how it ended. It can enter the network namespace that it is told of.
func TestFailingDownScript(t *testing.T) {
	requireStock(t)
	for _, hookVersion := range []string{"0", "1"} {
		c := networkContainer(t, 0, "lxc.hook.version = "+hookVersion, "lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.name = uplink", "lxc.net.0.veth.pair = web0",
			"lxc.net.0.script.down = sh -c 'nsenter --net=$LXC_NET_NS ip -o link show uplink >NETWORK/inside; echo no way; exit 3'")
		h := newHostnet(t)
		before := h.seen(t)
		output, status := h.start(t, c, "/bin/sh", "-c", "exit 7")
		if status != 7 || !strings.Contains(output, "net-script:0 down failed: ") || !strings.Contains(output, "no way") {
			t.Errorf("version %s: the launch ends with %d and says %s", hookVersion, status, output)
		}
		h.same(t, before)
		if inside := readLines(t, filepath.Join(c.lxcpath, "inside")); len(inside) != 1 || !strings.Contains(inside[0], "uplink") {
			t.Errorf("version %s: the script sees %q", hookVersion, inside)
		}
	}
}

// A launch that is interrupted while a script runs takes back what was made, and lets
// the script of an earlier interface clean up.
func TestInterruptedNetwork(t *testing.T) {
	requireStock(t)
	c := networkContainer(t, 0, "lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.veth.pair = web0", "lxc.net.0.script.down = NETWORK/script",
		"lxc.net.1.type = veth", "lxc.net.1.link = br0", "lxc.net.1.script.up = sh -c 'touch NETWORK/waiting; sleep 60'")
	h := newHostnet(t)
	before := h.seen(t)
	argv := h.enter(lxcfg(t), "start", "-F", "-P", c.lxcpath, "-n", containerName, "--", "/bin/true")
	command := exec.Command(argv[0], argv[1:]...)
	var output strings.Builder
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(c.lxcpath, "waiting")); err == nil {
			break
		}
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	h.same(t, before)
	if status := command.ProcessState.ExitCode(); status != 125 || !strings.Contains(output.String(), "interrupted") {
		t.Errorf("the launch ends with %d and says %s", status, output.String())
	}
	if told := readLines(t, filepath.Join(c.lxcpath, "told")); !slices.Contains(told, "argument down") {
		t.Errorf("the script of the first interface was not run: %q", told)
	}
}
