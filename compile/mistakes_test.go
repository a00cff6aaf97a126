package compile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lxcfg/compile"
	"lxcfg/compile/keys"
	"lxcfg/grammar/source"
)

// How a mistake is told: by the text alone, when the facts of a host are known, or by
// looking around on it (`lxcfg lint --host`), which is tested with the command.
const (
	byText = iota
	byFacts
	byLooking
)

// mistakes are the codes of the hundred mistakes of testdata/plan/mistakes, whose number
// is the place here, from 1 on.
var mistakes = [...]struct {
	code string
	how  int
}{
	1: {"capability/keep-and-drop", byText}, 2: {"idmap/one-kind", byText}, 3: {"idmap/root-unmapped", byText}, 4: {"idmap/overlap", byText}, 5: {"idmap/empty-range", byText},
	6: {"idmap/not-granted", byFacts}, 7: {"idmap/out-of-range", byText}, 8: {"value/number", byText}, 9: {"idmap/init-unmapped", byText}, 10: {"value/wiped", byText},
	11: {"net/no-type", byText}, 12: {"net/no-type", byText}, 13: {"net/no-link", byText}, 14: {"net/link-missing", byFacts}, 15: {"net/unattached", byText},
	16: {"net/gateway-down", byText}, 17: {"net/gateway-no-address", byText}, 18: {"net/gateway-auto", byText}, 19: {"net/gateway-auto", byText}, 20: {"net/gateway-elsewhere", byText},
	21: {"net/gateway-dev-stays", byText}, 22: {"net/gateway-no-address", byText}, 23: {"value/IPv4-address", byText}, 24: {"value/IPv6-address", byText}, 25: {"value/flag", byText},
	26: {"value/interface-name", byText}, 27: {"net/same-name", byText}, 28: {"net/loopback-name", byText}, 29: {"value/hardware-address", byText}, 30: {"value/MTU", byText},
	31: {"net/vlan-no-bridge", byText}, 32: {"net/vlan-twice", byText}, 33: {"net/l2proxy-mode", byText}, 34: {"net/none-beside-others", byText}, 35: {"net/shared-namespace", byText},
	36: {"idmap/unused", byText}, 37: {"mount/sys-needs-network", byText}, 38: {"namespace/clock-kept", byText}, 39: {"namespace/clock-below-second", byText}, 40: {"mount/outside-rootfs", byText},
	41: {"mount/parent-target", byText}, 42: {"mount/source-missing", byFacts}, 43: {"mount/target-not-made", byText}, 44: {"mount/no-type", byText}, 45: {"value/mount-entry", byText},
	46: {"mount/option-taken-for", byText}, 47: {"mount/ignored-option", byText}, 48: {"value/mount-entry", byText}, 49: {"mount/idmap-without-bind", byText}, 50: {"value/automatic-mounts", byText},
	51: {"mount/cgroup-left-to-init", byFacts}, 52: {"mount/sys-without-proc", byText}, 53: {"mount/same-target", byText}, 54: {"value/rootfs", byText}, 55: {"key/repeated", byText},
	56: {"rootfs/idmap-without-map", byText}, 57: {"value/rootfs", byText}, 58: {"rootfs/mount-missing", byFacts}, 59: {"rootfs/none", byText}, 60: {"dev/left-to-rootfs", byText},
	61: {"hook/autodev-off", byText}, 62: {"host/command", byLooking}, 63: {"host/command", byLooking}, 64: {"hook/after-exec", byText}, 65: {"value/resource-limit", byText},
	66: {"value/environment-variable", byText}, 67: {"sysctl/of-the-host", byText}, 68: {"key/removed", byText}, 69: {"cgroup/ignored-here", byFacts}, 70: {"cgroup/no-such-file", byText},
	71: {"cgroup/devices-denied", byText}, 72: {"cgroup/two-places", byText}, 73: {"value/size", byText}, 74: {"value/bytes", byText}, 75: {"process/keyring", byText},
	76: {"log/cannot-open", byFacts}, 77: {"environment/from-caller", byText}, 78: {"value/directory-name", byText}, 79: {"rootfs/none", byFacts}, 80: {"value/signal", byText},
	81: {"uts/name", byText}, 82: {"apparmor/not-here", byFacts}, 83: {"apparmor/rule-unused", byText}, 84: {"seccomp/section", byText}, 85: {"seccomp/same-as-default", byText},
	86: {"seccomp/no-proxy", byText}, 87: {"seccomp/cookie-without-proxy", byText}, 88: {"include/order", byText}, 89: {"include/loop", byText}, 90: {"path/relative", byText},
	91: {"syntax/bom", byText}, 92: {"syntax/trailing-comment", byText}, 93: {"syntax/ignored-line", byText}, 94: {"start/ephemeral", byText}, 95: {"start/not-automatic", byText},
	96: {"monitor/unshare-needs-root", byFacts}, 97: {"process/no-new-privs", byText}, 98: {"mount/cgroup-not-writable", byText}, 99: {"host/not-running", byLooking}, 100: {"process/directory", byText},
}

// mistakesOf5 are told for an LXC of that version only.
var mistakesOf5 = []int{100}

// Each of the hundred mistakes has its finding.
func TestMistakes(t *testing.T) {
	seen := 0
	for _, g := range goldenPlans(t) {
		var number int
		if n, err := fmt.Sscanf(g.name, "mistakes/%d-", &number); n != 1 {
			if strings.HasPrefix(g.name, "mistakes/") {
				t.Errorf("%s: a mistake has a number: %v", g.name, err)
			}
			continue
		}
		seen++
		t.Run(g.name, func(t *testing.T) {
			mistake := mistakes[number]
			if mistake.how == byLooking {
				t.Skip("it takes a look at the host: the command's lint_host tests it")
			}
			files := tree{}
			for _, f := range g.archive.Files {
				files[f.Name] = string(f.Data)
			}
			request := compile.Request{File: source.File{Name: "config", Text: files["config"]}, Files: files}
			if slices.Contains(mistakesOf5, number) {
				request.Version, request.Stated = keys.V5_0, true
			}
			l := compile.Load(request)
			found := l.Findings
			if mistake.how == byFacts {
				_, _, found = g.compile(t)
			}
			for _, f := range found {
				if f.Code == mistake.code {
					return
				}
			}
			t.Errorf("findings %v, want one with the code %s", found, mistake.code)
		})
	}
	if seen != len(mistakes)-1 {
		t.Errorf("there are %d mistakes, and codes for %d", seen, len(mistakes)-1)
	}
}
