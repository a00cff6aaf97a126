package keys

import (
	"fmt"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// limitKeys is the section on resource limits and kernel settings.
func limitKeys() []Key {
	group := NoSteps("it only clears lines above it")
	return []Key{
		{
			Name: "lxc.prlimit", Since: V2_1, Launch: group,
			Doc:     "An empty value clears every lxc.prlimit line above.",
			Example: "lxc.prlimit =",
			field:   clearsOnly(func(c *config.Config, _ input) { c.Limits.Prlimit = nil }),
		},
		{
			Name: "lxc.prlimit.[resource]", Since: V2_1, Launch: Steps(),
			Without: "the limit of the process that starts the container",
			Doc:     "A resource limit of init (getrlimit(2)), soft and hard: as, core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending or stack.",
			Example: "lxc.prlimit.nofile = 1024:4096",
			field:   prlimits(),
		},
		{
			Name: "lxc.sysctl", Since: V3_0, Launch: group,
			Doc:     "An empty value clears every lxc.sysctl line above.",
			Example: "lxc.sysctl =",
			field:   clearsOnly(func(c *config.Config, _ input) { c.Limits.Sysctl = nil }),
		},
		{
			Name: "lxc.sysctl.[name]", Since: V3_0, Launch: Steps(),
			Without: "the kernel's default for a new namespace",
			Doc:     "Writes a file below the container's /proc/sys. One that is not of a namespace changes the host.",
			Example: "lxc.sysctl.net.ipv4.ip_forward = 1",
			field:   pairs(true, func(c *config.Config) *config.Items[config.Pair] { return &c.Limits.Sysctl }),
		},
		{
			Name: "lxc.proc", Since: V3_0, Launch: group,
			Doc:     "An empty value clears every lxc.proc line above.",
			Example: "lxc.proc =",
			field:   clearsOnly(func(c *config.Config, _ input) { c.Limits.Proc = nil }),
		},
		{
			Name: "lxc.proc.[file]", Since: V3_0, Launch: Steps(),
			Without: "the file stays as it is",
			Doc:     "Writes a file of init's directory below /proc, from the host.",
			Example: "lxc.proc.oom_score_adj = 100",
			field:   pairs(false, func(c *config.Config) *config.Items[config.Pair] { return &c.Limits.Proc }),
		},
		{
			Name: "lxc.sched.core", Since: V4_0, Default: "0", Launch: Steps(),
			Doc:     "Whether the container never shares a processor core with others (core scheduling).",
			Example: "lxc.sched.core = 1",
			field:   scalar(grammar.Bool, func(c *config.Config) *config.Value[bool] { return &c.Limits.SchedCore }),
		},
	}
}

// prlimits is the family of resource limits; the last line of a resource counts.
func prlimits() *field {
	l := grammar.ResourceLimit
	resource := func(p config.Prlimit) string { return p.Resource }
	return &field{
		language: l.Name, syntax: l.Syntax, repeat: Replaces,
		set: func(c *config.Config, in input) *grammar.ValueError {
			limit, err := l.Parse(in.value)
			if err == nil && !grammar.IsResource(in.part) {
				err = &grammar.ValueError{Range: in.origin.Range(), Summary: fmt.Sprintf("%q is no resource", in.part), AtStart: true, Kept: true,
					Detail: "Write one of " + strings.Join(grammar.Resources(), ", ") + " behind lxc.prlimit."}
			}
			if kept(err) {
				putUnique(in, &c.Limits.Prlimit, config.Prlimit{Resource: in.part, Limit: limit}, resource)
			}
			return err
		},
		clear: func(c *config.Config, in input) *grammar.ValueError {
			removeUnique(in, &c.Limits.Prlimit, resource)
			return nil
		},
		show: func(c *config.Config, emit func(string, string, config.Origin)) {
			for _, v := range c.Limits.Prlimit {
				emit(v.V.Resource, l.Format(v.V.Limit), v.Origin)
			}
		},
	}
}
