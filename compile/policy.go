package compile

import (
	"cmp"
	"fmt"
	"slices"

	"lxcfg/compile/config"
	"lxcfg/compile/keys"
	seccompiler "lxcfg/compile/seccomp"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// policy reads the seccomp policy, which is part of what a launch depends on.
func (l *loader) policy() {
	profile := l.loaded.Config.Seccomp.Profile
	if profile.V == "" || l.request.Files == nil {
		return
	}
	text, err := l.request.Files.ReadFile(profile.V)
	if err != nil {
		// A warning: the file may well be there on the machine that starts the
		// container. Compiling for a host refuses.
		l.findings.Add(diag.Diagnostic{
			Code: "seccomp/unreadable", Severity: diag.Warning, Effect: diag.FailsAtStart,
			Summary: fmt.Sprintf("the seccomp policy %q cannot be read here", profile.V),
			Detail:  "LXC reads it when the container starts, below its working directory when the path is relative. Check the path, and write it from / on.",
			Subject: profile.Origin.Range(), Key: profile.Origin.Key, Trail: profile.Origin.Trail(),
		})
		return
	}
	l.loaded.Policy = &source.File{Name: profile.V, Text: text}
	l.loaded.Config.Sources = append(l.loaded.Config.Sources, *l.loaded.Policy)
	policy := parsePolicy(*l.loaded.Policy, l.request.Version)
	for _, f := range seccompiler.Check(policy) {
		f.Trail = profileTrail(profile)
		l.findings.Add(f)
	}
	if f, alone := asksNobody(l.loaded.Config, policy); alone {
		l.findings.Add(f)
	}
}

// asksNobody is a finding about a policy that asks a proxy where none is named.
func asksNobody(c *config.Config, policy *seccomp.Policy) (f diag.Diagnostic, alone bool) {
	asks := func(r seccomp.Rule) bool { return r.Action.Kind == seccomp.Notify }
	i := slices.IndexFunc(policy.Rules, asks)
	if c.Seccomp.NotifyProxy.V != "" || i < 0 && policy.Default.Kind != seccomp.Notify {
		return diag.Diagnostic{}, false
	}
	at := policy.Start()
	if i >= 0 {
		at = policy.Rules[i].Range
	}
	return diag.Diagnostic{
		Code: "seccomp/no-proxy", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Summary: "the policy asks a proxy about calls, and lxc.seccomp.notify.proxy names none",
		Detail:  "The container's calls wait for ever. Set `lxc.seccomp.notify.proxy = unix:/SOCKET`, or give the rule another action.",
		Subject: at, Key: "lxc.seccomp.notify.proxy", Trail: profileTrail(c.Seccomp.Profile),
	}, true
}

// profileTrail leads to the seccomp policy that a line names.
func profileTrail(profile config.Value[string]) []diag.Place {
	return append(slices.Clip(profile.Origin.Trail()), profile.Origin.Place())
}

// CheckPolicy says what is wrong with a seccomp policy, whatever machine it is for.
// The zero version is the newest.
func CheckPolicy(f source.File, v keys.Version) diag.List {
	return seccompiler.Check(parsePolicy(f, v))
}

func parsePolicy(f source.File, v keys.Version) *seccomp.Policy {
	return seccomp.ParseFor(f, cmp.Or(v, keys.Newest).Major())
}
