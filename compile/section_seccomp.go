package compile

import (
	"fmt"
	"slices"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	seccompiler "lxcfg/compile/seccomp"
	"lxcfg/grammar/diag"
)

// compileSeccomp compiles the policy file into the filter the kernel runs, and has
// its listener served when it asks about calls.
func (c *compiler) compileSeccomp() {
	profile := c.config.Seccomp.Profile
	if profile.V == "" || !c.filtersHere(profile) {
		return
	}
	if c.loaded.Policy == nil {
		c.refuse(profile.Origin, "seccomp/unreadable", fmt.Sprintf("the seccomp policy %q cannot be read", profile.V),
			"Check the path and its permissions. The launch stops, because the container would run without the filter.")
		return
	}
	policy := parsePolicy(*c.loaded.Policy, c.loaded.Version)
	filter, findings := seccompiler.Compile(policy, c.facts.Arch)
	for i := range findings {
		findings[i].Trail = profileTrail(profile)
	}
	c.findings = append(c.findings, findings...)
	if findings.Has(diag.Error) {
		return
	}
	c.add(plan.AtSeccomp, plan.Seccomp{
		Policy: profile.V, Filter: plan.ListOf(filter.Program...), Tables: plan.ListOf(filter.Tables...), Notify: filter.Notify,
	}, c.policyLines()...)
	if !filter.Notify {
		return
	}
	if f, alone := asksNobody(c.config, policy); alone {
		if i := slices.IndexFunc(c.callsOfInit(), filter.AsksAbout); i >= 0 {
			call := c.callsOfInit()[i]
			f.Severity, f.Effect = diag.Error, diag.FailsAtStart
			f.Summary = fmt.Sprintf("the policy asks a proxy about %s(2), which becoming init takes, and lxc.seccomp.notify.proxy names none", call)
			f.Detail = fmt.Sprintf("The launch would wait for ever, as LXC does. Set `lxc.seccomp.notify.proxy = unix:/SOCKET`, or permit %s.", call)
		}
		c.findings = append(c.findings, f)
	}
	asked := &c.config.Seccomp
	lines := c.policyLines()
	for _, v := range []config.Value[string]{asked.NotifyProxy, asked.NotifyCookie} {
		if v.Set {
			lines = append(lines, v.Origin)
		}
	}
	c.add(plan.AtListener, plan.SeccompListener{Proxy: asked.NotifyProxy.V, Cookie: asked.NotifyCookie.V}, lines...)
}

// policyLines are the lines that have the policy loaded.
func (c *compiler) policyLines() []config.Origin {
	lines := []config.Origin{c.config.Seccomp.Profile.Origin}
	if c.facts.Caller.Confined {
		lines = append(lines, c.config.Seccomp.AllowNesting.Origin)
	}
	return lines
}

// callsOfInit are the calls that the payload makes between loading its filter and
// being init.
func (c *compiler) callsOfInit() []string {
	calls := []string{"execve"}
	if c.options.Execute {
		calls = append(calls, "pipe2", "clone", "prctl", "close", "setsid", "ioctl", "read", "rt_sigprocmask", "pwrite64", "fcntl", "close_range", "execveat")
	}
	id, _, _ := c.identity()
	if id.SetGroups {
		calls = append(calls, "setgroups")
	}
	if id.UID != 0 || id.GID != 0 {
		calls = append(calls, "setresgid", "setresuid", "prctl")
	}
	if c.config.Signals.ParentDeath.V != sigKill {
		calls = append(calls, "prctl")
	}
	return calls
}

// filtersHere reports whether a policy is loaded at all. LXC leaves it out, without
// a word, when a filter holds its caller, so that containers in containers start
// where a second filter cannot be loaded; and on kernels that have no filters.
func (c *compiler) filtersHere(profile config.Value[string]) bool {
	switch {
	case c.facts.NoSeccomp:
		c.refuse(profile.Origin, "seccomp/no-kernel-support", "this kernel cannot filter system calls",
			"LXC starts the container without the filter and does not say so. lxcfg stops. Remove the line, or run a kernel with CONFIG_SECCOMP_FILTER.")
		return false
	case c.facts.Caller.Confined && !c.config.Seccomp.AllowNesting.V:
		c.report(diag.Warning, diag.SilentlyDifferent, profile.Origin, "seccomp/nested",
			"the policy is not loaded, because a seccomp filter holds lxcfg itself",
			"The container has that filter only, as under LXC. Set `lxc.seccomp.allow_nesting = 1` to load the policy as well.")
		return false
	}
	return true
}
