package compile_test

import (
	"strings"
	"testing"

	"lxcfg/compile"
	"lxcfg/compile/keys"
	"lxcfg/compile/plan"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// exampleHosts are hosts() and those that only examples of findings need.
func exampleHosts() map[string]plan.Facts {
	all := hosts()
	all[""] = all["unified"]
	withoutHelper := all["user"]
	withoutHelper.Caller.NewIDMap = false
	all["user-without-helper"] = withoutHelper
	withoutNIC := all["user"]
	withoutNIC.Caller.UserNIC = ""
	all["user-without-nic"] = withoutNIC
	inContainer := all["unified"]
	inContainer.Caller.Capabilities = plan.ListOf("CAP_SYS_ADMIN")
	all["root-without-network"] = inContainer
	withoutSeccomp := all["unified"]
	withoutSeccomp.NoSeccomp = true
	all["without-seccomp"] = withoutSeccomp
	bare := all["unified"]
	bare.Cgroups = plan.CgroupFacts{Layout: plan.CgroupNone}
	all["no-cgroups"] = bare
	old := all["unified"]
	old.TimeNS = false
	all["old-kernel"] = old
	inside := all["unified"]
	inside.Caller.InUserNS = true
	inside.Caller.OwnUIDs = plan.ListOf(plan.SubIDs{First: 0, Count: 65536})
	inside.Caller.OwnGIDs = inside.Caller.OwnUIDs
	all["inside"] = inside
	closed := all["user"]
	closed.Ways = plan.ListOf(plan.Way{Path: "/home/ann/rootfs", Passages: plan.ListOf(
		plan.Passage{Path: "/home", Mode: 0o755}, plan.Passage{Path: "/home/ann", UID: 1000, GID: 1000, Mode: 0o700})})
	all["user-closed-home"] = closed
	for name, a := range map[string]plan.AppArmorFacts{
		"apparmor-incomplete":     {Label: "unconfined"},
		"apparmor-confined":       {Label: "usr.bin.lxcfg", Mount: true},
		"apparmor-without-parser": {Label: "unconfined", Mount: true, Stacking: true, Loading: true},
	} {
		host := all["apparmor"]
		host.AppArmor = a
		all[name] = host
	}
	user := all["user"]
	user.LSM, user.AppArmor = "apparmor", plan.AppArmorFacts{Label: "unconfined", Mount: true, Stacking: true}
	all["user-apparmor"] = user
	unloaded := all["apparmor"]
	unloaded.Profiles = plan.ListOf(plan.Profile{Name: "nosuch", State: plan.ProfileMissing})
	all["apparmor-unloaded"] = unloaded
	return all
}

// planFindings are the findings of compiling an example for its row's host.
func planFindings(t *testing.T, row *diag.Row, text string) diag.List {
	t.Helper()
	facts, ok := exampleHosts()[row.Host]
	if !ok {
		t.Fatalf("there is no host %q", row.Host)
	}
	files := tree{}
	for _, f := range diag.Files(text) {
		files[f.Name] = f.Text
	}
	main := source.File{Name: diag.Files(text)[0].Name, Text: files[diag.Files(text)[0].Name]}
	request := compile.Request{File: main, Files: files}
	if v, ok := keys.ParseVersion(strings.TrimPrefix(row.Options, "--lxc-version ")); ok {
		request.Version = v
	}
	if keys.IsProxmox(main) {
		request.Dialect = grammar.PVE
	}
	l := compile.Load(request)
	facts.Paths = found(l.Needs().Paths, examplePaths)
	_, findings := compile.Compile(l, compile.Options{Name: "web", LXCPath: "/var/lib/lxc"}, facts)
	return findings
}

// examplePaths are what examples find on their host.
const examplePaths = "/srv/gone:\n/dev/gone:\n/dev/nbd0:\n/srv/web: directory\n/srv/web.img: file\n/dev/vg/web: block device\n/dev/tty8: character device\n"

// What compiling reports is documented with examples: the bad one has the finding,
// the good one has nothing to be told.
func TestPlanExamples(t *testing.T) {
	for _, r := range compile.Codes() {
		if r.Reporter() != "plan" || r.NoExample != "" {
			continue
		}
		t.Run(r.Code, func(t *testing.T) {
			found := false
			for _, f := range planFindings(t, &r, r.Bad) {
				if f.Code == r.Code {
					found = true
					if !r.Allows(&f) {
						t.Errorf("the finding is %s, %s, and the row says %s", f.Severity, f.Effect, r.Says())
					}
				}
			}
			if !found {
				t.Errorf("the bad example has no such finding: %v", planFindings(t, &r, r.Bad))
			}
			for _, f := range planFindings(t, &r, r.Good) {
				t.Errorf("the good example has the finding %s: %s", f.Code, f.Summary)
			}
		})
	}
}
