//go:build linux

package conformance

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// knownLine is a difference from stock LXC that is meant: a pattern of lines of the
// function differences. Its id is a heading of docs/differences.md, which gives the
// reason.
type knownLine struct{ id, line string }

// known are the differences of containers.
var known = []knownLine{
	{"exit status", `^status-of-launcher: [-+] [07]$`},
	{"cgroups left behind", `^leftovers: - cgroup .*/lxc\.monitor\.NAME(-\d+)?$`},
	{"cgroups left behind", `^leftovers: [-+] cgroup .*/lxc\.pivot$`}, // of every container of every test
	{"cgroups left behind", `^leftovers: - cgroup .*/below(/NAME)?(/lxc\.pivot)?$`},
	{"groups below an id map", `^process: [-+] id uid=(0\(root\)|1000) gid=(0\(root\)|1001)( groups=(10,20,30|5,6))?$`},
	{"groups below an id map", `^status: [-+] Groups:\s*(10 20 30|5 6)?\s*$`},
	{"messages", `^console: - lxc-start: NAME: `},
	{"container_ttys", `^environment: \+ container_ttys=`},
	{"standard input, output and error", `^descriptors: [-+] [012] /`},
	{"ttys without ptys", `^(mounts|devices): [-+] /dev/tty\d .*(devpts|character special file)`},
	{"ttys without ptys", `^devices: [-+] /dev/pts directory`},
	{"a rootfs without /dev/null", `^devices: [-+] /dev/console character special file (620|700)`},
	{"options of bind mounts", `^mounts: [-+] /mnt/[uxy] on /: /usr/bin of `},
	{"targets of optional mounts", `^rootfs: - /mnt/none/ `},
	{"broadcast addresses", `^network inside: [-+] address \S+ \S+ broadcast "[\d.]+" global$`},
	{"ipv6 on ports of bridges", `^network outside: [-+] sysctl ipv6/conf/(vethRANDOM|vlan0)/disable_ipv6 [01]$`},
	{"proxy entries", `^network afterwards: - more: (proxy|route \S+ via "" dev lo) `},
	{"proxy entries", `^network outside: \+ proxy \S+ dev (vethRANDOM|routed)$`},
	{"devices of the host", `^network inside: [-+] link (dev0|eth7|wire0) .* altnames `},
	{"devices of the host", `^network afterwards: [-+] more: link dev0 .* address 02:00:00:00:00:`},
	{"what scripts of interfaces are told", `^scripts: - LXC_NET_PEER=`},
}

// knownDifference reports whether a difference is one of the known ones.
func knownDifference(line string) bool { return isKnown(known, line) }

func isKnown(list []knownLine, line string) bool {
	for _, difference := range list {
		if regexp.MustCompile(difference.line).MatchString(line) {
			return true
		}
	}
	return false
}

// TestKnownDifferencesAreExplained demands a section of docs/differences.md for
// each difference the tests let pass.
func TestKnownDifferencesAreExplained(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository(t), "docs", "differences.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, difference := range slices.Concat(known, knownHooks, knownExecuted) {
		if !strings.Contains(strings.ToLower(string(text)), "\n### "+difference.id+"\n") {
			t.Errorf("docs/differences.md has no section %q", difference.id)
		}
	}
}
