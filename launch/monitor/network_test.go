//go:build linux

package monitor

import (
	"regexp"
	"strings"
	"testing"

	"lxcfg/launch/netlink"
)

// Names are drawn as LXC draws them, and never twice the same.
func TestRandomName(t *testing.T) {
	form := regexp.MustCompile(`^veth[A-Za-z0-9]{6}$`)
	seen := make(map[string]bool)
	for range 2000 {
		name, err := randomName("veth")
		if err != nil || !form.MatchString(name) || seen[name] {
			t.Fatalf("the name %q, %v", name, err)
		}
		seen[name] = true
	}
}

// Digits that are written stay, others are drawn, and no address is that of a group.
func TestDrawHWAddr(t *testing.T) {
	for text, form := range map[string]string{
		"00:16:3e:0a:0b:0c": "^00:16:3e:0a:0b:0c$",
		"00:16:3e:xx:xx:xx": "^00:16:3e:[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2}$",
		"xx:xx:xx:xx:xx:x1": "^[0-9a-f][02468ace]:.*1$",
		"0x:00:00:00:00:01": "^0[02468ace]:00:00:00:00:01$",
	} {
		seen := make(map[netlink.HardwareAddr]bool)
		for range 200 {
			a, err := drawHWAddr(text)
			if err != nil || !regexp.MustCompile(form).MatchString(a.String()) {
				t.Fatalf("%s is drawn as %s, %v", text, a, err)
			}
			seen[a] = true
		}
		if drawn := strings.Contains(text, "x"); drawn != (len(seen) > 1) {
			t.Errorf("%s is drawn as %d addresses", text, len(seen))
		}
	}
	for _, text := range []string{"", "00:16", "00:16:3e:00:00:0g", "00:16:3e:00:00:00:00"} {
		if a, err := drawHWAddr(text); err == nil {
			t.Errorf("%q is drawn as %s", text, a)
		}
	}
}

// What lxc-user-nic says is its last line; what it warned of before does not matter.
func TestParseUserNIC(t *testing.T) {
	end, err := parseUserNIC("some warning: of something\neth0:2:veth1000_Ab3d:731\n")
	if err != nil || end.Name != "veth1000_Ab3d" || end.Index != 731 {
		t.Errorf("the end is %+v, %v", end, err)
	}
	for _, output := range []string{"", "Quota reached\n", "eth0:2:veth:\n", "eth0:2::7\n", "a:b:c:d\n"} {
		if end, err := parseUserNIC(output); err == nil {
			t.Errorf("%q gives the end %+v", output, end)
		}
	}
}
