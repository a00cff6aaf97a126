package rules_test

import (
	"strings"
	"testing"

	"lxcfg/compile"
	"lxcfg/compile/rules"
	"lxcfg/grammar/source"
)

// hardened is a configuration that exposes nothing.
const hardened = `lxc.rootfs.path = dir:/srv/web
lxc.idmap = u 0 100000 65536
lxc.idmap = g 0 100000 65536
lxc.no_new_privs = 1
lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp
lxc.apparmor.profile = generated
lxc.mount.auto = proc:mixed sys:mixed cgroup:mixed
lxc.cgroup2.devices.deny = a
lxc.cgroup2.devices.allow = c 1:3 rwm
lxc.cgroup2.memory.max = 512M
lxc.cgroup2.pids.max = 1000
lxc.net.0.type = empty
`

// exposed has lines behind hardened that each row is about, and privileged those that
// make the container's root the host's.
const privileged = "lxc.idmap =\n"

var exposed = map[string]string{
	"rootfs":             "lxc.rootfs.path = dir:/\n",
	"host-root":          privileged,
	"host-users":         "lxc.idmap = u 70000 1000 1\n",
	"new-privileges":     "lxc.no_new_privs = 0\n",
	"seccomp":            "lxc.seccomp.profile =\n",
	"unconfined":         "lxc.apparmor.profile = unconfined\n",
	"incomplete-profile": "lxc.apparmor.allow_incomplete = 1\n",
	"nesting":            "lxc.apparmor.allow_nesting = 1\n",
	"keyring":            "lxc.keyring.session = 1\n",
	"proc":               privileged + "lxc.mount.auto = proc:rw\n",
	"sys":                privileged + "lxc.mount.entry = sysfs sys sysfs defaults 0 0\n",
	"cgroups":            privileged + "lxc.mount.auto = cgroup:rw\n",
	"host-paths":         "lxc.mount.entry = /etc mnt none bind 0 0\n",
	"shared-mounts":      "lxc.mount.auto = shmounts:/srv/shared\n",
	"devices":            privileged + "lxc.cgroup2 =\n",
	"device-access":      "lxc.cgroup2.devices.allow = b 8:* rwm\n",
	"host-network":       "lxc.net =\nlxc.net.0.type = none\n",
	"network-link":       "lxc.net.1.type = macvlan\nlxc.net.1.link = eth0\n",
	"namespace-mnt":      "lxc.namespace.keep = mnt\n",
	"namespace-pid":      "lxc.namespace.share.pid = 1\n",
	"namespace-ipc":      "lxc.namespace.keep = ipc\n",
	"namespace-uts":      "lxc.namespace.clone = user mnt pid ipc net cgroup\n",
	"namespace-cgroup":   "lxc.namespace.keep = cgroup\n",
	"host-settings":      privileged + "lxc.sysctl.vm.swappiness = 10\n",
	"memory-limit":       "lxc.cgroup2.memory.max =\nlxc.cgroup2.memory.max = max\n",
	"process-limit":      "lxc.cgroup2.pids.max =\n",
}

// assess weighs a configuration.
func assess(t *testing.T, text string) rules.Assessment {
	t.Helper()
	return rules.Assess(compile.Load(compile.Request{File: source.File{Name: "config", Text: text}}).Config)
}

// points are what a row comes to.
func points(a rules.Assessment, name string) int {
	for _, e := range a.Exposures {
		if e.Row.Name == name {
			return e.Points
		}
	}
	return -1
}

// Each row counts for the configuration that it is about, says what to do, and does not
// count for one that is hardened.
func TestExposures(t *testing.T) {
	if a := assess(t, hardened); a.Points != 0 || a.Level() != "ok" || !a.Complete {
		t.Errorf("a hardened container comes to %d points: %+v", a.Points, a.Exposures[0])
	}
	for _, row := range rules.Exposures() {
		lines, ok := exposed[row.Name]
		if capability, is := strings.CutPrefix(row.Name, "cap-"); is {
			lines, ok = privileged, true
			dropped := privileged + "lxc.cap.drop = " + strings.ReplaceAll(capability, "-", "_") + "\n"
			if got := points(assess(t, hardened+dropped), row.Name); got != 0 {
				t.Errorf("%s: %d points when it is dropped", row.Name, got)
			}
		}
		if !ok {
			t.Errorf("no configuration has the exposure %s", row.Name)
			continue
		}
		a := assess(t, hardened+lines)
		if got := points(a, row.Name); got <= 0 || got > row.Most {
			t.Errorf("%s: %d points of %d", row.Name, got, row.Most)
		}
		for _, e := range a.Exposures {
			if e.Points > 0 && (e.Summary == "" || e.Lower == "") {
				t.Errorf("%s says %q, %q", e.Row.Name, e.Summary, e.Lower)
			}
		}
	}
}

// The score ends at 10, and an id map takes away most of it.
func TestExposureScore(t *testing.T) {
	bare := "lxc.rootfs.path = dir:/srv/web\n"
	privileged, mapped := assess(t, bare), assess(t, bare+"lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n")
	if privileged.Level() != "unsafe" || mapped.Level() != "ok" || mapped.Points*3 > privileged.Points {
		t.Errorf("%d points without, %d with an id map", privileged.Points, mapped.Points)
	}
	if most := assess(t, "lxc.apparmor.profile = unconfined\nlxc.namespace.keep = pid net ipc\n"); most.Points != rules.MostPoints {
		t.Errorf("%d points of %d", most.Points, rules.MostPoints)
	}
}

// What is missing is not weighed where part of the configuration is not known.
func TestExposureOfAPart(t *testing.T) {
	a := assess(t, "lxc.include = /nowhere\nlxc.apparmor.profile = unconfined\n")
	if a.Complete || points(a, "seccomp") != 0 || points(a, "unconfined") == 0 {
		t.Errorf("complete %v: %+v", a.Complete, a.Exposures[0])
	}
}
