package seccomp_test

import (
	"fmt"
	"strings"
	"testing"

	"lxcfg/compile/seccomp"
	policy "lxcfg/grammar/seccomp"
	"lxcfg/grammar/source"
)

// What libseccomp refuses is an error for the calls it gets to see.
func TestCheck(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a rule like the default":               {"open allow", "seccomp/same-as-default 3:1"},
		"an argument compared twice":            {"ioctl kill [1,1,==][1,2,!=]", "seccomp/condition-twice 3:20"},
		"twice, of a call nobody knows":         {"frobnicate_it kill [1,1,==][1,2,!=]", "seccomp/unknown-call 3:1"},
		"two actions, the first counts":         {"open kill\nopen errno 1", "seccomp/contradiction 4:1"},
		"two actions for the same arguments":    {"ioctl kill [0,1,==][1,2,<]\nioctl trap [1,2,<][0,1,==]", "seccomp/contradiction 4:1"},
		"two actions for different arguments":   {"ioctl kill [0,1,==]\nioctl trap [0,2,==]", ""},
		"the same rule twice":                   {"open kill\nopen kill", ""},
		"conditions that an earlier rule hides": {"open kill\nopen kill [0,1,==]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range seccomp.Check(policy.Parse(source.File{Name: "policy", Text: "2\ndenylist\n" + c.text + "\n"})) {
				got = append(got, fmt.Sprintf("%s %d:%d", f.Code, f.Subject.Start.Line, f.Subject.Start.Column))
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("findings %q, want %q", got, c.want)
			}
		})
	}
}
