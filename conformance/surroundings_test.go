//go:build linux

package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// surroundings is what a launcher finds around itself, beside the mount namespace
// that isolates every one. The zero value is root on this host as it is.
type surroundings struct {
	user      bool // an ordinary user, thrown away afterwards
	unified   bool // nothing but cgroup v2 mounted, whatever the host has
	delegated bool // with cgroups of its own, in which the launcher is alone
	systemd   bool // with a systemd of its own, which has cgroups to give
}

// becomeThrowAway is the command that has another run as that user.
var becomeThrowAway = []string{"setpriv", "--reuid", strconv.Itoa(throwAway), "--regid", strconv.Itoa(throwAway), "--clear-groups", "--"}

// userSystemd starts the user's systemd, which starts a message bus, in the cgroup
// that is delegated, runs the command, and says which scopes of containers are left. The command is in another cgroup of that systemd: to move it out of somebody
// else's would take the systemd of the whole host.
var userSystemd = `
base=/sys/fs/cgroup/` + delegatedBase + `
user=` + strconv.Itoa(throwAway) + `
as_user="` + strings.Join(becomeThrowAway, " ") + `"
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/system /run/user/$user $base/init.scope $base/caller
chown $user:$user /run/user/$user $base/init.scope $base/caller $base/init.scope/cgroup.* $base/caller/cgroup.*
chmod 700 /run/user/$user
export XDG_RUNTIME_DIR=/run/user/$user
(echo 0 >$base/init.scope/cgroup.procs && exec $as_user /lib/systemd/systemd --user --log-target=null </dev/null >/dev/null 2>&1) &
systemd=$!
tries=0
until [ -S $XDG_RUNTIME_DIR/bus ] || [ $((tries += 1)) -gt 200 ]; do sleep 0.05; done
echo 0 >$base/caller/cgroup.procs
status=0
$as_user "$@" || status=$?
tries=0
until scopes=$($as_user systemctl --user --all --plain --no-legend list-units 'lxc-*'); [ -z "$scopes" ] || [ $((tries += 1)) -gt 100 ]; do sleep 0.05; done
[ -z "$scopes" ] || echo "scopes left: $scopes"
kill $systemd
wait $systemd || :
exit $status`

// throwAway is the ordinary user of the tests. It exists in the mount namespace of
// a launcher only.
const throwAway = 59123

// base is the name of the cgroups that are delegated.
var delegatedBase = "of-" + containerName

// within puts a launcher into surroundings.
func within(t *testing.T, l launcher, s surroundings) launcher {
	argv := l.argv
	l.argv = func(c container, command ...string) []string {
		return s.put(t, argv(c, command...)[len(isolation):])
	}
	return l
}

// put puts a command into the surroundings.
func (s surroundings) put(t *testing.T, command []string) []string {
	t.Helper()
	prepare := []string{"set -e"}
	if s.unified {
		prepare = append(prepare, "umount -R /sys/fs/cgroup", "mount -t cgroup2 none /sys/fs/cgroup")
	}
	if s.delegated || s.systemd {
		for _, dir := range delegateCgroups(t) {
			if s.unified { // it has lost its mount, and has another
				dir = filepath.Join("/sys/fs/cgroup", delegatedBase)
			}
			prepare = append(prepare, "[ ! -d "+dir+" ] || echo 0 >"+dir+"/cgroup.procs")
		}
	}
	if s.user {
		dir := accounts(t)
		for _, name := range accountFiles {
			prepare = append(prepare, "mount --bind "+filepath.Join(dir, name)+" /etc/"+name)
		}
		prepare = append(prepare, "export HOME="+filepath.Join(dir, "home"))
		if !s.systemd {
			command = append(slices.Clone(becomeThrowAway), command...)
		}
	}
	run := `exec "$@"`
	if s.systemd {
		run = userSystemd
	}
	prepare = append(prepare, run)
	return isolated(command, "sh", "-c", strings.Join(prepare, "\n"), "sh")
}

// requireUser skips a test that cannot make an ordinary user.
func requireUser(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("not root: a user cannot be made for the test")
	}
	for _, tool := range []string{"setpriv", "newuidmap", "newgidmap", "unshare"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	for _, name := range accountFiles {
		if _, err := os.Stat("/etc/" + name); err != nil {
			t.Skipf("this host has no /etc/%s", name)
		}
	}
}

// accountFiles are the files of /etc that know a user.
var accountFiles = []string{"passwd", "group", "subuid", "subgid"}

// accounts makes those files, with the user who is thrown away: who has as many
// subordinate ids as the tests map.
func accounts(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	name := "of-the-tests"
	for _, file := range accountFiles {
		text, err := os.ReadFile("/etc/" + file)
		if err != nil {
			t.Fatal(err)
		}
		more := fmt.Sprintf("%s:%d:65536\n", name, shift)
		switch file {
		case "passwd":
			more = fmt.Sprintf("%s:x:%d:%d::%s:/bin/sh\n", name, throwAway, throwAway, filepath.Join(dir, "home"))
		case "group":
			more = fmt.Sprintf("%s:x:%d:\n", name, throwAway)
		}
		if err := os.WriteFile(filepath.Join(dir, file), append(text, more...), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	home := filepath.Join(dir, "home")
	if err := os.Mkdir(home, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(home, throwAway, throwAway); err != nil {
		t.Fatal(err)
	}
	return dir
}

// delegateCgroups gives the user a cgroup in every hierarchy, as systemd does: the
// directory, and the files that the kernel says belong to whom it is delegated.
// Whatever is left below them when the test ends is removed.
func delegateCgroups(t *testing.T) []string {
	t.Helper()
	var dirs []string
	for _, root := range cgroupRoots() {
		dir := filepath.Join(root, delegatedBase)
		if err := os.Mkdir(dir, 0o755); err != nil && !os.IsExist(err) {
			t.Fatal(err)
		}
		t.Cleanup(func() { removeCgroups(dir) })
		files := []string{"cgroup.procs", "tasks"}
		if list, err := os.ReadFile("/sys/kernel/cgroup/delegate"); err == nil {
			files = append(files, strings.Fields(string(list))...)
		}
		for _, file := range append(files, "") {
			if err := os.Chown(filepath.Join(dir, file), throwAway, throwAway); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
		}
		fillCPUSet(dir)
		dirs = append(dirs, dir)
	}
	return dirs
}

// fillCPUSet lets a v1 cpuset take processes: a new one has neither processors nor
// memory.
func fillCPUSet(dir string) {
	for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
		if above, err := os.ReadFile(filepath.Join(filepath.Dir(dir), file)); err == nil {
			_ = os.WriteFile(filepath.Join(dir, file), above, 0)
		}
	}
}

// removeCgroups removes a cgroup with all below it.
func removeCgroups(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		if entry.IsDir() {
			removeCgroups(filepath.Join(dir, entry.Name()))
		}
	}
	_ = os.Remove(dir)
}
