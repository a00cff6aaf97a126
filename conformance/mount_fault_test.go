//go:build linux

package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lxcfg/compile/plan"
)

// Each step that comes from a line about mounts fails once.
func TestMountStepsFailOnce(t *testing.T) {
	for _, test := range []struct {
		name  string
		shift int
		lines []string
	}{
		{name: "with an id map", shift: shift, lines: append([]string{
			"lxc.mount.fstab = LXCDIR/fstab",
			"lxc.mount.entry = LXCDIR/src mnt/mapped none rbind,idmap=container,ro,create=dir 0 0",
			"lxc.mount.entry = LXCDIR/src/file etc/mapped none bind,idmap=container,optional,create=file 0 0",
			"lxc.mount.entry = overlay mnt/over overlay lowerdir=LXCDIR/src,upperdir=LXCDIR/layers/upper,workdir=LXCDIR/layers/work,create=dir 0 0",
			"lxc.mount.entry = LXCDIR/src mnt/slave none bind,create=dir,rslave 0 0",
			"lxc.mount.entry = bin mnt/bin none bind,relative,create=dir 0 0",
			"lxc.mount.auto = shmounts:LXCDIR/src cgroup-full:ro:force"}, ids...)},
		{name: "without a cgroup namespace", lines: []string{"lxc.namespace.keep = user net cgroup time", "lxc.mount.auto = cgroup:mixed"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t, test.shift, all(without("lxc.mount.entry"), with(test.lines...)))
			c.fresh(t)
			layers(t, c)
			sources(t, c)
			p := planned(t, c, false)
			// The first launch makes what stays: targets, and the directories of an overlay.
			if ended := onTerminal(t, ours(t).argv(c, "/bin/true"), withoutHelpers, nil); ended.status != 0 {
				t.Fatalf("the container ends with %d: %s", ended.status, ended.output)
			}
			for _, step := range p.Steps() {
				for _, origin := range step.Origins.All() {
					if strings.HasPrefix(origin.Key, "lxc.mount.") || strings.HasSuffix(origin.File, "/fstab") {
						t.Run(step.Name, func(t *testing.T) { failAt(t, c, p, step) })
						break
					}
				}
			}
		})
	}
}

// More idmapped mounts go through the socket between payload and monitor than it holds
// at once, and those that are optional may be missing among them.
func TestManyIDMappedMounts(t *testing.T) {
	const mounts = 600
	c := newContainer(t, shift, all(without("lxc.mount.entry"), with(ids...), func(config string) string {
		var entries strings.Builder
		for i := range mounts {
			fmt.Fprintf(&entries, "lxc.mount.entry = LXCDIR/many/%d mnt/%d none bind,idmap=container,optional,create=file 0 0\n", i, i)
		}
		return config + entries.String()
	}))
	c.fresh(t)
	many := filepath.Join(filepath.Dir(c.rootfs()), "many")
	if err := os.MkdirAll(many, 0o755); err != nil {
		t.Fatal(err)
	}
	missing := 0
	for i := range mounts {
		if i%7 == 0 {
			missing++
			continue
		}
		if err := os.WriteFile(filepath.Join(many, fmt.Sprint(i)), fmt.Append(nil, i), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if p := planned(t, c, false); countOps[plan.MountIDMap](p) != mounts {
		t.Fatalf("the plan maps the ids of %d mounts, want %d", countOps[plan.MountIDMap](p), mounts)
	}
	const command = `for file in /mnt/*; do test -s $file && test "$(stat -c %u $file)" = 0 && test "$(cat $file)" = ${file##*/} && echo; done | wc -l`
	ended := onTerminal(t, ours(t).argv(c, "/bin/sh", "-c", command), withoutHelpers, nil)
	if want := fmt.Sprintln(mounts - missing); ended.status != 0 || ended.output != want {
		t.Errorf("the container ends with %d and says %q, want %q", ended.status, ended.output, want)
	}
}

// countOps counts the steps with an op of one type.
func countOps[T plan.Op](p plan.Plan) (n int) {
	for _, s := range p.Steps() {
		if _, is := s.Op.(T); is {
			n++
		}
	}
	return n
}
