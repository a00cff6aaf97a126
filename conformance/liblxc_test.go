//go:build linux

package conformance

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lxcfg/compile"
	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// LXC itself is the judge of what a configuration says: a small C program asks
// liblxc whether it loads a text, and what it makes of each key.

// judgement is liblxc's answer about one file.
type judgement struct {
	accepted bool
	values   map[string]string // lines of a list joined by "\n"
	read     string            // every text that was read, includes too; of lxcfg's judgement only
}

// buildJudge compiles the C program against the installed liblxc.
func buildJudge(t *testing.T) string {
	t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("there is no C compiler to build the judge with")
	}
	judge := filepath.Join(t.TempDir(), "judge")
	if out, err := exec.Command(cc, "-o", judge, "testdata/liblxc.c", "-llxc").CombinedOutput(); err != nil {
		t.Skipf("liblxc's headers are not installed: %v\n%s", err, out)
	}
	return judge
}

// question is a configuration put to both judges.
type question struct {
	text    string
	defines []string // options -s
}

// ask has liblxc judge files in the directory dir, with the defines of each
// question, about the keys given. A configuration that liblxc dies of gets no
// judgement.
func ask(t *testing.T, judge, dir string, files []string, questions []question, about []string) []*judgement {
	t.Helper()
	all := make([]*judgement, 0, len(files))
	for len(all) < len(files) {
		var input strings.Builder
		for i := len(all); i < len(files); i++ {
			fmt.Fprintf(&input, "%s\n", strings.Join(append([]string{files[i]}, questions[i].defines...), "\x1f"))
		}
		cmd := exec.Command(judge, about...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "SET=from outside")
		cmd.Stdin = strings.NewReader(input.String())
		out, err := cmd.Output()
		answers := answersIn(string(out))
		all = append(all, answers...)
		switch {
		case err == nil && len(all) != len(files), len(all) > len(files):
			t.Fatalf("the judge answered %d of %d questions", len(all), len(files))
		case err != nil && len(all) < len(files):
			t.Logf("liblxc died (%v) of\n%s", err, questions[len(all)].text)
			all = append(all, nil)
		}
	}
	return all
}

// answersIn are the complete answers in what the judge has printed.
func answersIn(out string) []*judgement {
	var all []*judgement
	current := &judgement{values: map[string]string{}}
	key, began := "", false
	scan := bufio.NewScanner(strings.NewReader(out))
	scan.Buffer(nil, 1<<26)
	for scan.Scan() {
		switch line := scan.Text(); {
		case !began:
			current.accepted, began = line == "accept", true
		case line == "":
			all = append(all, current)
			current, began = &judgement{values: map[string]string{}}, false
		case line[0] == '\t':
			if old, more := current.values[key]; more {
				current.values[key] = old + "\n" + line[1:]
			} else {
				current.values[key] = line[1:]
			}
		default:
			key = line
		}
	}
	return all
}

// hostTree reads includes from the host, for the loader. It is the directory that
// relative names start from.
type hostTree string

func (h hostTree) name(name string) string {
	if strings.HasPrefix(name, "/") {
		return name
	}
	return string(h) + "/" + name // not cleaned: a trailing slash matters
}

func (h hostTree) ReadFile(name string) (string, error) {
	data, err := os.ReadFile(h.name(name))
	return string(data), err
}

func (h hostTree) ReadDir(name string) ([]string, error) {
	dir, err := os.Open(h.name(name))
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.Readdirnames(-1)
}

func (h hostTree) IsDir(name string) bool {
	info, err := os.Stat(h.name(name))
	return err == nil && info.IsDir()
}

// read is lxcfg's answer about one text, with nothing beside it.
func read(text string) judgement { return readAs(keys.V5_0, text) }

// readAs is lxcfg's answer as an LXC of a version.
func readAs(version keys.Version, text string) judgement {
	return readIn(".", version, question{text: text})
}

// readIn is lxcfg's answer about a configuration that is loaded in a directory.
func readIn(dir string, version keys.Version, q question) judgement {
	l := compile.Load(compile.Request{File: source.File{Name: "config", Text: q.text}, Defines: q.defines, Files: hostTree(dir),
		Version: version, Stated: true,
		LookupEnv: func(name string) (string, bool) { return "from outside", name == "SET" }})
	j := judgement{accepted: true, values: map[string]string{}}
	for _, f := range l.Config.Sources {
		j.read += f.Text + "\n"
	}
	for _, f := range l.Findings {
		j.accepted = j.accepted && f.Effect != diag.RejectedAtLoad
	}
	for _, s := range keys.Show(l.Config) {
		if s.Default {
			continue
		}
		if old, more := j.values[s.Key]; more {
			j.values[s.Key] = old + "\n" + s.Value
		} else {
			j.values[s.Key] = s.Value
		}
	}
	for _, nic := range l.Config.Network.NICs {
		j.values[fmt.Sprintf("lxc.net.%d.", nic.Index)] = "" // it is there, whatever is set of it
	}
	for key, canonical := range getters {
		if v, ok := j.values[key]; ok {
			j.values[key] = canonical(v)
		}
	}
	return j
}

