package plan_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"lxcfg/compile/plan"
)

// small returns a plan with an op of each shape: lists, nested structs, empties.
func small(t *testing.T) plan.Plan {
	t.Helper()
	b := plan.Builder{Container: "web", LXCPath: "/var/lib/lxc", Facts: plan.Facts{
		Arch:    "amd64",
		Cgroups: plan.CgroupFacts{Layout: plan.CgroupUnified},
	}}
	line := plan.Origin{File: "config", Line: 3, Column: 1, Key: "lxc.uts.name"}
	b.Add(plan.AtExec, plan.Exec{Paths: plan.ListOf("/sbin/init"), Argv: plan.ListOf("/sbin/init")}, "default of lxc.init.cmd")
	b.Add(plan.AtHostname, plan.Hostname{Name: "web"}, "", line)
	b.Add(plan.AtSpawn, plan.Spawn{Namespaces: plan.SetOf(plan.NamespaceUTS, plan.NamespaceUser)}, "default namespaces")
	b.Add(plan.AtMountEntry, plan.Mount{Source: "a", Target: "/a", FSType: "tmpfs", Data: plan.ListOf("size=1m")}, "", line)
	b.Add(plan.AtMountEntry, plan.Mount{Source: "b", Target: "/a", FSType: "tmpfs"}, "", line)
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBuildOrdersSteps(t *testing.T) {
	var names []string
	for _, s := range small(t).Steps() {
		names = append(names, s.Name)
	}
	want := "spawn:payload hostname:uts mount:/a mount:/a#2 exec:init"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("steps are %q, want %q", got, want)
	}
}

func TestBuildRefusesUnexplainedStep(t *testing.T) {
	var b plan.Builder
	b.Add(plan.AtHostname, plan.Hostname{Name: "x"}, "")
	if _, err := b.Build(); err == nil || !strings.Contains(err.Error(), "neither an origin nor a reason") {
		t.Errorf("got %v, want a complaint about the missing reason", err)
	}
}

func TestBuildRefusesOpOnWrongSide(t *testing.T) {
	var b plan.Builder
	b.Add(plan.AtSpawn, plan.Hostname{Name: "x"}, "because")
	if _, err := b.Build(); err == nil || !strings.Contains(err.Error(), "is for the payload") {
		t.Errorf("got %v, want a complaint about the side", err)
	}
}

// The table of places has to fulfil the constraints, and neither may name a
// place the other does not know.
func TestConstraintsHold(t *testing.T) {
	order := make(map[plan.Place]int)
	for i, p := range plan.Places() {
		order[p] = i
		if p.Phase().Side() == "" {
			t.Errorf("place %q is in no phase", p)
		}
	}
	for _, c := range plan.Constraints() {
		before, ok1 := order[c.Before]
		after, ok2 := order[c.After]
		if !ok1 || !ok2 {
			t.Errorf("constraint %q before %q names an unknown place", c.Before, c.After)
		} else if before >= after {
			t.Errorf("%q stands after %q, but has to come first: %s", c.Before, c.After, c.Because)
		}
	}
}

// Phases may not interleave: a place belongs to the phase its neighbours do.
func TestPlacesKeepPhasesTogether(t *testing.T) {
	phases := plan.Phases()
	next := 0
	for _, p := range plan.Places() {
		for next < len(phases) && phases[next].Phase != p.Phase() {
			next++
		}
		if next == len(phases) {
			t.Fatalf("place %q stands after a later phase than its own %q", p, p.Phase())
		}
	}
}

func TestRoundTrip(t *testing.T) {
	p := small(t)
	data, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	back, err := plan.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, again) {
		t.Errorf("reading and writing changed the plan:\n%s\n%s", data, again)
	}
}

// No byte of a plan file can be changed, dropped or doubled unnoticed.
func TestReadRefusesEveryAlteredByte(t *testing.T) {
	data, err := small(t).JSON()
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		for _, altered := range [][]byte{
			append(append(bytes.Clone(data[:i]), data[i]^1), data[i+1:]...),
			append(bytes.Clone(data[:i]), data[i+1:]...),
			append(append(bytes.Clone(data[:i]), data[i], data[i]), data[i+1:]...),
		} {
			if bytes.Equal(altered, data) {
				continue
			}
			if _, err := plan.Read(altered); err == nil {
				t.Fatalf("a change at byte %d went unnoticed: %q", i, altered[max(0, i-20):min(len(altered), i+20)])
			}
		}
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	data, err := small(t).JSON()
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":       {"lxc.uts.name = x\n", "no plan file"},
		"other JSON":    {`{"a":1}`, "no plan file"},
		"other format":  {strings.Replace(text, `"format": 1`, `"format": 2`, 1), "format 2"},
		"unknown field": {strings.Replace(text, `"format": 1,`, `"format": 1, "extra": 1,`, 1), `2:16: there is no field "extra" here`},
		"altered name":  {strings.Replace(text, `"name": "web"`, `"name": "wec"`, 1), "altered"},
		"reindented":    {strings.ReplaceAll(text, "\n  ", "\n   "), "altered"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := plan.Read([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

// A plan with bytes that JSON cannot hold is not stored as another.
func TestPlansThatAreNoText(t *testing.T) {
	for path, stored := range map[string]bool{"/srv/caf\xc3\xa9": true, "/srv/caf\xe9": false, `/srv/\ufffd`: true, "/srv/\ufffd": true, "/srv/\\\xff": false} {
		b := plan.Builder{Container: "web"}
		b.Add(plan.AtMountEntry, plan.Directory{Path: path}, "a reason")
		p, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		data, err := p.JSON()
		if stored != (err == nil) || !stored && !errors.Is(err, plan.ErrNotText) {
			t.Errorf("%q: %v", path, err)
		}
		if !stored {
			continue
		}
		if _, err := plan.Read(data); err != nil {
			t.Errorf("%q: %v", path, err)
		}
	}
}
