package rules

import (
	"fmt"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// sysctlRules are about lxc.sysctl.
func sysctlRules() []Rule {
	return []Rule{
		{
			Code: "sysctl/read-only", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "a setting below a /proc/sys that is read-only",
			Doc: "LXC writes settings when /proc is mounted. With proc:mixed, which common.conf asks for, everything below /proc/sys is read-only but /proc/sys/net, " +
				"and that too when net_admin is dropped. The write fails, and with it the launch, without a word about the reason.",
			Bad:   "lxc.mount.auto = proc:mixed\nlxc.sysctl.kernel.shmmax = 1073741824\n",
			Good:  "lxc.mount.auto = proc:rw\nlxc.sysctl.kernel.shmmax = 1073741824\n",
			check: sysctlReadOnly,
		},
		{
			Code: "sysctl/of-the-host", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a setting that changes the host",
			Doc: "The kernel keeps this setting once for all, not for each namespace: the container changes it for the host and all its neighbours. With an id map the launch fails instead. " +
				"Set it on the host, in /etc/sysctl.d.",
			Bad:   "lxc.sysctl.vm.swappiness = 10\n",
			Good:  "lxc.sysctl.net.ipv4.ip_forward = 1\n",
			check: sysctlOfTheHost,
		},
		{
			Code: "sysctl/two-spellings", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "a setting written with dots and with slashes",
			Doc:   "Both name one file, which is written twice: the last line counts. A line with the same spelling would take the place of the first.",
			Bad:   "lxc.sysctl.net.ipv4.ip_forward = 1\nlxc.sysctl.net/ipv4/ip_forward = 0\n",
			Good:  "lxc.sysctl.net.ipv4.ip_forward = 0\n",
			check: sysctlTwoSpellings,
		},
	}
}

// sysctlPath is the file below /proc/sys of a setting: LXC makes a slash of each dot.
func sysctlPath(name string) string { return strings.ReplaceAll(name, ".", "/") }

// ofNamespaces are the settings that each namespace has for itself (namespaces(7) and
// the man pages of the kinds), by what their paths begin with.
var ofNamespaces = [...]string{
	"net/", "user/max_", "fs/mqueue/", "kernel/msgmax", "kernel/msgmnb", "kernel/msgmni", "kernel/msg_next_id", "kernel/auto_msgmni", "kernel/sem", "kernel/sem_next_id",
	"kernel/shmall", "kernel/shmmax", "kernel/shmmni", "kernel/shm_next_id", "kernel/shm_rmid_forced", "kernel/hostname", "kernel/domainname",
	"kernel/ns_last_pid", "kernel/cad_pid", "kernel/pid_max",
}

func isOfNamespace(path string) bool {
	for _, beginning := range ofNamespaces {
		if strings.HasPrefix(path, beginning) {
			return true
		}
	}
	return false
}

// readOnlySettings is which settings lxc.mount.auto mounts read-only.
type readOnlySettings struct {
	all, network       bool // those of net/ are apart
	makesAll, makesNet config.Origin
}

func readOnlyIn(c *config.Config) (r readOnlySettings) {
	proc := c.Mount.Auto.Proc
	if proc.V != "mixed" {
		return r
	}
	for m := range mountEntries(c) {
		if target := targetOf(m.V); target == "/proc" || target == "/proc/sys" {
			return r // it covers the read-only one
		}
	}
	r.all, r.makesAll = true, proc.Origin
	r.makesNet, r.network = dropsCapability(c, "CAP_NET_ADMIN")
	return r
}

// has reports whether the file of a setting is read-only, and the line that makes it so.
func (r readOnlySettings) has(path string) (config.Origin, bool) {
	if strings.HasPrefix(path, "net/") {
		return r.makesNet, r.network
	}
	return r.makesAll, r.all
}

// dropsCapability reports whether the container does not get a capability, and the
// line that says so.
func dropsCapability(c *config.Config, name string) (config.Origin, bool) {
	for _, v := range c.Cap.Drop {
		if v.V.Name == name {
			return v.Origin, true
		}
	}
	if !c.Cap.KeepSet.V {
		return config.Origin{}, false
	}
	for _, v := range c.Cap.Keep {
		if v.V.Name == name {
			return config.Origin{}, false
		}
	}
	return c.Cap.KeepSet.Origin, true
}

func sysctlReadOnly(c *config.Config, report report) {
	settings := readOnlyIn(c)
	for _, s := range c.Limits.Sysctl {
		if at, readOnly := settings.has(sysctlPath(s.V.Name)); readOnly {
			report(s.Origin, fmt.Sprintf("/proc/sys/%s is read-only in the container", sysctlPath(s.V.Name)),
				"Write proc:rw in lxc.mount.auto, behind the includes, or set it in a hook. proc:rw lets the container's root change all of /proc: prefer it together with an id map.",
				diag.Related{Range: at.Range(), Summary: "what makes it so"})
		}
	}
}

func sysctlOfTheHost(c *config.Config, report report) {
	settings := readOnlyIn(c)
	for _, s := range c.Limits.Sysctl {
		path := sysctlPath(s.V.Name)
		if _, readOnly := settings.has(path); !readOnly && !isOfNamespace(path) && s.V.Name != "" {
			report(s.Origin, fmt.Sprintf("%s is a setting of the whole host", s.V.Name), "Set it on the host, in /etc/sysctl.d, and remove the line.")
		}
	}
}

func sysctlTwoSpellings(c *config.Config, report report) {
	first := make(map[string]config.Value[config.Pair])
	for _, s := range c.Limits.Sysctl {
		path := sysctlPath(s.V.Name)
		if above, again := first[path]; again {
			report(s.Origin, fmt.Sprintf("/proc/sys/%s is written twice", path), "Remove one of the lines.", diag.Related{Range: above.Origin.Range(), Summary: "written first here"})
			continue
		}
		first[path] = s
	}
}
