package compile_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestPlaceholders(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"at signs":                 {"lxc.uts.name = @NAME@\n", "template/placeholder warning 1:16-22 +0"},
		"braces":                   {"lxc.tty.max = {{ ttys }}\n", "template/placeholder error 1:15-25 +0"},
		"branches":                 {"{% if x %}\nlxc.uts.name = a\n{% else %}\nlxc.uts.name = b\n{% endif %}\n", "template/placeholder warning 1:1-11 +2"},
		"dollars":                  {"lxc.rootfs.path = $ROOTFS\nlxc.pty.max = ${PTYS}\n", "template/placeholder error 1:19-26 +1"},
		"a whole template":         {"lxc.include = @DIR@/common.conf\nlxc.net.@N@.type = veth\n@MORE@\nlxc.arch = @ARCH@\nlxc.tty.max = many\n", "template/placeholder error 1:15-20 +3; value/number error 5:15-19 +0"},
		"shells have variables":    {"lxc.hook.mount = /bin/echo $HOME ${A}\nlxc.environment = A=$B\nlxc.execute.cmd = sh -c 'echo $A'\n", "environment/not-expanded warning 2:1-23 +0"},
		"but no placeholders":      {"lxc.hook.mount = @BINDIR@/hook\n", "template/placeholder warning 1:18-26 +0"},
		"addresses are none":       {"lxc.environment = MAIL=me@host\nlxc.seccomp.notify.proxy = unix:@name\nlxc.apparmor.profile = generated\nlxc.apparmor.raw = deny @{PROC}/sys r,\n", "seccomp/abstract-proxy warning 2:1-38 +0"},
		"words of lxc-download":    {"lxc.include = LXC_TEMPLATE_CONFIG/common.conf\nlxc.include = LXC_TEMPLATE_CONFIG/userns.conf\nlxc.rootfs.path = dir:LXC_ROOTFS\n", "template/placeholder error 1:15-34 +2"},
		"hooks of lxc-download":    {"lxc.hook.mount = LXC_HOOK_DIR/x\n", "template/placeholder warning 1:18-30 +0"},
		"variables of a hook":      {"lxc.hook.mount = /bin/x $LXC_ROOTFS ${LXC_NAME}\nlxc.environment = LXC_NAME=a\n", ""},
		"longer words":             {"lxc.uts.name = LXC_NAMES\nlxc.log.file = /A_LXC_NAME\n", ""},
		"an unknown key stays":     {"lxc.nosuch = @X@\n", "key/unknown error 1:1-11 +0; template/placeholder warning 1:14-17 +0"},
		"behind a carriage return": {"lxc.uts.name = @A@\rlxc.tty.max = many\n", "template/placeholder warning 1:16-19 +0; syntax/lone-cr warning 1:19-20 +0; value/number error 1:34-38 +0"},
		"a value that goes on":     {"lxc.idmap = u 0 @X@\nlxc.mount.entry = @R@/a\n", "template/placeholder error 1:17-20 +1"},
		"a price is none":          {"lxc.group = $5 a$ $\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range load(t, tree{}, c.text).Findings {
				got = append(got, fmt.Sprintf("%s %s %d:%d-%d +%d", f.Code, f.Severity, f.Subject.Start.Line, f.Subject.Start.Column, f.Subject.End.Column, len(f.Related)))
			}
			if strings.Join(got, "; ") != c.want {
				t.Errorf("findings %q, want %q", strings.Join(got, "; "), c.want)
			}
		})
	}
}

func TestPlaceholdersInIncludes(t *testing.T) {
	var got []string
	for _, f := range load(t, tree{"/a": "lxc.tty.max = @N@\n"}, "lxc.include = /a\nlxc.include = /a\n").Findings {
		if f.Code != "include/twice" {
			got = append(got, fmt.Sprintf("%s %s %s from %v", f.Code, f.Severity, f.Subject.String(), f.Trail))
		}
	}
	want := "template/placeholder warning /b:1:16 from [{main 1}]"
	for _, f := range load(t, tree{"/b": "lxc.uts.name = @N@\n"}, "lxc.include = /b\n").Findings {
		if line := fmt.Sprintf("%s %s %s from %v", f.Code, f.Severity, f.Subject.String(), f.Trail); line != want {
			t.Errorf("%s, want %s", line, want)
		}
	}
	if len(got) != 1 || !strings.HasPrefix(got[0], "template/placeholder error /a:1:15 from [{") {
		t.Errorf("findings %q, want one that names the include", got)
	}
}
