//go:build linux

package conformance

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lxcfg/compile/plan"
)

// apparmorFS is where the kernel shows AppArmor.
const apparmorFS = "/sys/kernel/security/apparmor"

func hasAppArmor() bool {
	enabled, _ := os.ReadFile("/sys/module/apparmor/parameters/enabled")
	return strings.HasPrefix(string(enabled), "Y")
}

func requireAppArmor(t *testing.T) {
	t.Helper()
	requireStock(t)
	if !hasAppArmor() {
		t.Skip("this kernel has no AppArmor; `make vm` runs the test in a machine that has")
	}
	if _, err := exec.LookPath("apparmor_parser"); err != nil {
		t.Skip("apparmor_parser is not installed")
	}
}

// ourProfiles lists loaded profiles and policy namespaces with this test's
// container name in them.
func ourProfiles() []string {
	var found []string
	profiles, _ := os.ReadFile(filepath.Join(apparmorFS, "profiles"))
	for line := range strings.Lines(string(profiles)) {
		if strings.Contains(line, containerName) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	namespaces, _ := filepath.Glob(filepath.Join(apparmorFS, "policy/namespaces/*"+containerName+"*"))
	return append(found, namespaces...)
}

// generatedCases are configurations with a generated profile, for which the profile
// is another.
var generatedCases = []struct {
	name  string
	mend  func(config string) string
	shift int
}{
	{name: "plain", mend: without("lxc.apparmor.allow_nesting")},
	{name: "nesting and rules", mend: with("lxc.apparmor.allow_nesting = 1", "lxc.apparmor.raw = deny /proc/kcore rw,", "lxc.apparmor.raw = mount fstype=ext4,")},
	{name: "an id map", shift: shift, mend: all(without("lxc.apparmor.allow_nesting"), mapped)},
	{name: "nesting and an id map", shift: shift, mend: all(mapped, with("lxc.apparmor.allow_nesting = 1"))},
}

// TestGeneratedProfilesAreThose compiles the profile that stock LXC generates and the
// one of the plan: the kernel gets the same policy.
func TestGeneratedProfilesAreThose(t *testing.T) {
	requireAppArmor(t)
	for _, test := range generatedCases {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t, test.shift, test.mend)
			c.fresh(t)
			copied := filepath.Join(c.lxcpath, "profile")
			c.mend(t, func(config string) string {
				return config + "lxc.hook.start-host = /bin/sh -c 'cat " + filepath.Dir(c.rootfs()) + "/apparmor/lxc-* >" + copied + "'\n"
			})
			onTerminal(t, stock(t).argv(c, "/bin/true"), withoutHelpers, nil)
			theirs, err := os.ReadFile(copied)
			if err != nil {
				t.Skipf("stock LXC generated no profile: %v", err)
			}
			c.mend(t, without("lxc.hook.start-host"))
			op, _, ok := plan.Find[plan.AppArmorProfile](planned(t, c, false))
			if !ok {
				t.Fatal("the plan loads no profile")
			}
			if !bytes.Equal(compileProfile(t, string(theirs)), compileProfile(t, op.Text)) {
				t.Errorf("the profiles are not the same policy. Stock LXC's is\n%s\nand ours\n%s", theirs, op.Text)
			}
		})
	}
}

// compileProfile returns the policy as the kernel takes it.
func compileProfile(t *testing.T, text string) []byte {
	t.Helper()
	parser := exec.Command("apparmor_parser", "--skip-kernel-load", "--skip-cache", "--stdout")
	parser.Stdin = strings.NewReader(text)
	policy, err := parser.Output()
	if err != nil {
		t.Fatalf("apparmor_parser: %v", err)
	}
	return policy
}

// TestAppArmorSameAsStock starts containers under profiles of every kind.
func TestAppArmorSameAsStock(t *testing.T) {
	requireAppArmor(t)
	named := func(name string) func(string) string {
		return all(without("lxc.apparmor.profile"), with("lxc.apparmor.profile = "+name))
	}
	cases := slices.Clone(generatedCases)
	for _, name := range []string{"unconfined", "unchanged", "lxc-container-default-with-nesting"} {
		cases = append(cases, generatedCases[0])
		last := &cases[len(cases)-1]
		last.name, last.mend = name, named(name)
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t, test.shift, test.mend)
			one := observe(t, stock(t), c, withoutHelpers, observerCommand...)
			two := observe(t, ours(t), c, withoutHelpers, observerCommand...)
			for _, line := range differences(one, two) {
				if !knownDifference(line) {
					t.Errorf("stock LXC (-) and lxcfg (+): %s", line)
				}
			}
		})
	}
}

// TestAppArmorRefused has the parser and the kernel say no.
func TestAppArmorRefused(t *testing.T) {
	requireAppArmor(t)
	for _, test := range []struct {
		name string
		line string
		says []string
	}{
		{"a profile that is not loaded", "lxc.apparmor.profile = nosuch-" + containerName, []string{"nosuch", "not loaded", "apparmor/no-profile"}},
		{"a rule that is none", "lxc.apparmor.raw = deny /proc/kcore nonsense,", []string{"syntax error", "deny /proc/kcore nonsense,", "lxc.apparmor.raw"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t, 0, with(test.line))
			c.fresh(t)
			before := leftovers(t, c)
			ended := onTerminal(t, ours(t).argv(c, "/bin/true"), withoutHelpers, nil)
			for _, words := range test.says {
				if !strings.Contains(ended.output, words) {
					t.Errorf("the message does not contain %q:\n%s", words, ended.output)
				}
			}
			if more := added(before, leftovers(t, c)); ended.status != 125 || len(more) > 0 {
				t.Errorf("the launch ends with %d and leaves %q", ended.status, more)
			}
		})
	}
}
