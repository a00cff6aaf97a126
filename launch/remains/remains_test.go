//go:build linux

package remains

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A list is read as it was written, the last first, whatever is in the words.
func TestParse(t *testing.T) {
	text := string(slices.Concat(
		appendLine(nil, Thing{"web", []string{"/var/lib/lxc", "17"}}),
		appendLine(nil, Thing{Cgroup, []string{"/sys/fs/cgroup/a \"b\"\nc"}}),
		appendLine(nil, Thing{Link, []string{"net:[1]", "web0"}}),
		appendLine(nil, Thing{CgroupAbove, []string{"/sys/fs/cgroup/x"}}),
		appendLine(nil, Thing{CgroupAbove, []string{"/sys/fs/cgroup/x"}}, withdrawn),
		[]byte(`"device" "net:[1]" "7`), // killed while it was written
	))
	owner, things, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"web", "/var/lib/lxc", "17"}, owner); diff != "" {
		t.Errorf("the owner: %s", diff)
	}
	want := []Thing{{Link, []string{"net:[1]", "web0"}}, {Cgroup, []string{"/sys/fs/cgroup/a \"b\"\nc"}}}
	if diff := cmp.Diff(want, things); diff != "" {
		t.Errorf("the things: %s", diff)
	}
}

// What is no list of lxcfg's is not acted on.
func TestParseRefuses(t *testing.T) {
	for _, line := range []string{"cgroup /", `"cgroup"`, `"rm" "/"`, `"device" "net:[1]" "7"`} {
		if _, things, err := parse("\"web\" \"/\" \"1\"\n" + line + "\n"); err == nil {
			t.Errorf("%s is read as %v", line, things)
		}
	}
}

func TestWords(t *testing.T) {
	got := Words([]Thing{{Cgroup, []string{"/b"}}, {Device, []string{"net:[1]", "7", "eth0", "1500", "02:00:00:00:00:01"}}, {CgroupAbove, []string{"/a"}}})
	if diff := cmp.Diff([]string{"cgroup /b and 1 more like it", "device eth0"}, got); diff != "" {
		t.Error(diff)
	}
}

// A list is found once its launcher is gone, by whoever starts the same container of the
// same directory.
func TestFind(t *testing.T) {
	// Names of containers may be longer than those of files.
	name := fmt.Sprintf("remains-%d-%s", os.Getpid(), strings.Repeat("x", 300))
	names := func(lxcPath string) (found []string) {
		left, err := Find(lxcPath, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range left {
			l.Close()
			for _, thing := range l.Things {
				found = append(found, thing.Words[0])
			}
		}
		return found
	}
	var lists []*List
	for _, word := range []string{"/one", "/two"} {
		l := New("/lxc", name)
		if err := l.Add(Cgroup, word); err != nil {
			t.Fatal(err)
		}
		if l.nowhere {
			t.Skip("there is no place for lists here")
		}
		lists = append(lists, l)
	}
	if got := names("/lxc"); len(got) > 0 {
		t.Errorf("found %q of launchers that live", got)
	}
	lists[1].Close()
	if got := names("/lxc"); !slices.Equal(got, []string{"/two"}) {
		t.Errorf("found %q, want the one whose launcher is gone", got)
	}
	if got := names("/elsewhere"); len(got) > 0 {
		t.Errorf("found %q of a container of another directory", got)
	}
	if err := lists[0].Remove(); err != nil {
		t.Error(err)
	}
	left, err := Find("/lxc", name)
	if err != nil || len(left) != 1 {
		t.Fatalf("found %v, %v", left, err)
	}
	if err := left[0].Remove(); err != nil {
		t.Error(err)
	}
	if got := names("/lxc"); len(got) > 0 {
		t.Errorf("found %q after it was taken away", got)
	}
}
