package plan_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile/plan"
)

// aHost is the facts that the tests change.
func aHost() plan.Facts {
	return plan.Facts{
		Arch: "amd64", Kernel: "6.1.0", LastCap: 40,
		Cgroups: plan.CgroupFacts{Layout: plan.CgroupHybrid, Hierarchies: plan.ListOf(
			plan.Hierarchy{Name: "memory", Version: 1, Mount: "/m", Base: "/", Controllers: plan.ListOf("memory"), Writable: true},
			plan.Hierarchy{Name: "unified", Version: 2, Mount: "/u", Base: "/"},
		)},
		Caller: plan.CallerFacts{SubUIDs: plan.ListOf(plan.SubIDs{First: 100000, Count: 65536})},
		Links:  plan.ListOf(plan.Link{Name: "lxcbr0", Exists: true, Kind: "bridge"}),
	}
}

func TestDifferencesAreWords(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(*plan.Facts)
		want     []string
		harmless bool
	}{
		"nothing": {func(*plan.Facts) {}, nil, true},
		"the kernel's release": {func(f *plan.Facts) { f.Kernel = "6.2.0" },
			[]string{"kernel: release of the kernel: was 6.1.0, is 6.2.0"}, true},
		"what the kernel can do": {func(f *plan.Facts) { f.CgroupNS, f.Kernel = true, "6.2.0" },
			[]string{"kernel: release of the kernel: was 6.1.0, is 6.2.0", "cgroup_namespaces: cgroup namespaces: was no, is yes"}, false},
		"the layout": {func(f *plan.Facts) { f.Cgroups.Layout = plan.CgroupUnified },
			[]string{"cgroups.layout: cgroup layout: was hybrid, is unified"}, false},
		"a hierarchy": {func(f *plan.Facts) {
			f.Cgroups.Hierarchies = plan.ListOf(
				plan.Hierarchy{Name: "memory", Version: 1, Mount: "/m", Base: "/a", Controllers: plan.ListOf("memory", "hugetlb"), Writable: false},
				plan.Hierarchy{Name: "pids", Version: 1})
		}, []string{
			"cgroups.hierarchies.base: cgroup hierarchy memory, cgroup that containers go below: was /, is /a",
			"cgroups.hierarchies.controllers: cgroup hierarchy memory, controllers: gained hugetlb",
			"cgroups.hierarchies.writable: cgroup hierarchy memory, writable: was yes, is no",
			"cgroups.hierarchies: cgroup hierarchy unified: is gone",
			"cgroups.hierarchies: cgroup hierarchy pids: is new",
		}, false},
		"the order of hierarchies": {func(f *plan.Facts) {
			h := f.Cgroups.Hierarchies.Slice()
			f.Cgroups.Hierarchies = plan.ListOf(h[1], h[0])
		}, []string{"cgroups.hierarchies: cgroup hierarchy: are in another order"}, false},
		"granted ids": {func(f *plan.Facts) { f.Caller.SubUIDs = plan.ListOf(plan.SubIDs{First: 5, Count: 6}) },
			[]string{"caller.subuids: ranges of /etc/subuid: lost 100000:65536, gained 5:6"}, false},
		"a bridge that is gone": {func(f *plan.Facts) { f.Links = plan.ListOf(plan.Link{Name: "lxcbr0"}) },
			[]string{"links.exists: network link lxcbr0, exists: was yes, is no", "links.kind: network link lxcbr0, kind: was bridge, is nothing"}, false},
		"a module": {func(f *plan.Facts) { f.LSM = "apparmor" }, []string{"lsm: security module: was nothing, is apparmor"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			now := aHost()
			c.change(&now)
			var got []string
			harmless := true
			for _, d := range aHost().Differences(now) {
				got = append(got, d.Fact+": "+d.Words)
				harmless = harmless && d.Harmless
				if d.Means == "" {
					t.Errorf("%s says not what it means", d.Fact)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
			if harmless != c.harmless {
				t.Errorf("harmless is %v, want %v", harmless, c.harmless)
			}
		})
	}
}

// Every fact has its words, and no words stand for a fact that is gone.
func TestEveryFactHasWords(t *testing.T) {
	var facts []string
	collectFacts(reflect.TypeFor[plan.Facts](), "", &facts)
	if diff := cmp.Diff(facts, plan.FactsWithWords()); diff != "" {
		t.Errorf("the table of words and the fields of Facts differ (-fields +table):\n%s", diff)
	}
}

func collectFacts(of reflect.Type, path string, facts *[]string) {
	if item, isList := listItem(of); isList {
		of = item
	}
	if of.Kind() != reflect.Struct || of != reflect.TypeFor[plan.Facts]() && of.Implements(reflect.TypeFor[fmt.Stringer]()) {
		return // one that says itself what it is has no parts to tell
	}
	for i := range of.NumField() {
		name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		name = strings.TrimPrefix(path+"."+name, ".")
		*facts = append(*facts, name)
		collectFacts(of.Field(i).Type, name, facts)
	}
}

func TestFactsSurviveTheirFile(t *testing.T) {
	f := aHost()
	data, err := f.JSON()
	if err != nil {
		t.Fatal(err)
	}
	back, err := plan.ReadFacts(data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.JSON()
	if err != nil || !bytes.Equal(data, again) || len(f.Differences(back)) > 0 {
		t.Errorf("reading and writing changed the facts (%v):\n%s\n%s", err, data, again)
	}
}

func TestReadFactsSaysWhatIsWrongAndWhere(t *testing.T) {
	data, err := aHost().JSON()
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	replaced := func(old, new string) string {
		if !strings.Contains(text, old) {
			t.Fatalf("the facts do not contain %q:\n%s", old, text)
		}
		return strings.Replace(text, old, new, 1)
	}
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":         {"lxc.uts.name = x\n", "this is no file of facts"},
		"a list":          {"[]", "this is no file of facts"},
		"nothing":         {"", "this is no file of facts"},
		"no format":       {`{"facts":{}}`, "this is no file of facts"},
		"other format":    {replaced(`"format": 1`, `"format": 7`), "format 7"},
		"cut short":       {text[:len(text)/2], "cut short"},
		"unknown":         {replaced(`"kernel"`, `"kernal"`), `6:5: facts: there is no field "kernal" here; the fields are arch, kernel,`},
		"other case":      {replaced(`"kernel"`, `"Kernel"`), `there is no field "Kernel" here`},
		"missing":         {replaced("    \"kernel\": \"6.1.0\",\n", ""), `facts: the field "kernel" is missing`},
		"twice":           {replaced(`"kernel": "6.1.0",`, `"kernel": "6.1.0", "kernel": "6.2.0",`), `6:24: facts: the field "kernel" is there twice`},
		"text for number": {replaced(`"last_cap": 40`, `"last_cap": "40"`), `facts.last_cap: want a whole number, not "40"`},
		"negative":        {replaced(`"last_cap": 40`, `"last_cap": -1`), `facts.last_cap: want a whole number that fits 32 bits, not -1`},
		"fraction":        {replaced(`"last_cap": 40`, `"last_cap": 40.5`), `facts.last_cap: want a whole number that fits 32 bits, not 40.5`},
		"number for text": {replaced(`"arch": "amd64"`, `"arch": 1`), `facts.arch: want a text in quotes, not 1`},
		"word for bool":   {replaced(`"cgroup_namespaces": false`, `"cgroup_namespaces": "yes"`), `facts.cgroup_namespaces: want true or false, not "yes"`},
		"null":            {replaced(`"cgroup_namespaces": false`, `"cgroup_namespaces": null`), `facts.cgroup_namespaces: want true or false, not null`},
		"object for list": {replaced(`"links": [`, `"links": {}, "devices": [`), `facts.links: want a list in brackets, not an object`},
		"no such layout":  {replaced(`"layout": "hybrid"`, `"layout": "both"`), `facts.cgroups.layout: want one of legacy, hybrid, unified, none, not "both"`},
		"in a list":       {replaced(`"version": 2`, `"version": "2"`), `facts.cgroups.hierarchies[1].version: want a whole number`},
		"behind the end":  {text + "{}", "there is text behind the end"},
		"a comma":         {replaced(`"arch": "amd64",`, `"arch": "amd64"`), "damaged: 6:5: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := plan.ReadFacts([]byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has several lines: %v", err)
			}
		})
	}
}

func TestSelect(t *testing.T) {
	f := aHost()
	f.Links = plan.ListOf(plan.Link{Name: "br0"}, plan.Link{Name: "eth0"}, plan.Link{Name: "lo"})
	f.Devices = plan.ListOf(plan.Device{Path: "/dev/fuse"})
	selected, lacks := f.Select(plan.Needs{Links: []string{"lo", "nosuch0", "br0"}, Devices: []string{"/dev/kvm"}})
	if want := []string{"network link nosuch0", "device node /dev/kvm"}; !cmp.Equal(lacks, want) {
		t.Errorf("lacks %q, want %q", lacks, want)
	}
	if got := selected.Needs(); !cmp.Equal(got.Links, []string{"lo", "br0"}) || len(got.Devices) > 0 {
		t.Errorf("selected %v", got)
	}
	if f.Links.Len() != 3 {
		t.Error("selecting changed the facts it was done on")
	}
}
