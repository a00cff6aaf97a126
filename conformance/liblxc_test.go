//go:build linux

package conformance

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

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

// ask has liblxc judge files, about the keys given.
func ask(t *testing.T, judge string, files, about []string) []judgement {
	t.Helper()
	cmd := exec.Command(judge, about...)
	cmd.Env = append(os.Environ(), "SET=from outside")
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n") + "\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the judge failed after %d bytes: %v", len(out), err)
	}
	var all []judgement
	current := judgement{values: map[string]string{}}
	key, began := "", false
	scan := bufio.NewScanner(strings.NewReader(string(out)))
	scan.Buffer(nil, 1<<26)
	for scan.Scan() {
		switch line := scan.Text(); {
		case !began:
			current.accepted, began = line == "accept", true
		case line == "":
			all = append(all, current)
			current, began = judgement{values: map[string]string{}}, false
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
	if len(all) != len(files) {
		t.Fatalf("the judge answered %d of %d questions", len(all), len(files))
	}
	return all
}

// hostTree reads includes from the host, for the loader.
type hostTree struct{}

func (hostTree) ReadFile(name string) (string, error) {
	data, err := os.ReadFile(name)
	return string(data), err
}

func (hostTree) ReadDir(name string) ([]string, error) {
	dir, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.Readdirnames(-1)
}

func (hostTree) IsDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// read is lxcfg's answer about one text.
func read(text string) judgement { return readAs(keys.V5_0, text) }

// readAs is lxcfg's answer as an LXC of a version.
func readAs(version keys.Version, text string) judgement {
	l := compile.Load(compile.Request{File: source.File{Name: "config", Text: text}, Files: hostTree{}, Version: version, Stated: true,
		LookupEnv: func(name string) (string, bool) { return "from outside", name == "SET" }})
	j := judgement{accepted: true, values: map[string]string{}}
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
	"lxc.init.groups": func(v string) string { return strings.ReplaceAll(v, "\n", ",") },
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
		case got == "4294967295" && want == "-1": // printed as a signed number
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

// familyMembers are the names that families are tried with.
var familyMembers = map[string][]string{
	"lxc.cgroup.[file]":        {"memory.limit_in_bytes", "cpu.shares"},
	"lxc.cgroup2.[file]":       {"memory.max", "pids.max"},
	"lxc.namespace.share.[ns]": {"net", "ipc"},
	"lxc.prlimit.[resource]":   {"nofile", "core"},
	"lxc.sysctl.[name]":        {"net.ipv4.ip_forward", "kernel.msgmax"},
	"lxc.proc.[file]":          {"oom_score_adj"},
}

// staleErrno are settings whose fate in LXC depends on an error number that
// something before them has left behind (docs/differences.md).
var staleErrno = regexp.MustCompile(`(init\.[ug]id|hook\.version|seccomp\.allow_nesting)\s*=\s*["']?\s*-`)

// judgeAll compares texts and reports the disagreements, the first few in full.
func judgeAll(t *testing.T, texts []string) {
	t.Helper()
	judge := buildJudge(t)
	dir := t.TempDir()
	var files []string
	asked := []string{""}
	for _, kind := range bareTypes {
		asked = append(asked, bareText(kind))
	}
	first := len(asked)
	for i, text := range append(asked, texts...) {
		name := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	about := concrete()
	answers := ask(t, judge, files, about)
	unset := defaults{empty: answers[0], typed: map[string]judgement{}}
	for i, kind := range bareTypes {
		unset.typed[kind] = answers[i+1]
	}
	delete(unset.typed[""].values, "lxc.net.0.script.up") // which its text sets
	wrong := 0
	for i, text := range texts {
		if staleErrno.MatchString(text) {
			continue
		}
		if what := disagreement(read(text), answers[first+i], unset, about); what != "" {
			if wrong++; wrong <= 10 {
				t.Errorf("%s\n%s", what, text)
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d configurations are read otherwise than LXC reads them", wrong, len(texts))
	}
}

// TestDebianConfigurations judges every file that Debian's package installs.
func TestDebianConfigurations(t *testing.T) {
	files, err := filepath.Glob("/usr/share/lxc/config/*.conf")
	if err != nil || len(files) == 0 {
		t.Skip("no configurations of LXC are installed")
	}
	var texts []string
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	judgeAll(t, texts)
}

// TestRandomConfigurations judges configurations drawn from the key table: with a
// fixed seed, so that a failure can be repeated, and with a fresh one.
func TestRandomConfigurations(t *testing.T) {
	n := 1500
	if v := os.Getenv("LXCFG_RANDOM_CONFIGS"); v != "" {
		if _, err := fmt.Sscan(v, &n); err != nil {
			t.Fatalf("LXCFG_RANDOM_CONFIGS: %v", err)
		}
	}
	for name, seed := range map[string]uint64{"fixed": 1, "fresh": uint64(time.Now().UnixNano())} {
		t.Run(name, func(t *testing.T) {
			t.Logf("seed %d", seed)
			r := rand.New(rand.NewPCG(seed, 0))
			texts := make([]string, n)
			for i := range texts {
				texts[i] = randomConfig(r)
			}
			judgeAll(t, texts)
		})
	}
}

// hostileValues are what values can be beside right.
var hostileValues = []string{"", "x", "0", "1", "2", "-1", "+1", "01", "08", "0x1f", "4294967295", "4294967296", "99999999999999999999",
	"yes", "none", "auto", "dev", "a b", "\"quoted\"", "'a b'", "\"half", "#x", "x # y", "/a//b/./c/", "..", "a/../b", "/", ":", "a:b",
	"up", "SET", "UNSET", "A=b=c", "=x", "SIGKILL", "sigterm", "SIGRTMIN+3", "SIGRTMIN", "KILL", "64K", "1MB", "2 gb", "10s", "5 ms",
	"10.0.0.1", "10.0.0.1/33", "fe80::1%eth0", "::1/129", "u 0 100000 65536", "u 0 1", "b 0 0 1", "c 1:3 rwm", "chown", "CHOWN", "cap_kill",
	"mixed", "proc:ro", "sys:mixed", "cgroup:rw:force", "unlimited", "1:2", "1 : 2", ":5", "\xff\xfe", "caf\xc3\xa9", "\ttab\t"}

// randomConfig draws a configuration of a few lines.
func randomConfig(r *rand.Rand) string {
	all := keys.All()
	var text strings.Builder
	for range 1 + r.IntN(6) {
		k := all[r.IntN(len(all))]
		if k.Since > keys.V5_0 || k.Name == keys.Include || k.Name == "lxc.log.file" {
			continue // an include has tests of its own; liblxc opens a log as it reads the line
		}
		name, value, _ := strings.Cut(k.Example, " =")
		value = strings.TrimSpace(value)
		for family, members := range familyMembers {
			if k.Name == family {
				name = family[:strings.IndexByte(family, '[')] + members[r.IntN(len(members))]
			}
		}
		if strings.Contains(k.Name, "[i]") && r.IntN(2) == 0 {
			name = strings.Replace(name, ".0", ".1", 1)
		}
		// Most interfaces have the type that their other keys need.
		if kind, _, ok := strings.Cut(strings.TrimPrefix(k.Name, "lxc.net.[i]."), "."); ok && strings.HasPrefix(k.Name, "lxc.net.[i].") && r.IntN(4) > 0 {
			if slices.Contains([]string{"veth", "macvlan", "ipvlan", "vlan"}, kind) {
				fmt.Fprintf(&text, "%s.type = %s\n", name[:len("lxc.net.0")], kind)
			}
		}
		switch r.IntN(6) {
		case 0:
			value = hostileValues[r.IntN(len(hostileValues))]
		case 1:
			value = ""
		case 2:
			if n := r.IntN(len(value) + 1); len(value) > 0 {
				value = value[:n] + string(" x0:/,"[r.IntN(6)]) + value[n:]
			}
		}
		fmt.Fprintf(&text, "%s = %s\n", name, value)
	}
	return text.String()
}
