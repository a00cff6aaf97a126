package compile_test

import (
	"strings"
	"testing"

	"lxcfg/compile"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// What is missing on the host is told, and refused when the plan is carried out at once.
func TestMissingNow(t *testing.T) {
	text := "lxc.rootfs.path = /srv/gone\nlxc.rootfs.mount = /mnt/gone\nlxc.console.path = /dev/gone\nlxc.mount.entry = /data/gone mnt none bind 0 0\n" +
		"lxc.mount.auto = shmounts:/shared/gone\n"
	for _, now := range []bool{false, true} {
		l := compile.Load(compile.Request{File: source.File{Name: "config", Text: text}})
		facts := hosts()["unified"]
		paths := l.Needs().Paths
		facts.Paths = found(paths, strings.Join(paths, ":\n")+":\n")
		p, findings := compile.Compile(l, compile.Options{Name: "web", LXCPath: "/var/lib/lxc", Now: now}, facts)
		if len(findings) != len(paths) {
			t.Errorf("%d findings about %d paths: %v", len(findings), len(paths), findings)
		}
		for _, f := range findings {
			if (f.Severity == diag.Error) != now || f.Effect != diag.FailsAtStart {
				t.Errorf("at once: %v, and %s is %s, %s", now, f.Code, f.Severity, f.Effect)
			}
		}
		if (p.Len() > 0) == now {
			t.Errorf("at once: %v, and the plan has %d steps", now, p.Len())
		}
	}
}

// What a hook may make first is not missed.
func TestMissingBeforeHooks(t *testing.T) {
	text := "lxc.rootfs.path = /srv/gone\nlxc.hook.pre-start = /usr/bin/make-it\nlxc.mount.entry = /data/gone mnt none bind 0 0\n"
	l := compile.Load(compile.Request{File: source.File{Name: "config", Text: text}})
	facts := hosts()["unified"]
	facts.Paths = found(l.Needs().Paths, "/srv/gone:\n/data/gone:\n")
	_, findings := compile.Compile(l, compile.Options{Name: "web", LXCPath: "/var/lib/lxc", Now: true}, facts)
	for _, f := range findings {
		if strings.HasSuffix(f.Code, "missing") {
			t.Errorf("finding %s: %s", f.Code, f.Summary)
		}
	}
}
