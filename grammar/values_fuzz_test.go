package grammar

import (
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/alecthomas/participle/v2"

	"lxcfg/grammar/source"
)

// checked is a language with what holds for all its values.
type checked struct {
	name  string
	check func(t *testing.T, text string)
}

// check holds that an error points into the value, and that a right value printed
// in LXC's canonical spelling is the same value.
func check[T any](l Language[T]) checked {
	return checked{l.Name, func(t *testing.T, text string) {
		t.Helper()
		v, err := l.Parse(whole(text))
		if err != nil {
			checkPlace(t, l.Name, text, err)
		}
		if err != nil && !err.Kept || text == "" {
			return
		}
		printed := l.Format(v)
		if l.Name == Size.Name && printed == "9223372036854775808" {
			return // rounded up, by LXC as well, to more than LXC reads
		}
		if again, err := l.Parse(whole(printed)); err != nil && !err.Kept {
			t.Fatalf("%s: %q is printed as %q, which is refused: %s", l.Name, text, printed, err.Summary)
		} else if l.Name == Arch.Name {
			// LXC's spelling of an architecture keeps its width only.
		} else if !reflect.DeepEqual(v, again) {
			t.Fatalf("%s: %q is %+v, printed as %q it is %+v", l.Name, text, v, printed, again)
		}
	}}
}

func checkPlace(t *testing.T, name, text string, err *ValueError) {
	t.Helper()
	if r := err.Range; r.Start.Offset < 0 || r.End.Offset < r.Start.Offset || r.End.Offset > len(text) || r.Start.Column != r.Start.Offset+1 || r.End.Column != r.End.Offset+1 {
		t.Fatalf("%s: the error about %q points to %+v", name, text, err.Range)
	}
	if err.Summary == "" || err.Detail == "" || strings.ContainsAny(err.Summary+err.Detail, "\r\n\x00\x1b") {
		t.Fatalf("%s: the error about %q says %q and %q", name, text, err.Summary, err.Detail)
	}
}

func whole(s string) Text {
	return Text{s, source.Range{Start: source.Pos{Line: 1, Column: 1}, End: source.Pos{Offset: len(s), Line: 1, Column: len(s) + 1}}}
}

var everyLanguage = []checked{
	check(Arch), check(AutoMounts), check(Bool), check(Capabilities), check(CgroupDir), check(CgroupLeaf), check(ClockOffset),
	check(CommandLine), check(Device), check(Flag), check(GroupIDs), check(Hostname), check(HWAddr), check(IDMapping),
	check(InitCommand), check(Int32), check(InterfaceName), check(IPv4Address), check(IPv4Gateway), check(IPv4Route),
	check(IPv6Address), check(IPv6Gateway), check(IPv6Route), check(KeptCapabilities), check(LogLevel), check(Mount), check(MTU),
	check(NamespaceWords), check(NotifyProxy), check(Path), check(PositiveInt32), check(ResourceLimit), check(Rootfs),
	check(RootfsOptions), check(SharedNamespace), check(ShellCommand), check(Signal), check(Size), check(String), check(Syslog),
	check(TaggedVlanID), check(TmpfsSize), check(TTYDir), check(Uint32), check(Variable), check(VethVlanID), check(VlanID),
	check(Words), check(Enum("mode", "bridge", "private")),
}

// mountOracle is a mount entry as getmntent(3) reads it, in the words of participle.
type mountOracle struct {
	Source  string   `parser:"( @Word"`
	Target  string   `parser:"( @Word"`
	FSType  string   `parser:"( @Word"`
	Options string   `parser:"( @Word"`
	Rest    []string `parser:"  @Word* )? )? )? )?"`
}

var mountOracleParser = sync.OnceValue(func() *participle.Parser[mountOracle] {
	return participle.MustBuild[mountOracle](participle.Lexer(newValueLexer(" \t", "")), participle.Elide("Blank"))
})

