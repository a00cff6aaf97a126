//go:build linux

package conformance

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// hostnetScript makes the host of a network test.
//
//go:embed testdata/hostnet.sh
var hostnetScript string

// hostnet is a host of its own for a network test: a network namespace with bridges
// and devices, and a mount namespace whose sysfs shows them.
type hostnet struct {
	pid int // of the process that keeps it
}

// newHostnet makes one; commands are run in it at the end.
func newHostnet(t *testing.T, commands ...string) hostnet {
	t.Helper()
	for _, tool := range []string{"ip", "nsenter", "unshare"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	command := exec.Command("unshare", "-n", "-m", "sh", "-c", hostnetScript, "hostnet", "sh", "-c", strings.Join(append([]string{"set -e"}, commands...), "\n"))
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaint strings.Builder
	command.Stderr = &complaint
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_, _ = io.Copy(io.Discard, stdout)
		_ = command.Wait()
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if lines.Text() == "ready" {
			return hostnet{pid: command.Process.Pid}
		}
	}
	_ = command.Wait()
	t.Skipf("the kernel cannot make the host of this test: %s", complaint.String())
	return hostnet{}
}

// enter is the command line of a program that runs there, whatever PATH it gets.
func (h hostnet) enter(words ...string) []string {
	at := fmt.Sprintf("/proc/%d/ns/", h.pid)
	if path, err := exec.LookPath(words[0]); err == nil {
		words[0] = path
	}
	return append([]string{"nsenter", "--net=" + at + "net", "--mount=" + at + "mnt"}, words...)
}

// launcher has a launcher start its containers there.
func (h hostnet) launcher(l launcher) launcher {
	argv := l.argv
	l.argv = func(c container, command ...string) []string { return h.enter(argv(c, command...)...) }
	return l
}

