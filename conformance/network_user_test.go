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

// ordinary is a user that only the host of a test knows.
const ordinary = 59999

// userHostnet is a host on which an ordinary user has ids to map and, by a line of
// lxc-usernet(5), interfaces to make.
func userHostnet(t *testing.T, usernet string) hostnet {
	t.Helper()
	for _, tool := range []string{"newuidmap", "setpriv", "/usr/libexec/lxc/lxc-user-nic"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Skipf("%s is not installed", tool)
		}
		if info, err := os.Stat(path); err == nil && tool != "setpriv" && info.Mode()&os.ModeSetuid == 0 {
			t.Skipf("%s has no set-user-ID bit", path)
		}
	}
	passwd, err := os.ReadFile("/etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files := map[string]string{
		"passwd": string(passwd) + fmt.Sprintf("guest:x:%d:%d::/nonexistent:/bin/sh\n", ordinary, ordinary),
		"subids": fmt.Sprintf("guest:%d:65536\n", shift), "lxc/lxc-usernet": usernet,
	}
	if err := os.Mkdir(filepath.Join(dir, "lxc"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return newHostnet(t, "cd "+dir, "mount --bind passwd /etc/passwd", "mount --bind subids /etc/subuid", "mount --bind subids /etc/subgid",
		"mount --bind lxc /etc/lxc", "mount -t tmpfs run /run")
}

// asUser is the binary under test, started by the ordinary user.
func asUser(t *testing.T) launcher {
	program := lxcfg(t)
	return launcher{name: "lxcfg", giveUp: (*testing.T).Fatalf, argv: func(c container, command ...string) []string {
		id := fmt.Sprint(ordinary)
		return append([]string{"/usr/bin/setpriv", "--reuid", id, "--regid", id, "--clear-groups", program, "start", "-P", c.lxcpath, "-n", containerName, "-F", "--"}, command...)
	}}
}

// userContainer is a container as an ordinary user can have it.
func userContainer(t *testing.T, lines ...string) container {
	t.Helper()
	c := networkContainer(t, shift, append([]string{"lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536", "lxc.console.path = none"}, lines...)...)
	c.mend(t, without("lxc.mount.auto", "lxc.tty.max", "lxc.pty.max", "lxc.mount.entry"))
	c.mend(t, with("lxc.mount.auto = proc", "lxc.mount.entry = /lib lib none ro,bind 0 0", "lxc.mount.entry = /usr/lib usr/lib none ro,bind 0 0", "lxc.mount.entry = /lib64 lib64 none ro,bind,optional 0 0"))
	return c
}

// An ordinary user gets a pair from lxc-user-nic, set up inside as root's would be, and
// nothing of it is left.
func TestOrdinaryUser(t *testing.T) {
	requireStock(t)
	h := userHostnet(t, "guest veth br0 2\n")
	c := userContainer(t, "lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.name = lan", "lxc.net.0.flags = up", "lxc.net.0.hwaddr = 00:16:3e:01:02:03",
		"lxc.net.0.ipv4.address = 10.0.3.5/24", "lxc.net.0.ipv4.gateway = auto", "lxc.net.0.script.up = NETWORK/script", "lxc.net.0.script.down = NETWORK/script",
		"lxc.net.1.type = veth", "lxc.net.1.link = br0")
	if err := os.Chmod(c.lxcpath, 0o777); err != nil { // the script writes there
		t.Fatal(err)
	}
	before := h.seen(t)
	var inside, outside []string
	ended := runWaiting(t, h.launcher(asUser(t)), c, []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, func(init int) {
		inside, outside = networkOf(t, init), h.seen(t)
	})
	for _, want := range []string{
		`link lan BROADCAST,MULTICAST,UP mtu 1450 master "" address 00:16:3e:01:02:03`, `address lan 10.0.3.5/24 broadcast "10.0.3.255" global`,
		`route default via "10.0.3.1" dev lan`, `link lo LOOPBACK,UP`, `link eth0 BROADCAST,MULTICAST mtu 1450`,
	} {
		if !slices.ContainsFunc(inside, func(line string) bool { return strings.HasPrefix(line, want) }) {
			t.Errorf("inside there is no %q:\n%s", want, strings.Join(inside, "\n"))
		}
	}
	ports := 0
	for _, line := range outside {
		if strings.HasPrefix(line, "link vethRANDOM") && strings.Contains(line, `master "br0"`) {
			ports++
		}
	}
	if ports != 2 || ended.status != 0 {
		t.Errorf("the bridge has %d ports, the launch ends with %d and says\n%s", ports, ended.status, ended.output)
	}
	told := strings.Join(readLines(t, filepath.Join(c.lxcpath, "told")), " ")
	if strings.Count(told, "argument veth argument br0 argument veth"+fmt.Sprint(ordinary)+"_") != 2 {
		t.Errorf("the scripts were told %s", told)
	}
	if more := added(before, h.settle(t, before)); len(more) > 0 {
		t.Errorf("left behind: %s", strings.Join(more, "; "))
	}
	for _, step := range []string{"user-veth:1", "interface-up:lan", "exec:init"} {
		argv := h.launcher(asUser(t)).argv(c, "/bin/true")
		i := slices.Index(argv, "start")
		ended := onTerminal(t, slices.Insert(argv, i+1, "--rehearse-failure", step), []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, nil)
		h.same(t, before)
		if ended.status != 125 || !strings.Contains(ended.output, step) {
			t.Errorf("with a failure at %s the launch ends with %d and says\n%s", step, ended.status, ended.output)
		}
	}
}

// What lxc-usernet does not give is refused before anything is made.
func TestOrdinaryUserWithoutGrant(t *testing.T) {
	requireStock(t)
	h := userHostnet(t, "guest veth br1 10\n@nobody-is-in-it veth br0 10\nsomebody veth br0 10\n")
	c := userContainer(t, "lxc.net.0.type = veth", "lxc.net.0.link = br0")
	ended := onTerminal(t, h.launcher(asUser(t)).argv(c, "/bin/true"), []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, nil)
	if ended.status != 125 || !strings.Contains(ended.output, "guest veth br0 10") || !strings.Contains(ended.output, "net/not-granted") {
		t.Errorf("the launch ends with %d and says\n%s", ended.status, ended.output)
	}
}
