package compile_test

import (
	"strings"
	"testing"

	"lxcfg/compile/plan"
)

// preset is a host by words that are joined by hyphens: who starts the container
// (root, user), how cgroups are mounted (unified, hybrid, legacy, nocgroup), the LSM
// (apparmor, selinux), and old for a kernel of the days of LXC 3. What is not named is
// root's, with cgroup v2 and no LSM. An ordinary user may make no cgroups, if he is not
// delegated one or has a systemd.
func preset(t *testing.T, name string) plan.Facts {
	t.Helper()
	all := hosts()
	facts, delegated := all["unified"], false
	for word := range strings.SplitSeq(name, "-") {
		switch word {
		case "root", "unified":
		case "user":
			facts = all["user"]
		case "hybrid":
			facts.Cgroups = all["hybrid"].Cgroups
		case "legacy":
			facts.Cgroups = plan.CgroupFacts{Layout: plan.CgroupLegacy, Hierarchies: plan.ListOf(all["hybrid"].Cgroups.Hierarchies.Slice()[:2]...)}
		case "nocgroup":
			facts.Cgroups = plan.CgroupFacts{Layout: plan.CgroupNone}
		case "apparmor":
			facts.LSM, facts.AppArmor = all["apparmor"].LSM, all["apparmor"].AppArmor
			facts.AppArmor.Loading = facts.Caller.Root()
		case "delegated":
			delegated = true
		case "systemd":
			facts.Caller.Systemd = plan.UserSystemd{Bus: "/run/user/1000/bus", Controllers: plan.ListOf("memory", "pids")}
		case "selinux":
			facts.LSM = "selinux"
		case "old":
			facts.Kernel, facts.LastCap, facts.TimeNS = "5.4.0", 37, false
		default:
			host, ok := all[word]
			if !ok {
				t.Fatalf("there is no host %q: nobody knows the word %q", name, word)
			}
			facts = host
		}
	}
	if !facts.Caller.Root() {
		facts.Cgroups.Hierarchies = belowUser(facts.Cgroups.Hierarchies, delegated)
	}
	return facts
}

// belowUser is the cgroups as an ordinary user finds them: one that is his own, or
// one in which he may make none.
func belowUser(list plan.List[plan.Hierarchy], own bool) plan.List[plan.Hierarchy] {
	hierarchies := list.Slice()
	for i, h := range hierarchies {
		h.Base, h.Writable, h.Inside = "/user.slice", own, own
		if own {
			h.Base = "/user.slice/own.scope"
		}
		if own && h.Version == 2 {
			h.Controllers = plan.ListOf("memory", "pids")
		}
		hierarchies[i] = h
	}
	return plan.ListOf(hierarchies...)
}
