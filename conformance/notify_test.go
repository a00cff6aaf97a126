//go:build linux

package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// asks is a policy that asks a proxy about some calls.
const asks = `2
denylist
[all]
mkdir notify
mkdirat notify
mknod notify
mknodat notify
mount notify
uname notify
`

// asksOnce asks about one call only, which a shell does not make by itself.
const asksOnce = "2\ndenylist\nmkdir notify\n"

// sysMknod is mknod(2) of x86-64, where these tests run; not every machine has it.
const sysMknod = 133

// guest makes the calls that the policy asks about and writes down how they went.
const guest = `cd /tmp
{ mkdir a; echo mkdir $?; mknod n c 1 3; echo mknod $?; ls -l n | cut -c1; mount -t tmpfs none /mnt; echo mount $?; uname -s; echo uname $?; } >/out 2>&1
`

// decides answers as a program would that plays the kernel for a container: mkdir
// goes on, mknod fails, mount succeeds and does nothing, uname is answered in the
// caller's memory.
func decides(t *testing.T) func(c notified) ([]byte, bool) {
	return func(c notified) ([]byte, bool) {
		switch c.number {
		case sysMknod, unix.SYS_MKNODAT:
			return c.reply(0, unix.EDQUOT, 0), false
		case unix.SYS_MOUNT:
			return c.reply(0, 0, 0), false
		case unix.SYS_UNAME:
			if _, err := unix.Pwrite(c.memory, []byte("Proxied\x00"), int64(c.args[0])); err != nil {
				t.Errorf("write into the caller's memory: %v", err)
			}
			return c.reply(0, 0, 0), false
		}
		return c.goesOn(), false
	}
}

// notifying makes a container with a policy that a proxy at an address decides
// about.
func notifying(t *testing.T, policy, address string, more ...string) container {
	t.Helper()
	return newContainer(t, 0, notifies(t, policy, address, more...))
}

// notifies adds the policy and its proxy to a configuration.
func notifies(t *testing.T, policy, address string, more ...string) func(config string) string {
	t.Helper()
	if runtime.GOARCH != "amd64" {
		t.Skip("the messages compared are those of x86-64")
	}
	file := filepath.Join(t.TempDir(), "policy")
	if err := os.WriteFile(file, []byte(policy), 0o644); err != nil {
		t.Fatal(err)
	}
	// Whatever holds the tests themselves is no matter here.
	lines := append([]string{"lxc.seccomp.profile = " + file, "lxc.seccomp.allow_nesting = 1"}, more...)
	if address != "" {
		lines = append(lines, "lxc.seccomp.notify.proxy = "+address)
	}
	return with(lines...)
}

// runGuest runs a script in a fresh container and returns what it wrote to /out.
func runGuest(t *testing.T, l launcher, c container, script string) (out string, ended ran) {
	t.Helper()
	return runGuestIn(t, withoutHelpers, l, c, script)
}

// runGuestIn does it in an environment.
func runGuestIn(t *testing.T, environment []string, l launcher, c container, script string) (out string, ended ran) {
	t.Helper()
	c.fresh(t)
	before := leftovers(t, c)
	ended = onTerminal(t, l.argv(c, "/bin/sh", "-c", script), environment, nil)
	text, err := os.ReadFile(filepath.Join(c.rootfs(), "out"))
	if err != nil {
		l.giveUp(t, "%s did not run the guest (status %d); the terminal shows:\n%s", l.name, ended.status, ended.output)
	}
	if strings.HasPrefix(l.name, "lxcfg") {
		for _, line := range added(before, leftovers(t, c)) {
			t.Errorf("left behind: %s", line)
		}
	}
	removeLeftovers(t, c, added(before, leftovers(t, c)))
	return string(text), ended
}

