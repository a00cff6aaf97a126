//go:build linux

package probe

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile/plan"
)

func TestProfiles(t *testing.T) {
	const dir = apparmorFS + "/policy/profiles/"
	h := tree(t, map[string]string{
		dir + "lxc-container-default.3/name": "lxc-container-default\n",
		dir + "usr.bin.thing.12/name":        "/usr/bin/thing\n",
	})
	got := h.profiles([]string{"/usr/bin/thing", "lxc-container", "lxc-container-default"})
	want := []plan.Profile{
		{Name: "/usr/bin/thing", State: plan.ProfileLoaded},
		{Name: "lxc-container", State: plan.ProfileMissing},
		{Name: "lxc-container-default", State: plan.ProfileLoaded},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("profiles (-want +got):\n%s", diff)
	}
	if got := tree(t, nil).profiles([]string{"web"}); got[0].State != plan.ProfileHidden {
		t.Errorf("where the list cannot be read, a profile is %q", got[0].State)
	}
}

func TestAppArmor(t *testing.T) {
	loader := plan.CallerFacts{Capabilities: plan.ListOf("CAP_MAC_ADMIN")}
	files := map[string]string{
		"proc/self/attr/current":                 "unconfined\n",
		apparmorFS + "/features/mount/mask":      "mount umount\n",
		apparmorFS + "/features/domain/stack":    "yes\n",
		apparmorFS + "/.replace":                 "",
		apparmorFS + "/.ns_stacked":              "no\n",
		"proc/self/attr/apparmor/current":        "",
		"sys/module/apparmor/parameters/enabled": "Y\n",
	}
	got := tree(t, files).apparmor(loader)
	got.Parser = ""
	if want := (plan.AppArmorFacts{Label: "unconfined", Mount: true, Stacking: true, Loading: true}); got != want {
		t.Errorf("root has %+v, want %+v", got, want)
	}
	files[apparmorFS+"/.ns_stacked"] = "yes\n"
	got = tree(t, files).apparmor(plan.CallerFacts{})
	if got.Loading || got.Stacking {
		t.Errorf("an ordinary user in a container with policies of its own has %+v", got)
	}
}
