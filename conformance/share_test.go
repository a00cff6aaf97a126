//go:build linux

package conformance

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// donor starts a process in namespaces of its own, to be shared, and returns its id:
// with an id map in some, without in nearly all.
func donor(t *testing.T, mapped bool) int {
	t.Helper()
	cmd := exec.Command("unshare", "--net", "--uts", "--ipc", "--pid", "--cgroup", "--time", "--fork", "--kill-child", "sh", "-c", "echo ready; exec sleep 1000")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if mapped {
		ids := []syscall.SysProcIDMap{{ContainerID: 0, HostID: shift, Size: 65536}}
		cmd = exec.Command("sh", "-c", "echo ready; exec sleep 1000")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWUTS,
			UidMappings: ids, GidMappings: ids, GidMappingsEnableSetgroups: true, Credential: &syscall.Credential{}}
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	})
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Skipf("%v: %v", cmd.Args, err)
	}
	if mapped {
		return cmd.Process.Pid
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", cmd.Process.Pid, cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(children), &pid); err != nil {
		t.Fatalf("the child of unshare: %v", err)
	}
	return pid
}

// namespaceLinks are a process' namespaces by name.
func namespaceLinks(t *testing.T, pid int) map[string]string {
	t.Helper()
	links := map[string]string{}
	for _, ns := range []string{"user", "mnt", "pid", "uts", "ipc", "net", "cgroup", "time"} {
		link, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", pid, ns))
		if err != nil {
			t.Fatal(err)
		}
		links[ns] = link
	}
	return links
}

// linksInside starts a container and returns the namespaces of its init and what it
// says of itself, or the launcher's status and messages when it fails.
func linksInside(t *testing.T, l launcher, c container) (map[string]string, ran) {
	t.Helper()
	c.fresh(t)
	script := `for n in user mnt pid uts ipc net cgroup time; do echo "$n $(readlink /proc/self/ns/$n)"; done >/links; hostname >>/links; [ $$ = 1 ] || echo "not the first" >>/links`
	ended := onTerminal(t, l.argv(c, "/bin/sh", "-c", script), withoutHelpers, nil)
	text, err := os.ReadFile(filepath.Join(c.rootfs(), "links"))
	if err != nil {
		return nil, ended
	}
	links := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, link, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			links[name] = link
		} else {
			links["hostname"] = name
		}
	}
	return links, ended
}

// TestSharedNamespaces joins a donor's namespaces under stock LXC and under lxcfg.
func TestSharedNamespaces(t *testing.T) {
	requireStock(t)
	plain, mapped := donor(t, false), donor(t, true)
	idMap := []string{"lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536"}
	for _, test := range []struct {
		name    string
		donor   int
		shared  []string
		lines   []string // %d is the donor
		shift   int
		only    bool   // stock LXC cannot do it
		differs string // namespace that stock LXC does not share though it is told to
	}{
		{name: "net", donor: plain, shared: []string{"net"}, lines: []string{"lxc.namespace.share.net = %d"}},
		{name: "net by path", donor: plain, shared: []string{"net"}, lines: []string{"lxc.namespace.share.net = /proc/%d/ns/net"}},
		{name: "uts and ipc", donor: plain, shared: []string{"uts", "ipc"}, lines: []string{"lxc.namespace.share.uts = %d", "lxc.namespace.share.ipc = %d"}},
		{name: "pid", donor: plain, shared: []string{"pid"}, lines: []string{"lxc.namespace.share.pid = %d"}},
		{name: "pid and net", donor: plain, shared: []string{"pid", "net"}, lines: []string{"lxc.namespace.share.pid = %d", "lxc.namespace.share.net = /proc/%d/ns/net"}},
		{name: "cgroup", donor: plain, shared: []string{"cgroup"}, lines: []string{"lxc.namespace.share.cgroup = %d"}, differs: "cgroup"},
		{name: "time", donor: plain, shared: []string{"time"}, lines: []string{"lxc.namespace.share.time = %d"}, only: true},
		{name: "one that is named in keep as well", donor: plain, shared: []string{"net"}, lines: []string{"lxc.namespace.share.net = %d", "lxc.namespace.keep = user net"}},
		{name: "user", donor: mapped, shared: []string{"user"}, lines: append([]string{"lxc.namespace.share.user = %d"}, idMap...), shift: shift},
		{name: "user and net", donor: mapped, shared: []string{"user", "net", "uts"},
			lines: append([]string{"lxc.namespace.share.net = %d", "lxc.namespace.share.user = %d", "lxc.namespace.share.uts = %d"}, idMap...), shift: shift},
		{name: "user of one and ipc of another", donor: mapped, shared: []string{"user"}, shift: shift, only: true,
			lines: append([]string{"lxc.namespace.share.user = %d", fmt.Sprintf("lxc.namespace.share.ipc = %d", plain)}, idMap...)},
	} {
		t.Run(test.name, func(t *testing.T) {
			theirs := namespaceLinks(t, test.donor)
			own := namespaceLinks(t, os.Getpid())
			lines := slices.Clone(test.lines)
			for i, line := range lines {
				if strings.Contains(line, "%d") {
					lines[i] = fmt.Sprintf(line, test.donor)
				}
			}
			c := newContainer(t, test.shift, with(lines...))
			for _, l := range []launcher{stock(t), ours(t)} {
				links, ended := linksInside(t, l, c)
				if l.name == "lxc-start" && test.only {
					if links != nil {
						t.Errorf("stock LXC starts this container")
					}
					continue
				}
				if links == nil {
					t.Fatalf("%s ends with %d:\n%s", l.name, ended.status, ended.output)
				}
				for ns, link := range theirs {
					shared := slices.Contains(test.shared, ns)
					if l.name == "lxc-start" && ns == test.differs {
						shared = false
					}
					if shared != (links[ns] == link) && (own[ns] != link || shared) {
						t.Errorf("under %s the container's %s namespace is %s, the donor's %s, ours %s", l.name, ns, links[ns], link, own[ns])
					}
				}
				if slices.Contains(test.shared, "pid") != (links["not"] != "") {
					t.Errorf("under %s init is the first process of its namespace, or is not, against the shared one", l.name)
				}
			}
			for _, left := range leftovers(t, c) {
				if strings.HasPrefix(left, "cgroup ") {
					removeLeftovers(t, c, []string{left})
				}
			}
		})
	}
}

