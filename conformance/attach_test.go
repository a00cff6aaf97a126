//go:build linux

package conformance

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// attacher is a program that runs commands in containers.
type attacher struct {
	name    string
	argv    []string // up to the container's name
	in      surroundings
	inherit []*os.File // what it has open beside the standard streams
}

// attachers are LXC's and the one under test.
func attachers(t *testing.T) (stock, ours attacher) {
	return attacher{name: "lxc-attach", argv: []string{"lxc-attach"}}, attacher{name: "lxcfg attach", argv: []string{lxcfg(t), "attach"}}
}

// sleeping is a container of lxcfg that does nothing.
func sleeping(t *testing.T, shift int, mend func(string) string) started {
	t.Helper()
	requireStock(t)
	c := newContainer(t, shift, mend)
	c.fresh(t)
	return start(t, inBackground(ours(t)), c, "/bin/sleep", "1000")
}

// words are the command line that runs a command in a container.
func (a attacher) words(s started, options []string, command ...string) []string {
	words := slices.Concat(a.argv, []string{"-P", s.lxcpath, "-n", containerName}, options)
	if len(command) > 0 {
		words = append(append(words, "--"), command...)
	}
	return words
}

// attached is how a command in a container ended.
type attached struct {
	status         int
	output, errors string
}

// attachEnvironment is the caller's.
var attachEnvironment = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "FROM_HOST=taken over", "container=not yet", "HOME=/host"}

// run runs a command with pipes for output and errors, in the directory /usr.
func (a attacher) run(t *testing.T, s started, input string, options []string, command ...string) attached {
	t.Helper()
	words := a.words(s, options, command...)
	if a.in != (surroundings{}) {
		words = a.in.put(t, words)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	var output, errors bytes.Buffer
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = attachEnvironment, "/usr", &output, &errors, a.inherit
	cmd.Stdin = strings.NewReader(input)
	_ = cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("%s %q does not end; it says\n%s%s", a.name, words, output.String(), errors.String())
	}
	return attached{exitStatus(cmd.ProcessState), output.String(), errors.String()}
}

// attachProbe shows what a command in a container is.
const attachProbe = `grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|SigIgn|SigBlk)' /proc/self/status
for ns in cgroup ipc mnt net pid time user uts; do echo $ns $(readlink /proc/self/ns/$ns); done
cat /proc/self/cgroup
env | sort
pwd
uname -m
umask
grep -E 'open files|processes|core' /proc/self/limits
cat /proc/self/attr/current 2>/dev/null
for fd in /proc/self/fd/*; do echo $fd $(readlink $fd | sed 's/pipe:.*/pipe/'); done
cut -d' ' -f3- /proc/self/mountinfo | sort`

// withoutMaps has stock LXC start a container with an id map although its root is no user of
// /etc/subuid.
func withoutMaps(l launcher) launcher {
	argv := l.argv
	l.argv = func(c container, command ...string) []string {
		words := argv(c, command...)
		if path, err := exec.LookPath(words[0]); err == nil {
			words[0] = path
		}
		return append([]string{"env", withoutHelpers[0]}, words...)
	}
	return l
}

