package grammar_test

import (
	"strings"
	"testing"

	"lxcfg/grammar"
	"lxcfg/grammar/source"
)

// anyLanguage is a language whose values are compared as they are printed.
type anyLanguage struct {
	name  string
	parse func(grammar.Text) (string, *grammar.ValueError)
}

func of[T any](l grammar.Language[T]) anyLanguage {
	return anyLanguage{l.Name, func(t grammar.Text) (string, *grammar.ValueError) {
		v, err := l.Parse(t)
		return l.Format(v), err
	}}
}

// languages are all of them.
func languages() []anyLanguage {
	return []anyLanguage{
		of(grammar.Arch), of(grammar.AutoMounts), of(grammar.Bool), of(grammar.Capabilities), of(grammar.CgroupDir),
		of(grammar.CgroupLeaf), of(grammar.ClockOffset), of(grammar.CommandLine), of(grammar.Device), of(grammar.Flag),
		of(grammar.GroupIDs), of(grammar.Hostname), of(grammar.HWAddr), of(grammar.IDMapping), of(grammar.InitCommand),
		of(grammar.Int32), of(grammar.InterfaceName), of(grammar.IPv4Address), of(grammar.IPv4Gateway), of(grammar.IPv4Route),
		of(grammar.IPv6Address), of(grammar.IPv6Gateway), of(grammar.IPv6Route), of(grammar.KeptCapabilities), of(grammar.LogLevel),
		of(grammar.Mount), of(grammar.MTU), of(grammar.NamespaceWords), of(grammar.NotifyProxy), of(grammar.Path),
		of(grammar.PositiveInt32), of(grammar.ResourceLimit), of(grammar.Rootfs), of(grammar.RootfsOptions), of(grammar.SharedNamespace),
		of(grammar.ShellCommand), of(grammar.Signal), of(grammar.Size), of(grammar.String), of(grammar.Syslog),
		of(grammar.TaggedVlanID), of(grammar.TmpfsSize), of(grammar.TTYDir), of(grammar.Uint32), of(grammar.Variable),
		of(grammar.VethVlanID), of(grammar.VlanID), of(grammar.Words), of(grammar.Enum("mode", "bridge", "private")),
	}
}

// at is a text as if it stood in a file.
func at(s string) grammar.Text {
	start := source.Pos{Offset: 100, Line: 7, Column: 11}
	end := start
	end.Offset += len(s)
	end.Column += len(s)
	return grammar.Text{String: s, Range: source.Range{File: "config", Start: start, End: end}}
}

// marks gives the place of an error below its value.
func marks(err *grammar.ValueError) string {
	from, to := err.Range.Start.Column-11, err.Range.End.Column-11
	return strings.Repeat(" ", max(from, 0)) + strings.Repeat("^", max(to-from, 1))
}

