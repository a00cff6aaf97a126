package compile_test

import (
	"strings"
	"testing"

	"lxcfg/compile/plan"
)

// preset is a host by words that are joined by hyphens: who starts the container
// (root, user), how cgroups are mounted (unified, hybrid, legacy, nocgroup), the LSM
// (apparmor, selinux), and old for a kernel of the days of LXC 3. What is not named is
// root's, with cgroup v2 and no LSM.
func preset(t *testing.T, name string) plan.Facts {
	t.Helper()
	all := hosts()
	facts := all["unified"]
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
			facts.LSM = all["apparmor"].LSM
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
		facts.Cgroups.Hierarchies = belowUser(facts.Cgroups.Hierarchies)
	}
	return facts
}

// belowUser is the cgroups as an ordinary user finds them, who may make none.
func belowUser(list plan.List[plan.Hierarchy]) plan.List[plan.Hierarchy] {
	hierarchies := list.Slice()
	for i := range hierarchies {
		hierarchies[i].Base, hierarchies[i].Writable = "/user.slice", false
	}
	return plan.ListOf(hierarchies...)
}
