//go:build linux

package conformance

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"lxcfg/compile"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// TestRandomPlans compiles configurations drawn from the key table for several
// hosts. What compiles survives its file byte for byte and is like itself; of what
// does not, a draft can be made and told.
func TestRandomPlans(t *testing.T) {
	configs := 3000
	environment(t, "LXCFG_RANDOM_CONFIGS", &configs)
	root, err := plan.ReadFacts([]byte(factsOfRoot))
	if err != nil {
		t.Fatal(err)
	}
	user := root
	user.Caller = plan.CallerFacts{UID: 1000, GID: 1000, User: "ann", NewIDMap: true, SubUIDs: plan.ListOf(plan.SubIDs{First: 100000, Count: 65536})}
	bare := plan.Facts{Arch: "amd64"}
	g := &generator{Rand: rand.New(rand.NewPCG(2, 0)), dir: t.TempDir()}
	g.makeIncludes(t)
	planned := 0
	for n := range configs {
		text := g.config()
		if n%3 == 0 {
			text += "lxc.rootfs.path = dir:/srv/web\nlxc.namespace.clone =\nlxc.namespace.keep =\n"
		}
		l := compile.Load(compile.Request{File: source.File{Name: "config", Text: text}})
		for _, facts := range []plan.Facts{root, user, bare} {
			o := compile.Options{Name: "web", LXCPath: "/var/lib/lxc"}
			draft, _ := compile.Draft(l, o, facts)
			for _, s := range draft.Steps() {
				if plan.RowOf(s.Op).String() == "" || s.Why() == "" {
					t.Fatalf("step %q has no words in a draft of:\n%s", s.Name, text)
				}
				plan.RequirementsOf(s.Op)
			}
			p, findings := compile.Compile(l, o, facts)
			if findings.Has(diag.Error) {
				continue
			}
			planned++
			data, err := p.JSON()
			if errors.Is(err, plan.ErrNotText) {
				continue
			}
			if err != nil {
				t.Fatalf("%v:\n%s", err, text)
			}
			back, err := plan.Read(data)
			if err != nil {
				t.Fatalf("%v:\n%s", err, text)
			}
			if again, err := back.JSON(); err != nil || !bytes.Equal(data, again) {
				t.Fatalf("the plan changes when it is stored (%v):\n%s", err, text)
			}
			if changes := plan.Compare(p, back, true); len(changes) > 0 {
				t.Fatalf("the plan differs from itself: %v\n%s", changes, text)
			}
			p.Summary()
		}
	}
	if planned < configs/50 {
		t.Errorf("only %d of %d configurations compile: the test says little", planned, configs)
	}
}
