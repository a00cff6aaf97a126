//go:build linux

package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestIDMapLines has lxcfg pass ids through a map. LXC reads the lines as lxcfg does, and
// the kernel takes them and shows the ids that were asked for under their own numbers, the
// others in their range.
func TestIDMapLines(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may map any id")
	}
	var texts []string
	for _, c := range []struct {
		ids                  string
		uid, gid             int    // of a file on the host
		inContainer, inGroup string // as the container has them
	}{
		{"u:1000 g:44", 1000, 44, "1000", "44"},
		{"u:1000 g:44", 101001, 100045, "1001", "45"},
		{"b:1000-1005", 1005, 1000, "1005", "1000"},
		{"b:1000-1005", 1006, 101006, "65534", "1006"},
		{"u:0 g:0=33", 0, 33, "0", "0"},
		{"u:70000 g:1000=101", 70000, 101, "70000", "1000"},
	} {
		output, err := exec.Command(lxcfg(t), append([]string{"idmap"}, strings.Fields(c.ids)...)...).Output()
		if err != nil {
			t.Fatalf("%s: %v", c.ids, err)
		}
		texts = append(texts, string(output))
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(file, c.uid, c.gid); err != nil {
			t.Fatal(err)
		}
		if got, want := ownerIn(t, string(output), file), c.inContainer+" "+c.inGroup; got != want {
			t.Errorf("%s: a file of %d:%d belongs to %s in the container, want %s", c.ids, c.uid, c.gid, got, want)
		}
	}
	for _, text := range texts {
		if r := read(text); !r.accepted {
			t.Errorf("the lines are refused:\n%s", text)
		}
	}
	judgeAll(t, texts)
}

// ownerIn asks for the owner and group of a file in a user namespace with the map of
// lxc.idmap lines.
func ownerIn(t *testing.T, lines, file string) string {
	t.Helper()
	stat := exec.Command("stat", "-c", "%u %g", file)
	stat.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER, GidMappingsEnableSetgroups: true}
	for line := range strings.Lines(lines) {
		var kind string
		var m syscall.SysProcIDMap
		if n, _ := fmt.Sscanf(line, "lxc.idmap = %s %d %d %d", &kind, &m.ContainerID, &m.HostID, &m.Size); n != 4 {
			continue
		}
		if kind == "u" {
			stat.SysProcAttr.UidMappings = append(stat.SysProcAttr.UidMappings, m)
		} else {
			stat.SysProcAttr.GidMappings = append(stat.SysProcAttr.GidMappings, m)
		}
	}
	output, err := stat.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s, with the map\n%s", err, output, lines)
	}
	return strings.TrimSpace(string(output))
}
