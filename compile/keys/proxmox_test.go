package keys_test

import (
	"slices"
	"testing"

	"lxcfg/compile/keys"
	"lxcfg/grammar/source"
)

func TestPassesProxmox(t *testing.T) {
	for key, want := range map[string]bool{
		"lxc.cap.drop": true, "lxc.cgroup2.devices.allow": true, "lxc.cgroup.dir": true, "lxc.net.0.type": true, "lxc.prlimit.nofile": true,
		"lxc.utsname": true, "lxc.limit.nofile": true, "lxc.sysctl.kernel.shmmax": true,
		"lxc.init.uid": true, "lxc.init.groups": true, "lxc.devtty.dir": true, "lxc.kmsg": true, "lxc.network.type": true,
		"lxc.rootfs": false, "lxc.network.veth.pair": false, "lxc.syslog": false, "lxc.init_uid": false,
		"lxc.rootfs.path": false, "lxc.rootfs.options": false, "lxc.tty.dir": false, "lxc.no_new_privs": false, "lxc.hook.start-host": false,
		"lxc.sysctl.net.ipv4.ip_forward": false, "lxc.cgroup": false, "lxc.namespace.keep": false,
	} {
		if instead, got := keys.PassesProxmox(key); got != want || !got && instead == "" {
			t.Errorf("%s: %v %q", key, got, instead)
		}
	}
}

func TestProxmoxOptions(t *testing.T) {
	for word, want := range map[string]bool{"arch": true, "net0": true, "mp255": true, "net": false, "arch1": false, "bogus": false} {
		if got := keys.IsProxmoxOption(word); got != want {
			t.Errorf("%s: %v", word, got)
		}
	}
	if all := slices.Collect(keys.ProxmoxOptions); !slices.IsSorted(all) || !slices.Contains(all, "net0") {
		t.Errorf("the options are %v", all)
	}
}

func TestIsProxmox(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		want       bool
	}{
		"by its place":                {"/etc/pve/lxc/100.conf", "", true},
		"by its options":              {"x.conf", "arch: amd64\nhostname: a\n", true},
		"with settings of both kinds": {"x.conf", "arch: amd64\nhostname: a\nlxc.cap.drop = mknod\n", true},
		"settings by its name":        {"pve/100.conf", "#about\nlxc.cap.drop: mknod\n", true},
		"settings, another name":      {"web.conf", "lxc.cap.drop: mknod\n", false},
		"numbered, but of LXC":        {"100.conf", "lxc.cap.drop = mknod\nlxc.uts.name: a\n", false},
		"no number of Proxmox's":      {"01.conf", "lxc.cap.drop: mknod\n", false},
		"of LXC":                      {"x.conf", "lxc.uts.name = a\n", false},
		"of LXC, with foreign lines":  {"x.conf", "lxc.uts.name = a\nlxc.tty.max = 1\narch: amd64\n", false},
		"something else":              {"x.yaml", "services:\n  web: 1\nversion: 3\n", false},
	} {
		if got := keys.IsProxmox(source.File{Name: c.file, Text: c.text}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
