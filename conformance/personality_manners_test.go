//go:build linux

package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// manners are what lxc-start does beside starting a container, each looked at from
// outside. The names say what.
var manners = []struct {
	name   string
	script string
	status int
	output string // of standard output, a regular expression; empty: nothing
	errors string // of standard error, likewise
}{
	{name: "without a command init is that of the configuration", script: `lxc-start -F -P $P -s 'lxc.init.cmd=/bin/echo of the configuration' $NAME`, output: `^of the configuration\r?\n$`},
	{name: "without a word of the configuration init is /sbin/init", script: `printf '#!/bin/sh\necho of the rootfs\n' >$P/$NAME/rootfs/sbin/own; rm -f $P/$NAME/rootfs/sbin/init; mv $P/$NAME/rootfs/sbin/own $P/$NAME/rootfs/sbin/init
chmod 755 $P/$NAME/rootfs/sbin/init; lxc-start -F -P $P $NAME`, output: `^of the rootfs\r?\n$`},
	{name: "what stands behind the name is executed as it is", script: `lxc-start -F -P $P $NAME -- /bin/echo 'a  b' '$HOME'`, output: `^a  b \$HOME\r?\n$`},
	{name: "settings of the command line stand behind the file, in their order", script: `lxc-start -F -P $P -s lxc.uts.name=one -s lxc.uts.name=two $NAME -- /bin/hostname`, output: `^two\r?\n$`},
	{name: "options with a letter win over settings", script: `lxc-start -F -P $P -L $D/log -s lxc.console.logfile=$D/other $NAME -- /bin/echo logged >/dev/null; cat log; ls`, output: `^logged\r?\nlog\n$`},
	{name: "a log of the console is where it was asked for, in the background, too", script: `lxc-start -P $P -L console $NAME -- /bin/sh -c 'echo logged; sleep 100'; while [ ! -s console ]; do sleep 0.02; done; cat console`, output: `^logged\r?\n$`},
	{name: "a namespace is shared with a process", script: `hostname of-the-process; lxc-start -F -P $P --share-uts $$ $NAME -- /bin/hostname`, output: `^of-the-process\r?\n$`},
	{name: "several namespaces are shared", script: `for ns in uts ipc net; do readlink /proc/$$/ns/$ns; done >want
lxc-start -F -P $P --share-uts $$ --share-ipc $$ --share-net $$ $NAME -- /bin/sh -c 'for ns in uts ipc net; do readlink /proc/self/ns/$ns; done' | tr -d '\r' | cmp - want && echo the same`, output: `^the same\n$`},
	{name: "an error says which step, of which line, and what to do", script: `lxc-start -F -P $P -s 'lxc.mount.entry=/nowhere mnt none bind' $NAME -- /bin/true`, status: 1,
		errors: `(?s)/nowhere.*optional.*\nlxc-start: conform-\d+: The container failed to start\n.*--logfile=FILE --logpriority=DEBUG`},
	{name: "an error says where the log is", script: `lxc-start -F -P $P -o log -l debug -s 'lxc.mount.entry=nowhere mnt2 none bind,relative' $NAME -- /bin/true; grep -c 'ERROR    start - ' log`, output: `^[1-9]\n$`,
		errors: `(?s)The container failed to start\n.*the log: log`},
	{name: "a failed hook is told with what it printed", script: `lxc-start -F -P $P -s "lxc.hook.pre-start=/bin/sh -c 'echo it is broken; echo really; exit 3'" $NAME -- /bin/true`, status: 1, errors: `(?s)pre-start.*status 3.*it is broken.*really`},
	{name: "a daemon tells its errors to who has called it", script: `lxc-start -P $P $NAME -- /bin/nonexistent`, status: 1, errors: `(?s)/bin/nonexistent.*The container failed to start`},
	{name: "a half created container is kept", script: `mkdir -p there/$NAME-box; cp $P/$NAME/config there/$NAME-box; echo kept >there/$NAME-box/partial; lxc-start -F -P $D/there $NAME-box -- /bin/true; cat there/$NAME-box/partial there/$NAME-box/config | head -n 1`,
		output: `^kept\n$`, errors: `not created to its end.*partial`},
	{name: "a container without a configuration is told with its path", script: `lxc-start -F -P $P $NAME-nobody`, status: 1, errors: `No container config specified: .*-nobody/config does not exist`},
	{name: "the pidfile is made before anything is started", script: `lxc-start -F -P $P -p nowhere/pid -s "lxc.hook.pre-start=/bin/sh -c 'touch $D/ran'" $NAME -- /bin/true; ls`, errors: `Failed to ensure pidfile 'nowhere/pid'`},
	{name: "a link to a pidfile is followed", script: `ln -s there pid; lxc-start -F -P $P -p pid $NAME -- /bin/sleep 100 & while [ ! -s there ]; do sleep 0.02; done; readlink pid; test "$(cat pid)" -gt 1; kill -9 $!; wait`, output: `^there\n$`},

	{name: "an ephemeral container of a directory that is not a whole path goes, in the background, too", script: `mkdir there; cp -a $P/$NAME there; sed -i "s,$P/,$D/there/," there/$NAME/config
lxc-start -P there -s lxc.ephemeral=1 $NAME -- /bin/true; for i in $(seq 200); do [ -e there/$NAME ] || break; sleep 0.05; done; ls there`},

	{name: "LXC 1 starts in the foreground", script: `lxc-start-1.0 -P $P -n $NAME -- /bin/echo here`, output: `^here\r?\n$`},
	{name: "LXC 1 by an option", script: `lxc-start --lxc-version 1.0 -P $P -n $NAME -- /bin/echo here`, output: `^here\r?\n$`},
	{name: "LXC 1 by the environment", script: `LXCFG_LXC_VERSION=1.0 lxc-start -P $P -n $NAME -- /bin/echo here`, output: `^here\r?\n$`},
	{name: "an option is stronger than the environment", script: `LXCFG_LXC_VERSION=1.0 lxc-start --lxc-version 7.0 -F -P $P $NAME -- /bin/echo here`, output: `^here\r?\n$`},
	{name: "a version that there is not", script: `LXCFG_LXC_VERSION=0.9 lxc-start -P $P -n $NAME`, status: 1, errors: `LXCFG_LXC_VERSION=0.9 names no version`},
	{name: "LXC 1 takes no word for a name", script: `lxc-start-1.0 -P $P $NAME`, status: 1, errors: `missing container name, use --name option`},
	{name: "LXC 1 ends as init ends", script: `lxc-start-1.0 -P $P -n $NAME -- /bin/sh -c 'exit 7'`, status: 7},
	{name: "LXC 1 tells nothing of signals", script: `lxc-start-1.0 -P $P -n $NAME -- /bin/sh -c 'kill -9 $$'`},
	{name: "LXC 1 ends with -1 when the container fails", script: `lxc-start-1.0 -P $P -n $NAME -- /bin/nonexistent`, status: 255, errors: `/bin/nonexistent`},
	{name: "LXC 1 never fails in the background", script: `lxc-start-1.0 -d -P $P -n $NAME -- /bin/nonexistent`, errors: `/bin/nonexistent`},
	{name: "LXC 1 has no --share-pid", script: `lxc-start-1.0 -P $P -n $NAME --share-pid 1`, status: 1, errors: `unrecognized option '--share-pid'`},
	{name: "LXC 1 has no user for lxc-execute", script: `lxc-execute-1.0 -P $P -n $NAME -u 1 -- /bin/true`, status: 1, errors: `unrecognized option '--uid'`},
	{name: "LXC 1 does not run the host's init", script: `lxc-start-1.0 -P $P -n $NAME-nobody`, status: 1, errors: `Executing '/sbin/init' with no configuration file may crash the host`},
	{name: "LXC 1 does not run it by its name either", script: `lxc-start-1.0 -P $P -n $NAME-nobody -- /sbin/init`, status: 1, errors: `Executing '/sbin/init' with no configuration file may crash the host`},
	{name: "LXC 1 runs a command with the host's files", script: `echo of the host >mine; lxc-start-1.0 -P $P -n $NAME-nobody -- /bin/cat $D/mine`, output: `^of the host\r?\n$`},
	{name: "LXC 1 writes a line into the pidfile", script: `lxc-start-1.0 -d -P $P -n $NAME -p pid -- /bin/sleep 100; wc -l <pid; kill -9 $(cat pid)`, output: `^1\n$`},
	{name: "a pidfile goes with its container", script: `lxc-start-1.0 -P $P -n $NAME -p pid -- /bin/true; lxc-start -F -P $P -n $NAME -p pid2 -- /bin/true; ls`},
	{name: "LXC 1 reads its own names of keys", script: `printf 'lxc.rootfs = %s\nlxc.utsname = old\n' $P/$NAME/rootfs >mine; lxc-start-1.0 -P $P -n $NAME-box -f mine -- /bin/hostname`, output: `^old\r?\n$`},
	{name: "LXC 1 gives its commands' status", script: `lxc-execute-1.0 -P $P -n $NAME -- /bin/sh -c 'exit 7'`, status: 7},
	{name: "lxcfg start logs where the configuration says", script: `lxcfg start -F -P $P -n $NAME -s lxc.log.file=$D/log -s lxc.log.level=INFO -- /bin/false; grep -c '^lxcfg conform-[0-9]* [0-9.]* INFO ' log`, output: `^[1-9]\d*\n$`},
	{name: "a log of the configuration that cannot be opened", script: `lxc-start -F -P $P -s lxc.log.file=/ $NAME -- /bin/true`, status: 1, errors: `open the log of lxc.log.file: `},
	{name: "the log of LXC 1", script: `lxc-start-1.0 -P $P -n $NAME -o log -l debug -- /bin/true; head -n 1 log`, output: `^      lxc-start +\d{10}\.\d{3} [A-Z]+ +lxc_\w+ - `},
}

