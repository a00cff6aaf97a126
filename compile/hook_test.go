package compile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/compile"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// toldHook is what a hook runs and finds.
type toldHook struct {
	script string
	env    []string
}

// hooksOf compiles a configuration and returns its hooks by step.
func hooksOf(t *testing.T, text string, o compile.Options) map[string]toldHook {
	t.Helper()
	l := compile.Load(compile.Request{File: source.File{Name: "config", Text: text}})
	p, findings := compile.Compile(l, o, hosts()["unified"])
	if findings.Has(diag.Error) {
		t.Fatal(findings)
	}
	hooks := map[string]toldHook{}
	for _, s := range p.Steps() {
		switch op := s.Op.(type) {
		case plan.Hook:
			hooks[s.Name] = toldHook{plan.ShellScript(op.Command, op.Arguments.Slice()...), op.Env.Slice()}
		case plan.HostHook:
			hooks[s.Name] = toldHook{plan.ShellScript(op.Command, op.Arguments.Slice()...), op.Env.Slice()}
		}
	}
	return hooks
}

// Hooks of the host are not told the configuration's variables, those in the
// container's namespaces are, and init's own belong to nobody else.
func TestHookEnvironment(t *testing.T) {
	text := `lxc.rootfs.path = overlay:/lower:/upper
lxc.rootfs.path = dir:/srv/web
lxc.rootfs.mount = /mnt/rootfs
lxc.console.path = none
lxc.log.level = debug
lxc.environment = A=1
lxc.environment.hooks = A=2
lxc.environment.runtime = B=3
lxc.hook.pre-start = one
lxc.hook.mount = two
`
	lxc := []string{"LXC_NAME=web", "LXC_ROOTFS_MOUNT=/mnt/rootfs", "LXC_ROOTFS_PATH=/srv/web",
		"LXC_CONSOLE=none", "LXC_CGNS_AWARE=1", "LXC_LOG_LEVEL=DEBUG", "LXC_HOOK_VERSION=0"}
	hooks := hooksOf(t, text, compile.Options{Name: "web", LXCPath: "/var/lib/lxc"})
	for step, want := range map[string][]string{
		"host-hook:pre-start": lxc,
		"hook:mount":          append(append([]string{}, lxc...), "A=1", "A=2"),
	} {
		if diff := cmp.Diff(want, hooks[step].env); diff != "" {
			t.Errorf("environment of %s (-want +got):\n%s", step, diff)
		}
	}
}

// How a hook learns what it is called for is lxc.hook.version's to say.
func TestHookVersion(t *testing.T) {
	o := compile.Options{Name: "it's", LXCPath: "/var/lib/lxc"}
	zero := hooksOf(t, "lxc.rootfs.path = /r\nlxc.hook.stop = run me\n", o)["host-hook:stop"]
	if got, want := zero.script, `exec run me 'it'\''s' 'lxc' 'stop'`; got != want {
		t.Errorf("version 0 executes %q, want %q", got, want)
	}
	one := hooksOf(t, "lxc.rootfs.path = /r\nlxc.hook.stop = run me\nlxc.hook.version = 1\n", o)["host-hook:stop"]
	if got, want := one.script, "exec run me"; got != want {
		t.Errorf("version 1 executes %q, want %q", got, want)
	}
	if got, want := one.env[len(one.env)-3:], []string{"LXC_HOOK_VERSION=1", "LXC_HOOK_TYPE=stop", "LXC_HOOK_SECTION=lxc"}; !cmp.Equal(got, want) {
		t.Errorf("version 1 is told %q, want %q", got, want)
	}
}

// Only a path that is plain to see is looked for before a start hook runs.
func TestStartHookProgram(t *testing.T) {
	for command, want := range map[string]string{
		"/etc/start":             "/etc/start",
		"/etc/start with words":  "/etc/start",
		"start":                  "",
		"$HOOKS/start":           "",
		"/etc/$NAME":             "",
		`"'/etc/a b'"`:           "",
		"/etc/one; /etc/two":     "",
		"LANG=C /etc/start":      "",
		`/etc/a\ b`:              "",
		"/etc/start</dev/stdin":  "",
		"/usr/lib/x86-64_+@%,.~": "",
	} {
		l := compile.Load(compile.Request{File: source.File{Name: "config", Text: "lxc.rootfs.path = /r\nlxc.hook.start = " + command + "\n"}})
		p, _ := compile.Compile(l, compile.Options{Name: "web", LXCPath: "/var/lib/lxc"}, hosts()["unified"])
		if hook, _, _ := plan.Find[plan.Hook](p); hook.Program != want {
			t.Errorf("of %q the program is %q, want %q", command, hook.Program, want)
		}
	}
}