// What the values of a language mean.
func TestRightValues(t *testing.T) {
	for _, c := range []struct {
		language    anyLanguage
		value, want string
	}{
		{of(grammar.Arch), "armhf", "i686"},
		{of(grammar.Arch), "aarch64", "x86_64"},
		{of(grammar.AutoMounts), "proc sys cgroup", "proc:mixed sys:mixed cgroup"},
		{of(grammar.AutoMounts), "proc:rw  sys:ro\tcgroup-full:rw:force", "proc:rw sys:ro cgroup-full:rw:force"},
		{of(grammar.AutoMounts), "cgroup2 cgroup2:ro:force cgroup:force", "cgroup2 cgroup2:ro:force cgroup:force"},
		{of(grammar.AutoMounts), "shmounts:/a shmounts:/a:/b", "shmounts:/a shmounts:/a:/b"},
		{of(grammar.Bool), "0x1", "1"},
		{of(grammar.Capabilities), "chown\tsys_admin 40", "chown sys_admin checkpoint_restore"},
		{of(grammar.KeptCapabilities), "none kill", "none kill"},
		{of(grammar.CgroupDir), "a//b/", "a/b"},
		{of(grammar.ClockOffset), "2h", "7200s"},
		{of(grammar.ClockOffset), "-5 s", "-5s"},
		{of(grammar.ClockOffset), "+3ms", "3000000ns"},
		{of(grammar.Device), "a", "a"},
		{of(grammar.Device), "a *:* rwm", "a *:* rwm"},
		{of(grammar.Device), "c 136:* rw", "c 136:* rw"},
		{of(grammar.Device), "b\t8:1 r", "b 8:1 r"},
		{of(grammar.Device), "c 010:1 rwmx", "c 8:1 rwm"},
		{of(grammar.Device), "/dev/fuse   rw behind", "/dev/fuse rw"},
		{of(grammar.GroupIDs), "4,,0x1b", "4,27"},
		{of(grammar.HWAddr), "00:16:3e:xx:XX:0f", "00:16:3e:xx:XX:0f"},
		{of(grammar.HWAddr), "00163e5a4f01", "00163e5a4f01"},
		{of(grammar.HWAddr), "2:0:0:0:0:1", "2:0:0:0:0:1"},
		{of(grammar.IDMapping), "u 0 100000 65536", "u 0 100000 65536"},
		{of(grammar.IDMapping), "g\t0x10\r1  1", "g 16 1 1"},
		{of(grammar.Int32), "-0x10", "-16"},
		{of(grammar.LogLevel), "warn", "WARN"},
		{of(grammar.LogLevel), "0", "TRACE"},
		{of(grammar.Mount), "/a\\040b c", "/a\\040b c"},
		{of(grammar.NamespaceWords), "NET  pid", "net pid"},
		{of(grammar.NotifyProxy), "unix:@name", "unix:@name"},
		{of(grammar.Path), "./a//b/../c/", "a/b/../c"},
		{of(grammar.ResourceLimit), "1024 : 4096", "1024:4096"},
		{of(grammar.ResourceLimit), "-1", "unlimited"},
		{of(grammar.ResourceLimit), "5:", "5"},
		{of(grammar.ResourceLimit), "1:unlimited", "1:unlimited"},
		{of(grammar.Rootfs), "/srv/web", "/srv/web"},
		{of(grammar.Rootfs), "over:/a:/b", "overlay:/a:/b"},
		{of(grammar.ShellCommand), `sh -c "a 'b' \" c"`, `sh -c "a 'b' \" c"`},
		{of(grammar.ShellCommand), `/bin/true # it's fine`, `/bin/true # it's fine`},
		{of(grammar.Signal), "sigterm", "15"},
		{of(grammar.Signal), "SIGCLD", "17"},
		{of(grammar.Signal), "SIGRTMIN+3", "37"},
		{of(grammar.Signal), "SIGRTMAX-0", "64"},
		{of(grammar.Size), "auto", "131072"},
		{of(grammar.Size), "64 KB", "65536"},
		{of(grammar.Size), "5000", "8192"},
		{of(grammar.Uint32), "0x1f", "31"},
		{of(grammar.Variable), "A=b=c", "A=b=c"},
	} {
		got, err := c.language.parse(at(c.value))
		if err != nil {
			t.Errorf("%s %q: %s", c.language.name, c.value, err.Summary)
		} else if got != c.want {
			t.Errorf("%s %q is %q, want %q", c.language.name, c.value, got, c.want)
		}
	}
}