// TestManners looks at each of them.
func TestManners(t *testing.T) {
	programs := standIns(t)
	c := newContainer(t, 0, nil)
	c.fresh(t)
	for _, m := range manners {
		t.Run(m.name, func(t *testing.T) {
			got := commandLine{script: m.script}.run(t, c, programs)
			if got.status != m.status {
				t.Errorf("the status is %d, want %d", got.status, m.status)
			}
			for what, said := range map[string][2]string{"standard output": {got.output, m.output}, "standard error": {got.errors, m.errors}} {
				want := said[1]
				if want == "" {
					want = "^$"
				}
				if !regexp.MustCompile(want).MatchString(said[0]) {
					t.Errorf("on %s there is\n%s\nwant %s", what, said[0], want)
				}
			}
			if t.Failed() {
				t.Logf("%+v", got)
			}
		})
	}
}

// TestStartWaitsForTheLock holds the lock that LXC's programs take before they change a
// configuration.
func TestStartWaitsForTheLock(t *testing.T) {
	c := newContainer(t, 0, nil)
	c.fresh(t)
	name := filepath.Join("/run/lxc/lock", c.lxcpath, "."+containerName)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeEmpty(name, "/run/lxc/lock") })
	lock, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.FcntlFlock(lock.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(standIns(t), "lxc-start"), "-F", "-P", c.lxcpath, containerName, "--", "/bin/hostname")
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "lxc-start waits for the lock", func() bool { return waitsForLock(cmd.Process.Pid) })
	// It has not read the configuration yet.
	c.mend(t, with("lxc.uts.name = changed"))
	lock.Close()
	if err := cmd.Wait(); err != nil || strings.TrimSpace(output.String()) != "changed" {
		t.Errorf("it ends with %v and says %q", err, output.String())
	}
}