// attachCases are compared with lxc-attach, in containers of both launchers.
var attachCases = []struct {
	name    string
	mend    func(string) string
	shift   int
	options [][]string
}{
	{name: "plain", options: [][]string{
		nil,
		{"-u", "1000", "-g", "1001"}, {"-u", "1000"},
		{"--clear-env"}, {"--clear-env", "--keep-var", "FROM_HOST", "--keep-var", "NO_SUCH"}, {"--keep-env"},
		{"-v", "FROM_HOST=set", "-v", "MORE=a=b"}, {"--clear-env", "-v", "PATH=/bin:/usr/bin"},
		{"-a", "i686"}, {"-a", "x86_64"},
		{"-e"}, {"-eCAP"}, {"-eCGROUP"}, {"-eLSM"}, {"-eCAP|CGROUP"},
		{"-s", "NETWORK"}, {"-s", "NETWORK|UTSNAME|IPC"}, {"-s", "MOUNT|PID"},
		{"-s", "PID|NETWORK", "-R"}, {"-s", "MOUNT|PID", "-R"}, {"-R"},
	}},
	{name: "confined", mend: with("lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp", "lxc.no_new_privs = 1", "lxc.prlimit.nofile = 333:444",
		"lxc.prlimit.core = 0", "lxc.environment = FROM_HOST=configured", "lxc.environment = MORE=of it", "lxc.cap.drop = net_raw mknod", "lxc.arch = i686", "lxc.init.groups = 5,6"),
		options: [][]string{nil, {"--clear-env"}, {"-v", "MORE=set"}, {"-a", "x86_64"}, {"-e"}, {"-eLSM"}, {"-eCAP"}, {"-s", "NETWORK"}, {"-s", "MOUNT|NETWORK"}, {"-u", "7", "-g", "8"}}},
	{name: "an init with ids", mend: with("lxc.init.uid = 1000", "lxc.init.gid = 1001"), options: [][]string{nil}},
	{name: "an id map", mend: mapped, shift: shift, options: [][]string{nil, {"-u", "1000", "-g", "1001"}, {"-s", "NETWORK|MOUNT"}, {"-s", "USER|MOUNT"}, {"-eCAP"}}},
}

// TestAttachSameAsStock compares what commands are that lxc-attach and lxcfg attach run in
// one container, each in one of LXC's and in one of lxcfg's.
func TestAttachSameAsStock(t *testing.T) {
	requireStock(t)
	reference, tested := attachers(t)
	for _, test := range attachCases {
		for _, l := range []launcher{withoutMaps(stock(t)), ours(t)} {
			t.Run(test.name+"/"+l.name, func(t *testing.T) {
				c := newContainer(t, test.shift, test.mend)
				c.fresh(t)
				s := start(t, inBackground(l), c, "/bin/sleep", "1000")
				for _, options := range test.options {
					one := reference.run(t, s, "", options, "/bin/sh", "-c", attachProbe)
					two := tested.run(t, s, "", options, "/bin/sh", "-c", attachProbe)
					if slices.Contains(options, "-R") {
						one.output, two.output = ofOwnMounts.ReplaceAllString(one.output, ""), ofOwnMounts.ReplaceAllString(two.output, "")
					}
					if one.status != 0 || one != two {
						t.Errorf("with %q lxc-attach ends with %d, lxcfg attach with %d; lxc-attach (-), lxcfg (+):\n%s",
							options, one.status, two.status, lineDifferences(one.output+one.errors, two.output+two.errors))
					}
				}
				s.expect(t, 0, ``, "lxc-stop", "-k") // busybox is set-user-ID: no init with ids dies with its monitor
				s.awaitEnd(t)
			})
		}
	}
}

// ofOwnMounts are the number of a mount namespace, and those of file systems in it.
var ofOwnMounts = regexp.MustCompile(`(?m)^mnt mnt:\[\d+\]$|^0:\d+ `)

// lineDifferences shows the lines that only one of two texts has.
func lineDifferences(one, two string) string {
	a, b := strings.Split(one, "\n"), strings.Split(two, "\n")
	var out strings.Builder
	for _, line := range a {
		if !slices.Contains(b, line) {
			fmt.Fprintln(&out, "-", line)
		}
	}
	for _, line := range b {
		if !slices.Contains(a, line) {
			fmt.Fprintln(&out, "+", line)
		}
	}
	return out.String()
}

