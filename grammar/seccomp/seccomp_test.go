package seccomp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// show gives a policy as lines: its head, its rules, its findings.
func show(p *seccomp.Policy) []string {
	style := "denylist"
	if p.Allowlist {
		style = "allowlist"
	}
	lines := []string{fmt.Sprintf("%d %s %s", p.Version, style, action(p.Default))}
	for _, r := range p.Rules {
		line := fmt.Sprintf("[%s] %s %s", r.Section, r.Call.String, action(r.Action))
		for _, c := range r.Conditions {
			line += fmt.Sprintf(" %d%s%d/%d", c.Index, c.Op, c.Value, c.Mask)
		}
		lines = append(lines, line)
	}
	for _, f := range p.Findings(nil) {
		lines = append(lines, fmt.Sprintf("%s at %s", f.Code, strings.TrimPrefix(f.Subject.String(), "policy:")))
	}
	return lines
}

func action(a seccomp.Action) string {
	if a.Kind == seccomp.Errno {
		return fmt.Sprintf("errno%d", a.Errno)
	}
	return string(a.Kind)
}

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"a denylist":                      {"2\ndenylist\nopen\n", []string{"2 denylist allow", "[all] open kill"}},
		"an allowlist":                    {"2\nallowlist\nopen\n", []string{"2 allowlist kill", "[all] open allow"}},
		"older words":                     {"2\nblacklist\nopen\n", []string{"2 denylist allow", "[all] open kill"}},
		"a default action":                {"2\nallowlist errno 38\nopen\n", []string{"2 allowlist errno38", "[all] open allow"}},
		"blank lines before the version":  {"\n \n2\ndenylist\n", []string{"2 denylist allow"}},
		"the style on the version's line": {"2 denylist\nopen\n", []string{"2 denylist allow", "[all] open kill"}},
		"comments and blank lines":        {"2\ndenylist\n# x\n\nopen # y\n", []string{"2 denylist allow", "[all] open kill"}},
		"actions":                         {"2\ndenylist\na kill\nb errno 1\nc trap\nd notify\ne allow\n", []string{"2 denylist allow", "[all] a kill", "[all] b errno1", "[all] c trap", "[all] d notify", "[all] e allow"}},
		"sections":                        {"2\ndenylist\n[x86]\na\n[ALL]\nb\n", []string{"2 denylist allow", "[x86] a kill", "[all] b kill"}},
		"conditions":                      {"2\ndenylist\na errno 1 [0,1,==][1,0x10,&=,0xf0]\n", []string{"2 denylist allow", "[all] a errno1 0==1/0 1&=16/240"}},
		"a blank between conditions":      {"2\ndenylist\na kill [0,1,==] [1,2,<]\n", []string{"2 denylist allow", "[all] a kill 0==1/0 1<2/0"}},
		"a blank behind the last":         {"2\ndenylist\na kill [0,1,==] \n", []string{"2 denylist allow", "seccomp/condition at 3:16"}},
		"operators by name":               {"2\ndenylist\na kill [5,010,SCMP_CMP_GE]\n", []string{"2 denylist allow", "[all] a kill 5>=8/0"}},
		"reject_force_umount":             {"2\ndenylist\nreject_force_umount  # x\n", []string{"2 denylist allow", "[all] umount2 errno13 1&=1/1"}},
		"numbers of version 1":            {"1\nallowlist\n0\n1 # x\n", []string{"1 allowlist kill", "[all] 0 allow", "[all] 1 allow"}},
		"an errno glued to its word":      {"2\ndenylist\na errno1\n", []string{"2 denylist allow", "[all] a errno1"}},

		"an empty file":                    {"", []string{"0 denylist kill", "seccomp/no-version at 1:1"}},
		"a comment before the version":     {"# x\n2\n", []string{"0 denylist kill", "seccomp/no-version at 1:1"}},
		"a version that does not exist":    {"3\ndenylist\n", []string{"0 denylist kill", "seccomp/no-version at 1:1"}},
		"no style":                         {"2\n", []string{"2 denylist kill", "seccomp/no-style at 1:1"}},
		"a comment for a style":            {"2\n# x\n", []string{"2 denylist kill", "seccomp/no-style at 2:1"}},
		"debug":                            {"2\ndenylist debug\n", []string{"2 denylist kill", "seccomp/debug at 2:1"}},
		"a blank behind the style":         {"2\ndenylist \n", []string{"2 denylist allow", "seccomp/behind-style at 2:9"}},
		"version 1 with a denylist":        {"1\ndenylist\n", []string{"1 denylist kill", "seccomp/no-style at 2:1"}},
		"version 1 with a name":            {"1\nallowlist\nopen\n", []string{"1 allowlist kill", "seccomp/no-number at 3:1"}},
		"a blank before a name":            {"2\ndenylist\n open\n", []string{"2 denylist allow", "seccomp/leading-blank at 3:1"}},
		"an unknown action":                {"2\ndenylist\na log\n", []string{"2 denylist allow", "seccomp/action at 3:3"}},
		"an error by name":                 {"2\ndenylist\na errno EPERM\n", []string{"2 denylist allow", "seccomp/errno at 3:3"}},
		"an error too large":               {"2\ndenylist\na errno 4095\n", []string{"2 denylist allow", "seccomp/errno at 3:3"}},
		"an error that wraps around":       {"2\ndenylist\na errno 65537\n", []string{"2 denylist allow", "[all] a errno1", "seccomp/errno-range at 3:3"}},
		"a section that does not exist":    {"2\ndenylist\n[x87]\n", []string{"2 denylist allow", "seccomp/section at 3:1"}},
		"a section with a blank behind it": {"2\ndenylist\n[x86] \n", []string{"2 denylist allow", "seccomp/section at 3:1"}},
		"a section in mixed case":          {"2\ndenylist\n[All]\n", []string{"2 denylist allow", "seccomp/section at 3:1"}},
		"a section with a foreign letter":  {"2\ndenylist\n[M\u0130PS]\n", []string{"2 denylist allow", "seccomp/section at 3:1"}},
		"conditions without an action":     {"2\ndenylist\na [0,1,==]\n", []string{"2 denylist allow", "seccomp/action at 3:3"}},
		"an argument too far":              {"2\ndenylist\na kill [6,1,==]\n", []string{"2 denylist allow", "seccomp/condition at 3:8"}},
		"an operator that is none":         {"2\ndenylist\na kill [0,1,=]\n", []string{"2 denylist allow", "seccomp/condition at 3:8"}},
		"text behind a condition":          {"2\ndenylist\na kill [0,1,==] x\n", []string{"2 denylist allow", "seccomp/condition at 3:16"}},
		"an argument compared twice":       {"2\ndenylist\na kill [0,1,==][0,2,==]\n", []string{"2 denylist allow", "[all] a kill 0==1/0 0==2/0"}},
		"signs and zeros before a version": {"+02\ndenylist\n", []string{"2 denylist allow"}},
		"blank lines before the style":     {"2\n\n denylist\n", []string{"2 denylist allow"}},
		"a NUL byte ends a line":           {"2\ndenylist\nopen\x00 kill x\n", []string{"2 denylist allow", "[all] open kill"}},
		"text between conditions":          {"2\ndenylist\na kill [0,1,==]x[1,2,<]\n", []string{"2 denylist allow", "[all] a kill 0==1/0 1<2/0", "seccomp/condition-ignored at 3:16"}},
		"no closing bracket":               {"2\ndenylist\na kill [0,1,==\n", []string{"2 denylist allow", "[all] a kill 0==1/0"}},
		"reject_force_umount and junk":     {"2\ndenylist\nreject_force_umount x\n", []string{"2 denylist allow", "seccomp/action at 3:21"}},
		"an action by its first letters":   {"2\ndenylist\na killall\n", []string{"2 denylist allow", "[all] a kill", "seccomp/action-prefix at 3:3"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, show(seccomp.Parse(source.File{Name: "policy", Text: c.text}))); diff != "" {
				t.Errorf("policy (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzParse holds that every text is read and printed back, that findings point into
// it, and that no safe fix loses a rule.
func FuzzParse(f *testing.F) {
	f.Add("2\ndenylist\nreject_force_umount\n[all]\nkexec_load errno 1\n")
	f.Add("2\nallowlist errno 38\nioctl allow [1,0x5401,==][0,2,<]\n")
	f.Add("1\nallowlist\n0\n1\n")
	f.Fuzz(func(t *testing.T, text string) {
		p := seccomp.Parse(source.File{Name: "policy", Text: text})
		if p.String() != text {
			t.Fatalf("printed back as %q", p.String())
		}
		for _, d := range p.Findings(nil) {
			for _, fix := range d.Fixes {
				mended := seccomp.Parse(source.File{Name: "policy", Text: apply(text, fix.Edits[0])})
				if fix.Safe && len(mended.Rules) < len(p.Rules) {
					t.Fatalf("%s: the fix loses a rule", d.Code)
				}
			}
			if s := d.Subject; s.Start.Offset < 0 || s.Start.Offset > s.End.Offset || s.End.Offset > len(text) {
				t.Fatalf("%s points to %d-%d of %d bytes", d.Code, s.Start.Offset, s.End.Offset, len(text))
			}
		}
		for _, r := range p.Rules {
			for _, c := range r.Conditions {
				if c.Index > 5 {
					t.Fatalf("argument %d", c.Index)
				}
			}
		}
	})
}

// What the words of a policy are depends on the LXC.
func TestVersions(t *testing.T) {
	for name, c := range map[string]struct {
		lxc        int
		text, want string
	}{
		"whitelist in LXC 3, version 1": {3, "1\nwhitelist\n0\n", ""},
		"allowlist in LXC 3, version 1": {3, "1\nallowlist\n0\n", "seccomp/no-style"},
		"whitelist in LXC 5, version 1": {5, "1\nwhitelist\n0\n", "seccomp/no-style"},
		"denylist in LXC 3":             {3, "2\ndenylist\n", "seccomp/no-style"},
		"blacklist in LXC 7":            {7, "2\nblacklist\n", ""},
		"notify in LXC 3":               {3, "2\nblacklist\nopen notify\n", "seccomp/action"},
		"notify in LXC 4":               {4, "2\nblacklist\nopen notify\n", ""},
		"loongarch64 in LXC 5":          {5, "2\ndenylist\n[loongarch64]\n", "seccomp/section"},
		"loongarch64 in LXC 6":          {6, "2\ndenylist\n[loongarch64]\n", ""},
	} {
		var got []string
		for _, f := range seccomp.ParseFor(source.File{Name: "policy", Text: c.text}, c.lxc).Findings(nil) {
			got = append(got, f.Code)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A section gates the findings below it.
func TestGatedFindings(t *testing.T) {
	p := seccomp.Parse(source.File{Name: "policy", Text: "2\ndenylist\n[arm]\nopen log\n[s390]\nopen errno x\n"})
	onARM := p.Findings(func(section string) bool { return section == "arm" })
	if len(p.Findings(nil)) != 2 || len(onARM) != 1 || onARM[0].Subject.Start.Line != 4 {
		t.Errorf("%v, on ARM %v", p.Findings(nil), onARM)
	}
}

func TestDetect(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		want       bool
	}{
		"by its name":     {"web.seccomp", "", true},
		"by its start":    {"policy", "\n2\nblacklist errno 1\n", true},
		"a configuration": {"config", "lxc.uts.name = 2\n", false},
		"a number":        {"config", "2\n", false},
	} {
		if got := seccomp.Detect(source.File{Name: c.file, Text: c.text}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