// waitsForLock tells whether a thread of a process waits in fcntl(2).
func waitsForLock(pid int) bool {
	calls, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/syscall", pid))
	for _, file := range calls {
		text, _ := os.ReadFile(file)
		number, rest, _ := strings.Cut(string(text), " ")
		if number == fmt.Sprint(unix.SYS_FCNTL) && strings.Contains(rest, fmt.Sprintf(" %#x ", unix.F_OFD_SETLKW)) {
			return true
		}
	}
	return false
}

// removeEmpty removes a file, and the directories above it that are empty then, up to one.
func removeEmpty(name, upTo string) {
	for ; strings.HasPrefix(name, upTo+"/") && os.Remove(name) == nil; name = filepath.Dir(name) {
	}
}

// TestStartIsSetUserID runs a copy of lxc-start that is set-user-ID root as an ordinary
// user: it goes on as that user, with root's capabilities.
func TestStartIsSetUserID(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("not root: only root can make a program of root's set-user-ID")
	}
	dir := t.TempDir()
	for at := dir; at != "/tmp" && at != "/"; at = filepath.Dir(at) {
		_ = os.Chmod(at, 0o755)
	}
	program := filepath.Join(dir, "lxc-start")
	if out, err := exec.Command("cp", lxcfg(t), program).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Chmod(program, 0o755|os.ModeSetuid); err != nil {
		t.Fatal(err)
	}
	// It waits for somebody to write to its log, and can be looked at meanwhile.
	fifo := filepath.Join(dir, "log")
	if err := unix.Mkfifo(fifo, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(fifo, 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program, "-F", "-P", dir, "-n", "box", "-o", fifo)
	if err := cmd.Start(); err != nil {
		t.Skipf("setpriv cannot be run: %v", err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	status := func(field string) string {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
		found := regexp.MustCompile(`(?m)^` + field + `:\s*(.*)$`).FindStringSubmatch(string(text))
		if found == nil {
			return ""
		}
		return strings.Join(strings.Fields(found[1]), " ")
	}
	all, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	bounding := regexp.MustCompile(`(?m)^CapBnd:\s*(.*)$`).FindStringSubmatch(string(all))[1]
	eventually(t, "lxc-start is its caller with root's capabilities, in every thread", func() bool {
		return status("Name") == "lxc-start" && status("CapEff") == bounding && status("CapPrm") == bounding && allThreads(cmd.Process.Pid, "65534")
	})
}

// allThreads tells whether all threads of a process have an id as each of their ids.
func allThreads(pid int, id string) bool {
	ids := strings.Repeat("\t"+id, 4)
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	for _, file := range tasks {
		text, err := os.ReadFile(file)
		if err == nil && !(strings.Contains(string(text), "Uid:"+ids+"\n") && strings.Contains(string(text), "Gid:"+ids+"\n")) {
			return false
		}
	}
	return len(tasks) > 0
}

// TestStartKeepsDescriptors gives lxc-start sockets as systemd does, and files that it was
// not meant to have: init gets the ones, and hooks and the monitor neither.
func TestStartKeepsDescriptors(t *testing.T) {
	c := newContainer(t, 0, with("lxc.hook.pre-start = /bin/sh -c 'ls /proc/self/fd >LXCDIR/hook'"))
	c.fresh(t)
	programs := standIns(t)
	look := `echo fds $(ls /proc/self/fd | sort -n | tr '\n' ' ') told "$LISTEN_FDS" "$LISTEN_PID" "$LISTEN_FDNAMES"; readlink /proc/self/fd/3`
	for _, test := range []struct {
		name, before, want string
	}{
		{"none", ``, `fds 0 1 2 3 told`}, // 3 is the directory that is listed
		{"a socket", `export LISTEN_FDS=1 LISTEN_PID=$$ LISTEN_FDNAMES=web;`, `fds 0 1 2 3 4 told 1 1 web .*/one`},
		{"two", `export LISTEN_FDS=2 LISTEN_PID=$$;`, `fds 0 1 2 3 4 5 told 2 1  .*/one`},
		{"fewer than told", `export LISTEN_FDS=9 LISTEN_PID=$$; exec 6<&-;`, `fds 0 1 2 3 4 5 6 told 3 1  .*/one`},
		{"somebody else's", `export LISTEN_FDS=2 LISTEN_PID=99999;`, `fds 0 1 2 3 told`},
		{"no number", `export LISTEN_FDS=many LISTEN_PID=$$;`, `fds 0 1 2 3 told`},
	} {
		for _, how := range []string{"-F", "-F -C"} {
			t.Run(test.name+" "+how, func(t *testing.T) {
				got := commandLine{script: fmt.Sprintf(`: >one; : >two; : >three; exec 3<one 4<two 5<three 6<two 9<one; %s exec lxc-start %s -P $P $NAME -- /bin/sh -c '%s'`, test.before, how,
					strings.ReplaceAll(look, "'", `'\''`))}.run(t, c, programs)
				said := strings.Join(strings.Fields(strings.ReplaceAll(got.output, "\n", " ")), " ")
				want := strings.Join(strings.Fields(test.want), " ")
				if !regexp.MustCompile("^" + want + "$").MatchString(said) {
					t.Errorf("init says %q, want %q\n%s", said, want, got.errors)
				}
				if how != "-F -C" {
					return // hooks have what the caller has left open, as under LXC
				}
				if hook, err := os.ReadFile(filepath.Join(filepath.Dir(c.rootfs()), "hook")); err != nil || strings.Join(strings.Fields(string(hook)), " ") != "0 1 2 3" {
					t.Errorf("the hook has the descriptors %q, %v", hook, err)
				}
			})
		}
	}
}

// logLine is a line of LXC's log.
var logLine = regexp.MustCompile(`^lxc-start conform-\d+ (\d{14}\.\d{3}) (TRACE|DEBUG|INFO|NOTICE|WARN|ERROR) {1,5}(\w+) - (\S+):(\S+):(\d+) - \S`)

// TestLog reads the log of a launch: every line has LXC's form, the times do not go
// back, and what each line of the configuration comes to is told with its number.
func TestLog(t *testing.T) {
	c := newContainer(t, 0, with("lxc.mount.entry = tmpfs mnt tmpfs create=dir 0 0", "lxc.hook.pre-start = /bin/sh -c 'echo from the hook'", "lxc.rootfs.options = nonsense"))
	c.fresh(t)
	config, err := os.ReadFile(c.config())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Count(string(config), "\n")
	got := commandLine{script: `lxc-start -F -P $P -o log -l trace $NAME -- /bin/sh -c 'exit 3'; cat log`}.run(t, c, standIns(t))
	last := ""
	for line := range strings.Lines(got.output) {
		m := logLine.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("this is no line of a log: %q", line)
			continue
		}
		if _, err := time.Parse("20060102150405.000", m[1]); err != nil || m[1] < last {
			t.Errorf("the time %s comes behind %s: %v", m[1], last, err)
		}
		last = m[1]
	}
	for _, want := range []string{
		fmt.Sprintf(`DEBUG +start - config:mount:%d - mount tmpfs`, lines-2),
		fmt.Sprintf(`DEBUG +start - config:host-hook:%d - .*produced output: from the hook`, lines-1),
		`INFO +start - default:spawn:0 - `,
		`INFO +start - default:init:0 - init ended with 3`,
	} {
		if !regexp.MustCompile(want).MatchString(got.output) {
			t.Errorf("the log does not say %q:\n%s", want, got.output)
		}
	}
}

// TestLogLevels counts lines by how much is asked for, and where.
func TestLogLevels(t *testing.T) {
	c := newContainer(t, 0, nil)
	c.fresh(t)
	programs := standIns(t)
	for _, test := range []struct {
		name, options, want string // what `ls` and the first letters of the levels say
	}{
		{"nothing asked for", ``, ``},
		{"a file: errors", `-o log`, `log:`},
		{"a file and a level", `-o log -l info`, `log: INFO`},
		{"a level in small letters", `-o log -l InFo`, `log: INFO`},
		{"the configuration", `-s lxc.log.file=$D/log -s lxc.log.level=INFO`, `log: INFO`},
		{"the configuration has no say where -o is", `-o mine -s lxc.log.file=$D/log -s lxc.log.level=TRACE`, `mine:`},
		{"the configuration's level where -l is alone", `-l INFO -s lxc.log.level=DEBUG -s lxc.log.file=$D/log`, `log: DEBUG INFO`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := commandLine{script: `lxc-start -F -P $P ` + test.options + ` $NAME -- /bin/true
for f in *; do [ -f $f ] && echo $f: $(grep -oE ' (TRACE|DEBUG|INFO|WARN|ERROR) ' $f | sort -u); done; true`}.run(t, c, programs)
			if said := strings.TrimSpace(got.output); said != test.want || got.status != 0 {
				t.Errorf("there is %q, want %q\n%s", said, test.want, got.errors)
			}
		})
	}
}

