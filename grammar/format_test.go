package grammar

import (
	"slices"
	"testing"

	"lxcfg/grammar/source"
)

func format(text string, dialect Dialect) string {
	return Format(ParseAs(source.File{Name: "config", Text: text}, dialect))
}

func TestFormat(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"settings":                      {"  lxc.uts.name=web\t\nlxc.tty.max   =\t4\n", "lxc.uts.name = web\nlxc.tty.max = 4\n"},
		"an empty value":                {"lxc.cap.drop=  \n", "lxc.cap.drop =\n"},
		"comments":                      {"  # a  comment \t\n#b\n", "# a  comment\n#b\n"},
		"blank lines":                   {"\n\n# a\n\n \t\n\n# b\n\n", "# a\n\n# b\n"},
		"quotes":                        {"lxc.a = ' b '\nlxc.c = \"d\"\nlxc.e=\"\"\n", "lxc.a = ' b '\nlxc.c = \"d\"\nlxc.e = \"\"\n"},
		"ends of lines":                 {"lxc.a = b\r\nlxc.c = d\rlxc.e = f", "lxc.a = b\nlxc.c = d\nlxc.e = f\n"},
		"lines that are no settings":    {" foo = bar \n\t[x]\nlxc.broken \n", " foo = bar \n\t[x]\nlxc.broken \n"},
		"a byte order mark":             {"\xef\xbb\xbflxc.a=b\nlxc.c=d\n", "\xef\xbb\xbflxc.a=b\nlxc.c = d\n"},
		"what LXC does not read":        {"lxc.a=b\n\n\x00lxc.c=d\n\n\n", "lxc.a = b\n\n\x00lxc.c=d\n\n\n"},
		"a NUL byte behind a value":     {"lxc.a=b\x00c", "lxc.a = b\n\x00c"},
		"nothing":                       {"\n \n", ""},
		"blanks that LXC does not trim": {"lxc.a =\fb\v\n", "lxc.a = \fb\v\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := format(c.text, LXC); got != c.want {
				t.Errorf("%q gives %q, want %q", c.text, got, c.want)
			}
		})
	}
	if got := format("lxc.a=b\r\nlxc.c = \"d\" \n", LXC1); got != "lxc.a = b\r\nlxc.c = \"d\"\n" {
		t.Errorf("as LXC 1 reads it: %q", got)
	}
}

// FuzzFormat holds that LXC reads a formatted file as it reads the file, and that
// there is nothing to format a second time.
func FuzzFormat(f *testing.F) {
	for _, text := range []string{"", "lxc.a=b", " # c\r\n\r\nlxc.a = 'b' \rfoo\x00", "lxc.a\n\n\n\tlxc.b=\"\"\n", "\xef\xbb\xbflxc.a=b\n \f \n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, dialect := range Dialects() {
			once := format(text, dialect)
			if twice := format(once, dialect); twice != once {
				t.Fatalf("%s: %q becomes %q, and that %q", dialect, text, once, twice)
			}
			if before, after := read(text, dialect), read(once, dialect); !slices.Equal(before, after) {
				t.Fatalf("%s: %q is read as %q, formatted as %q", dialect, text, before, after)
			}
		}
	})
}

// read is what LXC makes of a text: its settings, and whether it refuses it.
func read(text string, dialect Dialect) []string {
	doc := ParseAs(source.File{Name: "config", Text: text}, dialect)
	var out []string
	for l := range doc.Lines() {
		switch l.Kind {
		case LineAssign, LineOption, LineSection:
			out = append(out, doc.Key(l).String+"="+doc.Value(l).String)
		case LineBad:
			out = append(out, "refused")
		}
	}
	return out
}