// TestProxyIsToldAsByStock has one proxy decide for both launchers: it is sent the
// same bytes, and the container sees the same.
func TestProxyIsToldAsByStock(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		name    string
		address string
		more    []string
		answer  func(t *testing.T) func(c notified) ([]byte, bool)
	}{
		{name: "a socket in the file system", address: "unix:" + filepath.Join(dir, "proxy"), answer: decides},
		{name: "an abstract socket", address: "unix:@" + containerName, answer: decides},
		{name: "a cookie", address: "unix:@" + containerName, more: []string{"lxc.seccomp.notify.cookie = a cookie, of web"}, answer: decides},
		{name: "an answer for another call", address: "unix:@" + containerName, answer: replies(func(c notified) []byte {
			c.id++
			return c.reply(0, unix.EDQUOT, 0)
		})},
		{name: "an answer that is too short", address: "unix:@" + containerName, answer: replies(func(c notified) []byte {
			return c.goesOn()[:proxyHead+proxyRequest+proxyAnswer-1]
		})},
		{name: "an answer with the cookie", address: "unix:@" + containerName, more: []string{"lxc.seccomp.notify.cookie = web"}, answer: replies(func(c notified) []byte {
			return append(c.goesOn(), "web"...)
		})},
		{name: "an answer that uses what is reserved", address: "unix:@" + containerName, answer: replies(func(c notified) []byte {
			return append([]byte{1}, c.reply(0, unix.EDQUOT, 0)[1:]...)
		})},
		{name: "an answer with a value", address: "unix:@" + containerName, answer: replies(func(c notified) []byte {
			return c.reply(3, 0, 0)
		})},
		{name: "a proxy that hangs up", address: "unix:@" + containerName, answer: func(t *testing.T) func(c notified) ([]byte, bool) {
			return func(c notified) ([]byte, bool) { return nil, true }
		}},
		{name: "a proxy that hangs up after each answer", address: "unix:@" + containerName, answer: func(t *testing.T) func(c notified) ([]byte, bool) {
			return func(c notified) ([]byte, bool) { return c.reply(0, unix.EDQUOT, 0), true }
		}},
		{name: "a proxy that answers through the listener", address: "unix:@" + containerName, answer: func(t *testing.T) func(c notified) ([]byte, bool) {
			return func(c notified) ([]byte, bool) {
				if err := answerDirectly(c, unix.EDQUOT); err != nil {
					t.Errorf("answer through the listener: %v", err)
				}
				return c.reply(0, unix.EPERM, 0), false
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			told := compareTold(t, withoutHelpers, [2]launcher{stock(t), ours(t)}, notifying(t, asks, test.address, test.more...), test.address, test.answer)
			if len(told) < 4 {
				t.Errorf("stock LXC tells the proxy %q", told)
			}
		})
	}
}

// compareTold runs the guest under stock LXC and under lxcfg with a proxy at an
// address, and compares what the proxy and the container have seen. It returns what
// stock LXC has told the proxy.
func compareTold(t *testing.T, environment []string, launchers [2]launcher, c container, address string, answer func(t *testing.T) func(c notified) ([]byte, bool)) []string {
	t.Helper()
	var told [2][]string
	var out [2]string
	for i, l := range launchers {
		t.Run(l.name, func(t *testing.T) {
			_ = os.Remove(strings.TrimPrefix(address, "unix:"))
			at := address
			if strings.HasPrefix(l.name, "lxc-") && strings.HasPrefix(at, "unix:@") {
				at = at[:len(at)-1] // LXC leaves out the last character of an abstract name
			}
			p := listen(t, at, answer(t))
			out[i], _ = runGuestIn(t, environment, l, c, guest)
			p.end()
			told[i] = p.told
		})
	}
	if told[0] == nil {
		t.Skip("stock LXC does not start the container here")
	}
	if diff := cmp.Diff(told[0], told[1]); diff != "" {
		t.Errorf("the proxy (-stock +lxcfg):\n%s", diff)
	}
	if diff := cmp.Diff(out[0], out[1]); diff != "" {
		t.Errorf("the container (-stock +lxcfg):\n%s", diff)
	}
	return told[0]
}

