//go:build linux

package attach

import (
	"slices"
	"testing"
)

func TestEnvironment(t *testing.T) {
	caller := []string{"PATH=/caller", "HOME=/host", "container=none", "EMPTY="}
	configured := []string{"HOME=/configured", "MORE=1"}
	for _, test := range []struct {
		name string
		of   Environment
		want []string
	}{
		{"kept", Environment{}, []string{"PATH=/caller", "HOME=/configured", "container=lxc", "EMPTY=", "MORE=1"}},
		{"set", Environment{Set: []string{"MORE=2", "HOME=", "container=own"}}, []string{"PATH=/caller", "HOME=", "container=own", "EMPTY=", "MORE=2"}},
		{"cleared", Environment{Clear: true}, []string{"PATH=" + defaultPath, "container=lxc", "HOME=/configured", "MORE=1"}},
		{"cleared but for some", Environment{Clear: true, Keep: []string{"EMPTY", "PATH", "container", "NONE"}}, []string{"PATH=/caller", "EMPTY=", "container=lxc", "HOME=/configured", "MORE=1"}},
	} {
		if got := test.of.of(caller, configured); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestPaths(t *testing.T) {
	for _, test := range []struct {
		command     string
		environment []string
		want        []string
	}{
		{"id", []string{"PATH=/bin:/usr/bin/:"}, []string{"/bin/id", "/usr/bin/id", "./id"}},
		{"id", []string{"PATH="}, []string{"./id"}},
		{"id", nil, []string{"/bin/id", "/usr/bin/id"}},
		{"./id", []string{"PATH=/bin"}, []string{"./id"}},
		{"", []string{"PATH=/bin"}, []string{""}},
	} {
		if got := pathsOf(test.command, test.environment); !slices.Equal(got, test.want) {
			t.Errorf("%q in %q: %q, want %q", test.command, test.environment, got, test.want)
		}
	}
}

func TestRoot(t *testing.T) {
	shifted := []idRange{{inside: 0, outside: 100000, count: 1000}, {inside: 1000, outside: 1000, count: 1}}
	rootless := []idRange{{inside: 5, outside: 1000, count: 2}}
	for _, test := range []struct {
		ranges          []idRange
		ids             string
		inside, outside uint32
	}{
		{[]idRange{{0, 0, 1 << 32}}, "1000\t1000\t1000\t1000", 0, 0},
		{shifted, "100033\t100033\t100033\t100033", 0, 100000},
		{rootless, "1001\t1001\t1001\t1001", 6, 1001},
		{rootless, "7\t7\t7\t7", 0, 7}, // it is not in its own map
	} {
		if inside, outside := rootOf(test.ranges, test.ids); inside != test.inside || outside != test.outside {
			t.Errorf("%v with %q: %d, %d, want %d, %d", test.ranges, test.ids, inside, outside, test.inside, test.outside)
		}
	}
}