// sh runs shell commands there and returns what they print.
func (h hostnet) sh(t *testing.T, script string) string {
	t.Helper()
	argv := h.enter("sh", "-c", script)
	out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// seen describes the network there.
func (h hostnet) seen(t *testing.T) []string {
	return describeNetwork(t, h.pid, func(l ipLink) string {
		// The host's end of a pair on a bridge. Any other may be drawn so by chance.
		if l.Info.Kind == "veth" && l.Master != "" && strings.HasPrefix(l.Address, "fe:") {
			return "fe:random"
		}
		return fixedAddress(l)
	})
}

// settle waits until the network there is as it was, or stays as it is: links of a
// container that has run go with its network namespace, which the kernel takes down by
// and by. Pairs whose names were drawn are waited for, however long that takes.
func (h hostnet) settle(t *testing.T, before []string) []string {
	t.Helper()
	const rest = 500 * time.Millisecond
	now := h.seen(t)
	drawn := func() bool {
		return slices.ContainsFunc(added(before, now), func(line string) bool { return strings.Contains(line, "vethRANDOM") })
	}
	start := time.Now()
	for since := start; !slices.Equal(before, now) && (time.Since(since) < rest || drawn() && time.Since(start) < patience); {
		time.Sleep(5 * time.Millisecond)
		if next := h.seen(t); !slices.Equal(now, next) {
			now, since = next, time.Now()
		}
	}
	return now
}

// ipLink, ipAddress, ipRoute and ipNeighbour are what `ip -j` prints of each.
type ipLink struct {
	Name     string   `json:"ifname"`
	Flags    []string `json:"flags"`
	MTU      int      `json:"mtu"`
	Master   string   `json:"master"`
	Address  string   `json:"address"`
	AltNames []string `json:"altnames"`
	TxQueues int      `json:"num_tx_queues"`
	RxQueues int      `json:"num_rx_queues"`
	Info     struct {
		Kind string `json:"info_kind"`
		Data struct {
			Mode  any `json:"mode"`
			ID    int `json:"id"`
			Flags any `json:"flags"`
		} `json:"info_data"`
	} `json:"linkinfo"`
}

type ipAddress struct {
	Name      string `json:"ifname"`
	Addresses []struct {
		Local     string `json:"local"`
		Bits      int    `json:"prefixlen"`
		Broadcast string `json:"broadcast"`
		Scope     string `json:"scope"`
	} `json:"addr_info"`
}

type ipRoute struct {
	To       string `json:"dst"`
	Gateway  string `json:"gateway"`
	Dev      string `json:"dev"`
	Protocol string `json:"protocol"`
	Scope    string `json:"scope"`
	Source   string `json:"prefsrc"`
	Metric   int    `json:"metric"`
}

type ipNeighbour struct {
	To  string `json:"dst"`
	Dev string `json:"dev"`
}

var (
	randomLink = regexp.MustCompile(`\bveth(\d+_)?[A-Za-z0-9]{4,6}\b`)
	localRoute = regexp.MustCompile(`^(fe80|ff00)::`)
	carrier    = []string{"LOWER_UP", "NO-CARRIER", "M-DOWN"} // comes and goes by itself
)

// networkOf describes the network namespace of a process: links, addresses, routes,
// proxy neighbours and settings, one a line. What the kernel draws or does by itself
// is left out: random addresses, addresses and routes local to a link, carriers.
func networkOf(t *testing.T, pid int) []string { return describeNetwork(t, pid, fixedAddress) }

func describeNetwork(t *testing.T, pid int, hardware func(ipLink) string) []string {
	t.Helper()
	var lines []string
	add := func(format string, a ...any) { lines = append(lines, fmt.Sprintf(format, a...)) }
	for _, l := range ip[ipLink](t, pid, "-d", "link") {
		flags := slices.DeleteFunc(l.Flags, func(f string) bool { return slices.Contains(carrier, f) })
		slices.Sort(flags)
		add("link %s %s mtu %d master %q address %s altnames %v queues %d %d kind %q mode %v id %d flags %v", l.Name, strings.Join(flags, ","), l.MTU, l.Master,
			hardware(l), l.AltNames, l.TxQueues, l.RxQueues, l.Info.Kind, l.Info.Data.Mode, l.Info.Data.ID, l.Info.Data.Flags)
	}
	settings := in(t, pid, "sh", "-c", "cd /proc/sys/net && grep -s . ipv4/conf/*/forwarding ipv6/conf/*/forwarding ipv6/conf/*/proxy_ndp ipv6/conf/*/disable_ipv6")
	for line := range strings.Lines(settings) {
		add("sysctl %s", strings.TrimSpace(strings.Replace(line, ":", " ", 1)))
	}
	for _, l := range ip[ipAddress](t, pid, "addr") {
		for _, a := range l.Addresses {
			if a.Scope != "link" {
				add("address %s %s/%d broadcast %q %s", l.Name, a.Local, a.Bits, a.Broadcast, a.Scope)
			}
		}
	}
	for _, family := range []string{"-4", "-6"} {
		for _, r := range ip[ipRoute](t, pid, family, "route") {
			if !localRoute.MatchString(r.To) {
				add("route %s via %q dev %s %s scope %q src %q metric %d", r.To, r.Gateway, r.Dev, r.Protocol, r.Scope, r.Source, r.Metric)
			}
		}
		for _, n := range ip[ipNeighbour](t, pid, family, "neigh", "show", "proxy") {
			add("proxy %s dev %s", n.To, n.Dev)
		}
	}
	for i := range lines {
		lines[i] = randomLink.ReplaceAllString(lines[i], "vethRANDOM")
	}
	slices.Sort(lines)
	return lines
}

// fixedAddress is the hardware address of a link, unless it was drawn.
func fixedAddress(l ipLink) string {
	if strings.HasPrefix(l.Address, "02:00:00") || strings.HasPrefix(l.Address, "00:") {
		return l.Address
	}
	return "random"
}

// ip runs ip(8) in the network namespace of a process.
func ip[T any](t *testing.T, pid int, words ...string) []T {
	t.Helper()
	var list []T
	text := in(t, pid, append([]string{"ip", "-j"}, words...)...)
	if strings.TrimSpace(text) == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		t.Fatalf("ip %s: %v\n%s", strings.Join(words, " "), err, text)
	}
	return list
}

// in runs a program of the host in the network namespace of a process. What it prints
// on its way to an error is returned as well: a link may go while it is looked at.
func in(t *testing.T, pid int, words ...string) string {
	t.Helper()
	command := exec.Command("nsenter", append([]string{fmt.Sprintf("--net=/proc/%d/ns/net", pid)}, words...)...)
	out, err := command.Output()
	if _, ended := err.(*exec.ExitError); err != nil && !ended {
		t.Fatalf("%s: %v", strings.Join(words, " "), err)
	}
	return string(out)
}

// runWaiting starts a container whose init waits until meanwhile has returned.
func runWaiting(t *testing.T, l launcher, c container, environment []string, meanwhile func(init int)) ran {
	t.Helper()
	c.fresh(t)
	c.placeObserver(t)
	return onTerminal(t, l.argv(c, "/bin/sh", "-c", "read -r word </observed/go"), environment, func(ended <-chan struct{}) {
		fifo := waitForObserver(c, ended)
		if fifo == nil {
			return
		}
		meanwhile(findInit(c))
		fmt.Fprintln(fifo, "goodbye")
		fifo.Close()
	})
}

// readLines returns the lines of a file, none when it is not there.
func readLines(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}
