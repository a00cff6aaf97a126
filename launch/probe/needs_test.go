//go:build linux

package probe

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// links are described as the kernel of the caller's network namespace knows them.
func TestLinks(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("making network namespaces takes root")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("ip is not installed")
	}
	runtime.LockOSThread() // and never unlocked: the thread ends with the test
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{
		"link add br0 mtu 1400 type bridge", "addr add 10.0.3.1/24 dev br0", "addr add 10.0.4.1/24 dev br0", "addr add fd00::1/64 dev br0 nodad",
		"link add wan1 type veth peer name wan2", "link property add dev wan1 altname enp1s0",
	} {
		if out, err := exec.Command("ip", strings.Fields(command)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v\n%s", command, err, out)
		}
	}
	var f plan.Facts
	Add(&f, plan.Needs{Links: []string{"br0", "enp1s0", "none", "none+", "wa+"}, Gateways: []string{"br0", "wa+"},
		Sysctls: []string{"net/../kernel/ostype", "net/ipv4/conf/none/forwarding"}})
	want := []plan.Link{
		{Name: "br0", Exists: true, Kind: "bridge", MTU: 1400, Addresses: plan.ListOf("10.0.3.1/24", "fd00::1/64"), DefaultPVID: f.Link("br0").DefaultPVID},
		{Name: "enp1s0", Exists: true, Kind: "veth", MTU: 1500},
		{Name: "none"}, {Name: "none+"},
		{Name: "wa+", Exists: true, Is: f.Link("wa+").Is, Kind: "veth", MTU: 1500},
	}
	if diff := cmp.Diff(want, f.Links.Slice(), cmp.AllowUnexported(plan.List[string]{})); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if is := f.Link("wa+").Is; is != "wan1" && is != "wan2" {
		t.Errorf("wa+ is %q", is)
	}
	if got := f.Sysctls.Slice(); got[0].Value != "Linux" || got[1].Value != "" {
		t.Errorf("sysctls %+v", got)
	}
	var again plan.Facts
	Add(&again, f.Needs())
	if changed := f.Differences(again); len(changed) > 0 {
		t.Errorf("what the facts ask for again differs: %v", changed)
	}
}

func TestNICGrants(t *testing.T) {
	h := tree(t, map[string]string{
		"etc/lxc/lxc-usernet": "# USER TYPE BRIDGE COUNT\nann veth br0 2\n@staff veth none 10\n@wheel veth br0 10\nbob veth br0 10\nann veth br1\nann veth br2 many\n",
	})
	want := []plan.NICGrant{{Type: "veth", Bridge: "br0", Count: 2}, {Type: "veth", Bridge: "none", Count: 10}}
	if diff := cmp.Diff(want, h.nicGrants("ann", []string{"staff", "users"})); diff != "" {
		t.Errorf("grants (-want +got):\n%s", diff)
	}
}

// What is at a path is told by its type, and links are followed.
func TestPathTypes(t *testing.T) {
	h := tree(t, map[string]string{"srv/image": "", "srv/web/etc/hostname": "web\n", "sys/dev/block/7:42/dm/uuid": "LVM-0123\n"})
	at := func(name string) string { return filepath.Join(h.root, name) }
	if err := errors.Join(os.Symlink("image", at("srv/link")), os.Symlink("nowhere", at("srv/dangling")), unix.Mkfifo(at("srv/fifo"), 0o600)); err != nil {
		t.Fatal(err)
	}
	want := map[string]plan.Path{
		"/srv/web":         {Type: plan.PathDirectory},
		"/srv/web/":        {Type: plan.PathDirectory},
		"/srv/image":       {Type: plan.PathFile},
		"/srv/link":        {Type: plan.PathFile},
		"/srv/dangling":    {Type: plan.PathNothing},
		"/srv/none":        {Type: plan.PathNothing},
		"/srv/image/below": {Type: plan.PathNothing},
		"/srv/fifo":        {Type: plan.PathOther},
	}
	for name, number := range map[string]uint64{"/dev/loop42": unix.Mkdev(7, 42), "/dev/null": unix.Mkdev(1, 3)} {
		kind := uint32(unix.S_IFCHR)
		want[name] = plan.Path{Type: plan.PathCharacter}
		if unix.Major(number) == 7 {
			kind, want[name] = unix.S_IFBLK, plan.Path{Type: plan.PathBlock, Mapper: "LVM-0123"}
		}
		if err := os.MkdirAll(at("dev"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := unix.Mknod(at(name), kind|0o600, int(number)); errors.Is(err, unix.EPERM) {
			delete(want, name) // only root makes device nodes
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for name, p := range want {
		p.Path = name
		if got := h.path(name); got != p {
			t.Errorf("%s: %+v, want %+v", name, got, p)
		}
	}
}
