package rules

import (
	"fmt"
	"path"
	"strings"

	"lxcfg/compile/config"
)

// mountExposures are about what of the host is mounted, and how.
func mountExposures() []Exposure {
	return []Exposure{
		{
			Name: "proc", Title: "settings of the kernel", Most: 10, weigh: weighProc,
			Doc: "What the host's root writes to /proc/sys and /proc/sysrq-trigger changes the host: core_pattern names a program that the kernel runs.",
		},
		{
			Name: "sys", Title: "the host's devices in /sys", Most: 8, weigh: weighSys,
			Doc: "What the host's root writes to /sys changes devices and drivers of the host: uevent_helper names a program that the kernel runs.",
		},
		{
			Name: "cgroups", Title: "cgroups that can be written", Most: 3, weigh: weighCgroups,
			Doc: "Without a cgroup namespace the container sees the limits of others, and may change them; release_agent of cgroup v1 names a program that the kernel runs.",
		},
		{
			Name: "host-paths", Title: "directories of the host", Most: 15, weigh: weighHostPaths,
			Doc: "What is bound from the host can be read, and changed unless it is read-only. Some directories are as good as the host: its root, /etc, the sockets of its services.",
		},
		{
			Name: "shared-mounts", Title: "mounts from the host while it runs", Most: 1, weigh: weighSharedMounts,
			Doc: "Through shmounts the host can mount into the running container, and a program of the host's that does has to be trusted.",
		},
	}
}

// kernelFiles weighs a file system that shows the kernel: how lxc.mount.auto mounts it,
// or an entry.
func kernelFiles(c *config.Config, auto config.Value[string], fstype, at, better string, most int) weight {
	if mapsIDs(c) {
		return weight{} // its root is nobody there
	}
	if auto.V == "rw" {
		return weight{most, auto.Origin, "the container's root may write to all of " + at, "Write `" + better + "` in lxc.mount.auto."}
	}
	for m := range mountEntries(c) {
		if m.V.FSType == fstype && targetOf(m.V) == at && !m.V.Mounting().Set.Has("ro") {
			return weight{most, m.Origin, fmt.Sprintf("an entry mounts %s for writing", at), "Remove the line, and write `" + better + "` in lxc.mount.auto."}
		}
	}
	return weight{}
}

func weighProc(c *config.Config) weight {
	return kernelFiles(c, c.Mount.Auto.Proc, "proc", "/proc", "proc:mixed", 10)
}

func weighSys(c *config.Config) weight {
	return kernelFiles(c, c.Mount.Auto.Sys, "sysfs", "/sys", "sys:mixed", 8)
}

func weighCgroups(c *config.Config) weight {
	cgroup := c.Mount.Auto.Cgroup
	if cgroup.V.Mode == "rw" && !mapsIDs(c) {
		return weight{3, cgroup.Origin, "the container may write to its cgroups", fmt.Sprintf("Write `%s:mixed`.", cgroup.V.Kind)}
	}
	return weight{}
}

// asGoodAsTheHost are paths of the host whose owner has the host.
var asGoodAsTheHost = [...]string{"/", "/boot", "/dev", "/etc", "/lib", "/proc", "/root", "/run", "/sbin", "/bin", "/sys", "/usr", "/var", "/var/lib/lxc", "/var/run", "/run/docker.sock", "/var/run/docker.sock",
	"/run/systemd", "/run/dbus", "/run/containerd", "/run/podman", "/var/lib/docker", "/home"}

// weighHostPaths weighs binds of the host's paths. LXC's own, of fuse's connections and
// the like, and single devices are no directories of the host.
func weighHostPaths(c *config.Config) (w weight) {
	const writable, readable, other = 10, 3, 1
	for m := range mountEntries(c) {
		options := m.V.Mounting()
		source := path.Clean(m.V.Source)
		if !m.V.Bind || options.Relative || !strings.HasPrefix(source, "/") || strings.HasPrefix(source, "/dev/") || strings.HasPrefix(source, "/sys/") || strings.HasPrefix(source, "/proc/") {
			continue
		}
		points, readOnly := other, options.Set.Has("ro")
		for _, p := range asGoodAsTheHost {
			if source == p && readOnly {
				points = readable
			} else if source == p {
				points = writable
			}
		}
		if points == other && readOnly {
			continue
		}
		if points > other && mapsIDs(c) {
			points = readable
		}
		if w.points += points; w.summary == "" || points > other {
			w.at, w.summary = m.Origin, fmt.Sprintf("the container has %s of the host", source)
			if !readOnly {
				w.summary += ", for writing"
			}
		}
	}
	w.lower = "Bind the directories that are needed, and add ro to the options where they are only read."
	if w.points == 0 {
		return weight{}
	}
	return w
}

func weighSharedMounts(c *config.Config) weight {
	if shared := c.Mount.Auto.ShMounts; shared.V.Host != "" {
		return weight{1, shared.Origin, fmt.Sprintf("what is mounted below %s appears in the container", shared.V.Host), "Take shmounts out of lxc.mount.auto."}
	}
	return weight{}
}