// TestAttachStatus compares how commands end, and what goes through their streams.
func TestAttachStatus(t *testing.T) {
	requireStock(t)
	reference, tested := attachers(t)
	c := newContainer(t, 0, nil)
	c.fresh(t)
	for file, text := range map[string]string{"script": "echo no interpreter is named\nexit 5\n", "empty": "", "missing": "#!/no/such\n"} {
		if err := os.WriteFile(filepath.Join(c.rootfs(), file), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, inBackground(ours(t)), c, "/bin/sleep", "1000")
	for _, command := range [][]string{
		{"true"}, {"false"}, {"sh", "-c", "exit 255"}, {"sh", "-c", "kill -9 $$"}, {"sh", "-c", "kill -TERM $$"}, {"sh", "-c", "kill -SEGV $$"},
		{"/no/such"}, {"no-such"}, {"/etc/passwd"}, {"/etc"}, {"/script"}, {"/empty"}, {"/missing"}, {"./script"}, {""},
		{"cat"}, {"sh", "-c", "echo out; echo err >&2"}, {"sh", "-c", `echo "$0" "$@"`, "a b", "c", ""},
	} {
		one, two := reference.run(t, s, "in\x00\xffput", nil, command...), tested.run(t, s, "in\x00\xffput", nil, command...)
		if one.status != two.status || one.output != two.output {
			t.Errorf("%q: lxc-attach ends with %d and %q, lxcfg attach with %d and %q", command, one.status, one.output, two.status, two.output)
		}
		if one.status < 126 && one.errors != two.errors || one.status == 127 && two.errors == "" {
			t.Errorf("%q: lxc-attach says %q, lxcfg attach %q", command, one.errors, two.errors)
		}
	}
	// The shell is the user's in the container, and reads what it is to do.
	one, two := reference.run(t, s, "echo $0; exit 3\n", nil), tested.run(t, s, "echo $0; exit 3\n", nil)
	if one != two || one.status != 3 {
		t.Errorf("the shell: lxc-attach %+v, lxcfg attach %+v", one, two)
	}
	for _, test := range []struct {
		status  int
		says    string
		options []string
	}{
		{2, `"FOO" is no namespace`, []string{"-s", "FOO"}},
		{2, `"ALL" is no privilege`, []string{"-eALL"}},
		{2, `"root" is no number`, []string{"-u", "root"}},
		{2, `"NAME" sets no variable`, []string{"-v", "NAME"}},
		{1, `"pdp11" is no architecture`, []string{"-a", "pdp11"}},
		{2, `--keep-var is for --clear-env`, []string{"--keep-var", "HOME"}},
		{1, `no security module`, []string{"-c", "label"}},
		{1, `no such file`, []string{"-f", "/no/such"}},
		{2, `one word too many`, []string{"true"}},
	} {
		if hasAppArmor() && test.options[0] == "-c" {
			continue
		}
		if got := tested.run(t, s, "", test.options, "true"); got.status != test.status || !strings.Contains(got.errors, test.says) {
			t.Errorf("with %q it ends with %d and says %q", test.options, got.status, got.errors)
		}
	}
	// What it gets of the configuration can be a file's.
	conf := filepath.Join(c.lxcpath, "other.conf")
	if err := os.WriteFile(conf, []byte("lxc.environment = FROM=another file\nlxc.no_new_privs = 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := tested.run(t, s, "", []string{"-f", conf}, "sh", "-c", "echo $FROM; grep NoNewPrivs /proc/self/status"); got.output != "another file\nNoNewPrivs:\t1\n" {
		t.Errorf("with -f it says %+v", got)
	}
}

// TestAttachTerminal compares what a command has where some of the streams are terminals.
func TestAttachTerminal(t *testing.T) {
	requireStock(t)
	reference, tested := attachers(t)
	for _, kind := range []struct {
		name  string
		mend  func(string) string
		shift int
	}{{"plain", nil, 0}, {"an id map", mapped, shift}} {
		t.Run(kind.name, func(t *testing.T) {
			s := sleeping(t, kind.shift, kind.mend)
			for _, test := range []struct{ redirect, command string }{
				{"", "tty; stty size; stty -a | tail -n 4; test -t 0 && test -t 1 && test -t 2 && echo all"},
				{"", "tty </dev/tty"},
				{"</dev/null", "test -t 0 || echo no input; test -t 1 && test -t 2 && echo terminals; tty </dev/tty"},
				{"2>/dev/null", "test -t 2 || echo elsewhere; tty; echo lost >&2"},
				{"2>&1 </dev/null | cat", "test -t 0 || test -t 1 || test -t 2 || echo none; exit 0"},
				{"-u 1000", "tty; echo >$(tty); ls -ln $(tty) | cut -c1-40"},
				{"", "exit 9"},
				{"", "kill -INT $$"},
			} {
				options, redirect := []string(nil), test.redirect
				if strings.HasPrefix(redirect, "-") {
					options, redirect = strings.Fields(redirect), ""
				}
				both := [2]ran{}
				for i, a := range []attacher{reference, tested} {
					words := append([]string{"sh", "-c", `stty rows 33 cols 77; "$@" ` + redirect, "sh"}, a.words(s, options, "/bin/sh", "-c", test.command)...)
					both[i] = onTerminal(t, words, attachEnvironment, nil)
					both[i].output = strings.ReplaceAll(terminalName.ReplaceAllString(both[i].output, "/dev/pts/N"), "\r", "")
				}
				if kind.shift > 0 && options != nil {
					// LXC's belongs to nobody in the container: the user cannot even open it.
					if !strings.HasPrefix(both[1].output, "/dev/pts/N\n\ncrwx------    1 1000 ") {
						t.Errorf("a user's terminal: lxcfg says %q", both[1].output)
					}
					continue
				}
				if both[0] != both[1] || both[0].status == 1 {
					t.Errorf("%s %q: lxc-attach %+v, lxcfg attach %+v", test.redirect, test.command, both[0], both[1])
				}
			}
		})
	}
}

// TestAttachTyping types at a command, changes the size of the terminal, and looks what
// is logged.
func TestAttachTyping(t *testing.T) {
	s := sleeping(t, 0, nil)
	_, tested := attachers(t)
	log := filepath.Join(t.TempDir(), "log")
	script := `trap "stty size" WINCH; trap "echo caught" INT; echo ready; while :; do read line && echo "got $line"; [ "$line" != end ] || exit 6; done`
	words := tested.words(s, []string{"-L", log}, "/bin/sh", "-c", script)
	// The modes of the caller's terminal are the same before and behind.
	d := talk(t, exec.Command("sh", append([]string{"-c", `before=$(stty -g); "$@"; echo "ends with $?"; [ "$(stty -g)" = "$before" ] && echo as before`, "sh"}, words...)...))
	d.await("ready")
	d.ask("one\r", "got one\r\n")
	if err := unix.IoctlSetWinsize(int(d.master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 21, Col: 65}); err != nil {
		t.Fatal(err)
	}
	d.await("21 65\r\n")
	d.ask("\x03", "caught")
	d.ask("end\r", "ends with 6")
	d.await("as before")
	d.leave("")
	if text, err := os.ReadFile(log); err != nil || !strings.Contains(string(text), "got one\r\n") || !strings.Contains(string(text), "got end") {
		t.Errorf("the log has %q, %v", text, err)
	}
}

// TestAttachSignals sends signals to lxcfg attach, which are the command's.
func TestAttachSignals(t *testing.T) {
	s := sleeping(t, 0, nil)
	_, tested := attachers(t)
	for _, number := range []unix.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGUSR1, unix.SIGUSR2} {
		for _, ends := range []bool{true, false} {
			script := "echo ready; exec sleep 100"
			if !ends {
				script = fmt.Sprintf("trap 'echo caught; exit 4' %d; echo ready; sleep 100; exit 0", number)
			}
			words := tested.words(s, nil, "/bin/sh", "-c", script)
			cmd := exec.Command(words[0], words[1:]...)
			var out lockedBuffer
			cmd.Stdout = &out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the command is ready", out.has("ready"))
			if err := cmd.Process.Signal(number); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // the sleep has got the signal, too, or its output would stay open
			want := 4
			if ends {
				want = 128 + int(number)
			}
			if got := exitStatus(cmd.ProcessState); got != want {
				t.Errorf("%v: it ends with %d, want %d; it says %q", number, got, want, out.text())
			}
		}
	}
}

// TestAttachAsUser compares attaching of an ordinary user to his own containers.
func TestAttachAsUser(t *testing.T) {
	requireUser(t)
	reference, tested := attachers(t)
	for _, test := range []struct {
		name string
		in   surroundings
		mend func(string) string
	}{
		{"cgroups of root", surroundings{user: true}, mapped},
		{"cgroups of his own", surroundings{user: true, delegated: true}, mapped},
		{"cgroup v2 of his own", surroundings{user: true, delegated: true, unified: true}, mapped},
		{"confined", surroundings{user: true, delegated: true}, all(mapped, with("lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp", "lxc.no_new_privs = 1", "lxc.cap.drop = net_raw"))},
	} {
		for _, l := range []launcher{stock(t), ours(t)} {
			t.Run(test.name+"/"+l.name, func(t *testing.T) {
				if unified := test.in.unified || test.in.delegated && !slices.ContainsFunc(cgroupRoots(), isOfV1); l.name != "lxcfg" && unified {
					t.Skip("stock LXC has made the cgroup that the user is in one that holds no processes")
				}
				c := newContainer(t, shift, all(ofUser, test.mend))
				c.fresh(t)
				c.giveAway(t)
				reshift(t, c)
				s := start(t, within(t, inBackground(l), test.in), c, "/bin/sleep", "1000")
				reference.in, tested.in = test.in, test.in
				for _, options := range [][]string{nil, {"-u", "1000", "-g", "1001"}, {"--clear-env"}, {"-s", "USER|NETWORK|MOUNT"}, {"-e"}} {
					one := reference.run(t, s, "", options, "/bin/sh", "-c", attachProbe)
					two := tested.run(t, s, "", options, "/bin/sh", "-c", attachProbe)
					one.output, two.output = homeOfUser.ReplaceAllString(one.output, "HOME"), homeOfUser.ReplaceAllString(two.output, "HOME")
					if two.status != 0 || one.status == 0 && one != two {
						t.Errorf("with %q lxc-attach ends with %d, lxcfg attach with %d; lxc-attach (-), lxcfg (+):\n%s",
							options, one.status, two.status, lineDifferences(one.output+one.errors, two.output+two.errors))
					}
				}
				// Root of the host is welcome as well, others are not.
				tested.in = surroundings{}
				if got := tested.run(t, s, "", nil, "id", "-u"); got.output != "0\n" {
					t.Errorf("as root: %+v", got)
				}
				other := attacher{name: "another user", argv: append([]string{"setpriv", "--reuid", "59124", "--regid", "59124", "--clear-groups", "--"}, tested.argv...)}
				if got := other.run(t, s, "", nil, "true"); got.status != 1 || got.errors == "" {
					t.Errorf("another user: %+v", got)
				}
			})
		}
	}
}

// isOfV1 tells whether a hierarchy is one of cgroup v1.
func isOfV1(root string) bool {
	_, err := os.Stat(filepath.Join(root, "tasks"))
	return err == nil
}

// homeOfUser is another in each of the user's surroundings.
var homeOfUser = regexp.MustCompile(`(?m)^HOME=.*$`)

// reshift gives the rootfs to the container's root again.
func reshift(t *testing.T, c container) {
	t.Helper()
	if out, err := exec.Command("chown", "-R", fmt.Sprintf("%d:%d", shift, shift), c.rootfs()).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestAttachNowhere attaches where no command can run.
func TestAttachNowhere(t *testing.T) {
	requireStock(t)
	_, tested := attachers(t)
	c := newContainer(t, 0, nil)
	c.fresh(t)
	gone := started{container: c}
	if got := tested.run(t, gone, "", nil, "true"); got.status != 1 || !strings.Contains(got.errors, "is not running") {
		t.Errorf("without a container: %+v", got)
	}
	s := start(t, inBackground(ours(t)), c, "/bin/sleep", "1000")
	s.expect(t, 0, ``, "lxc-freeze")
	if got := tested.run(t, s, "", nil, "true"); got.status != 1 || !strings.Contains(got.errors, "is frozen") || !strings.Contains(got.errors, "lxcfg unfreeze") {
		t.Errorf("a frozen container: %+v", got)
	}
	s.expect(t, 0, ``, "lxc-unfreeze")
	t.Run("frozen behind its monitor's back", func(t *testing.T) {
		var freezer string
		for _, dir := range s.cgroups() {
			if _, err := os.Stat(filepath.Join(dir, "freezer.state")); err == nil {
				freezer = filepath.Join(dir, "freezer.state")
			}
		}
		if freezer == "" {
			t.Skip("there is no freezer of cgroup v1")
		}
		if err := os.WriteFile(freezer, []byte("FROZEN"), 0); err != nil {
			t.Fatal(err)
		}
		words := tested.words(s, nil, "true")
		cmd := exec.Command(words[0], words[1:]...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the command is in the container's cgroup", func() bool {
			list, _ := os.ReadFile(filepath.Join(filepath.Dir(freezer), "tasks"))
			return strings.Count(string(list), "\n") > 1
		})
		_ = cmd.Process.Signal(unix.SIGTERM)
		_ = cmd.Wait()
		if got := exitStatus(cmd.ProcessState); got != 128+int(unix.SIGTERM) {
			t.Errorf("it ends with %d", got)
		}
		if err := os.WriteFile(freezer, []byte("THAWED"), 0); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a container that ends", func(t *testing.T) {
		words := tested.words(s, nil, "/bin/sleep", "1000")
		cmd := exec.Command(words[0], words[1:]...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the command runs", func() bool {
			return slices.ContainsFunc(processes(), func(pid int) bool {
				name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
				return parentOf(pid) == cmd.Process.Pid && string(name) == "sleep\n"
			})
		})
		s.expect(t, 0, ``, "lxc-stop", "-k")
		_ = cmd.Wait()
		if got := exitStatus(cmd.ProcessState); got != 128+int(unix.SIGKILL) {
			t.Errorf("it ends with %d", got)
		}
		s.awaitEnd(t)
		if left := s.cgroups(); len(left) > 0 {
			t.Errorf("it leaves %q", left)
		}
	})
}

