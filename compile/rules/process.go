package rules

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/keys"
	"lxcfg/grammar/diag"
)

// processRules are about what init's process is given.
func processRules() []Rule {
	return []Rule{
		{
			Code: "process/no-such-file", Severity: diag.Warning, Effect: diag.FailsAtStart,
			Title: "a file of /proc/PID that nobody can write",
			Doc:   "lxc.proc writes a file of init's directory below /proc (proc(5)), and the launch fails when there is none of the name.",
			Bad:   "lxc.proc.oom_score = 100\n",
			Good:  "lxc.proc.oom_score_adj = 100\n",
			check: processNoSuchFile,
		},
		{
			Code: "process/oom-score", Severity: diag.Error, Effect: diag.FailsAtStart,
			Title: "an out-of-memory score that is none",
			Doc:   "oom_score_adj is a number from -1000, never killed, to 1000, killed first. The kernel refuses others, and the launch fails.",
			Bad:   "lxc.proc.oom_score_adj = -2000\n",
			Good:  "lxc.proc.oom_score_adj = -1000\n",
			check: processOOMScore,
		},
		{
			Code: "process/directory", Severity: diag.Info, Effect: diag.FailsAtStart, Until: keys.V7_0,
			Title: "a working directory that may not be there",
			Doc:   "LXC before 7.0 fails when the container has no directory of the name of lxc.init.cwd; 7.0 and lxcfg make it.",
			Bad:   "lxc.rootfs.path = dir:/srv/web\nlxc.init.cwd = /srv/shop\n",
			Good:  "lxc.rootfs.path = dir:/srv/web\nlxc.init.cwd = /srv\n",
			check: processDirectory,
		},
		{
			Code: "process/keyring", Severity: diag.Info, Effect: diag.SilentlyDifferent,
			Title: "a session keyring the other way round than the manual says",
			Doc:   "By lxc.container.conf(5) lxc.keyring.session = 0 keeps the caller's keyring. LXC does the opposite: 1 keeps it, and 0, which is the default, makes a new one.",
			Bad:   "lxc.keyring.session = 1\n",
			Good:  "lxc.uts.name = web\n",
			check: processKeyring,
		},
		{
			Code: "process/no-new-privs", Severity: diag.Info, Effect: diag.Advice, Missing: true,
			Title: "a whole system that gains no privileges",
			Doc:   "With lxc.no_new_privs = 1 su, sudo, ping and all other programs with the set-user-ID bit or file capabilities run without them. That suits a container of one program; a system with logins misses them.",
			Bad:   "lxc.rootfs.path = dir:/srv/web\nlxc.no_new_privs = 1\n",
			Good:  "lxc.rootfs.path = dir:/srv/web\nlxc.init.cmd = /usr/sbin/httpd\nlxc.no_new_privs = 1\n",
			check: processNoNewPrivs,
		},
	}
}

// procFiles are the files of /proc/PID that take a text (proc(5)).
var procFiles = []string{"autogroup", "clear_refs", "comm", "coredump_filter", "gid_map", "loginuid", "make-it-fail", "oom_adj", "oom_score_adj", "sched", "sched_autogroup_enabled", "sessionid", "timens_offsets",
	"timerslack_ns", "uclamp", "uid_map", "setgroups"}

func processNoSuchFile(c *config.Config, report report) {
	for _, p := range c.Limits.Proc {
		file := sysctlPath(p.V.Name)
		if file == "" || slices.Contains(procFiles, file) || strings.HasPrefix(file, "attr/") {
			continue
		}
		detail := "proc(5) lists what is there. oom_score_adj is the one that is set most."
		if better, ok := diag.Suggest(p.V.Name, slices.Values(procFiles)); ok {
			detail = fmt.Sprintf("Did you mean lxc.proc.%s?", better)
		}
		report(p.Origin, fmt.Sprintf("/proc/PID has no file %s to write", file), detail)
	}
}

func processOOMScore(c *config.Config, report report) {
	const least, most = -1000, 1000
	for _, p := range c.Limits.Proc {
		n, err := strconv.Atoi(p.V.Value)
		if p.V.Name == "oom_score_adj" && (err != nil || n < least || n > most) {
			report(p.Origin, fmt.Sprintf("%q is no score from %d to %d", p.V.Value, least, most), "-1000 keeps the container from being killed, 1000 makes it the first.")
		}
	}
}

func processDirectory(c *config.Config, report report) {
	if cwd := c.Init.Cwd; cwd.V != "" && !everySystemHas(path.Join("/", cwd.V)) {
		report(cwd.Origin, fmt.Sprintf("LXC fails where the rootfs has no %s", cwd.V), "Make it in the rootfs.")
	}
}

func processKeyring(c *config.Config, report report) {
	keyring := c.Namespaces.KeyringSession
	if !keyring.Set {
		return
	}
	does := "makes a new session keyring"
	if keyring.V {
		does = "keeps the caller's session keyring"
	}
	report(keyring.Origin, "LXC "+does+", which is not what its manual says", "Check which of the two is meant. 0, a new keyring, is the default.")
}

func processNoNewPrivs(c *config.Config, report report) {
	if nnp := c.Security.NoNewPrivs; nnp.V && isContainer(c) && !c.Init.Cmd.Set && !c.Init.ExecuteCmd.Set {
		report(nnp.Origin, "su, sudo and the like do not work in this container", "Leave the line where that is meant. Name the one program that is to run in lxc.init.cmd.")
	}
}