// getters are the keys whose getter in LXC 5.0.2 prints something else than a
// line of a configuration.
var getters = map[string]func(string) string{
	"lxc.mount.auto": func(v string) string { // leaves out what came later: cgroup2, :force, shmounts
		return strings.Join(slices.DeleteFunc(strings.Fields(v), func(w string) bool {
			return strings.HasPrefix(w, "cgroup2") || strings.HasPrefix(w, "shmounts") || strings.HasSuffix(w, ":force")
		}), " ")
	},
	"lxc.init.groups": func(v string) string {
		lines := strings.Split(v, "\n")
		for i, id := range lines {
			if id == "4294967295" {
				lines[i] = "-1" // printed as a signed number
			}
		}
		return strings.Join(lines, ",")
	},
	"lxc.rootfs.path": func(v string) string {
		_, path, ok := strings.Cut(v, ":")
		return map[bool]string{true: path, false: v}[ok]
	},
	"lxc.proc.oom_score_adj": func(v string) string { return strings.ReplaceAll(v, "\n", "") },
	"lxc.net.0.ipv4.address": withoutBroadcast,
	"lxc.net.1.ipv4.address": withoutBroadcast,
	"lxc.namespace.clone":    inNamespaceOrder,
	"lxc.namespace.keep":     inNamespaceOrder,
}