// What is wrong with a value, where in it, and what LXC does about it.
func TestWrongValues(t *testing.T) {
	const refused, fails, differs, ignored = "refused", "fails at start", "means something else", "ignored"
	for _, c := range []struct {
		language     anyLanguage
		effect       string
		value, place string
	}{
		{of(grammar.Arch), refused, `amd46`,
			`         ^^^^^`[9:]},
		{of(grammar.AutoMounts), refused, "proc:mixed sis:ro",
			/*                      */ "           ^^^^^^"},
		{of(grammar.AutoMounts), refused, "sys proc:ro",
			/*                      */ "         ^^"},
		{of(grammar.AutoMounts), refused, "cgroup:force:ro",
			/*                      */ "             ^^"},
		{of(grammar.AutoMounts), refused, "cgroup:ro:rw",
			/*                      */ "          ^^"},
		{of(grammar.AutoMounts), refused, "cgroup2:mixed",
			/*                      */ "        ^^^^^"},
		{of(grammar.AutoMounts), refused, "proc: sys",
			/*                      */ "    ^"},
		{of(grammar.AutoMounts), refused, "proc shmounts",
			/*                      */ "     ^^^^^^^^"},
		{of(grammar.AutoMounts), fails, "proc shmounts:",
			/*                    */ "     ^^^^^^^^^"},
		{of(grammar.Bool), refused, "yes",
			/*                */ "^^^"},
		{of(grammar.Capabilities), refused, "chown CAP_KILL mknod",
			/*                        */ "      ^^^^^^^^"},
		{of(grammar.Capabilities), refused, "chown none",
			/*                        */ "      ^^^^"},
		{of(grammar.CgroupDir), refused, "/lxc",
			/*                     */ "^"},
		{of(grammar.CgroupDir), refused, "lxc/a..b",
			/*                     */ "     ^^"},
		{of(grammar.CgroupLeaf), refused, "a/b",
			/*                      */ " ^"},
		{of(grammar.ClockOffset), refused, "10 ms",
			/*                       */ "  ^"},
		{of(grammar.ClockOffset), refused, "10d",
			/*                       */ "  ^"},
		{of(grammar.ClockOffset), refused, "10",
			/*                       */ "  ^"},
		{of(grammar.ClockOffset), refused, "-2h",
			/*                       */ "  ^"},
		{of(grammar.CommandLine), differs, `/bin/sh "a b`,
			/*                       */ `        ^^^^`},
		{of(grammar.InitCommand), differs, `/bin/sh "a b"`,
			/*                       */ `        ^`},
		{of(grammar.Device), refused, "d 1:3 rwm",
			/*                  */ "^"},
		{of(grammar.Device), refused, "c 1:z rwm",
			/*                  */ "    ^"},
		{of(grammar.Device), refused, "c 1:3 rwx",
			/*                  */ "      ^^^"},
		{of(grammar.Device), refused, "c  1:3 rwm",
			/*                  */ " ^^"},
		{of(grammar.Device), refused, "c 1:3",
			/*                  */ "     ^"},
		{of(grammar.Device), refused, "c 1 3 rwm",
			/*                  */ "   ^"},
		{of(grammar.Device), refused, "c 08:1 rwm",
			/*                  */ "  ^^"},
		{of(grammar.Device), refused, "/dev/fuse",
			/*                  */ "         ^"},
		{of(grammar.Device), refused, "/dev/fuse rx",
			/*                  */ "          ^^"},
		{of(grammar.GroupIDs), refused, "4,video,27",
			/*                    */ "  ^^^^^"},
		{of(grammar.HWAddr), fails, "00:16:3e:5a:4f:zz",
			/*                */ "               ^^"},
		{of(grammar.HWAddr), fails, "00-16-3e-5a-4f-01",
			/*                */ "  ^^^^^^^^^^^^^^^"},
		{of(grammar.HWAddr), fails, "01:16:3e:5a:4f:01",
			/*                */ "^^"},
		{of(grammar.HWAddr), fails, "00:00:00:00:00:00",
			/*                */ "^^^^^^^^^^^^^^^^^"},
		{of(grammar.HWAddr), differs, "00:16:3e:5a:4f",
			/*                  */ "^^^^^^^^^^^^^^"},
		{of(grammar.HWAddr), differs, "00:16:3e:5a:4f:01:02",
			/*                  */ "                 ^^^"},
		{of(grammar.IDMapping), refused, "u 0 x 1",
			/*                     */ "    ^"},
		{of(grammar.IDMapping), refused, "u 0 1",
			/*                     */ "     ^"},
		{of(grammar.IDMapping), refused, "users 0 1 1",
			/*                     */ "^^^^^"},
		{of(grammar.IDMapping), refused, "u 0 1000a 1",
			/*                     */ "        ^"},
		{of(grammar.IDMapping), refused, "u 0 1 1 1",
			/*                     */ "        ^"},
		{of(grammar.IDMapping), differs, "u 0 0100 1",
			/*                     */ "    ^^^^"},
		{of(grammar.Int32), refused, "10s",
			/*                 */ "  ^"},
		{of(grammar.InterfaceName), differs, "a-very-long-name0",
			/*                         */ "               ^^"},
		{of(grammar.InterfaceName), fails, "eth/0",
			/*                       */ "   ^"},
		{of(grammar.LogLevel), refused, "loud",
			/*                    */ "^^^^"},
		{of(grammar.Mount), differs, "a b none bind,create=directory 0 0",
			/*                 */ "              ^^^^^^^^^^^^^^^^"},
		{of(grammar.Mount), differs, "o m overlay lowerdir=/x/optional/y 0 0",
			/*                 */ "            ^^^^^^^^^^^^^^^^^^^^^^"},
		{of(grammar.Mount), differs, "#a b c d",
			/*                 */ "^^^^^^^^"},
		{of(grammar.MTU), fails, "1400b",
			/*             */ "    ^"},
		{of(grammar.NamespaceWords), refused, "net usr",
			/*                          */ "    ^^^"},
		{of(grammar.NotifyProxy), refused, "tcp:1",
			/*                       */ "^^^^^"},
		{of(grammar.NotifyProxy), refused, "unix:name",
			/*                       */ "     ^^^^"},
		{of(grammar.ResourceLimit), refused, "1024:many",
			/*                         */ "     ^^^^"},
		{of(grammar.ResourceLimit), refused, "1:2:3",
			/*                         */ "   ^"},
		{of(grammar.ResourceLimit), fails, "2:1",
			/*                       */ "^^^"},
		{of(grammar.Rootfs), differs, "/srv/a:b",
			/*                  */ "^^^^^^"},
		{of(grammar.Rootfs), fails, "overlay:/lower",
			/*                */ "        ^^^^^^"},
		{of(grammar.RootfsOptions), refused, "ro,optional",
			/*                         */ "   ^^^^^^^^"},
		{of(grammar.SharedNamespace), fails, "lxc/web",
			/*                         */ "^^^^"},
		{of(grammar.ShellCommand), fails, `/bin/echo it's`,
			/*                      */ `            ^^`},
		{of(grammar.Signal), refused, "TERM",
			/*                  */ "^^^^"},
		{of(grammar.Signal), refused, "SIGRTMIN+31",
			/*                  */ "         ^^"},
		{of(grammar.Signal), differs, "99",
			/*                  */ "^^"},
		{of(grammar.Size), refused, "64KiB",
			/*                */ "  ^^^"},
		{of(grammar.Size), refused, "6.4KB",
			/*                */ " ^^"},
		{of(grammar.Size), differs, "64K",
			/*                */ "  ^"},
		{of(grammar.Syslog), refused, "local8",
			/*                  */ "^^^^^^"},
		{of(grammar.TmpfsSize), differs, "512k",
			/*                     */ "   ^"},
		{of(grammar.TTYDir), fails, "lxc/tty",
			/*                */ "   ^"},
		{of(grammar.Uint32), refused, "-1",
			/*                  */ "^^"},
		{of(grammar.Uint32), differs, "010",
			/*                  */ "^^^"},
		{of(grammar.Variable), fails, "=x",
			/*                  */ "^"},
	} {
		_, err := c.language.parse(at(c.value))
		if err == nil {
			t.Errorf("%s %q: no error", c.language.name, c.value)
			continue
		}
		effect := refused
		switch {
		case err.AtStart:
			effect = fails
		case err.Kept:
			effect = differs
		case err.Ignored:
			effect = ignored
		}
		if got := marks(err); got != c.place || effect != c.effect {
			t.Errorf("%s: %s (%s, want %s)\n\t%s\n\t%s\n\t%s (want)", c.language.name, err.Summary, effect, c.effect, c.value, got, c.place)
		}
		if err.Summary == "" || strings.HasSuffix(err.Summary, ".") || !strings.HasSuffix(err.Detail, ".") {
			t.Errorf("%s %q: the words are %q and %q", c.language.name, c.value, err.Summary, err.Detail)
		}
	}
}
