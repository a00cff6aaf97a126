//go:build linux

package conformance

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"lxcfg/compile/seccomp"
	"lxcfg/grammar/diag"
	grammar "lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// policies are seccomp policies, right and wrong, one for each thing that LXC's
// parser does in a way of its own.
var policies = []string{
	"", "\n", " \n\t\n", "2", "2\n", "1\n", "3\ndenylist\n", "2.0\ndenylist\n", "02\ndenylist\n", "+2\ndenylist\n", "-2\ndenylist\n", "2x\ndenylist\n", "x2\ndenylist\n",
	"# c\n2\ndenylist\nreboot\n", "\n\n2\ndenylist\nreboot\n", " 2\ndenylist\nreboot\n", "2 denylist\nreboot\n", "2\tdenylist\nreboot\n", "2denylist\nreboot\n", "2\n\ndenylist\nreboot\n",
	"1\nallowlist\n0\n1\n", "1\nwhitelist\n0\n", "1\ndenylist\n0\n", "1\nblacklist\n0\n", "1\nan allowlist\n0\n", "1 allowlist\n0\n", "1\nallowlist debug\n0\n", "1\nallowlist\n0 read\n1 # x\n", "1\nallowlist\n0\n\n1\n",
	"1\nallowlist\n# c\n0\n", "1\nallowlist\n-1\n", "1\nallowlist\n 5\n", "1\nallowlist\n0x5\n", "1\nallowlist\n99999\n", "1\nallowlist\n99999999999\n", "1\nallowlist\nread\n", "1\nallowlist\n", "1\nallowlist kill\n3\n",
	"2\nallowlist\nread\n", "2\nwhitelist\nread\n", "2\ndenylist\nreboot\n", "2\nblacklist\nreboot\n", "2\ndenylistfoo\nreboot\n", "2\nDenylist\nreboot\n", "2\n denylist\nreboot\n", "2\ndenylist \nreboot\n", "2\ndenylist\t\nreboot\n",
	"2\ndenylist # c\nreboot\n", "2\ndenylist debug\nreboot\n", "2\ndebug denylist\nreboot\n", "2\ndenylist allow\nreboot\n", "2\ndenylist kill\nreboot errno 1\n", "2\nallowlist errno 38\nread\n", "2\nallowlist  errno 38\nread\n", "2\nallowlist errno\nread\n",
	"2\nallowlist trap\nread\n", "2\nallowlist notify\nread\n", "2\nallowlist log\nread\n", "2\nallowlist allow\nread\n", "2\nallowlist\tkill\nread\n", "2\nallowlist errno 5 junk\nread\n",
	"2\ndenylist\n\n# c\nreboot # c\nreboot#c\n", "2\ndenylist\n reboot\n", "2\ndenylist\n\treboot\n", "2\ndenylist\nreboot\tkill\n", "2\ndenylist\r\nreboot\r\n", "2\r\ndenylist\r\nreboot\r\n", "2\ndenylist\nreboot\r\n", "2\ndenylist\nnosuchcall\n", "2\ndenylist\n5\n",
	"2\ndenylist\nreboot \n", "2\ndenylist\nreboot  \n", "2\ndenylist\nreboot  kill\n", "2\ndenylist\nreboot kill \n", "2\ndenylist\nreboot kill junk\n", "2\ndenylist\nreboot killall\n", "2\ndenylist\nreboot Kill\n", "2\ndenylist\nreboot log\n", "2\ndenylist\nreboot allow\n", "2\nallowlist\nread kill\n",
	"2\ndenylist\nreboot errno 1\n", "2\ndenylist\nreboot errno1\n", "2\ndenylist\nreboot errno  1\n", "2\ndenylist\nreboot errno\n", "2\ndenylist\nreboot errno EPERM\n", "2\ndenylist\nreboot errno(1)\n", "2\ndenylist\nreboot errno 0x10\n", "2\ndenylist\nreboot errno 010\n",
	"2\ndenylist\nreboot errno -1\n", "2\ndenylist\nreboot errno 0\n", "2\ndenylist\nreboot errno 4094\n", "2\ndenylist\nreboot errno 4095\n", "2\ndenylist\nreboot errno 4096\n", "2\ndenylist\nreboot errno 65535\n", "2\ndenylist\nreboot errno 65537\n", "2\ndenylist\nreboot errno 99999999999\n", "2\ndenylist\nreboot errno +1\n",
	"2\ndenylist\nreboot trap\n", "2\ndenylist\nreboot notify\n", "2\ndenylist\nreboot errno 1\nreboot errno 1\n", "2\ndenylist\nreboot errno 1\nreboot errno 2\n", "2\ndenylist\nreboot kill\nreboot trap\n",
	"2\ndenylist\nioctl errno 1 [1,2,==]\n", "2\ndenylist\nioctl [1,2,==]\n", "2\ndenylist\nioctl[1,2,==]\n", "2\ndenylist\nioctl errno 1[1,2,==]\n", "2\ndenylist\nioctl kill[1,2,==]\n", "2\ndenylist\nioctl errno 1 [1,2,==] \n", "2\ndenylist\nioctl errno 1 [1,2,==] # c\n", "2\ndenylist\nioctl errno 1 [1,2,==]x\n",
	"2\ndenylist\nioctl errno 1 [1,2,==][2,3,<]\n", "2\ndenylist\nioctl errno 1 [1,2,==] [2,3,<]\n", "2\ndenylist\nioctl errno 1 [1,2,==]  [2,3,<]\n", "2\ndenylist\nioctl errno 1 [1,2,==][1,3,!=]\n", "2\ndenylist\nioctl errno 1 [6,2,==]\n", "2\ndenylist\nioctl errno 1 [5,2,==]\n", "2\ndenylist\nioctl errno 1 [-1,2,==]\n",
	"2\ndenylist\nioctl errno 1 [1,-2,==]\n", "2\ndenylist\nioctl errno 1 [1, 2,==]\n", "2\ndenylist\nioctl errno 1 [ 1,2,==]\n", "2\ndenylist\nioctl errno 1 [1,2, ==]\n", "2\ndenylist\nioctl errno 1 [1,2,== ]\n", "2\ndenylist\nioctl errno 1 [1 ,2,==]\n", "2\ndenylist\nioctl errno 1 [1,2 ,==]\n", "2\ndenylist\nioctl errno 1 [0x1,0x2,==]\n", "2\ndenylist\nioctl errno 1 [01,010,==]\n", "2\ndenylist\nioctl errno 1 [1,08,==]\n",
	"2\ndenylist\nioctl errno 1 [1,2]\n", "2\ndenylist\nioctl errno 1 [1,2,]\n", "2\ndenylist\nioctl errno 1 [1]\n", "2\ndenylist\nioctl errno 1 []\n", "2\ndenylist\nioctl errno 1 [\n", "2\ndenylist\nioctl errno 1 [1,2,==\n", "2\ndenylist\nioctl errno 1 [1,2,=]\n", "2\ndenylist\nioctl errno 1 [1,2,===]\n", "2\ndenylist\nioctl errno 1 [1,2,SCMP_CMP_EQ]\n", "2\ndenylist\nioctl errno 1 [1,2,scmp_cmp_eq]\n",
	"2\ndenylist\nioctl errno 1 [1,2,&=]\n", "2\ndenylist\nioctl errno 1 [1,2,&=,0xff]\n", "2\ndenylist\nioctl errno 1 [1,2,==,0xff]\n", "2\ndenylist\nioctl errno 1 [1,2,&=,]\n", "2\ndenylist\nioctl errno 1 [1,2,&=,x]\n", "2\ndenylist\nioctl errno 1 [1,2,&=,-1]\n", "2\ndenylist\nioctl errno 1 [1,2,&=,1,2]\n", "2\ndenylist\nioctl errno 1 [1,18446744073709551615,>=]\n", "2\ndenylist\nioctl errno 1 [1,18446744073709551616,>=]\n",
	"2\ndenylist\nioctl errno 1 [0,1,==][1,1,==][2,1,==][3,1,==][4,1,==][5,1,==]\n", "2\ndenylist\nioctl errno 1 [0,1,==][1,1,==][2,1,==][3,1,==][4,1,==][5,1,==][0,2,==]\n", "2\ndenylist\nioctl allow [1,2,==]\n",
	"2\ndenylist\nreject_force_umount\n", "2\ndenylist\nreject_force_umount junk\n", "2\ndenylist\nreject_force_umounts\n", "2\nallowlist\nreject_force_umount\nread\n", "2\ndenylist errno 13\nreject_force_umount\n",
	"2\ndenylist\n[all]\nreboot\n", "2\ndenylist\n[ALL]\nreboot\n", "2\ndenylist\n[All]\nreboot\n", "2\ndenylist\n[x86]\nreboot\n", "2\ndenylist\n[x86_64]\nreboot\n", "2\ndenylist\n[X86_64]\nreboot\n", "2\ndenylist\n[x32]\nreboot\n", "2\ndenylist\n[arm64]\nreboot\n", "2\ndenylist\n[arm]\nreboot log\n", "2\ndenylist\n[s390x]\nreboot\n", "2\ndenylist\n[ppc64le]\nreboot\n", "2\ndenylist\n[mips64n32]\nreboot\n",
	"2\ndenylist\n[loongarch64]\nreboot\n", "2\ndenylist\n[riscv64]\nreboot\n", "2\ndenylist\n[amd64]\nreboot\n", "2\ndenylist\n[x86] \nreboot\n", "2\ndenylist\n[x86]junk\nreboot\n", "2\ndenylist\n[x86\nreboot\n", "2\ndenylist\n[]\nreboot\n", "2\ndenylist\n [x86]\nreboot\n", "2\ndenylist\n[arm64]\nreboot allow\n", "2\ndenylist\n[x86]\nreboot errno 1\n[all]\nreboot errno 2\n",
	"\x00", "2\x00\ndenylist\nreboot\n", "2\ndenylist\x00junk\nreboot\n", "2\ndenylist\nreboot\x00 log\n", "2\ndenylist\nreboot\x00\nmount log\n", "2\ndenylist\n\x00\nreboot\n", "2\ndenylist\nreboot kill", "2\ndenylist", "1\nallowlist\n0",
	"2\ndenylist\nnosuch kill [1,1,==][1,2,==]\n", "\ufeff2\ndenylist\n", "2\ndenylist\nreboot\terrno 1\n", "2\ndenylist\n kill\n", "2\ndenylist\n  reboot kill\n", "2\ndenylist\n[x86]\t\n", "2\ndenylist\n[all]\r\nreboot\r\n", "2\ndenylist\nreboot errno 1\r\n", "2\ndenylist\n[arm64]\n[x87]\n", "2\ndenylist\n[riscv64]\nreboot log\n",
	"2\ndenylist\nioctl errno 1 [1,2,==][2,1,==]\nioctl errno 2 [2,1,==][1,2,==]\n", "2\ndenylist\nreboot errno 1\nreboot errno 2 [0,1,==]\n", "2\ndenylist\nreboot errno 2 [0,1,==]\nreboot errno 1\n", "2\ndenylist\n# " + strings.Repeat("long ", 2000) + "\nreboot\n", "2\ndenylist\n" + strings.Repeat("a", 5000) + " kill\n",
}

