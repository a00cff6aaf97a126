package keys_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lxcfg/compile/config"
	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// resolve puts a text into a Config, judged by a version.
func resolve(t *testing.T, v keys.Version, text string) (*config.Config, diag.List) {
	t.Helper()
	r := keys.Resolver{Config: config.New(), Version: v, Stated: true, LookupEnv: func(name string) (string, bool) {
		return "from-outside", name == "SET"
	}}
	d := grammar.Parse(source.File{Name: "config", Text: text})
	for l := range d.Lines() {
		if l.Kind == grammar.LineAssign {
			r.Set(d.Key(l), d.Value(l), nil)
		}
	}
	return r.Config, r.Findings
}

// shown is what a text resolves to, without defaults.
func shown(c *config.Config) string {
	var lines []string
	for _, s := range keys.Show(c) {
		if !s.Default {
			lines = append(lines, s.Key+"="+s.Value)
		}
	}
	return strings.Join(lines, "; ")
}

// Every row has to say everything, and its example has to be right.
func TestRowsAreComplete(t *testing.T) {
	names := make(map[string]bool)
	for _, k := range keys.All() {
		t.Run(k.Name, func(t *testing.T) {
			if names[k.Name] {
				t.Error("the name stands in two rows")
			}
			names[k.Name] = true
			if !strings.HasSuffix(k.Doc, ".") || len(k.Doc) < 20 {
				t.Errorf("the documentation %q is no sentence", k.Doc)
			}
			if k.Language() == "" || k.Syntax() == "" || k.Repeat() == "" {
				t.Error("language, syntax or repeat is missing")
			}
			if needsOne := k.Repeat() != keys.ClearsOnly && k.Repeat() != keys.Acts; (k.Default == "") == (k.Without == "") && needsOne {
				t.Errorf("without a line: %q and %q; one of the two has to be said", k.Default, k.Without)
			}
			for _, c := range k.History() {
				if c.Before <= keys.V1_0 || c.Before > keys.Newest || !strings.HasSuffix(c.Doc, ".") {
					t.Errorf("before %v: %q", c.Before, c.Doc)
				}
			}
			if k.Since == 0 || k.Removed != 0 && k.Removed <= k.Since {
				t.Errorf("since %v, removed %v", k.Since, k.Removed)
			}
			text := k.Example + "\n"
			// Keys of one kind of interface need the interface before them.
			if kind, _, ok := strings.Cut(strings.TrimPrefix(k.Name, "lxc.net.[i]."), "."); ok && slices.Contains([]string{"veth", "macvlan", "ipvlan", "vlan"}, kind) {
				text = "lxc.net.0.type = " + kind + "\n" + text
			}
			version := keys.Newest
			if k.Removed != 0 {
				version = k.Removed - 1
			}
			c, findings := resolve(t, version, text)
			if len(findings) > 0 {
				t.Errorf("the example %q has a finding: %s", k.Example, findings[0].Summary)
			}
			_, value, _ := strings.Cut(k.Example, "=")
			if key, _, _ := strings.Cut(k.Example, " "); k.Name != keys.Include && strings.TrimSpace(value) != "" && !strings.Contains(shown(c), key+"=") {
				t.Errorf("the example %q sets nothing: %q", k.Example, shown(c))
			}
		})
	}
	if !slices.IsSortedFunc(keys.All(), func(a, b *keys.Key) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the table is not sorted")
	}
}

