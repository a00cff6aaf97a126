package compile_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"lxcfg/compile"
	"lxcfg/compile/keys"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// tree is a file system of texts; its directories are in the order of the names.
type tree map[string]string

func (t tree) ReadFile(name string) (string, error) {
	if text, ok := t[name]; ok {
		return text, nil
	}
	return "", fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
}

func (t tree) ReadDir(name string) ([]string, error) {
	var names []string
	prefix := strings.TrimSuffix(name, "/") + "/"
	for file := range t {
		if rest, ok := strings.CutPrefix(file, prefix); ok && rest != "" && !strings.Contains(rest, "/") {
			names = append(names, rest)
		}
	}
	if _, file := t[strings.TrimSuffix(name, "/")]; file {
		return nil, errors.New("not a directory")
	}
	if names == nil {
		return nil, fs.ErrNotExist
	}
	slices.Sort(names)
	return names, nil
}

func (t tree) IsDir(name string) bool {
	names, _ := t.ReadDir(name)
	return names != nil
}

func load(t *testing.T, files tree, text string, defines ...string) *compile.Loaded {
	t.Helper()
	return compile.Load(compile.Request{File: source.File{Name: "main", Text: text}, Files: files, Defines: defines})
}

// settings gives what was set, with where it stands and how it was reached.
func settings(l *compile.Loaded) []string {
	var out []string
	for _, s := range keys.Show(l.Config) {
		if s.Default {
			continue
		}
		text := fmt.Sprintf("%s=%s @%s", s.Key, s.Value, s.Origin.Range())
		for _, p := range s.Origin.Trail() {
			text += fmt.Sprintf(" <%s:%d", p.File, p.Line)
		}
		out = append(out, text)
	}
	return out
}

func TestIncludesStandWhereTheirLineDoes(t *testing.T) {
	files := tree{
		"/c/common.conf": "lxc.uts.name = common\nlxc.include = /c/more.conf\n",
		"/c/more.conf":   "lxc.tty.max = 3\n",
	}
	l := load(t, files, "lxc.uts.name = before\nlxc.include = /c/common.conf\nlxc.tty.max = 9\n")
	want := []string{"lxc.tty.max=9 @main:3:1", "lxc.uts.name=common @/c/common.conf:1:1 <main:2"}
	if got := settings(l); !slices.Equal(got, want) {
		t.Errorf("settings %q, want %q", got, want)
	}
	l = load(t, files, "lxc.include = /c/common.conf\n")
	if got := settings(l)[0]; got != "lxc.tty.max=3 @/c/more.conf:1:1 <main:1 </c/common.conf:2" {
		t.Errorf("the trail of a nested include is %q", got)
	}
}

func TestDirectoriesAreReadInOrder(t *testing.T) {
	files := tree{"/d/20.conf": "lxc.uts.name = b\n", "/d/10.conf": "lxc.uts.name = a\n", "/d/x.txt": "nonsense", "/d/.conf": "lxc.nonsense = 1\n"}
	for _, line := range []string{"lxc.include = /d/\n", "lxc.include = /d\n"} {
		l := load(t, files, line)
		if got := settings(l); l.Findings.Has(diag.Error) || got[0] != "lxc.uts.name=b @/d/20.conf:1:1 <main:1" {
			t.Errorf("%q: settings %q, findings %v", line, got, l.Findings)
		}
	}
}

func TestIncludeFindings(t *testing.T) {
	loop := tree{"/a": "lxc.include = /b\n", "/b": "lxc.include = /a\n"}
	for name, c := range map[string]struct {
		files      tree
		text, want string
	}{
		"missing file":                  {nil, "lxc.include = /none\n", "include/unreadable"},
		"missing directory with slash":  {nil, "lxc.include = /none/\n", ""},
		"a file with a slash":           {tree{"/a": ""}, "lxc.include = /a/\n", "include/unreadable"},
		"loop of two":                   {loop, "lxc.include = /a\n", "include/loop"},
		"the file itself":               {tree{"/a": "lxc.include = /a\n"}, "lxc.include = /a\n", "include/loop"},
		"a file twice, one after other": {tree{"/a": "lxc.group = x\n"}, "lxc.include = /a\nlxc.include = /a\n", "include/twice"},
		"an empty value":                {nil, "lxc.include =\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			files := c.files
			if files == nil {
				files = tree{}
			}
			got := ""
			for _, f := range load(t, files, c.text).Findings {
				got += f.Code
				if refused := f.Code != "include/twice"; refused != (f.Effect == diag.RejectedAtLoad) {
					t.Errorf("the effect is %s", f.Effect)
				}
			}
			if got != c.want {
				t.Errorf("findings %q, want %q", got, c.want)
			}
		})
	}
}

// A tree of includes that branches at every level has to end.
func TestIncludesThatBranchEnd(t *testing.T) {
	files := tree{}
	for i := range 40 {
		files[fmt.Sprint("/", i)] = strings.Repeat(fmt.Sprintf("lxc.include = /%d\n", i+1), 2)
	}
	l := load(t, files, "lxc.include = /0\n")
	if !slices.ContainsFunc(l.Findings, func(f diag.Diagnostic) bool { return f.Code == "include/too-many" }) {
		t.Error("two to the power of forty files were read without a word")
	}
}