// TestPolicies has lxc-start judge seccomp policies: whether it takes them. The
// container shares a namespace with a process that does not exist, so that
// lxc-start ends right after it has read the policy.
func TestPolicies(t *testing.T) {
	judge := policyJudge(t)
	all := slices.Clone(policies)
	for _, seed := range []uint64{1, rand.Uint64()} {
		t.Logf("random policies of seed %d", seed)
		r := rand.New(rand.NewPCG(seed, 0))
		for range 300 {
			all = append(all, randomPolicy(r))
		}
	}
	for _, text := range all {
		want := judge(text)
		var reason string
		for _, f := range policyFindings(text) {
			if f.Effect == diag.FailsAtStart {
				reason = fmt.Sprintf(" (%s: %s)", f.Code, f.Summary)
			}
		}
		if got := reason == ""; got != want {
			t.Errorf("%q: taken: %v%s; lxc-start takes it: %v", text, got, reason, want)
		}
	}
}

// TestPolicyFixes has lxc-start take what the safe fixes of lxcfg make of the
// policies that it refuses.
func TestPolicyFixes(t *testing.T) {
	judge := policyJudge(t)
	mended := 0
	for _, text := range policies {
		findings := policyFindings(text)
		if !findings.Has(diag.Error) {
			continue
		}
		if text, ok := mendPolicy(text, findings); ok {
			mended++
			if !judge(text) {
				t.Errorf("lxc-start refuses %q, which is mended", text)
			}
		}
	}
	if mended < 10 {
		t.Errorf("%d policies were mended", mended)
	}
}