// An old name leads to a row, or says why there is none.
func TestLegacyNames(t *testing.T) {
	names := keys.LegacyNames()
	for _, l := range names {
		name := strings.NewReplacer("[resource]", "nofile", "[i]", "0").Replace(l.Name)
		if l.Since == 0 || l.Since >= keys.LegacyRemoved || (l.Modern == "") != strings.HasSuffix(l.Doc, ".") {
			t.Errorf("%s: since %v, modern %q, doc %q", l.Name, l.Since, l.Modern, l.Doc)
		}
		if l.Modern != "" && !slices.ContainsFunc(keys.All(), func(k *keys.Key) bool { return k.Name == l.Modern }) {
			t.Errorf("%s leads to %s, which is no row", l.Name, l.Modern)
		}
		if found, ok := keys.LookupLegacy(name); !ok || found.Since != l.Since {
			t.Errorf("%s is not found", name)
		}
	}
	if !slices.IsSortedFunc(names, func(a, b keys.Legacy) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the table is not sorted")
	}
}

// A default that could not be written would be no default.
func TestDefaultsAreValues(t *testing.T) {
	for _, k := range keys.All() {
		if k.Default == "" {
			continue
		}
		if _, findings := resolve(t, keys.Newest, k.Name+" = "+k.Default+"\n"); len(findings) > 0 {
			t.Errorf("%s: the default %q has a finding: %s", k.Name, k.Default, findings[0].Summary)
		}
	}
}