// checkShortcuts holds what is read by hand, because files are full of it, against
// the grammars.
func checkShortcuts(t *testing.T, text string) {
	t.Helper()
	want, err := mountOracleParser().ParseString("", text)
	if err != nil {
		t.Fatalf("the grammar of mount entries is not total: %v in %q", err, text)
	}
	got, _ := parseMount(whole(text))
	if got.Source != unescape(want.Source) || got.Target != unescape(want.Target) || got.FSType != unescape(want.FSType) || got.Options != want.Options {
		t.Fatalf("mount entry: %q is read as %+v, the grammar says %+v", text, got, want)
	}
	if m, ok := readIDMap(text); ok {
		g, err := idMapParser.Get().ParseString("", text)
		if err != nil {
			t.Fatalf("id map: %q is read as %+v, the grammar says %v", text, m, err)
		}
		if slow, problem := g.value(whole(text)); problem != nil || slow != m {
			t.Fatalf("id map: %q is read as %+v, the grammar says %+v, %v", text, m, slow, problem)
		}
	}
	if r, ok := readDevice(text); ok {
		g, err := deviceParser.Get().ParseString("", text)
		if err != nil {
			t.Fatalf("device rule: %q is read as %+v, the grammar says %v", text, r, err)
		}
		if slow, problem := g.value(whole(text)); problem != nil || slow != r {
			t.Fatalf("device rule: %q is read as %+v, the grammar says %+v, %v", text, r, slow, problem)
		}
	}
	if l, ok := readLimit(text); ok {
		g, err := limitParser.Get().ParseString("", text)
		if err != nil {
			t.Fatalf("limit: %q is read as %+v, the grammar says %v", text, l, err)
		}
		if slow, problem := g.value(whole(text)); problem != nil || slow != l {
			t.Fatalf("limit: %q is read as %+v, the grammar says %+v, %v", text, l, slow, problem)
		}
	}
}

// FuzzValues gives each text to every language.
func FuzzValues(f *testing.F) {
	for _, text := range []string{
		"", "a", "1", "010", "0x1f", "-1", "+5", "99999999999999999999", "yes", "auto", "64KB", "64 K", "none", "proc:mixed sys:ro cgroup:rw:force",
		"shmounts:/a:/b", "u 0 100000 65536", "g\t1\r2 3", "c 1:3 rwm", "b *:* m", "/dev/null rwm", "1024:4096", "unlimited", "5 :", "2h", "-5 s", "+3ms",
		"/srv/a b none bind,create=dir,optional 0 0", "a\\040b c\\134 d ro,create=x", "chown none 40", "SIGRTMIN+3", "SIGRTMAX-", "sigkill", "10.0.3.5/24 10.0.3.255",
		"fd00::5/64", "::ffff:1.2.3.4", "dev", "10.0.0.0/8", "00:16:3e:xx:xx:xx", "0::1:2", "overlay:/a:/b", "foo:/a", "unix:@x", "NAME=value", "=x",
		"sh -c 'a \"b\"' # c", "\"a b\" c\"d", "net PID", "a/../b//./c", "lxc/web", "4,27,", "local7", "DEBUG", "amd64", "\xff\x00\x1b",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, l := range everyLanguage {
			l.check(t, text)
		}
		checkShortcuts(t, text)
		checkOracles(t, text)
		checkFstab(t, text)
	})
}

// checkFstab holds that each line of an fstab that is an entry is one, in its place.
func checkFstab(t *testing.T, text string) {
	t.Helper()
	entries, findings := ParseFstab(source.File{Name: "fstab", Text: text})
	for _, e := range entries {
		r := e.Line.Range
		if text[r.Start.Offset:r.End.Offset] != e.Line.String || r.Start.Line != 1+strings.Count(text[:r.Start.Offset], "\n") {
			t.Fatalf("fstab: the entry %q stands at %+v", e.Line.String, r)
		}
	}
	for _, d := range findings {
		if d.Subject.Start.Offset < 0 || d.Subject.End.Offset > len(text) || d.Subject.End.Offset < d.Subject.Start.Offset {
			t.Fatalf("fstab: %s points to %+v", d.Code, d.Subject)
		}
	}
}
