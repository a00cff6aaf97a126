package idmap_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"lxcfg/compile/idmap"
	"lxcfg/grammar"
)

var usual = idmap.Range{Host: 100000, Count: 65536}

// written is a map in the form of lxc.idmap.
func written(lines []grammar.IDMap) string {
	var words []string
	for _, m := range lines {
		words = append(words, fmt.Sprintf("%c %d %d %d", m.Kind, m.Container, m.Host, m.Range))
	}
	return strings.Join(words, ", ")
}

// requests reads words that are all of users.
func requests(t *testing.T, words string) (through []idmap.Through) {
	t.Helper()
	for word := range strings.FieldsSeq(words) {
		r, err := idmap.ParseRequest(word)
		if err != nil {
			t.Fatal(err)
		}
		through = append(through, r.Through)
	}
	return through
}

func TestMap(t *testing.T) {
	for _, c := range []struct{ words, want string }{
		{"", "u 0 100000 65536"},
		{"u:1000", "u 0 100000 1000, u 1000 1000 1, u 1001 101001 64535"},
		{"u:0", "u 0 0 1, u 1 100001 65535"},
		{"u:65535", "u 0 100000 65535, u 65535 65535 1"},
		{"u:70000", "u 0 100000 65536, u 70000 70000 1"},
		{"u:65530-65540", "u 0 100000 65530, u 65530 65530 11"},
		{"u:1000 u:1001 u:1002", "u 0 100000 1000, u 1000 1000 3, u 1003 101003 64533"},
		{"u:1000 u:1000", "u 0 100000 1000, u 1000 1000 1, u 1001 101001 64535"},
		{"u:1000-1005 u:1003", "u 0 100000 1000, u 1000 1000 6, u 1006 101006 64530"},
		{"u:1000=33", "u 0 100000 1000, u 1000 33 1, u 1001 101001 64535"},
		{"u:0-9=1000-1009 u:33", "u 0 1000 10, u 10 100010 23, u 33 33 1, u 34 100034 65502"},
	} {
		lines, err := idmap.Map(idmap.User, usual, requests(t, c.words))
		if got := written(lines); err != nil || got != c.want {
			t.Errorf("%q is mapped by %q, want %q (%v)", c.words, got, c.want, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct{ words, want string }{
		{"u:100000", "is in the range 100000 to 165535"},
		{"u:1=165535", "is in the range 100000 to 165535"},
		{"u:1=7 u:1=8", "user 1 of the container cannot be two of the host"},
		{"u:1=7 u:2=7", "user 7 of the host cannot be two of the container"},
		{"u:4294967290-4294967294=1", ""},
		{"u:1-4294967294=2", "ids end at 4294967294"},
	} {
		_, err := idmap.Map(idmap.User, usual, requests(t, c.words))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q: %v, want %q", c.words, err, c.want)
		}
	}
	var many []idmap.Through
	for i := range uint64(200) {
		many = append(many, idmap.Through{Container: 2 * i, Host: 2 * i, Count: 1})
	}
	if _, err := idmap.Map(idmap.Group, usual, many); err == nil || !strings.Contains(err.Error(), "more than the kernel takes") {
		t.Errorf("400 pieces: %v", err)
	}
	if _, err := idmap.Map(idmap.User, idmap.Range{Host: 4294967290, Count: 6}, nil); err == nil {
		t.Error("a range beyond the last id is taken")
	}
	for _, word := range []string{"1000", "x:1000", "u:", "u:ann", "u:5-3", "u:1-2=1-3", "u:4294967295", "u:-1", "u:1=", "u:99999999999999999999"} {
		if _, err := idmap.ParseRequest(word); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%q: %v", word, err)
		}
	}
}

// Whatever is asked for, each id of the container has one of the host and the other way
// round, what was to be passed through is, and the rest stays in its range.
func TestMapsAreExact(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	r := idmap.Range{Host: 1000, Count: 200}
	for range 2000 {
		asked := make(map[uint64]uint64) // host by container
		var through []idmap.Through
		for range random.IntN(6) {
			first := random.Uint64N(250)
			for i := range random.Uint64N(5) {
				asked[first+i] = first + i
			}
		}
		for id := range asked {
			through = append(through, idmap.Through{Container: id, Host: id, Count: 1})
		}
		lines, err := idmap.Map(idmap.User, r, through)
		if err != nil {
			t.Fatal(err)
		}
		mapped, taken := make(map[uint64]uint64), make(map[uint64]bool)
		for _, m := range lines {
			for i := range m.Range {
				if _, twice := mapped[m.Container+i]; twice || taken[m.Host+i] {
					t.Fatalf("%s maps an id twice", written(lines))
				}
				mapped[m.Container+i], taken[m.Host+i] = m.Host+i, true
			}
		}
		for id := range uint64(260) {
			want, passed := asked[id]
			if !passed && id < r.Count {
				want, passed = r.Host+id, true
			}
			if got, ok := mapped[id]; ok != passed || got != want {
				t.Fatalf("%s maps %d to %d, want %d", written(lines), id, got, want)
			}
		}
	}
}

func TestGrants(t *testing.T) {
	lines, err := idmap.Map(idmap.User, usual, requests(t, "u:1000-1001 u:70000"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(idmap.Grants(usual, lines)), "[{100000 65536} {1000 2} {70000 1}]"; got != want {
		t.Errorf("granted %s, want %s", got, want)
	}
}
