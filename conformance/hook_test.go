//go:build linux

package conformance

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// hookScript is what every hook of these tests runs.
//
//go:embed testdata/hook.sh
var hookScript string

// hookNames are the hooks of a launch.
var hookNames = []string{"pre-start", "pre-mount", "mount", "autodev", "start", "start-host", "stop", "post-stop"}

// hookLines is a configuration with every hook, on a journal that the container sees
// as /journal. LXC takes no arguments for a start hook: it looks for a file of the
// whole name.
func (c container) hookLines(names ...string) []string {
	lines := []string{"lxc.mount.entry = " + c.journal() + " journal none bind,create=dir 0 0"}
	for _, name := range names {
		script := c.journal() + "/hook 'two words' $((1+1))"
		if name == "start" {
			script = "/journal/hook"
		}
		lines = append(lines, fmt.Sprintf("lxc.hook.%s = %s", name, script))
	}
	return lines
}

func (c container) journal() string { return filepath.Join(c.lxcpath, "journal") }

// placeHooks puts the script where the hooks look for it, and what they are to end
// with.
func (c container) placeHooks(t *testing.T, statuses map[string]int) {
	t.Helper()
	err := errors.Join(
		os.RemoveAll(c.journal()),
		os.Mkdir(c.journal(), 0o777),
		os.WriteFile(filepath.Join(c.journal(), "hook"), []byte(hookScript), 0o755),
		os.WriteFile(filepath.Join(c.journal(), "journal"), nil, 0o666),
		os.Chmod(filepath.Join(c.journal(), "journal"), 0o666), // whatever the umask
	)
	for name, status := range statuses {
		err = errors.Join(err, os.WriteFile(filepath.Join(c.journal(), "status-of-"+name), fmt.Append(nil, status), 0o644))
	}
	if err != nil {
		t.Fatalf("place the hooks: %v", err)
	}
}

// journal runs a container and returns what its hooks wrote, section by section, the
// order of the sections and the launcher's status.
func journal(t *testing.T, l launcher, c container, statuses map[string]int) observation {
	t.Helper()
	c.fresh(t)
	c.placeHooks(t, statuses)
	before := leftovers(t, c)
	ended := onTerminal(t, l.argv(c, "/bin/sh", "-c", "exit 7"), append(slices.Clone(withoutHelpers), "STAGE=of the caller"), nil)
	text, err := os.ReadFile(filepath.Join(c.journal(), "journal"))
	if err != nil {
		t.Fatal(err)
	}
	seen := observation{}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "== "); ok {
			seen["order"] = append(seen["order"], name)
		}
	}
	for name, lines := range sections(string(text)) {
		seen[name] = normaliseHook(lines, c)
	}
	seen["status-of-launcher"] = []string{fmt.Sprint(ended.status)}
	seen["leftovers"] = added(before, leftovers(t, c))
	removeLeftovers(t, c, seen["leftovers"])
	return seen
}

var (
	heldNamespace = regexp.MustCompile(`/proc/\d+/fd/\d+`)
	initPID       = regexp.MustCompile(`LXC_PID=\d+`)
)

// normaliseHook replaces what differs from run to run.
func normaliseHook(lines []string, c container) []string {
	out := make([]string, 0, len(lines))
	for _, line := range lines {
		line = strings.NewReplacer(c.lxcpath, "LXCPATH", containerName, "NAME").Replace(line)
		line = heldNamespace.ReplaceAllString(line, "/proc/N/fd/N")
		line = initPID.ReplaceAllString(line, "LXC_PID=N")
		if words := strings.Fields(line); len(words) == 3 && words[0] == "namespace" {
			line = words[1] + " of its own"
			if host, err := os.Readlink("/proc/self/ns/" + words[1]); err == nil && host == words[2] {
				line = words[1] + " of the host"
			}
		}
		out = append(out, line)
	}
	return out
}