func withoutBroadcast(v string) string {
	lines := strings.Split(v, "\n")
	for i := range lines {
		lines[i], _, _ = strings.Cut(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func inNamespaceOrder(v string) string {
	set := strings.Split(v, "\n")
	var ordered []string
	for _, ns := range grammar.NamespaceNames() {
		if slices.Contains(set, ns) {
			ordered = append(ordered, ns)
		}
	}
	return strings.Join(ordered, "\n")
}

func capabilitiesByName(lines string) string {
	list, err := grammar.Capabilities.Parse(grammar.Text{String: strings.ReplaceAll(lines, "\n", " ")})
	if err != nil {
		return lines
	}
	return strings.ReplaceAll(grammar.Capabilities.Format(list), " ", "\n")
}

// uncompared are keys whose getter in LXC 5.0.2 says too little to compare.
var uncompared = map[string]string{
	"lxc.time.offset.boot":      "printed in another unit than the one that was read",
	"lxc.time.offset.monotonic": "printed in another unit than the one that was read",
	"lxc.cap.keep":              "prints the list of lxc.cap.drop as well",
	"lxc.seccomp.notify.proxy":  "prints the path without what stands before it",
}

// defaults are liblxc's answers about configurations that say next to nothing: what
// its getters print of keys that nobody has set. The settings of an interface
// depend on its type.
type defaults struct {
	empty judgement
	typed map[string]judgement // an interface 0 of a type; "" for one without
}

// of is what liblxc prints of a key that is not set, in a configuration that
// otherwise says what mine says.
func (d defaults) of(key string, mine judgement) string {
	if len(key) <= len("lxc.net.0.") || !strings.HasPrefix(key, "lxc.net.") {
		return d.empty.values[key]
	}
	nic, sub := key[:len("lxc.net.0.")], key[len("lxc.net.0."):]
	for set := range mine.values {
		if strings.HasPrefix(set, nic) {
			return d.typed[mine.values[nic+"type"]].values["lxc.net.0."+sub]
		}
	}
	return ""
}

// bareTypes are the configurations behind the defaults, in the order they are asked.
var bareTypes = []string{"", "empty", "none", "veth", "macvlan", "ipvlan", "vlan", "phys"}

func bareText(kind string) string {
	if kind == "" {
		return "lxc.net.0.script.up = x\n"
	}
	return "lxc.net.0.type = " + kind + "\n"
}

// disagreement says where two answers differ, empty when they do not.
func disagreement(mine, theirs judgement, unset defaults, about []string) string {
	if mine.accepted != theirs.accepted {
		return fmt.Sprintf("accepted: %v, LXC says %v", mine.accepted, theirs.accepted)
	}
	if !mine.accepted {
		return ""
	}
	for _, key := range about {
		want, got := theirs.values[key], mine.values[key]
		if _, set := mine.values[key]; !set {
			got = unset.of(key, mine)
		}
		switch {
		case got == want, uncompared[key] != "":
		case want == "(invalid)" && got == unset.of(key, mine): // a mode that an empty value has cleared
		case key == "lxc.cap.drop" && mine.values["lxc.cap.keep"] != "": // its getter prints the kept ones
		case key == "lxc.cap.drop" && got == capabilitiesByName(want): // its getter prints numbers as they were written
		case strings.HasSuffix(key, ".veth.vlan.id") && got == "none" && want == "-1":
		case key == "lxc.log.syslog" && strings.EqualFold(got, want): // printed as it was written
		case strings.HasSuffix(key, ".name") && got == "lo" && want == "": // an empty value has cleared the name of an empty network
		case strings.ReplaceAll(got, "4294967295", "-1") == want: // printed as a signed number
		case strings.HasSuffix(key, ".type") && want == "(null)": // an empty value has cleared it
		case strings.HasSuffix(key, ".hwaddr") && strings.ContainsAny(got, "xX"): // drawn at random when it is read
		default:
			return fmt.Sprintf("%s is %q, LXC says %q", key, got, want)
		}
	}
	return ""
}

// concrete are the keys of the table that can be asked for, with two interfaces
// and the families' members that the tests use.
func concrete() []string {
	var list []string
	for _, k := range keys.All() {
		if k.Since > keys.V5_0 || k.Name == keys.Include || k.Repeat() == keys.ClearsOnly {
			continue
		}
		switch {
		case strings.Contains(k.Name, "[i]"):
			list = append(list, strings.Replace(k.Name, "[i]", "0", 1), strings.Replace(k.Name, "[i]", "1", 1))
		case strings.Contains(k.Name, "["):
			for _, member := range familyMembers[k.Name] {
				list = append(list, k.Name[:strings.IndexByte(k.Name, '[')]+member)
			}
		default:
			list = append(list, k.Name)
		}
	}
	return list
}

// staleErrno are settings whose fate in LXC depends on an error number that
// something before them has left behind (docs/differences.md).
var staleErrno = regexp.MustCompile(`(init\.[ug]id|hook\.version|seccomp\.allow_nesting)\s*=\s*["']?\s*-`)

// ofTheHost are settings that LXC refuses while it loads a file if the host does not
// have what they name: a capability that is newer than the kernel, a user namespace
// to open (docs/differences.md).
var ofTheHost = regexp.MustCompile(`cap\.(drop|keep)\s*=[^\r\n]*\b(4[1-9]|[56]\d)\b|rootfs\.options\s*=[^\r\n]*idmap=`)

// openLink is a link for which LXC takes the last one of the host whose name begins so,
// while it loads the file (docs/differences.md).
var openLink = regexp.MustCompile(`net\.\d+\.link\s*=[^\r\n]*\+`)

// batch is how many configurations are judged at a time: their files and answers
// are in memory and on disk together.
const batch = 2000

// judgeAll compares texts and fails for every disagreement, the first few in full.
func judgeAll(t *testing.T, texts []string) {
	t.Helper()
	questions := make([]question, len(texts))
	for i, text := range texts {
		questions[i].text = text
	}
	wrong := judgeEach(t, t.TempDir(), len(questions), func(i int) question { return questions[i] })
	for _, d := range wrong[:min(len(wrong), 10)] {
		t.Error(d)
	}
	if len(wrong) > 0 {
		t.Errorf("%d of %d configurations are read otherwise than LXC reads them", len(wrong), len(texts))
	}
}

// judgeEach has n configurations judged, which are loaded in the directory dir,
// and describes the disagreements.
func judgeEach(t *testing.T, dir string, n int, question func(i int) question) []string {
	t.Helper()
	j := newJury(t, dir)
	var wrong []string
	for start := 0; start < n; start += batch {
		wrong = append(wrong, j.judge(t, start, min(n, start+batch), question)...)
	}
	return wrong
}

// jury is liblxc with what is needed to ask it.
type jury struct {
	program string
	dir     string // what configurations are loaded in
	files   string // the directory for the configurations themselves
	about   []string
	unset   defaults
}

func newJury(t *testing.T, dir string) *jury {
	t.Helper()
	j := &jury{program: buildJudge(t), dir: dir, files: t.TempDir(), about: concrete()}
	asked := []question{{}}
	for _, kind := range bareTypes {
		asked = append(asked, question{text: bareText(kind)})
	}
	answers := j.ask(t, asked)
	j.unset = defaults{empty: *answers[0], typed: map[string]judgement{}}
	for i, kind := range bareTypes {
		j.unset.typed[kind] = *answers[i+1]
	}
	delete(j.unset.typed[""].values, "lxc.net.0.script.up") // which its text sets
	return j
}

func (j *jury) ask(t *testing.T, questions []question) []*judgement {
	t.Helper()
	var files []string
	for i, q := range questions {
		name := filepath.Join(j.files, fmt.Sprint(i))
		if err := os.WriteFile(name, []byte(q.text), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	return ask(t, j.program, j.dir, files, questions, j.about)
}

// judge compares the answers about the configurations from start to end.
func (j *jury) judge(t *testing.T, start, end int, draw func(i int) question) []string {
	t.Helper()
	questions := make([]question, 0, end-start)
	for i := start; i < end; i++ {
		questions = append(questions, draw(i))
	}
	var wrong []string
	for i, theirs := range j.ask(t, questions) {
		q := questions[i]
		if theirs == nil {
			continue
		}
		ours := readIn(j.dir, keys.V5_0, q)
		if staleErrno.MatchString(ours.read) || openLink.MatchString(ours.read) || !theirs.accepted && ofTheHost.MatchString(ours.read) {
			continue
		}
		if what := disagreement(ours, *theirs, j.unset, j.about); what != "" {
			wrong = append(wrong, fmt.Sprintf("configuration %d: %s\n%q\n-s %q", start+i, what, q.text, q.defines))
		}
	}
	return wrong
}