// TestAttachToStarting attaches while a hook holds up the start, where the container's
// mount namespace still shows the host: who attaches waits until that is over.
func TestAttachToStarting(t *testing.T) {
	requireStock(t)
	_, tested := attachers(t)
	c := newContainer(t, 0, with("lxc.hook.mount = LXCDIR/hook"))
	c.fresh(t)
	here := filepath.Join(filepath.Dir(c.rootfs()), "here")
	if err := os.WriteFile(filepath.Join(filepath.Dir(c.rootfs()), "hook"), []byte("#!/bin/sh\necho >"+here+"\nsleep 2\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	argv := inBackground(ours(t)).argv(c, "/bin/sleep", "1000")
	starts := exec.Command(argv[0], argv[1:]...)
	if err := starts.Start(); err != nil {
		t.Fatal(err)
	}
	s := started{container: c}
	t.Cleanup(s.end)
	eventually(t, "the hook runs", func() bool {
		_, err := os.Stat(here)
		return err == nil
	})
	answer := tested.run(t, s, "", nil, "sh", "-c", "cat /etc/hostname; ls "+here)
	if err := starts.Wait(); err != nil {
		t.Errorf("the start: %v", err)
	}
	if answer.status == 0 || strings.Contains(answer.output, here) || !strings.Contains(answer.errors, "No such file") {
		t.Errorf("the command is where the host's files are: %+v", answer)
	}
}

// TestAttachToHostile has whoever is root in the container prepare it.
func TestAttachToHostile(t *testing.T) {
	requireStock(t)
	_, tested := attachers(t)
	c := newContainer(t, 0, nil)
	c.fresh(t)
	evil := filepath.Join(c.rootfs(), "evil")
	if err := os.WriteFile(evil, []byte("#!/proc/self/exe\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	s := start(t, inBackground(ours(t)), c, "/bin/sh", "-c", `echo up >/booted; while :; do for f in /proc/[0-9]*; do readlink $f/exe; readlink $f/fd/*; readlink $f/cwd; done; done >/seen 2>/dev/null`)
	s.awaitBoot(t)
	accounts := filepath.Join(c.rootfs(), "etc/passwd")
	for _, test := range []struct {
		name    string
		prepare func() error
	}{
		{"a fifo", func() error { return unix.Mkfifo(accounts, 0o666) }},
		{"a link to the host", func() error { return os.Symlink("/proc/1/root/etc/passwd", accounts) }},
		{"a link that leads round", func() error { return os.Symlink("passwd", accounts) }},
		{"a directory", func() error { return os.Mkdir(accounts, 0o755) }},
		{"without end", func() error { return os.Symlink("/dev/zero", accounts) }},
		{"huge", func() error {
			return os.WriteFile(accounts, append(bytes.Repeat([]byte("a:x:1:1:::/bin/false\n"), 1<<18), "root:x:0:0:::/bin/false\n"...), 0o644)
		}},
		{"a shell that is not there", func() error { return os.WriteFile(accounts, []byte("root:x:0:0:root:/:/no/such\n"), 0o644) }},
		{"a shell that is a device", func() error { return os.WriteFile(accounts, []byte("root:x:0:0:root:/:/dev/null\n"), 0o644) }},
		{"lines that are none", func() error {
			return os.WriteFile(accounts, []byte("root\n:::0:::::\nroot:x:0:0:root:/:sh\n\x00\n"), 0o644)
		}},
		{"missing", func() error { return nil }},
	} {
		if err := os.RemoveAll(accounts); err != nil {
			t.Fatal(err)
		}
		if err := test.prepare(); err != nil {
			t.Fatal(err)
		}
		if got := tested.run(t, s, "echo $0\n", nil); got.status != 0 || !strings.HasSuffix(got.output, "sh\n") {
			t.Errorf("/etc/passwd is %s: %+v", test.name, got)
		}
	}
	// What the caller has open stays out, and so does his own program.
	dir, err := os.Open("/")
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	tested.inherit = []*os.File{dir, dir}
	if got := tested.run(t, s, "", nil, "sh", "-c", "ls /proc/self/fd | wc -l"); got.output != "4\n" {
		t.Errorf("with two more files open the command has others than its own: %+v", got)
	}
	for range 20 {
		if got := tested.run(t, s, "", nil, "/proc/self/exe", "version"); got.status != 126 {
			t.Errorf("lxcfg executes itself in the container: %+v", got)
		}
		tested.run(t, s, "", nil, "/evil")
	}
	seen, err := os.ReadFile(filepath.Join(c.rootfs(), "seen"))
	if err != nil || len(seen) == 0 {
		t.Fatalf("the container has seen nothing: %v", err)
	}
	for line := range strings.Lines(string(seen)) {
		if strings.Contains(line, shared) || strings.Contains(line, c.lxcpath) {
			t.Errorf("the container sees the host's %s", line)
		}
	}
	if err := os.Remove(filepath.Join(c.rootfs(), "bin/sh")); err != nil {
		t.Fatal(err)
	}
	if got := tested.run(t, s, "", nil); got.status != 127 || !regexp.MustCompile(`execute "/bin/sh" in the container: no such file`).MatchString(got.errors) {
		t.Errorf("without a shell: %+v", got)
	}
}