func TestResolve(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"the last line of a scalar counts":         {"lxc.uts.name = a\nlxc.uts.name = b\n", "lxc.uts.name=b"},
		"an empty value unsets":                    {"lxc.uts.name = a\nlxc.uts.name =\n", ""},
		"lists append":                             {"lxc.mount.entry = a b c d\nlxc.mount.entry = e f g h\n", "lxc.mount.entry=a b c d; lxc.mount.entry=e f g h"},
		"an empty value clears a list":             {"lxc.idmap = u 0 1 1\nlxc.idmap =\nlxc.idmap = g 0 1 1\n", "lxc.idmap=g 0 1 1"},
		"blanks of C around limits":                {"lxc.prlimit.core = 5\v:\f6\v\nlxc.prlimit.nofile = \v\n", "lxc.prlimit.core=5:6; lxc.prlimit.nofile=0"},
		"the longest time offset":                  {"lxc.time.offset.boot = 9223372036854775807ns\n", "lxc.time.offset.boot=9223372036854775807ns"},
		"one blank beside the unit of a time":      {"lxc.time.offset.boot = \" 10s \"\n", "lxc.time.offset.boot=10s"},
		"a unit of one letter is passed over":      {"lxc.console.size = 0x\n", "lxc.console.size=4096"},
		"shmounts with a third part":               {"lxc.mount.auto = shmounts:a:b:c\n", "lxc.mount.auto=shmounts:a:b:c"},
		"the root as a rootfs of a kind":           {"lxc.rootfs.path = dir:/\n", "lxc.rootfs.path=dir:/"},
		"autodev without a value is 0":             {"lxc.autodev =\n", "lxc.autodev=0"},
		"interfaces are sorted by index":           {"lxc.net.2.type = veth\nlxc.net.1.type = empty\n", "lxc.net.1.type=empty; lxc.net.2.type=veth"},
		"an index may start with zeros":            {"lxc.net.010.type = veth\n", "lxc.net.10.type=veth"},
		"an index alone may be octal":              {"lxc.net.8.type = veth\nlxc.net.10.type = empty\nlxc.net.010 =\n", "lxc.net.10.type=empty"},
		"an interface can be removed":              {"lxc.net.0.type = veth\nlxc.net.0 =\n", ""},
		"all interfaces can be removed":            {"lxc.net.0.type = veth\nlxc.net =\n", ""},
		"words of capabilities add up":             {"lxc.cap.drop = sys_module\nlxc.cap.drop = mknod sys_time\n", "lxc.cap.drop=sys_module; lxc.cap.drop=mknod; lxc.cap.drop=sys_time"},
		"clearing one capability list clears both": {"lxc.cap.drop = sys_module\nlxc.cap.keep =\n", ""},
		"none forgets what was kept":               {"lxc.cap.keep = chown none kill\n", "lxc.cap.keep=kill"},
		"none alone keeps nothing":                 {"lxc.cap.keep = none\n", "lxc.cap.keep=none"},
		"a sysctl replaces its namesake":           {"lxc.sysctl.a.b = 1\nlxc.sysctl.a.b = 2\n", "lxc.sysctl.a.b=2"},
		"proc entries append":                      {"lxc.proc.a = 1\nlxc.proc.a = 2\n", "lxc.proc.a=1; lxc.proc.a=2"},
		"one file of a family is cleared":          {"lxc.cgroup2.memory.max = 1\nlxc.cgroup2.pids.max = 2\nlxc.cgroup2.memory.max =\n", "lxc.cgroup2.pids.max=2"},
		"a whole family is cleared":                {"lxc.cgroup2.memory.max = 1\nlxc.cgroup2 =\n", ""},
		"automatic mounts fold by file system":     {"lxc.mount.auto = proc sys\nlxc.mount.auto = sys:ro cgroup:rw:force\n", "lxc.mount.auto=proc:mixed; lxc.mount.auto=sys:ro; lxc.mount.auto=cgroup:rw:force"},
		"a variable is taken from outside":         {"lxc.environment = SET\n", "lxc.environment=SET=from-outside"},
		"numbers are written in any base":          {"lxc.tty.max = 0x10\nlxc.pty.max = 010\n", "lxc.pty.max=8; lxc.tty.max=16"},
		"paths are simplified":                     {"lxc.rootfs.mount = //a/./b//\n", "lxc.rootfs.mount=/a/b"},
		"the first colon splits a rootfs":          {"lxc.rootfs.path = over:/a:/b\n", "lxc.rootfs.path=overlay:/a:/b"},
		"time offsets keep their two parts":        {"lxc.time.offset.boot = 1h\n", "lxc.time.offset.boot=3600s"},
		"old names are resolved":                   {"lxc.utsname = a\nlxc.rootfs = /r\nlxc.tty = 4x\n", "lxc.rootfs.path=dir:/r; lxc.tty.max=4; lxc.uts.name=a"},
		"sections of lxc.network are counted":      {"lxc.network.type = veth\nlxc.network.link = a\nlxc.network.type = veth\nlxc.network.ipv4 = 10.0.0.1/8\nlxc.network.0.mtu = 9\n", "lxc.net.0.link=a; lxc.net.0.mtu=9; lxc.net.0.type=veth; lxc.net.1.ipv4.address=10.0.0.1/8; lxc.net.1.type=veth"},
		"an empty network type clears all":         {"lxc.network.type = veth\nlxc.network.type =\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := resolve(t, keys.V2_1, c.text)
			// The table's order is not the point here.
			a, b := strings.Split(shown(got), "; "), strings.Split(c.want, "; ")
			if strings.Contains(name, "sections") {
				slices.Sort(a)
				slices.Sort(b)
			}
			if strings.Join(a, "; ") != strings.Join(b, "; ") {
				t.Errorf("resolved to %q, want %q", strings.Join(a, "; "), strings.Join(b, "; "))
			}
		})
	}
}