// TestHooksAsUnderStock runs every hook under stock LXC and under lxcfg and compares
// what they are told, where and as whom they run, and in what order.
func TestHooksAsUnderStock(t *testing.T) {
	for _, test := range []struct {
		name     string
		mend     func(string) string
		shift    int
		hooks    []string       // that run, all when nil
		statuses map[string]int // that hooks end with, 0 for those not named
	}{
		{name: "by arguments"},
		{name: "by variables", mend: with("lxc.hook.version = 1")},
		{name: "in a user namespace", shift: shift, mend: all(first(common, userns), with("lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536"))},
		{name: "confined", mend: with("lxc.cap.drop = sys_time mac_admin", "lxc.no_new_privs = 1", "lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp")},
		{name: "with variables of the configuration", mend: with("lxc.environment = STAGE=of the configuration", "lxc.environment = MORE=a = b", "lxc.environment = LXC_NAME=other")},
		{name: "with a console of another kind", mend: all(without("lxc.pty.max"), with("lxc.pty.max = 64", "lxc.log.level = INFO"))},
		{name: "with limits", mend: with("lxc.prlimit.nofile = 512:1024", "lxc.prlimit.core = 0", "lxc.proc.oom_score_adj = 100")},
		{name: "without a network namespace", mend: all(without("lxc.net.0.type"), with("lxc.net.0.type = none"))},
		{name: "without /dev made by LXC", mend: all(without("lxc.autodev"), with("lxc.autodev = 0"))},
		{name: "failing before the start", statuses: map[string]int{"pre-start": 3}},
		{name: "failing before the mounts", statuses: map[string]int{"pre-mount": 3}},
		{name: "failing behind the mounts", statuses: map[string]int{"mount": 3}},
		{name: "failing at /dev", statuses: map[string]int{"autodev": 3}},
		{name: "failing at the start", statuses: map[string]int{"start": 3}},
		{name: "failing beside the container", statuses: map[string]int{"start-host": 3}},
		{name: "failing at the end", statuses: map[string]int{"stop": 3, "post-stop": 4}},
		{name: "twice, the first failing", hooks: []string{"pre-start", "pre-start", "stop", "stop", "post-stop"}, statuses: map[string]int{"stop": 3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t, test.shift, test.mend)
			hooks := test.hooks
			if hooks == nil {
				hooks = hookNames
			}
			c.mend(t, with(c.hookLines(hooks...)...))
			one := journal(t, stock(t), c, test.statuses)
			two := journal(t, ours(t), c, test.statuses)
			if len(one["order"]) == 0 {
				t.Fatal("no hook ran under stock LXC")
			}
			for _, line := range differences(one, two) {
				if !knownHookDifference(line) {
					t.Errorf("stock LXC (-) and lxcfg (+): %s", line)
				}
			}
		})
	}
}

// knownHooks are the differences that are meant, as known are.
var knownHooks = []knownLine{
	{"exit status", `^status-of-launcher: [-+] (0|7|1|125)$`},
	{"cgroups left behind", `^leftovers: - cgroup .*/lxc\.(pivot|monitor\.[^/]*)$`},
	{"directory of hooks", `^[a-z-]+: [-+] cwd /`},
	{"signals of stop hooks", `^(post-)?stop: [-+] SigIgn:`},
	{"variables of hooks", `^start: - variable container_ttys=`},
	{"variables of hooks", `^post-stop: - (variable LXC_[A-Z]+_NS=|holds )`},
}

func knownHookDifference(line string) bool { return isKnown(knownHooks, line) }

// TestHookOutputIsShown demands that who reads the terminal learns what a hook had
// to say, once, with its line and what became of the launch.
func TestHookOutputIsShown(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(map[string]bool{"pre-start": true, "mount": true, "start": true, "start-host": true, "stop": true})) {
		t.Run(name, func(t *testing.T) {
			c := newContainer(t, 0, nil)
			c.fresh(t)
			c.placeHooks(t, map[string]int{name: 3})
			c.mend(t, with(c.hookLines(name)...))
			ended := onTerminal(t, ours(t).argv(c, "/bin/sh", "-c", "exit 7"), withoutHelpers, nil)
			status := 125
			if name == "stop" {
				status = 7
			}
			if ended.status != status {
				t.Errorf("exit status %d, want %d", ended.status, status)
			}
			for _, word := range []string{name + " failed", "exit status 3", "lxc.hook." + name, "config:"} {
				if !strings.Contains(ended.output, word) {
					t.Errorf("the message does not contain %q:\n%s", word, ended.output)
				}
			}
			if n := strings.Count(ended.output, "printed by "); n != 1 {
				t.Errorf("what the hook printed is shown %d times:\n%s", n, ended.output)
			}
		})
	}
}

// TestMonitorUnshare mounts something in a pre-start hook: with lxc.monitor.unshare
// the container's side sees it, and the host does not.
func TestMonitorUnshare(t *testing.T) {
	for unshared, want := range map[string]string{"0": "hook sees it\nhost sees it\n", "1": "hook sees it\n"} {
		c := newContainer(t, 0, nil)
		c.fresh(t)
		place := filepath.Join(c.lxcpath, "place")
		if err := os.Mkdir(place, 0o755); err != nil {
			t.Fatal(err)
		}
		c.mend(t, with("lxc.monitor.unshare = "+unshared,
			`lxc.hook.pre-start = /bin/sh -c "/bin/mount -t tmpfs place `+place+`"`,
			`lxc.hook.pre-mount = /bin/sh -c "/bin/grep -q '^place' /proc/self/mounts && echo hook sees it >`+c.lxcpath+`/seen"`))
		argv := isolated(nil, "/bin/sh", "-c",
			lxcfg(t)+" start -F -P "+c.lxcpath+" -n "+containerName+" -- /bin/true && cat "+c.lxcpath+"/seen; grep -q '^place' /proc/self/mounts && echo host sees it")
		ended := onTerminal(t, argv, []string{"PATH=/bin:/usr/bin"}, nil)
		if ended.output != want {
			t.Errorf("with lxc.monitor.unshare = %s\n%swant\n%s", unshared, ended.output, want)
		}
	}
}
