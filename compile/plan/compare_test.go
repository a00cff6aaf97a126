package plan_test

import (
	"strings"
	"testing"

	"lxcfg/compile/plan"
)

// mounts makes a plan that sets a host name and mounts at targets, in order.
func mounts(t *testing.T, hostname string, targets ...string) plan.Plan {
	t.Helper()
	b := plan.Builder{Container: "web"}
	b.Add(plan.AtHostname, plan.Hostname{Name: hostname}, "a reason")
	for _, target := range targets {
		b.Add(plan.AtMountEntry, plan.Mount{Source: "tmpfs", Target: target, FSType: "tmpfs"}, "a reason")
	}
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCompare(t *testing.T) {
	for name, c := range map[string]struct {
		a, b plan.Plan
		want string
	}{
		"nothing":             {mounts(t, "web", "/a"), mounts(t, "web", "/a"), ""},
		"a step changes":      {mounts(t, "web"), mounts(t, "mail"), "~hostname:uts"},
		"one in the middle":   {mounts(t, "web", "/a", "/c"), mounts(t, "web", "/a", "/b", "/c"), "+mount:/b"},
		"one less":            {mounts(t, "web", "/a", "/b"), mounts(t, "web", "/b"), "-mount:/a"},
		"one for another":     {mounts(t, "web", "/a", "/z"), mounts(t, "web", "/b", "/z"), "-mount:/a +mount:/b"},
		"several at the end":  {mounts(t, "web"), mounts(t, "web", "/a", "/b"), "+mount:/a +mount:/b"},
		"everything vanishes": {mounts(t, "web", "/a", "/b"), mounts(t, "web"), "-mount:/a -mount:/b"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, change := range plan.Compare(c.a, c.b) {
				mark := "~"
				switch {
				case change.Before == nil:
					mark = "+"
				case change.After == nil:
					mark = "-"
				}
				got = append(got, mark+change.Name)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("changes %q, want %q", strings.Join(got, " "), c.want)
			}
		})
	}
}