// LXC 1 compares the beginning of a name, reads numbers with atoi(3) and looks at
// some values when the container starts.
func TestLXC1(t *testing.T) {
	for name, c := range map[string]struct{ text, want, finding string }{
		"a name that begins with a key":     {"lxc.ttyfoo = 4\n", "lxc.tty.max=4", "key/taken-for silently-different"},
		"the longest key counts":            {"lxc.rootfs.mountpoint = /mnt\n", "lxc.rootfs.mount=/mnt", "key/taken-for silently-different"},
		"a name of today":                   {"lxc.tty.max = 4\n", "lxc.tty.max=4", "key/taken-for silently-different"},
		"a name that begins with no key":    {"lxc.ty = 4\n", "", "key/unknown rejected-at-load"},
		"a number with text behind it":      {"lxc.start.delay = 5s\n", "lxc.start.delay=5", "value/taken-for silently-different"},
		"a number with zeros is decimal":    {"lxc.tty = 010\n", "lxc.tty.max=10", ""},
		"any number but 0 is yes":           {"lxc.autodev = 2\n", "lxc.autodev=1", "value/taken-for silently-different"},
		"an unknown architecture":           {"lxc.arch = pdp11\n", "", "value/architecture silently-different"},
		"an unknown capability":             {"lxc.cap.drop = fly\n", "", "value/capabilities fails-at-start"},
		"lists that exclude each other":     {"lxc.cap.drop = chown\nlxc.cap.keep = kill\n", "lxc.cap.drop=chown", "capability/keep-and-drop fails-at-start"},
		"sys is read-only":                  {"lxc.mount.auto = proc sys\n", "lxc.mount.auto=proc:mixed; lxc.mount.auto=sys:ro", "value/taken-for advice"},
		"an id map is decimal":              {"lxc.id_map = u 0 0100000 65536 x\n", "lxc.idmap=u 0 100000 65536", "value/taken-for advice"},
		"a prefix length is decimal":        {"lxc.network.type = veth\nlxc.network.ipv4 = 10.0.0.1/024\n", "lxc.net.0.type=veth; lxc.net.0.ipv4.address=10.0.0.1/24", "value/taken-for advice"},
		"a macvlan mode that came with 1.1": {"lxc.network.type = macvlan\nlxc.network.macvlan.mode = passthru\n", "lxc.net.0.type=macvlan; lxc.net.0.macvlan.mode=passthru", "value/too-new rejected-at-load"},
	} {
		t.Run(name, func(t *testing.T) {
			got, findings := resolve(t, keys.V1_0, c.text)
			words := ""
			for _, f := range findings {
				words = f.Code + " " + string(f.Effect)
			}
			a, b := strings.Split(shown(got), "; "), strings.Split(c.want, "; ")
			slices.Sort(a)
			slices.Sort(b)
			if !slices.Equal(a, b) || words != c.finding {
				t.Errorf("resolved to %q with %q, want %q with %q", a, words, b, c.finding)
			}
		})
	}
}

// The type of an interface wipes what stands above it since LXC 4.0.7.
func TestTypeWipes(t *testing.T) {
	const text = "lxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.0.type = veth\nlxc.net.0.type = empty\n"
	for version, want := range map[keys.Version]string{
		keys.V3_0: "lxc.net.0.flags=up; lxc.net.0.link=br0; lxc.net.0.type=empty", keys.V4_0: "lxc.net.0.type=empty value/wiped 3:1",
	} {
		c, findings := resolve(t, version, text)
		got := shown(c)
		for _, f := range findings {
			got += fmt.Sprintf(" %s %d:%d", f.Code, f.Subject.Start.Line, f.Subject.Start.Column)
		}
		if got != want {
			t.Errorf("LXC %s: %q, want %q", version, got, want)
		}
	}
}

// LXC 2.1 takes sections beside numbered interfaces.
func TestSectionsBesideInterfaces(t *testing.T) {
	c, findings := resolve(t, keys.V2_1, "lxc.net.0.type = empty\nlxc.network.type = veth\nlxc.network.link = br0\nlxc.network.0.flags = up\n")
	const want = "lxc.net.1.flags=up; lxc.net.1.link=br0; lxc.net.0.type=empty; lxc.net.1.type=veth"
	if got := shown(c); got != want || findings.Has(diag.Error) {
		t.Errorf("resolved to %q, want %q, findings %v", got, want, findings)
	}
}