// TestSyslog listens where syslog does.
func TestSyslog(t *testing.T) {
	c := newContainer(t, 0, with("lxc.log.syslog = local3", "lxc.log.level = INFO"))
	c.fresh(t)
	if _, err := exec.LookPath("socat"); err != nil {
		if _, err := exec.LookPath("python3"); err != nil {
			t.Skip("nothing is installed that could listen at /dev/log")
		}
	}
	got := commandLine{script: `mount -t tmpfs tmpfs /mnt; mkdir /mnt/dev; mount --rbind /dev /mnt/dev; mount -t tmpfs tmpfs /dev; ln -s pts/ptmx /dev/ptmx; for f in null tty zero urandom pts; do
if [ -d /mnt/dev/$f ]; then mkdir /dev/$f; else : >/dev/$f; fi; mount --rbind /mnt/dev/$f /dev/$f; done
python3 -c '
import socket, subprocess, sys, os
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind("/dev/log"); s.settimeout(20)
r = subprocess.run(["lxc-start", "-F", "-P", os.environ["P"], os.environ["NAME"], "--", "/bin/true"]).returncode
print(s.recv(4096).decode(), r)'`}.run(t, c, standIns(t))
	if !regexp.MustCompile(`^<158>\w{3} [ \d]\d \d\d:\d\d:\d\d lxc-start\[\d+\]: conform-\d+: \w+ - \S+:\S+:\d+ - .* 0\n$`).MatchString(got.output) {
		t.Errorf("syslog is told %q\n%s", got.output, got.errors)
	}
}
