package grammar

import (
	"strings"
	"testing"

	"github.com/alecthomas/participle/v2"

	"lxcfg/grammar/source"
)

// The grammar as participle derives it from struct tags: slow, and plain to read.
// The hand-written Parse has to agree with it on every text.
type oracleFile struct {
	Lines []oracleLine `parser:"@@*"`
	Rest  string       `parser:"@Rest?"`
}

type oracleLine struct {
	Body *oracleBody `parser:"( @@"`
	End  string      `parser:"  @EOL?"`
	Bare string      `parser:"| @EOL )"`
}

type oracleBody struct {
	Space   string         `parser:"( @Space"`
	Content *oracleContent `parser:"  @@?"`
	Alone   *oracleContent `parser:"| @@ )"`
}

type oracleContent struct {
	Comment string `parser:"  @Comment"`
	Key     string `parser:"| @Key"`
	Equals  string `parser:"  @Equals"`
	Value   string `parser:"  ( @Value"`
	Quoted  string `parser:"  | @Quoted )? Space?"`
	Text    string `parser:"| @Text"`
}

// oracle parses a text the slow way and gives each line as a word and its parts.
func oracle(t *testing.T, dialect Dialect, text string) []string {
	t.Helper()
	parser, err := participle.Build[oracleFile](participle.Lexer(oracleLexer{dialect}))
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseString("", text)
	if err != nil {
		t.Fatalf("the grammar is not total: %v in %q", err, text)
	}
	var out []string
	for _, l := range file.Lines {
		out = append(out, l.show())
	}
	if file.Rest != "" {
		out = append(out, "rest "+file.Rest)
	}
	return out
}

func (l oracleLine) show() string {
	if l.Body == nil {
		return "blank"
	}
	c := l.Body.Content
	if c == nil {
		c = l.Body.Alone
	}
	switch {
	case c == nil:
		return "blank"
	case c.Comment != "":
		return "comment"
	case c.Key != "":
		value := c.Value
		if n := len(c.Quoted); n > 1 {
			value = c.Quoted[1 : n-1]
		}
		return "assign " + c.Key + "=" + value
	case strings.HasPrefix(c.Text, settingPrefix):
		return "bad"
	}
	return "ignored"
}

func (d *Document) show() []string {
	var out []string
	for l := range d.Lines() {
		switch l.Kind {
		case LineBlank:
			out = append(out, "blank")
		case LineComment:
			out = append(out, "comment")
		case LineAssign:
			out = append(out, "assign "+d.Key(l).String+"="+d.Value(l).String)
		case LineBad:
			out = append(out, "bad")
		case LineIgnored:
			out = append(out, "ignored")
		case LineRest:
			out = append(out, "rest "+d.Content(l).String)
		}
	}
	return out
}

// FuzzParse holds the grammar to what it promises: it takes every text, loses no
// byte, and the fast parser reads what the plain grammar reads.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"", "\n", "lxc.uts.name = a\n", " lxc.a\t= 'b' \r\n# c\n\rlxc.d", "lxc.a=\x00lxc.b=c", "\xef\xbb\xbflxc.a=b",
		"lxc.a = \"b\" # c\nfoo.bar = 1\n[x]\n", "lxc.=\n=\nlxc. = =", "\t\n \n\f\nlxc.a\fb=c\v",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, dialect := range Dialects() {
			d := ParseAs(source.File{Name: "config", Text: text}, dialect)
			if d.String() != text {
				t.Fatalf("%s: printing changed the text", dialect)
			}
			checkTiling(t, d)
			if dialect == PVE {
				continue // FuzzProxmox has an oracle of its own
			}
			want, got := oracle(t, dialect, text), d.show()
			if len(want) != len(got) {
				t.Fatalf("%s: %d lines, the plain grammar finds %d: %q and %q", dialect, len(got), len(want), got, want)
			}
			for i := range want {
				if want[i] != got[i] {
					t.Fatalf("%s: line %d is %q, the plain grammar says %q", dialect, i+1, got[i], want[i])
				}
			}
			for range d.Findings() {
			}
		}
	})
}

// checkTiling holds that lines and their ends are the whole text, once.
func checkTiling(t *testing.T, d *Document) {
	t.Helper()
	end := int32(0)
	for l := range d.Lines() {
		if l.start < end || l.end < l.start || strings.Trim(d.File.Text[end:l.start], "\r\n") != "" {
			t.Fatalf("line %d spans %d-%d after %d", l.number, l.start, l.end, end)
		}
		parts := d.Dialect.parts(d.content(l))
		for _, s := range []span{parts.key, parts.value} {
			if s.from > s.to || s.to > int(l.end-l.start) {
				t.Fatalf("a part of line %d spans %d-%d", l.number, s.from, s.to)
			}
		}
		end = l.end
	}
	if strings.Trim(d.File.Text[end:], "\r\n") != "" {
		t.Fatalf("the text ends at %d, the lines at %d", len(d.File.Text), end)
	}
}

// A file of many blocks has to read as its lines do one by one.
func TestBlocks(t *testing.T) {
	line := "lxc.mount.entry = /srv/data srv/data none bind,create=dir 0 0\n"
	text := strings.Repeat(line, 5000)
	d := Parse(source.File{Name: "config", Text: text})
	if d.Len() != 5000 {
		t.Fatalf("%d lines, want 5000", d.Len())
	}
	n := 0
	for l := range d.Lines() {
		n++
		if l.Kind != LineAssign || int(l.number) != n || d.Value(l).Range.Start.Column != 19 {
			t.Fatalf("line %d is %+v", n, l)
		}
	}
	checkTiling(t, d)
	long := "lxc.environment = A=" + strings.Repeat("x", 10<<20) + "\nlxc.uts.name = b\n"
	if d = Parse(source.File{Name: "config", Text: long}); d.Len() != 2 {
		t.Fatalf("a line of 10 MB: %d lines, want 2", d.Len())
	}
}

func BenchmarkParse(b *testing.B) {
	text := strings.Repeat("lxc.cgroup2.devices.allow = c 1:3 rwm\n# a comment\nlxc.mount.entry = proc proc proc nodev,noexec,nosuid 0 0\n\n", 25)
	for name, n := range map[string]int{"100-lines": 1, "100k-lines": 1000} {
		b.Run(name, func(b *testing.B) {
			file := source.File{Name: "config", Text: strings.Repeat(text, n)}
			b.SetBytes(int64(len(file.Text)))
			b.ReportAllocs()
			for b.Loop() {
				Parse(file)
			}
		})
	}
}

// A lone CR ends a line and no line number; in a CR LF it is no line of its own.
func TestCarriageReturns(t *testing.T) {
	const lines = 2*chunkLines + 1
	for _, c := range []struct {
		name, line    string
		number, start int // of the last line
	}{
		{"CR alone", "lxc.ab = c\r", 1, (lines - 1) * 11},
		{"CR LF", "lxc.ab = c\r\n", lines, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Parse(source.File{Name: "config", Text: strings.Repeat(c.line, lines)})
			checkTiling(t, d)
			var last *Line
			for l := range d.Lines() {
				last = l
			}
			key := d.Key(last).Range.Start
			if d.Len() != lines || last.Kind != LineAssign || key.Line != c.number || key.Column != c.start+1 {
				t.Fatalf("the last of %d lines has its key at %+v", d.Len(), key)
			}
		})
	}
}
