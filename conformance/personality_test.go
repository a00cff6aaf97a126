//go:build linux

package conformance

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// standIns makes a directory in which lxcfg has the names of LXC's programs.
func standIns(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // for tests that go on as another user
		t.Fatal(err)
	}
	for _, name := range []string{"lxc-start", "lxc-execute", "lxc-start-1.0", "lxc-execute-1.0", "lxcfg"} {
		if err := os.Symlink(lxcfg(t), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// stockPrograms is the directory of LXC's own.
func stockPrograms(t *testing.T) string {
	t.Helper()
	requireStock(t)
	program, err := exec.LookPath("lxc-start")
	if err != nil {
		t.Skip("lxc-start is not installed")
	}
	return filepath.Dir(program)
}

// commandLine is a shell script that calls programs of LXC. In it NAME is the container,
// P the directory that holds it, D an empty directory that it is called in.
type commandLine struct {
	name   string
	script string
	exact  bool // standard output is the same word by word
	fresh  bool // it needs a rootfs that nothing was changed in
	// better names what lxcfg does otherwise, and why: status, output, errors or files.
	better map[string]string
}

// answer is what is seen of a command line from outside.
type answer struct {
	status int
	output string // of standard output
	errors string // of standard error
	files  []string
}

// run runs a command line in a mount, UTS and pid namespace of its own, without a
// terminal, with programs of a directory first in PATH. What is left running is killed.
func (l commandLine) run(t *testing.T, c container, programs string, environment ...string) answer {
	t.Helper()
	if l.fresh {
		c.fresh(t)
	}
	before := ownLeftovers(t, c)
	defer func() { removeLeftovers(t, c, added(before, ownLeftovers(t, c))) }()
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	setup := `mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/log && mkdir /var/log/lxc || exit 99
cd "$D" || exit 99
`
	cmd := exec.CommandContext(ctx, "unshare", "-m", "--propagation", "private", "-u", "-p", "-f", "--kill-child", "--mount-proc", "setsid", "-w", "sh", "-c", setup+l.script)
	cmd.Env = append([]string{"PATH=" + programs + ":/usr/sbin:/usr/bin:/sbin:/bin", "NAME=" + containerName, "P=" + c.lxcpath, "D=" + dir, "LC_ALL=C"}, environment...)
	var output, errors bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &errors
	cmd.WaitDelay = time.Second // a container in the background may hold the pipes
	_ = cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("%q with %s does not end:\n%s", l.script, programs, errors.String())
	}
	return answer{exitStatus(cmd.ProcessState), output.String(), errors.String(), filesBelow(t, dir)}
}

// filesBelow lists files with their modes, and whether there is something in them.
func filesBelow(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		filled := "empty"
		if info.IsDir() || info.Size() > 0 {
			filled = "with content"
		}
		files = append(files, fmt.Sprintf("%s %v %s", strings.TrimPrefix(name, dir), info.Mode(), filled))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	return files
}

// commandLines are compared with stock LXC: the exit status, which streams say
// something, and the files that are made.
var commandLines = []commandLine{
	{name: "the name as the first word", script: `lxc-start -P $P -F $NAME /bin/true`},
	{name: "the name by -n", script: `lxc-start -P $P -F -n $NAME -- /bin/true`},
	{name: "the name behind its option", script: `lxc-start -P $P -F -n$NAME -- /bin/true`},
	{name: "the name by --name", script: `lxc-start --lxcpath=$P --foreground --name $NAME -- /bin/true`},
	{name: "no name", script: `lxc-start -P $P -F`},
	{name: "a name that is empty", script: `lxc-start -P $P -F -n ''`},
	{name: "a container that is not there", script: `lxc-start -P $P -F $NAME-nobody`},
	{name: "a directory that is not there", script: `lxc-start -P $D/nowhere -F $NAME`},
	{name: "a directory with slashes behind it", script: `lxc-start -P $P/// -F $NAME -- /bin/true`},
	{name: "a directory given twice", script: `lxc-start -P $P -P $P -F $NAME`},
	{name: "options behind words", script: `lxc-start $NAME -F /bin/true -P $P`},
	{name: "a command whose options stand behind --", script: `lxc-start -F -P $P $NAME -- /bin/sh -c 'exit 0'`},
	{name: "a command whose options stand before --", script: `lxc-start -F -P $P $NAME /bin/sh -x 'exit 0'`},
	{name: "the first word ends the options, on demand", script: `POSIXLY_CORRECT=1 lxc-start -F -P $P $NAME /bin/sh -c 'exit 0'`},
	{name: "short options in one", script: `lxc-start -FP$P $NAME -- /bin/true`},
	{name: "a long option cut short", script: `lxc-start --foregr --lxc $P $NAME -- /bin/true`},
	{name: "a long option cut too short", script: `lxc-start --share 1 -F -P $P $NAME`},
	{name: "an option that is not there", script: `lxc-start --nonsense -F -P $P $NAME`},
	{name: "a letter that is not there", script: `lxc-start -Z -F -P $P $NAME`},
	{name: "an option without its argument", script: `lxc-start -F -P $P -n`},
	{name: "an argument for an option that takes none", script: `lxc-start --foreground=yes -P $P $NAME`},
	{name: "help", script: `lxc-start --help`},
	{name: "help in short", script: `lxc-start -h`},
	{name: "help by a question mark", script: `lxc-start -?`},
	{name: "usage", script: `lxc-start --usage`},
	{name: "version", script: `lxc-start --version`},
	{name: "help of execute", script: `lxc-execute --help`},
	{name: "version of execute", script: `lxc-execute --version`},

	{name: "another configuration", script: `cp $P/$NAME/config mine; lxc-start -F -P $P -f mine $NAME-other -- /bin/true`},
	{name: "another configuration that is not there", script: `lxc-start -F -P $P -f mine $NAME`},
	{name: "another configuration with a mistake", script: `echo lxc.nonsense = 1 >mine; lxc-start -F -P $P -f mine $NAME`},
	{name: "another configuration beside a mistake in the container's own", script: `mkdir -p there/$NAME-box; echo lxc.nonsense = 1 >there/$NAME-box/config; cp $P/$NAME/config mine
lxc-start -F -P $D/there -f $D/mine $NAME-box -- /bin/true`},
	{name: "a setting", script: `lxc-start -F -P $P -s lxc.uts.name=set $NAME -- /bin/sh -c '[ $(hostname) = set ] && exit 3'; exit $?`},
	{name: "a setting without a value", script: `lxc-start -F -P $P -s lxc.uts.name $NAME`},
	{name: "a setting of no key", script: `lxc-start -F -P $P -s lxc.nonsense=1 $NAME`},
	{name: "a setting that is none of LXC's", script: `lxc-start -F -P $P -s nonsense=1 $NAME`},
	{name: "a pidfile", script: `lxc-start -F -P $P -p pid $NAME -- /bin/true`},
	{name: "a pidfile that cannot be made", script: `lxc-start -F -P $P -p nowhere/pid $NAME -- /bin/true`},
	{name: "a pidfile of a container that cannot be started", script: `lxc-start -F -P $P -p pid -s lxc.rootfs.path=$D/nowhere $NAME -- /bin/true`},
	{name: "a pidfile that is there, of a container that cannot be started", script: `: >pid; lxc-start -F -P $P -p pid -s lxc.rootfs.path=$D/nowhere $NAME -- /bin/true`, better: map[string]string{"files": "lxcfg takes away what it has made"}},
	{name: "a console that is not there", script: `lxc-start -F -P $P -c nowhere $NAME -- /bin/true`},
	{name: "a console that is no terminal", script: `lxc-start -F -P $P -c /dev/null $NAME -- /bin/true`},
	{name: "no console", script: `lxc-start -F -P $P -c none $NAME -- /bin/true`},
	{name: "a log of the console", script: `lxc-start -F -P $P -c none -c '' -L $D/console $NAME -- /bin/true`},
	{name: "descriptors closed", script: `exec 7</dev/null; lxc-start -F -C -P $P $NAME -- /bin/true`},
	{name: "a shared namespace", script: `lxc-start -F -P $P --share-uts $$ $NAME -- /bin/true`},
	{name: "a namespace shared with nobody", script: `lxc-start -F -P $P --share-net nobody $NAME -- /bin/true`},
	{name: "a namespace shared with no process", script: `lxc-start -F -P $P --share-pid 99999 $NAME -- /bin/true`},

	{name: "a log", script: `lxc-start -F -P $P -o log -l trace $NAME -- /bin/true`},
	{name: "a log in directories that are to be made", script: `lxc-start -F -P $P -o a/b/log $NAME -- /bin/true`},
	{name: "a log that cannot be opened", script: `lxc-start -F -P $P -o / $NAME -- /bin/true`},
	{name: "a level alone", script: `mkdir -p there/$NAME; cp $P/$NAME/config there/$NAME; lxc-start -F -P $D/there -l debug $NAME -- /bin/true`},
	{name: "a level that is none", script: `lxc-start -F -P $P -l nonsense $NAME -- /bin/true`, better: map[string]string{"errors": "lxcfg says that there is no such level"}},
	{name: "a log of the configuration", script: `lxc-start -F -P $P -s lxc.log.file=$D/log -s lxc.log.level=trace $NAME -- /bin/true`},
	{name: "a log of the configuration and one of the command line", script: `lxc-start -F -P $P -o mine -l trace -s lxc.log.file=$D/log -s lxc.log.level=trace $NAME -- /bin/true`,
		better: map[string]string{"files": "LXC makes the other log, too, and leaves it empty"}},
	{name: "quiet", script: `lxc-start -F -q -P $P $NAME -- /bin/nonexistent`},
	{name: "quiet with a log", script: `lxc-start -F -q -o log -P $P $NAME -- /bin/nonexistent`, better: map[string]string{"errors": "LXC forgets that it has to be quiet"}},

	{name: "init's status", script: `lxc-start -F -P $P $NAME -- /bin/sh -c 'exit 7'`},
	{name: "init killed", script: `lxc-start -F -P $P $NAME -- /bin/sh -c 'kill -9 $$'`},
	{name: "init missing", script: `lxc-start -F -P $P $NAME -- /bin/nonexistent`},
	{name: "a hook that fails", script: `lxc-start -F -P $P -s lxc.hook.pre-start=/bin/false $NAME -- /bin/true`},
	{name: "a rootfs that is not there", script: `lxc-start -F -P $P -s lxc.rootfs.path=$D/nowhere $NAME -- /bin/true`},
	{name: "a creation that goes on", script: `mkdir -p there/$NAME-box; cp $P/$NAME/config there/$NAME-box; exec 9>there/$NAME-box/partial; flock 9; lxc-start -F -P $D/there $NAME-box -- /bin/true`},
	{name: "a creation that has ended early", script: `mkdir -p there/$NAME-box; cp $P/$NAME/config there/$NAME-box; : >there/$NAME-box/partial; lxc-start -F -P $D/there $NAME-box -- /bin/true`},

	{name: "the directory of lxc.conf", exact: true, script: `mount -t tmpfs tmpfs /etc/lxc; echo "lxc.lxcpath = $P" >/etc/lxc/lxc.conf; lxc-start -F -p pid $NAME -- /bin/true; echo $?`},
	{name: "the directory of containers", exact: true, script: `mount -t tmpfs tmpfs /var/lib/lxc; cp -a $P/$NAME /var/lib/lxc; lxc-start -F $NAME -l info -- /bin/true; echo $?; ls /var/log/lxc; ls /var/lib/lxc/$NAME`},
	{name: "the directory of a user's containers", exact: true, script: `chmod 755 .; mkdir -p home/.local/share/lxc; chmod -R 777 home; HOME=$D/home setpriv --reuid 65534 --regid 65534 --clear-groups lxc-start -F $NAME-nobody; echo $?`},
	{name: "a user without a directory of containers", script: `HOME=$D setpriv --reuid 65534 --regid 65534 --clear-groups lxc-start -F $NAME-nobody`},
	{name: "the directory of a user's lxc.conf", exact: true, script: `chmod 755 .; mkdir -p home/.config/lxc there; echo lxc.lxcpath=$D/there >home/.config/lxc/lxc.conf
HOME=$D/home setpriv --reuid 65534 --regid 65534 --clear-groups lxc-start -F $NAME-nobody 2>&1 | grep -c 'No container config'`},
	{name: "the lock", exact: true, script: `lxc-start -F -P $P $NAME -- /bin/true; find /run -type f -name ".$NAME" | sed "s,$P,P,"`},
	{name: "the lock of a user", exact: true, script: `chmod 755 .; mkdir -p there run; chmod 777 run; XDG_RUNTIME_DIR=$D/run setpriv --reuid 65534 --regid 65534 --clear-groups lxc-start -F -P $D/there $NAME-nobody; find run -type f | sed "s,$D,D,"`},
	{name: "the pidfile of a monitor", exact: true, script: `lxc-start -P $P -p pid $NAME -- /bin/sleep 100; wc -l <pid; tr '\0' ' ' </proc/$(cat pid)/cmdline | sed "s,$P,P,"`},
	{name: "a container that runs when lxc-start ends", exact: true, script: `lxc-start -P $P $NAME -- /bin/sleep 100; lxc-info -P $P -n $NAME -s; lxc-info -P $P -n $NAME -p >/dev/null && echo it has an init`},
	{name: "a container that runs already", exact: true, script: `lxc-start -P $P $NAME -- /bin/sleep 100; for how in -F -d; do lxc-start $how -P $P $NAME; echo $?; done`},
	{name: "a container that runs already, and a mistake", exact: true, script: `lxc-start -P $P $NAME -- /bin/sleep 100; lxc-start -F -P $P -s lxc.nonsense=1 $NAME; echo $?; lxc-start -F -P $P -p nowhere/pid $NAME; echo $?`},
	{name: "a container that runs already, and a mistake in a file", exact: true, script: `lxc-start -P $P $NAME -- /bin/sleep 100; echo lxc.nonsense=1 >mine; lxc-start -F -P $P -f mine $NAME; echo $?`},
	{name: "a container of somebody else's that runs", exact: true, script: `lxc-start -P $P $NAME -- /bin/sleep 100; mkdir run; chmod 777 . run; chmod a+rx $P/$NAME; chmod a+r $P/$NAME/config
XDG_RUNTIME_DIR=$D/run setpriv --reuid 65534 --regid 65534 --clear-groups lxc-start -F -P $P $NAME; echo $?`},
	{name: "a command in a container that runs already", exact: true, script: `lxc-start -P $P $NAME -- /bin/sleep 100; lxc-execute -P $P $NAME -- /bin/true; echo $?`},
	{name: "two starts at once", exact: true, script: `for i in 1 2; do lxc-start -P $P -s lxc.hook.pre-start='/bin/sleep 0.5' $NAME -- /bin/sleep 100 2>/dev/null; echo $? >$i & sleep 0.1; done; wait %1 %2; cat 1 2`},
	{name: "a container that reboots", exact: true, fresh: true, script: `lxc-start -F -P $P -L $D/console $NAME -- /bin/sh -c 'if [ -e /again ]; then echo second; else echo first; : >/again; /bin/busybox reboot -f; sleep 30; fi' >/dev/null; echo $?; tr -d '\r' <console; rm console`},
	{name: "a container that reboots in the background", exact: true, fresh: true, script: `lxc-start -P $P -p pid $NAME -- /bin/sh -c 'if [ -e /again ]; then echo second >>/again; else echo first >/again; /bin/busybox reboot -f; sleep 30; fi'; echo $?
while [ -e pid ]; do sleep 0.05; done; cat $P/$NAME/rootfs/again`},

	{name: "in the background", script: `lxc-start -P $P -p pid $NAME -- /bin/sleep 100`},
	{name: "in the background by -d", script: `lxc-start -d -P $P $NAME -- /bin/sleep 100`},
	{name: "the last of -d and -F counts", script: `lxc-start -d -F -P $P $NAME -- /bin/true`},
	{name: "init missing in the background", script: `lxc-start -P $P $NAME -- /bin/nonexistent`},
	{name: "a hook that fails in the background", script: `lxc-start -P $P -s lxc.hook.pre-start=/bin/false $NAME -- /bin/true`},
	{name: "a mistake in the background", script: `lxc-start -P $P -s lxc.nonsense=1 $NAME`},
	{name: "quiet in the background", script: `lxc-start -q -P $P $NAME -- /bin/nonexistent`},
	{name: "a log in the background", script: `lxc-start -P $P -o log -l trace $NAME -- /bin/sleep 100`},

	{name: "a command", script: `lxc-execute -P $P $NAME -- /bin/sh -c 'exit 7'`},
	{name: "a command killed", script: `lxc-execute -P $P -n $NAME -- /bin/sh -c 'kill -9 $$'`},
	{name: "a command that is not there", script: `lxc-execute -P $P -n $NAME -- /bin/nonexistent`, better: map[string]string{"errors": "lxcfg says that there is no such command"}},
	{name: "a command of the configuration", script: `lxc-execute -P $P -n $NAME -s "lxc.execute.cmd=/bin/sh -c true"`, better: map[string]string{"status": "LXC looks for the command before -s counts, and crashes"}},
	{name: "no command", script: `lxc-execute -P $P -n $NAME`, better: map[string]string{"status": "LXC crashes", "errors": "LXC crashes"}},
	{name: "a command as somebody", script: `lxc-execute -P $P -u 5 -g 6 $NAME -- /bin/sh -c 'exit $(($(id -u) * 10 + $(id -g)))'`},
	{name: "a command as nobody", script: `lxc-execute -P $P -u nobody $NAME -- /bin/true`},
	{name: "a command without a configuration", script: `lxc-execute -P $P $NAME-nobody -- /bin/true`},
	{name: "a command in the foreground by -F", script: `lxc-execute -F -P $P $NAME -- /bin/true`},
	{name: "a command in the background", script: `lxc-execute -d -P $P $NAME -- /bin/sleep 100`},
	{name: "a command that ends in the background", script: `lxc-execute -d -P $P $NAME -- /bin/false`},
	{name: "a command that is not there, in the background", script: `lxc-execute -d -P $P $NAME -- /bin/nonexistent`, better: map[string]string{"errors": "lxcfg says that there is no such command"}},
	{name: "a command with another configuration", script: `cp $P/$NAME/config mine; lxc-execute -P $P -f mine $NAME-other -- /bin/sh -c 'exit 4'`},
	{name: "a command and a mistake", script: `lxc-execute -P $P -s lxc.nonsense=1 $NAME -- /bin/true`},
}

// TestCommandLinesSameAsStock runs each command line with stock LXC and with lxcfg in
// its place.
func TestCommandLinesSameAsStock(t *testing.T) {
	theirs, ours := stockPrograms(t), standIns(t)
	c := newContainer(t, 0, nil)
	c.fresh(t)
	for _, line := range commandLines {
		t.Run(line.name, func(t *testing.T) {
			one, two := line.run(t, c, theirs), line.run(t, c, ours)
			for part, same := range map[string]bool{
				"status": one.status == two.status,
				"output": one.output == two.output || !line.exact && one.output != "" && two.output != "",
				"errors": (one.errors == "") == (two.errors == ""),
				"files":  slices.Equal(one.files, two.files),
			} {
				if why := line.better[part]; (why == "") != same {
					t.Errorf("the %s: stock LXC\n%+v\nlxcfg\n%+v\nmeant: %s", part, one, two, why)
				}
			}
		})
	}
}
