//go:build linux

package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// simulatedRadio returns the number and the device of a radio that the kernel module
// mac80211_hwsim simulates: one that nobody needs.
func simulatedRadio(t *testing.T) (radio, device string) {
	t.Helper()
	if _, err := exec.LookPath("iw"); err != nil {
		t.Skip("iw is not installed")
	}
	radios, _ := filepath.Glob("/sys/class/ieee80211/*")
	for _, path := range radios {
		driver, _ := os.Readlink(filepath.Join(path, "device/driver"))
		devices, _ := os.ReadDir(filepath.Join(path, "device/net"))
		index, err := os.ReadFile(filepath.Join(path, "index"))
		if filepath.Base(driver) == "mac80211_hwsim" && len(devices) > 0 && err == nil {
			return strings.TrimSpace(string(index)), devices[0].Name()
		}
	}
	t.Skip("the module mac80211_hwsim is not loaded")
	return "", ""
}

// A wireless device goes with its radio, and comes back as it was.
func TestWirelessDevice(t *testing.T) {
	requireStock(t)
	radio, device := simulatedRadio(t)
	c := networkContainer(t, 0, "lxc.net.0.type = phys", "lxc.net.0.link = "+device, "lxc.net.0.name = radio", "lxc.net.0.mtu = 1300")
	h := newHostnet(t)
	if out, err := exec.Command("iw", "phy#"+radio, "set", "netns", fmt.Sprint(h.pid)).CombinedOutput(); err != nil {
		t.Fatalf("move the radio to the host of the test: %v\n%s", err, out)
	}
	h.sh(t, "ip link set "+device+" mtu 1400; ip link property add dev "+device+" altname enradio")
	before := h.seen(t)
	var inside []string
	iw, _ := exec.LookPath("iw")
	ended := runWaiting(t, h.launcher(ours(t)), c, []string{"PATH=" + filepath.Dir(iw)}, func(init int) { inside = networkOf(t, init) })
	if !slices.ContainsFunc(inside, func(line string) bool { return strings.HasPrefix(line, "link radio BROADCAST,MULTICAST mtu 1300") }) {
		t.Errorf("the container has %s", strings.Join(inside, "\n"))
	}
	h.same(t, before)
	output, status := h.lxcfg(t, "start", "-F", "-P", c.lxcpath, "-n", containerName, "--rehearse-failure", "exec:init", "--", "/bin/true")
	h.same(t, before)
	if ended.status != 0 || status != 125 || strings.Contains(output, "undo") {
		t.Errorf("the launches end with %d and %d, and say %s%s", ended.status, status, ended.output, output)
	}
}
