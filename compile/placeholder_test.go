package compile_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestPlaceholders(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"at signs":              {"lxc.uts.name = @NAME@\n", "template/placeholder warning 1:16-22 +0"},
		"braces":                {"lxc.tty.max = {{ ttys }}\n", "template/placeholder error 1:15-25 +0"},
		"dollars":               {"lxc.rootfs.path = $ROOTFS\nlxc.pty.max = ${PTYS}\n", "template/placeholder error 1:19-26 +1"},
		"a whole template":      {"lxc.include = @DIR@/common.conf\nlxc.net.@N@.type = veth\n@MORE@\nlxc.arch = @ARCH@\nlxc.tty.max = many\n", "template/placeholder error 1:15-20 +3; value/number error 5:15-19 +0"},
		"shells have variables": {"lxc.hook.start = /bin/echo $HOME ${A}\nlxc.environment = A=$B\nlxc.execute.cmd = sh -c 'echo $A'\n", ""},
		"but no placeholders":   {"lxc.hook.start = @BINDIR@/hook\n", "template/placeholder warning 1:18-26 +0"},
		"addresses are none":    {"lxc.environment = MAIL=me@host\nlxc.seccomp.notify.proxy = unix:@name\nlxc.apparmor.raw = deny @{PROC}/sys r,\n", ""},
		"a price is none":       {"lxc.group = $5 a$ $\n", ""},
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
