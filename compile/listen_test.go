package compile_test

import (
	"slices"
	"strings"
	"testing"

	"lxcfg/compile"
	"lxcfg/compile/plan"
	"lxcfg/grammar/source"
)

// Init is told of the descriptors that it is left, as sd_listen_fds(3) looks for them.
func TestListen(t *testing.T) {
	for name, test := range map[string]struct {
		config  string
		listen  compile.Listen
		environ []string
	}{
		"none":                       {environ: nil},
		"one":                        {listen: compile.Listen{Count: 1}, environ: []string{"LISTEN_FDS=1", "LISTEN_PID=1"}},
		"named":                      {listen: compile.Listen{Count: 2, Names: "http:https"}, environ: []string{"LISTEN_FDS=2", "LISTEN_PID=1", "LISTEN_FDNAMES=http:https"}},
		"in another's pid namespace": {config: "lxc.namespace.share.pid = 17\n", listen: compile.Listen{Count: 2}, environ: []string{"LISTEN_FDS=2"}},
	} {
		t.Run(name, func(t *testing.T) {
			l := compile.Load(compile.Request{File: source.File{Name: "config", Text: "lxc.rootfs.path = /srv/web\n" + test.config}})
			p, findings := compile.Compile(l, compile.Options{Name: "web", LXCPath: "/var/lib/lxc", Listen: test.listen}, hosts()["unified"])
			if p.Len() == 0 {
				t.Fatal(findings)
			}
			op, _, left := plan.Find[plan.ListenFDs](p)
			if left != (test.listen.Count > 0) || op.Count != test.listen.Count {
				t.Errorf("the plan leaves init %d descriptors, want %d", op.Count, test.listen.Count)
			}
			exec, _, _ := plan.Find[plan.Exec](p)
			told := slices.DeleteFunc(exec.Env.Slice(), func(v string) bool { return !strings.HasPrefix(v, "LISTEN_") })
			if !slices.Equal(told, test.environ) {
				t.Errorf("init is told %q, want %q", told, test.environ)
			}
		})
	}
}