// TestSharedWithContainer joins a container of stock LXC by its name: its monitor is
// asked at its command socket.
func TestSharedWithContainer(t *testing.T) {
	requireStock(t)
	name := containerName + "-other"
	c := newContainer(t, 0, with("lxc.namespace.share.net = "+name, "lxc.namespace.share.pid = "+name))
	other := filepath.Join(c.lxcpath, name)
	config, err := os.ReadFile(c.config())
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(without("lxc.namespace.share.net", "lxc.namespace.share.pid")(string(config)), containerName, name)
	if err := os.Mkdir(other, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(other, "config"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cp", "-a", busyboxTemplate(t).rootfs, filepath.Join(other, "rootfs")).CombinedOutput(); err != nil {
		t.Fatalf("copy the rootfs: %v\n%s", err, out)
	}
	links, ended := linksInside(t, ours(t), c)
	if links != nil || ended.status != 125 || !strings.Contains(ended.output, "not running") || !strings.Contains(ended.output, "lxc.namespace.share.net") {
		t.Errorf("before the other container runs: status %d\n%s", ended.status, ended.output)
	}

	start := exec.Command("unshare", "-m", "--propagation", "private", "lxc-start", "-P", c.lxcpath, "-n", name, "-F", "--", "/bin/sh", "-c", "exec sleep 1000")
	start.Env = []string{"PATH=/bin:/usr/bin:/usr/sbin"}
	if err := start.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = exec.Command("lxc-stop", "-k", "-P", c.lxcpath, "-n", name).Run()
		_ = start.Wait()
		for _, cgroup := range ourCgroups() {
			removeLeftovers(t, c, []string{"cgroup " + cgroup})
		}
	}()
	var pid int
	for deadline := time.Now().Add(patience); pid == 0; time.Sleep(20 * time.Millisecond) {
		out, _ := exec.Command("lxc-info", "-P", c.lxcpath, "-n", name, "-p", "-H").Output()
		_, _ = fmt.Sscan(string(out), &pid)
		if time.Now().After(deadline) {
			t.Skip("stock LXC does not start the other container")
		}
	}
	theirs := namespaceLinks(t, pid)
	links, ended = linksInside(t, ours(t), c)
	if links == nil || links["net"] != theirs["net"] || links["pid"] != theirs["pid"] || links["uts"] == theirs["uts"] {
		t.Errorf("the container's namespaces are %v, the other's %v\n%s", links, theirs, ended.output)
	}
}