// TestProxyDecidesForExecute is the same for a command below the minimal init, which
// has the filter, too.
func TestProxyDecidesForExecute(t *testing.T) {
	address := "unix:@" + containerName
	c := notifying(t, asks, address)
	if told := compareTold(t, withoutHelpers, [2]launcher{stockExecute(t), oursExecute(t)}, c, address, decides); len(told) < 4 {
		t.Errorf("stock LXC tells the proxy %q", told)
	}

	t.Run("everything is asked about", func(t *testing.T) {
		c := notifying(t, "2\nallowlist notify\nread\n", address)
		listen(t, address, func(c notified) ([]byte, bool) { return c.goesOn(), false })
		if out, ended := runGuest(t, oursExecute(t), c, "echo ran > /out"); out != "ran\n" || ended.status != 0 {
			t.Errorf("the guest writes %q and ends with %d; the terminal shows\n%s", out, ended.status, ended.output)
		}
	})
}

// TestProxyDecidesBelowAnIDMap: root may look into a payload of other ids. A user who
// has subordinate ids may take its listener, and not open its memory for the proxy:
// under both launchers such a call fails with ENOSYS.
func TestProxyDecidesBelowAnIDMap(t *testing.T) {
	address := "unix:@" + containerName
	for _, test := range []struct {
		name  string
		user  bool
		shift int
		mend  func(config string) string
		asked bool // the proxy is
	}{
		{name: "of root", shift: shift, mend: mapped, asked: true},
		{name: "of a user with subordinate ids", user: true, shift: shift, mend: all(ofUser, mapped)},
		{name: "of a user who maps nobody but himself", user: true, shift: throwAway, asked: true,
			mend: all(ofUser, with(fmt.Sprintf("lxc.idmap = u 0 %d 1", throwAway), fmt.Sprintf("lxc.idmap = g 0 %d 1", throwAway)))},
	} {
		t.Run(test.name, func(t *testing.T) {
			launchers, environment := [2]launcher{stock(t), ours(t)}, withoutHelpers
			if test.user {
				requireUser(t)
				environment = userEnvironment
				for i, l := range launchers {
					launchers[i] = within(t, l, surroundings{user: true})
				}
			}
			made := func(policy string) container {
				c := newContainer(t, test.shift, all(test.mend, notifies(t, policy, address)))
				if test.user {
					c.giveAway(t)
				}
				return c
			}
			t.Run("everything is asked about", func(t *testing.T) {
				if !test.asked {
					t.Skip("even execve fails then")
				}
				listen(t, address, func(c notified) ([]byte, bool) { return c.goesOn(), false })
				out, ended := runGuestIn(t, environment, launchers[1], made("2\nallowlist notify\nread\n"), "echo ran > /out")
				if out != "ran\n" || ended.status != 0 {
					t.Errorf("the guest writes %q and ends with %d; the terminal shows\n%s", out, ended.status, ended.output)
				}
			})
			told := compareTold(t, environment, launchers, made(asks), address, decides)
			if asked := len(told) > 2; asked != test.asked { // it is connected to, and left again
				t.Errorf("stock LXC tells the proxy %q", told)
			}
		})
	}
}

// TestStartHooksAskNobody: a start hook has init's filter, and what the filter asks
// about fails at once. Under LXC, where nobody listens yet, it waits for ever.
func TestStartHooksAskNobody(t *testing.T) {
	address := "unix:@" + containerName
	p := listen(t, address, func(c notified) ([]byte, bool) { return c.goesOn(), false })
	c := notifying(t, asksOnce, address, "lxc.hook.start = sh -c 'mkdir /tmp/hook 2>/hook; true'")
	if out, ended := runGuest(t, ours(t), c, "mkdir /tmp/a && echo ran > /out"); out != "ran\n" || ended.status != 0 {
		t.Errorf("the guest writes %q and ends with %d; the terminal shows\n%s", out, ended.status, ended.output)
	}
	said, err := os.ReadFile(filepath.Join(c.rootfs(), "hook"))
	if err != nil || !strings.Contains(string(said), "Function not implemented") {
		t.Errorf("the hook is told %q (%v)", said, err)
	}
	if calls := p.calls(); len(calls) != 1 {
		t.Errorf("the proxy is asked about %d calls", len(calls))
	}
}