func TestDefines(t *testing.T) {
	l := load(t, tree{}, "lxc.uts.name = a\nlxc.group = x\n", "lxc.uts.name=\"b c\"", "lxc.group = y", "lxc.tty.max=1")
	want := []string{"lxc.group=x @main:2:1", "lxc.group=y @<define:2>:1:1", "lxc.tty.max=1 @<define:3>:1:1", "lxc.uts.name=b c @<define:1>:1:1"}
	if got := settings(l); !slices.Equal(got, want) {
		t.Errorf("settings %q, want %q", got, want)
	}
	for _, bad := range []string{"", "foo=1", "lxc.uts.name", "# lxc.a=b", "lxc.group=a\nlxc.group=b"} {
		l := load(t, tree{}, "", bad)
		if len(l.Findings) != 1 || l.Findings[0].Code != "define/not-a-setting" {
			t.Errorf("define %q: findings %v", bad, l.Findings)
		}
	}
}

// The file lxc.mount.fstab names is looked at as the lines of the configuration are.
func TestFstab(t *testing.T) {
	files := tree{
		"/inc":   "lxc.mount.fstab = /fstab\n",
		"/fstab": "# mounts\n/srv srv none bind,sync 0 0\nlone\n/a ../a none bind,create=File 0 0\n",
	}
	l := load(t, files, "lxc.include = /inc\n")
	var got []string
	for _, f := range l.Findings {
		got = append(got, fmt.Sprintf("%s %s %s %v", f.Code, f.Subject, f.Key, f.Trail))
	}
	const from = " lxc.mount.fstab [{main 1} {/inc 1}]"
	want := []string{
		"mount/ignored-option /fstab:2:1" + from,
		"mount/no-target /fstab:3:1" + from,
		"mount/parent-target /fstab:4:1" + from,
		"value/mount-entry /fstab:4:19" + from,
	}
	if !slices.Equal(got, want) {
		t.Errorf("findings\n%q, want\n%q", got, want)
	}
	if text, ok := l.Text("/fstab"); !ok || text != files["/fstab"] {
		t.Errorf("the text of the fstab is %q", text)
	}
	if l := load(t, tree{}, "lxc.mount.fstab = /missing\n"); len(l.Findings) > 0 {
		t.Errorf("a missing fstab has the finding %s", l.Findings[0].Summary)
	}
}

// Every file that was read is a source of the plan, the policy included.
func TestSources(t *testing.T) {
	files := tree{"/inc": "lxc.seccomp.profile = /policy\n", "/policy": "2\ndenylist\n"}
	l := load(t, files, "lxc.include = /inc\n", "lxc.uts.name=a")
	var names []string
	for _, f := range l.Config.Sources {
		names = append(names, f.Name)
	}
	if want := "main /inc <define:1> /policy"; strings.Join(names, " ") != want {
		t.Errorf("sources are %q, want %q", strings.Join(names, " "), want)
	}
	if l.Policy == nil || l.Policy.Text != "2\ndenylist\n" {
		t.Errorf("the policy is %v", l.Policy)
	}
}

func TestOrderOfADirectoryMatters(t *testing.T) {
	codes := func(v keys.Version, files tree) string {
		l := compile.Load(compile.Request{File: source.File{Name: "main", Text: "lxc.include = /d\n"}, Files: files, Version: v, Stated: true})
		var out []string
		for _, f := range l.Findings {
			out = append(out, fmt.Sprintf("%s %d", f.Code, len(f.Related)))
		}
		return strings.Join(out, ", ")
	}
	for name, c := range map[string]struct {
		version keys.Version
		files   tree
		want    string
	}{
		"one key in two files": {keys.Newest, tree{"/d/a.conf": "lxc.uts.name = a\n", "/d/b.conf": "lxc.uts.name = b\n", "/d/c.conf": "lxc.uts.name = c\n"}, "include/order 2"},
		"twice in one file":    {keys.Newest, tree{"/d/a.conf": "lxc.uts.name = a\nlxc.uts.name = b\n"}, "key/repeated 1"},
		"lists":                {keys.Newest, tree{"/d/a.conf": "lxc.group = a\n", "/d/b.conf": "lxc.group = b\n"}, ""},
		"through an include":   {keys.Newest, tree{"/d/a.conf": "lxc.include = /c\n", "/c": "lxc.tty.max = 1\n", "/d/b.conf": "lxc.tty.max = 2\n"}, "include/order 2"},
		"none in LXC 1.0":      {keys.V1_0, tree{"/d/a.conf": "lxc.group = a\n"}, "include/directory 0"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := codes(c.version, c.files); got != c.want {
				t.Errorf("findings %q, want %q", got, c.want)
			}
		})
	}
}

// A comment behind a number costs one finding, behind a text another one.
func TestCommentsBehindValues(t *testing.T) {
	for text, want := range map[string]string{
		"lxc.tty.max = 4 # four\n":     "value/number",
		"lxc.uts.name = web # a\n":     "syntax/trailing-comment",
		"lxc.uts.nam = web # a\n":      "key/unknown syntax/trailing-comment",
		"lxc.idmap = u 0 1 x # maps\n": "syntax/trailing-comment value/id-map",
	} {
		var got []string
		for _, f := range load(t, nil, text).Findings {
			if f.Effect != diag.FailsAtStart {
				got = append(got, f.Code)
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
