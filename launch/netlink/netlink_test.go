//go:build linux

package netlink

import (
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// private opens a socket in a network namespace that only the test has. The thread
// is not given back: it ends with the test, and the namespace with it.
func private(t *testing.T) *Conn {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("making network namespaces takes root")
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
	c, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// must ends a test whose preparation fails.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// pair makes a veth pair and describes both ends.
func pair(t *testing.T, c *Conn, name, peer string) (a, b Link) {
	t.Helper()
	must(t, c.Create(NewLink{Name: name, Kind: Veth{Peer: NewLink{Name: peer}}}))
	return link(t, c, name), link(t, c, peer)
}

func link(t *testing.T, c *Conn, name string) Link {
	t.Helper()
	l, err := c.LinkByName(name)
	must(t, err)
	return l
}

// ip runs ip(8) in the namespace of the calling thread: another program's view of
// what was done.
func ip(t *testing.T, arguments ...string) string {
	t.Helper()
	program, err := exec.LookPath("ip")
	if err != nil {
		t.Skip("ip is not installed")
	}
	out, err := exec.Command(program, arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("ip %s: %v\n%s", strings.Join(arguments, " "), err, out)
	}
	return string(out)
}

func TestCreateVeth(t *testing.T) {
	c := private(t)
	must(t, c.Create(NewLink{Name: "outside", MTU: 1400, Address: HardwareAddr{0xfe, 1, 2, 3, 4, 5}, RxQueues: 2, TxQueues: 3,
		Kind: Veth{Peer: NewLink{Name: "inside", MTU: 1300, RxQueues: 3, TxQueues: 2}}}))
	outside, inside := link(t, c, "outside"), link(t, c, "inside")
	if outside.Kind != "veth" || outside.MTU != 1400 || outside.Address.String() != "fe:01:02:03:04:05" || outside.Up || outside.Master != 0 {
		t.Errorf("the link is %+v", outside)
	}
	if inside.MTU != 1300 || inside.Index == outside.Index {
		t.Errorf("its peer is %+v", inside)
	}
	if text := ip(t, "-d", "link", "show", "outside"); !strings.Contains(text, "numtxqueues 3 numrxqueues 2") {
		t.Errorf("ip says of the queues:\n%s", text)
	}
	byIndex, err := c.LinkByIndex(outside.Index)
	if err != nil || byIndex.Name != "outside" {
		t.Errorf("by its index the link is %+v, %v", byIndex, err)
	}
	must(t, c.Delete(outside))
	if _, err := c.LinkByName("inside"); !errors.Is(err, unix.ENODEV) {
		t.Errorf("the peer of a deleted link: %v", err)
	}
}

// The peer can be made where another process is, and a link can be moved there and back.
func TestOtherNamespace(t *testing.T) {
	c := private(t)
	sleeper := exec.Command("unshare", "-n", "sleep", "60")
	must(t, sleeper.Start())
	defer func() { _ = sleeper.Process.Kill(); _ = sleeper.Wait() }()
	home, err := c.Namespace()
	must(t, err)
	defer unix.Close(home)
	// unshare(1) becomes sleep in its new namespace: wait until it has one.
	away := -1
	for own := inode(t, home); away < 0; {
		fd, err := unix.Open("/proc/"+strconv.Itoa(sleeper.Process.Pid)+"/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		must(t, err)
		if inode(t, fd) != own {
			away = fd
		} else {
			unix.Close(fd)
		}
	}
	defer unix.Close(away)

	must(t, c.Create(NewLink{Name: "outside", Kind: Veth{Peer: NewLink{Name: "eth0", Namespace: sleeper.Process.Pid}}}))
	if _, err := c.LinkByName("eth0"); !errors.Is(err, unix.ENODEV) {
		t.Errorf("the peer is not elsewhere: %v", err)
	}
	a, _ := pair(t, c, "a", "b")
	must(t, c.AddAltName(a, "also"))
	a = link(t, c, "a")
	must(t, c.DeleteAltName(a, "also"))
	must(t, c.Move(a, NamespaceOf(sleeper.Process.Pid), "eth7"))

	must(t, unix.Setns(away, unix.CLONE_NEWNET))
	there, err := Open()
	must(t, err)
	defer there.Close()
	moved, _ := link(t, there, "eth7"), link(t, there, "eth0")
	must(t, there.Move(moved, OpenNamespace(home), "back"))
	if l := link(t, c, "back"); l.Kind != "veth" {
		t.Errorf("what came back is %+v", l)
	}
	// The namespace of a socket is that of its opener.
	fd, err := there.Namespace()
	must(t, err)
	defer unix.Close(fd)
	if inode(t, fd) != inode(t, away) {
		t.Error("the socket's namespace is another")
	}
}

func inode(t *testing.T, fd int) uint64 {
	t.Helper()
	var st unix.Stat_t
	must(t, unix.Fstat(fd, &st))
	return st.Ino
}

func TestBridge(t *testing.T) {
	c := private(t)
	ip(t, "link", "add", "br0", "type", "bridge")
	bridge := link(t, c, "br0")
	if bridge.Kind != "bridge" || bridge.VLANFiltering {
		t.Errorf("the bridge is %+v", bridge)
	}
	a, _ := pair(t, c, "a", "b")
	must(t, c.Set(a, Change{Master: bridge.Index, Up: true, MTU: 1280}))
	a = link(t, c, "a")
	if a.Master != bridge.Index || !a.Up || a.MTU != 1280 {
		t.Errorf("the port is %+v", a)
	}
	must(t, c.Set(a, Change{Name: "port", Address: HardwareAddr{2, 0, 0, 0, 0, 9}}))
	if port := link(t, c, "port"); port.Address.String() != "02:00:00:00:00:09" || !port.Up {
		t.Errorf("the port, renamed, is %+v", port)
	}
}

func TestBridgeVLANs(t *testing.T) {
	c := private(t)
	if out, err := exec.Command("ip", "link", "add", "br0", "type", "bridge", "vlan_filtering", "1", "vlan_default_pvid", "7").CombinedOutput(); err != nil {
		t.Skipf("the kernel's bridges have no VLANs: %s", out)
	}
	bridge := link(t, c, "br0")
	if !bridge.VLANFiltering || bridge.DefaultPVID != 7 {
		t.Errorf("the bridge is %+v", bridge)
	}
	a, _ := pair(t, c, "a", "b")
	must(t, c.Set(a, Change{Master: bridge.Index}))
	must(t, c.DeleteVLAN(a, 7))
	must(t, c.AddVLAN(a, 10, false))
	must(t, c.AddVLAN(a, 20, true))
	out, err := exec.Command("bridge", "vlan", "show", "dev", "a").Output()
	must(t, err)
	if got := strings.Join(strings.Fields(string(out)), " "); !strings.HasSuffix(got, "a 10 PVID Egress Untagged 20") {
		t.Errorf("the port has %s", got)
	}
}

func TestAddressesAndRoutes(t *testing.T) {
	c := private(t)
	a, b := pair(t, c, "a", "b")
	must(t, c.AddAddress(a, netip.MustParsePrefix("10.1.0.2/24"), netip.MustParseAddr("10.1.0.255")))
	must(t, c.AddAddress(a, netip.MustParsePrefix("fd01::2/64"), netip.Addr{}))
	must(t, c.AddAddress(b, netip.MustParsePrefix("10.2.0.2/24"), netip.Addr{}))
	must(t, c.Set(b, Change{Up: true}))
	must(t, c.Set(a, Change{Up: true}))
	list, err := c.Addresses(a)
	must(t, err)
	if len(list) < 2 || list[0] != netip.MustParsePrefix("10.1.0.2/24") || !slices.Contains(list, netip.MustParsePrefix("fd01::2/64")) ||
		slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Addr() == netip.MustParseAddr("10.2.0.2") }) {
		t.Errorf("the addresses are %v", list)
	}
	if text := ip(t, "-4", "addr", "show", "a"); !strings.Contains(text, "10.1.0.2/24 brd 10.1.0.255") {
		t.Errorf("ip shows %s", text)
	}
	all4, all6 := netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")
	must(t, c.AddRoute(Route{To: all4, Gateway: netip.MustParseAddr("10.1.0.1"), Link: a}))
	must(t, c.AddRoute(Route{To: all6, Gateway: netip.MustParseAddr("fe80::1"), Link: a}))
	must(t, c.AddRoute(Route{To: netip.MustParsePrefix("192.0.2.0/24"), Link: b, LinkScope: true}))
	routes := ip(t, "route") + ip(t, "-6", "route")
	for _, want := range []string{"default via 10.1.0.1 dev a", "default via fe80::1 dev a", "192.0.2.0/24 dev b scope link"} {
		if !strings.Contains(routes, want) {
			t.Errorf("ip does not show %q:\n%s", want, routes)
		}
	}
	must(t, c.DeleteRoute(Route{To: netip.MustParsePrefix("192.0.2.0/24"), Link: b, LinkScope: true}))
	if text := ip(t, "route"); strings.Contains(text, "192.0.2.0") {
		t.Errorf("a deleted route is there:\n%s", text)
	}
	for _, address := range []string{"10.1.0.9", "fd01::9"} {
		must(t, c.AddProxy(a, netip.MustParseAddr(address)))
		if text := ip(t, "neigh", "show", "proxy") + ip(t, "-6", "neigh", "show", "proxy"); !strings.Contains(text, address+" dev a proxy") {
			t.Errorf("ip does not show the proxy of %s:\n%s", address, text)
		}
		must(t, c.DeleteProxy(a, netip.MustParseAddr(address)))
	}
	if text := ip(t, "neigh", "show", "proxy") + ip(t, "-6", "neigh", "show", "proxy"); strings.TrimSpace(text) != "" {
		t.Errorf("proxies are left:\n%s", text)
	}
}

func TestMacvlan(t *testing.T) {
	c := private(t)
	a, _ := pair(t, c, "a", "b")
	for mode, word := range map[MacvlanMode]string{MacvlanPrivate: "private", MacvlanVEPA: "vepa", MacvlanBridge: "bridge"} {
		must(t, c.Create(NewLink{Name: word, Parent: a.Index, Kind: Macvlan{mode}}))
		if text := ip(t, "-d", "link", "show", word); !strings.Contains(text, "macvlan mode "+word) {
			t.Errorf("ip shows %s", text)
		}
	}
}

func TestIPvlanAndVLAN(t *testing.T) {
	c := private(t)
	a, _ := pair(t, c, "a", "b")
	for name, test := range map[string]struct {
		kind Kind
		says string
	}{
		"ipvlan": {IPvlan{Mode: IPvlanL3S, Isolation: IPvlanPrivate}, "mode l3s private"},
		"vlan":   {VLAN{ID: 42}, "id 42"},
	} {
		t.Run(name, func(t *testing.T) {
			// The socket belongs to the other thread's namespace, which ip(8) is not in.
			err := c.Create(NewLink{Name: name, Parent: a.Index, Kind: test.kind})
			if errors.Is(err, unix.EOPNOTSUPP) {
				t.Skipf("the kernel has no links of kind %s", name)
			}
			must(t, err)
			if l := link(t, c, name); l.Kind != name {
				t.Errorf("the link is %+v", l)
			}
		})
		if l, err := c.LinkByName(name); err == nil && l.Kind == name {
			if text := ip(t, "-d", "link", "show", name); !strings.Contains(text, test.says) {
				t.Errorf("ip shows %s", text)
			}
		}
	}
}

// What the kernel refuses is an *Error with the request, its object, the errno, and
// the kernel's words where it has some.
func TestRefusals(t *testing.T) {
	c := private(t)
	a, _ := pair(t, c, "a", "b")
	for name, test := range map[string]struct {
		err     error
		request string
		object  string
		errno   unix.Errno
		words   bool
	}{
		"no such link":         {c.Delete(Link{Index: 4711, Name: "gone"}), "RTM_DELLINK", "gone", unix.ENODEV, false},
		"a name that is taken": {c.Create(NewLink{Name: "a", Kind: Veth{Peer: NewLink{Name: "c"}}}), "RTM_NEWLINK", "a", unix.EEXIST, false},
		"an MTU below all":     {c.Set(a, Change{MTU: 1}), "RTM_NEWLINK", "a", unix.EINVAL, true},
		"a gateway out of reach": {c.AddRoute(Route{To: netip.MustParsePrefix("0.0.0.0/0"), Gateway: netip.MustParseAddr("10.9.9.9"), Link: a}),
			"RTM_NEWROUTE", "0.0.0.0/0 via 10.9.9.9", unix.ENETUNREACH, true},
	} {
		t.Run(name, func(t *testing.T) {
			var e *Error
			if !errors.As(test.err, &e) {
				t.Fatalf("the error is %v", test.err)
			}
			if e.Request != test.request || e.Object != test.object || e.Errno != test.errno || test.words != (e.Text != "") {
				t.Errorf("the error is %#v", e)
			}
			if !errors.Is(test.err, test.errno) || !strings.Contains(e.Error(), test.object) {
				t.Errorf("the error says %v", test.err)
			}
		})
	}
	// After a refusal the socket is as good as before.
	link(t, c, "a")
}

// A dump is read whole, however many messages it takes, and answers are told apart by
// their number.
func TestManyLinks(t *testing.T) {
	c := private(t)
	const many = 300
	for i := range many {
		must(t, c.Create(NewLink{Name: "a" + strconv.Itoa(i), Kind: Veth{Peer: NewLink{Name: "b" + strconv.Itoa(i)}}}))
	}
	links, err := c.Links()
	must(t, err)
	if len(links) < 2*many {
		t.Errorf("%d links of %d", len(links), 2*many)
	}
	// An answer that nobody has read is passed over.
	must(t, unix.Sendto(c.fd, newRequest(unix.RTM_GETLINK, 0, "", linkHeader(0, links[0].Index, 0, 0)).finish(unix.NLM_F_ACK, 4711), 0,
		&unix.SockaddrNetlink{Family: unix.AF_NETLINK}))
	if l := link(t, c, "a7"); l.Name != "a7" {
		t.Errorf("the link is %+v", l)
	}
}

// Nothing that a kernel could send makes the reading crash or run on.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte{20, 0, 0, 0, 2, 0, 0, 3, 1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255})
	f.Add(newRequest(unix.RTM_NEWLINK, 0, "", linkHeader(0, 1, 0, 0)).finish(0, 1))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := newRequest(unix.RTM_GETLINK, 0, "x", nil)
		for _, a := range split(data) {
			_ = acknowledgement(a, r)
			_, _ = parseLink(a.body)
			if len(a.body) >= unix.SizeofIfAddrmsg {
				parseAddress(a.body)
			}
		}
	})
}