// replies is a proxy that answers every call in one way.
func replies(reply func(c notified) []byte) func(t *testing.T) func(c notified) ([]byte, bool) {
	return func(*testing.T) func(c notified) ([]byte, bool) {
		return func(c notified) ([]byte, bool) { return reply(c), false }
	}
}

// TestProxyThatIsNotThere: the launch fails before init has run.
func TestProxyThatIsNotThere(t *testing.T) {
	c := notifying(t, asks, "unix:/nonexistent/proxy")
	c.fresh(t)
	before := leftovers(t, c)
	ended := onTerminal(t, ours(t).argv(c, "/bin/sh", "-c", "echo ran > /out"), withoutHelpers, nil)
	if ended.status != 125 {
		t.Errorf("exit status %d", ended.status)
	}
	for _, word := range []string{"seccomp-listener:notify failed", "unix:/nonexistent/proxy", "no such file or directory", "lxc.seccomp.notify.proxy"} {
		if !strings.Contains(ended.output, word) {
			t.Errorf("the message does not contain %q:\n%s", word, ended.output)
		}
	}
	if _, err := os.Stat(filepath.Join(c.rootfs(), "out")); err == nil {
		t.Error("init has run")
	}
	for _, line := range added(before, leftovers(t, c)) {
		t.Errorf("left behind: %s", line)
	}
}

