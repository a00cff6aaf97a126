package grammar_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lxcfg/grammar"
	"lxcfg/grammar/source"
)

// show gives a document as one line of words a line of text.
func show(d *grammar.Document) []string {
	names := map[grammar.LineKind]string{
		grammar.LineBlank: "blank", grammar.LineComment: "comment", grammar.LineAssign: "assign",
		grammar.LineIgnored: "ignored", grammar.LineBad: "bad", grammar.LineRest: "rest",
	}
	var out []string
	for l := range d.Lines() {
		text := names[l.Kind]
		if l.Kind == grammar.LineAssign {
			text += fmt.Sprintf(" %q=%q", d.Key(l).String, d.Value(l).String)
		} else if l.Kind != grammar.LineBlank {
			text += fmt.Sprintf(" %q", d.Content(l).String)
		}
		out = append(out, text)
	}
	return out
}

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"empty file":                         {"", nil},
		"setting":                            {"lxc.uts.name = web\n", []string{`assign "lxc.uts.name"="web"`}},
		"no final newline":                   {"lxc.a=b", []string{`assign "lxc.a"="b"`}},
		"blanks around key and value":        {" \tlxc.a \t=\t b c \t\n", []string{`assign "lxc.a"="b c"`}},
		"first equals sign separates":        {"lxc.a==b=c", []string{`assign "lxc.a"="=b=c"`}},
		"empty value":                        {"lxc.a =\nlxc.b =  \n", []string{`assign "lxc.a"=""`, `assign "lxc.b"=""`}},
		"comment":                            {"  # x = y\n", []string{`comment "  # x = y"`}},
		"comment sign inside a value":        {"lxc.a = b # c\n", []string{`assign "lxc.a"="b # c"`}},
		"blank lines":                        {"\n \t\n\n", []string{"blank", "blank", "blank"}},
		"CR LF":                              {"lxc.a = b\r\nlxc.c = d\r\n", []string{`assign "lxc.a"="b"`, `assign "lxc.c"="d"`}},
		"CR in mid-line starts another line": {"lxc.a = b\rlxc.c = d\n", []string{`assign "lxc.a"="b"`, `assign "lxc.c"="d"`}},
		"no equals sign":                     {"lxc.cap.drop sys_admin\n", []string{`bad "lxc.cap.drop sys_admin"`}},
		"other prefix":                       {"lcx.a = b\n[x]\n", []string{`ignored "lcx.a = b"`, `ignored "[x]"`}},
		"prefix in capitals":                 {"LXC.a = b\n", []string{`ignored "LXC.a = b"`}},
		"prefix alone":                       {"lxc.\nlxc\n", []string{`bad "lxc."`, `ignored "lxc"`}},
		"blank inside a key":                 {"lxc.uts name = a", []string{`assign "lxc.uts name"="a"`}},
		"form feed is no blank":              {"\flxc.a = b\n", []string{`ignored "\flxc.a = b"`}},
		"form feed in a value":               {"lxc.a =\fb\v\n", []string{`assign "lxc.a"="\fb\v"`}},
		"NUL ends the file":                  {"lxc.a = b\nlxc.c = d\x00e\nlxc.f = g\n", []string{`assign "lxc.a"="b"`, `assign "lxc.c"="d"`, `rest "\x00e\nlxc.f = g\n"`}},
		"NUL alone":                          {"\x00", []string{`rest "\x00"`}},
		"byte order mark":                    {"\xef\xbb\xbflxc.a = b\n", []string{"ignored \"\\ufefflxc.a = b\""}},
		"bytes that are no UTF-8":            {"lxc.a = caf\xe9\n", []string{`assign "lxc.a"="caf\xe9"`}},
		"double quotes":                      {`lxc.a = "b c"`, []string{`assign "lxc.a"="b c"`}},
		"single quotes keep blanks":          {`lxc.a = ' b '`, []string{`assign "lxc.a"=" b "`}},
		"one layer of quotes":                {`lxc.a = ""b""`, []string{`assign "lxc.a"="\"b\""`}},
		"quotes that do not match":           {`lxc.a = "b'`, []string{`assign "lxc.a"="\"b'"`}},
		"one quote alone":                    {`lxc.a = "`, []string{`assign "lxc.a"="\""`}},
		"quotes around nothing":              {`lxc.a = ""`, []string{`assign "lxc.a"=""`}},
		"quotes inside":                      {`lxc.a = "a"b"`, []string{`assign "lxc.a"="a\"b"`}},
		"text after the closing quote":       {`lxc.a = "b" # c`, []string{`assign "lxc.a"="\"b\" # c"`}},
		"backslash continues nothing":        {"lxc.a = b\\\nlxc.c = d", []string{`assign "lxc.a"="b\\"`, `assign "lxc.c"="d"`}},
	} {
		t.Run(name, func(t *testing.T) {
			d := grammar.Parse(source.File{Name: "config", Text: c.text})
			if diff := cmp.Diff(c.want, show(d)); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
			checkDocument(t, d)
		})
	}
}

func TestPositions(t *testing.T) {
	d := grammar.Parse(source.File{Name: "config", Text: "# one\r\n\tlxc.a = \"b c\"\rlxc.d=e\n"})
	var got []string
	for l := range d.Lines() {
		if l.Kind == grammar.LineAssign {
			got = append(got, fmt.Sprintf("%v %v-%d", d.Key(l).Range, d.Value(l).Range, d.Value(l).Range.End.Column))
		}
	}
	want := []string{"config:2:2 config:2:11-14", "config:2:16 config:2:22-23"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("positions (-want +got):\n%s", diff)
	}
}

// checkDocument holds what is true of every document.
func checkDocument(t *testing.T, d *grammar.Document) {
	t.Helper()
	if d.String() != d.File.Text {
		t.Fatalf("printing changed the file")
	}
	end := 0
	var all strings.Builder
	for l := range d.Lines() {
		content := d.Content(l)
		start := content.Range.Start
		if gap := d.File.Text[end:start.Offset]; strings.Trim(gap, "\r\n") != "" {
			t.Fatalf("the text %q before line %d belongs to no line", gap, start.Line)
		}
		end = content.Range.End.Offset
		if want := 1 + strings.Count(d.File.Text[:start.Offset], "\n"); start.Line != want {
			t.Fatalf("line at offset %d has number %d, want %d", start.Offset, start.Line, want)
		}
		if want := start.Offset - strings.LastIndexByte(d.File.Text[:start.Offset], '\n'); start.Column != want {
			t.Fatalf("line at offset %d starts at column %d, want %d", start.Offset, start.Column, want)
		}
		if l.Kind == grammar.LineAssign {
			for _, part := range []grammar.Text{d.Key(l), d.Value(l)} {
				if d.File.Text[part.Range.Start.Offset:part.Range.End.Offset] != part.String {
					t.Fatalf("the range %v does not hold %q", part.Range, part.String)
				}
			}
		}
		all.WriteString(content.String)
	}
	if rest := strings.Trim(d.File.Text[end:], "\r\n"); rest != "" {
		t.Fatalf("the text %q at the end belongs to no line", rest)
	}
}