// mendPolicy applies the safe fixes, ok false when an error has none.
func mendPolicy(text string, findings diag.List) (mended string, ok bool) {
	for _, f := range slices.Backward(findings) { // those behind first: places before stay
		switch {
		case len(f.Fixes) > 0 && f.Fixes[0].Safe:
			e := f.Fixes[0].Edits[0]
			text = text[:e.Range.Start.Offset] + e.Text + text[e.Range.End.Offset:]
		case f.Severity == diag.Error:
			return "", false
		}
	}
	if left := policyFindings(text); left.Has(diag.Error) {
		return mendPolicy(text, left) // what an error hid
	}
	return text, true
}

// policyFindings says what LXC 5 on this machine makes of a policy.
func policyFindings(text string) diag.List {
	const lxc = 5
	_, findings := seccomp.Compile(grammar.ParseFor(source.File{Name: "policy", Text: text}, lxc), runtime.GOARCH)
	findings.Sort()
	return findings
}

// policyJudge returns a function that asks lxc-start about a policy.
func policyJudge(t *testing.T) func(text string) bool {
	t.Helper()
	if _, err := exec.LookPath("lxc-start"); err != nil {
		t.Skip("lxc-start is not installed")
	}
	if os.Geteuid() != 0 {
		t.Skip("lxc-start needs root to come as far as the policy")
	}
	dir := t.TempDir()
	policy, config := filepath.Join(dir, "policy"), filepath.Join(dir, "config")
	const nobody = "4194304" // above the largest process id (proc(5), pid_max)
	if err := os.WriteFile(config, []byte("lxc.namespace.share.net = "+nobody+"\nlxc.seccomp.profile = "+policy+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return func(text string) bool {
		if err := os.WriteFile(policy, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		// In a mount namespace of its own: lxc-start touches the host's /dev/null.
		out, _ := exec.Command("unshare", "-m", "lxc-start", "-F", "-n", "judged", "-P", dir, "-f", config).CombinedOutput()
		switch said := string(out); {
		case strings.Contains(said, "Failed to read seccomp policy"):
			return false
		case strings.Contains(said, nobody):
			return true
		default:
			t.Fatalf("lxc-start said neither yes nor no to %q:\n%s", text, said)
			return false
		}
	}
}

// randomPolicy draws a policy of a few lines, most of them right.
func randomPolicy(r *rand.Rand) string {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	var text strings.Builder
	text.WriteString(pick("2\n", "2\n", "2\n", "2\n", "2 ", "1\n", "\n2\n"))
	text.WriteString(pick("denylist", "denylist", "allowlist", "blacklist", "whitelist") + pick("", "", "", "", " errno 38", " kill", " trap", " ", " allow") + "\n")
	for range 1 + r.IntN(5) {
		switch r.IntN(8) {
		case 0:
			text.WriteString(pick("[all]", "[x86]", "[x86_64]", "[x32]", "[arm64]", "[x86] ", "[x87]", "[ARM]"))
		case 1:
			text.WriteString(pick("# c", "", "reject_force_umount", " x", "42"))
		default:
			text.WriteString(pick("reboot", "ioctl", "mount", "socket", "shmget", "nosuch", "clone", "open"))
			if r.IntN(3) > 0 {
				text.WriteString(" " + pick("kill", "errno 1", "errno 13", "trap", "notify", "allow", "errno", "log", " errno 2"))
				if r.IntN(3) == 0 {
					text.WriteString(pick(" ", " ", ""))
					for range 1 + r.IntN(2) {
						fmt.Fprintf(&text, "[%s,%s,%s%s]", pick("0", "1", "2", "5", "6", "0x1"), pick("0", "1", "0x10", "08", "-1"), pick("==", "!=", "<", "&=", ">=", "<>"), pick("", "", ",0xf", ","))
					}
				}
			}
		}
		text.WriteString(pick("\n", "\n", "\n", "\n", "\n", " \n", "\r\n"))
	}
	return text.String()
}