// TestProxyWithoutRoom: a launch that waits until its proxy has room for another
// connection can be ended.
func TestProxyWithoutRoom(t *testing.T) {
	address := &unix.SockaddrUnix{Name: "@" + containerName}
	socket := func() int {
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Close(fd) })
		return fd
	}
	proxy := socket()
	if err := errors.Join(unix.Bind(proxy, address), unix.Listen(proxy, 0)); err != nil {
		t.Fatal(err)
	}
	for full := false; !full; {
		err := unix.Connect(socket(), address)
		if full = errors.Is(err, unix.EAGAIN); err != nil && !full {
			t.Fatal(err)
		}
	}
	c := notifying(t, asksOnce, "unix:@"+containerName)
	c.fresh(t)
	if err := os.Mkdir(filepath.Join(c.rootfs(), "observed"), 0o755); err != nil {
		t.Fatal(err)
	}
	before := leftovers(t, c)
	launched := onTerminal(t, ours(t).argv(c, "/bin/true"), withoutHelpers, func(ended <-chan struct{}) {
		for {
			payload, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", findInit(c)))
			if _, filters, _ := strings.Cut(string(payload), "\nSeccomp:\t"); strings.HasPrefix(filters, "2") {
				_, parent, _ := strings.Cut(string(payload), "\nPPid:\t")
				parent, _, _ = strings.Cut(parent, "\n")
				launcher, err := strconv.Atoi(parent)
				if err == nil {
					err = unix.Kill(launcher, unix.SIGTERM)
				}
				if err != nil {
					t.Errorf("end the launch: %v", err)
				}
				return
			}
			select {
			case <-ended:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	})
	if launched.status != 125 || !strings.Contains(launched.output, "interrupted") {
		t.Errorf("exit status %d; the terminal shows\n%s", launched.status, launched.output)
	}
	for _, line := range added(before, leftovers(t, c)) {
		t.Errorf("left behind: %s", line)
	}
}

// TestProxyThatComesBack: a call is sent again to a proxy that was started anew.
func TestProxyThatComesBack(t *testing.T) {
	c := notifying(t, asksOnce, "unix:@"+containerName)
	first := true
	p := listen(t, "unix:@"+containerName, func(c notified) ([]byte, bool) {
		gone := first
		first = false
		if gone {
			return c.goesOn(), true
		}
		return c.goesOn(), false
	})
	out, _ := runGuest(t, ours(t), c, "mkdir /tmp/a && mkdir /tmp/b && echo both > /out")
	if out != "both\n" || len(p.calls()) != 2 {
		t.Errorf("the guest writes %q, and the proxy was asked %d times", out, len(p.calls()))
	}
}

// TestCallsWaitForASlowProxy: several calls at once are all answered, and the console
// goes on while they wait.
func TestCallsWaitForASlowProxy(t *testing.T) {
	const address = "unix:@"
	c := notifying(t, asksOnce, address+containerName)
	heard := make(chan struct{})
	p := listen(t, address+containerName, func(c notified) ([]byte, bool) {
		<-heard // until the console has shown that it works
		return c.goesOn(), false
	})
	script := `for d in a b c d e; do mkdir /tmp/$d & done
echo the console works
wait
ls /tmp > /out`
	c.fresh(t)
	l := ours(t)
	master, slave, err := openTerminal()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	argv := l.argv(c, "/bin/sh", "-c", script)
	process, err := os.StartProcess("/usr/bin/env", append([]string{"env"}, argv...), &os.ProcAttr{Files: []*os.File{slave, slave, slave}, Env: os.Environ()})
	slave.Close()
	if err != nil {
		t.Fatal(err)
	}
	var shown bytes.Buffer
	buf := make([]byte, 1024)
	for said := false; ; {
		n, err := master.Read(buf)
		shown.Write(buf[:n])
		if !said && strings.Contains(shown.String(), "the console works") {
			said = true
			close(heard)
		}
		if err != nil {
			if !said {
				close(heard)
				t.Errorf("the console shows %q", shown.String())
			}
			break
		}
	}
	if _, err := process.Wait(); err != nil {
		t.Fatal(err)
	}
	out, err := os.ReadFile(filepath.Join(c.rootfs(), "out"))
	if err != nil || string(out) != "a\nb\nc\nd\ne\n" || len(p.calls()) != 5 {
		t.Errorf("the guest writes %q (%v), and the proxy was asked %d times; the terminal shows %q", out, err, len(p.calls()), shown.String())
	}
}

// TestPoliciesAboutTheLaunchItself: a filter may ask about the calls that make the
// payload init, or refuse nearly all. Stock LXC waits for ever or gives up.
func TestPoliciesAboutTheLaunchItself(t *testing.T) {
	for name, policy := range map[string]string{
		"execve":             "2\ndenylist\nexecve notify\n",
		"descriptors":        "2\ndenylist\nsendmsg notify\nrecvmsg notify\nread notify\nwrite notify\n",
		"the ids":            "2\ndenylist\nsetgroups notify\nsetresuid notify\nsetresgid notify\nprctl notify\n",
		"everything":         "2\nallowlist notify\nread\n",
		"messages, refused":  "2\ndenylist\nsendmsg errno 1\nrecvmsg errno 1\nfutex errno 1\nsched_yield errno 1\nmkdir notify\n",
		"all but a few":      "2\nallowlist errno 1\n" + few,
		"all but a few, and": "2\nallowlist errno 1\nmkdir notify\n" + few,
	} {
		t.Run(name, func(t *testing.T) {
			c := notifying(t, policy, "unix:@"+containerName)
			listen(t, "unix:@"+containerName, func(c notified) ([]byte, bool) { return c.goesOn(), false })
			out, ended := runGuest(t, ours(t), c, "mkdir /tmp/a; echo ran > /out")
			if out != "ran\n" || ended.status != 0 {
				t.Errorf("the guest writes %q and ends with %d; the terminal shows\n%s", out, ended.status, ended.output)
			}
		})
	}
}

// few are calls that a shell of busybox makes, and setgroups, which becoming init
// takes.
const few = `read
write
open
openat
close
dup2
fcntl
fcntl64
stat
lstat
fstat
newfstatat
mmap
mprotect
munmap
brk
ioctl
rt_sigaction
rt_sigprocmask
rt_sigreturn
getpid
getppid
getuid
geteuid
getgid
getegid
uname
getcwd
execve
exit
exit_group
fork
vfork
clone
wait4
arch_prctl
set_tid_address
set_robust_list
rseq
prlimit64
readlink
getrandom
access
setgroups
poll
prctl
`

// TestFiltersRefuseTheLaunch: a filter that refuses a call of the launch itself makes
// it fail, with the call and the policy named, even where it refuses to exit.
func TestFiltersRefuseTheLaunch(t *testing.T) {
	for name, c := range map[string]struct {
		policy string
		more   []string
		says   []string
	}{
		"execve":     {policy: "2\ndenylist\nexecve errno 1\n", says: []string{"exec:init failed: execve", "operation not permitted", "policy"}},
		"everything": {policy: "2\nallowlist errno 1\nread\n", says: []string{"identity:init failed: setgroups", "operation not permitted", "policy"}},
		"with death": {policy: "2\ndenylist\nsetgroups kill\n", says: []string{"identity:init failed: setgroups", "SIGSYS", "policy"}},
		"a hook":     {"2\ndenylist\nexecve errno 1\n", []string{"lxc.hook.start = /bin/true"}, []string{"hook:start failed: execve", "operation not permitted", "policy"}},
	} {
		t.Run(name, func(t *testing.T) {
			container := notifying(t, c.policy, "", c.more...)
			container.fresh(t)
			before := leftovers(t, container)
			ended := onTerminal(t, ours(t).argv(container, "/bin/true"), withoutHelpers, nil)
			if ended.status != 125 {
				t.Errorf("exit status %d", ended.status)
			}
			for _, word := range c.says {
				if !strings.Contains(ended.output, word) {
					t.Errorf("the message does not contain %q:\n%s", word, ended.output)
				}
			}
			for _, line := range added(before, leftovers(t, container)) {
				t.Errorf("left behind: %s", line)
			}
		})
	}
}

// TestCallsWithoutAProxyWait: as under LXC they wait, and the container can be ended.
func TestCallsWithoutAProxyWait(t *testing.T) {
	c := notifying(t, asksOnce, "")
	c.fresh(t)
	script := `trap 'exit 9' TERM; mkdir /tmp/a & echo > /observed/begun; wait; exit 1`
	if err := os.Mkdir(filepath.Join(c.rootfs(), "observed"), 0o755); err != nil {
		t.Fatal(err)
	}
	argv := ours(t).argv(c, "/bin/sh", "-c", script)
	ended := onTerminal(t, argv, withoutHelpers, func(ended <-chan struct{}) {
		for {
			if _, err := os.Stat(filepath.Join(c.rootfs(), "observed", "begun")); err == nil {
				break
			}
			select {
			case <-ended:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
		init := findInit(c)
		if err := unix.Kill(init, unix.SIGTERM); err != nil {
			t.Errorf("end the container: %v", err)
		}
	})
	if ended.status != 9 || !strings.Contains(ended.output, "seccomp/no-proxy") {
		t.Errorf("exit status %d; the terminal shows\n%s", ended.status, ended.output)
	}
}

// answerDirectly answers a call through the listener that came with it.
func answerDirectly(c notified, errno unix.Errno) error {
	answer := c.reply(0, errno, 0)[proxyHead+proxyRequest:]
	return sendAnswer(c.listener, answer)
}

// TestFailingSeccompSteps makes the steps of a filter with a listener fail.
func TestFailingSeccompSteps(t *testing.T) {
	listen(t, "unix:@"+containerName, func(c notified) ([]byte, bool) { return c.goesOn(), false })
	c := notifying(t, asks, "unix:@"+containerName)
	c.fresh(t)
	p := planned(t, c, false)
	made := 0
	for _, step := range p.Steps() {
		if kind := string(step.Op.Kind()); strings.HasPrefix(kind, "seccomp") || kind == "identity" || kind == "exec" {
			made++
			t.Run(step.Name, func(t *testing.T) { failAt(t, c, p, step) })
		}
	}
	if made != 4 {
		t.Errorf("%d steps were made to fail", made)
	}
}