func TestFindings(t *testing.T) {
	for name, c := range map[string]struct {
		version keys.Version
		text    string
		want    string // codes and places
	}{
		"unknown key":                   {keys.V7_0, "lxc.utz.name = a", "key/unknown 1:1"},
		"key in capitals":               {keys.V7_0, "lxc.UTS.name = a", "key/unknown 1:1"},
		"missing index":                 {keys.V7_0, "lxc.net.type = veth", "key/unknown 1:1"},
		"key of the system":             {keys.V7_0, "lxc.lxcpath = /x", "key/unknown 1:1"},
		"cgroup v1 in LXC 7":            {keys.V7_0, "lxc.cgroup.memory.limit_in_bytes = 1", "key/removed 1:1"},
		"cgroup v1 in LXC 6":            {keys.V6_0, "lxc.cgroup.memory.limit_in_bytes = 1", ""},
		"new key in an old LXC":         {keys.V3_0, "lxc.sched.core = 1", "key/too-new 1:1"},
		"subkey that came after LXC 2":  {keys.V2_1, "lxc.network.type = veth\nlxc.network.veth.mode = router", "key/unknown 2:1"},
		"longer name in LXC 1":          {keys.V1_0, "lxc.network.type = veth\nlxc.network.ipv4.address = 10.0.0.1/24", "key/taken-for 2:1"},
		"old name in a new LXC":         {keys.V3_0, "lxc.utsname = a", "key/legacy 1:1"},
		"old name in an old LXC":        {keys.V2_0, "lxc.utsname = a", ""},
		"new name in an old LXC":        {keys.V2_0, "lxc.uts.name = a", "key/too-new 1:1"},
		"word for a boolean":            {keys.V7_0, "lxc.autodev = yes", "value/boolean 1:15"},
		"wrong word among right ones":   {keys.V7_0, "lxc.cap.drop = chown CAP_KILL mknod", "value/capabilities 1:22"},
		"blank behind a size":           {keys.V7_0, "lxc.console.size = \"64 \"", "value/size 1:23"},
		"blank in a real-time signal":   {keys.V7_0, "lxc.signal.halt = SIGRTMIN+ 3", "value/signal 1:28"},
		"blank before unlimited":        {keys.V7_0, "lxc.prlimit.core = \" unlimited\"", "value/resource-limit 1:21"},
		"two blanks at a time":          {keys.V7_0, "lxc.time.offset.boot = \" 10 s \"", "value/time-offset 1:28"},
		"place inside an id map":        {keys.V7_0, "lxc.idmap = u 0 x 1", "value/id-map 1:17"},
		"id map that ends early":        {keys.V7_0, "lxc.idmap = u 0 1", "value/id-map 1:18"},
		"device rule":                   {keys.V7_0, "lxc.cgroup2.devices.allow = c 1:z rwm", "value/device-rule 1:33"},
		"key of another interface type": {keys.V7_0, "lxc.net.0.type = veth\nlxc.net.0.macvlan.mode = bridge", "value/macvlan-mode 2:1"},
		"both capability lists":         {keys.V7_0, "lxc.cap.drop = chown\nlxc.cap.keep = kill", "capability/keep-and-drop 2:1"},
		"both namespace lists":          {keys.V7_0, "lxc.namespace.keep = net\nlxc.namespace.clone = pid", "namespace/clone-and-keep 2:1"},
		"value for a group":             {keys.V7_0, "lxc.cgroup2 = 1", "value/nothing 1:15"},
		"variable that is not set":      {keys.V7_0, "lxc.environment = UNSET", "value/environment-variable 1:19"},
		"network setting before a type": {keys.V2_1, "lxc.network.link = a", "net/no-section 1:1"},
		"resource that is none":         {keys.V7_0, "lxc.prlimit.files = 5", "value/resource-limit 1:1"},
		"resource by number":            {keys.V7_0, "lxc.prlimit.7 = 5", ""},
		"a fstab that is empty":         {keys.V7_0, "lxc.mount.fstab =", "value/path 1:18"},
	} {
		t.Run(name, func(t *testing.T) {
			_, findings := resolve(t, c.version, c.text)
			var got []string
			for _, f := range findings {
				got = append(got, f.Code+" "+strings.TrimPrefix(f.Subject.String(), "config:"))
			}
			if strings.Join(got, "; ") != c.want {
				t.Errorf("findings %q, want %q", strings.Join(got, "; "), c.want)
			}
		})
	}
}

func TestSuggestions(t *testing.T) {
	for text, want := range map[string]string{
		"lxc.utz.name = a":    "lxc.uts.name",
		"lxc.net.type = veth": "lxc.net.0.type",
		"lxc.UTS.name = a":    "lxc.uts.name",
		"lxc.mount.entri = x": "lxc.mount.entry",
		"lxc.tty.mx = 1":      "lxc.tty.max",
		"lxc.xyzzy = 1":       "",
	} {
		_, findings := resolve(t, keys.V7_0, text)
		if len(findings) != 1 {
			t.Fatalf("%q: %d findings", text, len(findings))
		}
		got := ""
		if fixes := findings[0].Fixes; len(fixes) > 0 {
			got = fixes[0].Edits[0].Text
		}
		if got != want {
			t.Errorf("%q: the fix is %q, want %q", text, got, want)
		}
	}
}

func TestVersions(t *testing.T) {
	for word, want := range map[string]string{"5.0": "5.0", "5.0.2": "5.0", "6": "6.0", "4.12": "4.0", "7.0": "7.0", "1.0.7": "1.0"} {
		if v, ok := keys.ParseVersion(word); !ok || v.String() != want {
			t.Errorf("%q is read as %v, %v", word, v, ok)
		}
	}
	for _, word := range []string{"", "x", "8.0", "0.9", "5.x"} {
		if v, ok := keys.ParseVersion(word); ok {
			t.Errorf("%q is read as %v", word, v)
		}
	}
}

// FuzzResolve holds that no value makes a row panic, and that findings point into
// the text.
func FuzzResolve(f *testing.F) {
	for _, k := range keys.All() {
		f.Add(k.Example)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, v := range []keys.Version{keys.V1_0, keys.V7_0} {
			c, findings := resolve(t, v, text)
			keys.Show(c)
			for _, d := range findings {
				if s := d.Subject; s.Start.Offset < 0 || s.End.Offset > len(text) || s.Start.Offset > s.End.Offset {
					t.Fatalf("%s points to %d-%d of %d bytes", d.Code, s.Start.Offset, s.End.Offset, len(text))
				}
			}
		}
	})
}

// Items with unique names keep their places while others come and go.
func TestUniqueNames(t *testing.T) {
	for text, want := range map[string]string{
		"lxc.sysctl.a = 1\nlxc.sysctl.b = 2\nlxc.sysctl.a =\nlxc.sysctl.b = 3\n":                 "lxc.sysctl.b=3",
		"lxc.sysctl.a = 1\nlxc.sysctl.b = 2\nlxc.sysctl =\nlxc.sysctl.b = 3\nlxc.sysctl.a = 4\n": "lxc.sysctl.b=3; lxc.sysctl.a=4",
		"lxc.prlimit.cpu = 1\nlxc.sysctl.a = 1\nlxc.prlimit.cpu = 2\nlxc.sysctl.a = 2\n":         "lxc.prlimit.cpu=2; lxc.sysctl.a=2",
		"lxc.sysctl.a =\nlxc.sysctl.a = 1\n":                                                     "lxc.sysctl.a=1",
		"lxc.net.1.type = veth\nlxc.net.0.type = empty\nlxc.net.1 =\nlxc.net.0.flags = up\n":     "lxc.net.0.flags=up; lxc.net.0.type=empty",
		"lxc.net.1.type = veth\nlxc.net =\nlxc.net.1.type = empty\nlxc.net.1.flags = up\n":       "lxc.net.1.flags=up; lxc.net.1.type=empty",
	} {
		c, findings := resolve(t, keys.V7_0, text)
		if len(findings) > 0 || shown(c) != want {
			t.Errorf("%q resolves to %q with %d findings, want %q", text, shown(c), len(findings), want)
		}
	}
}
