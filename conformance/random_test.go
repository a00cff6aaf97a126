//go:build linux

package conformance

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lxcfg/compile/keys"
)

// TestRandomConfigurations judges configurations drawn from the key table.
func TestRandomConfigurations(t *testing.T) {
	judgeRandom(t, 1, func(g *generator) question { return question{text: g.config()} })
}

// TestRandomDefines judges options -s behind a short configuration.
func TestRandomDefines(t *testing.T) {
	judgeRandom(t, 4, (*generator).defined)
}

// judgeRandom judges what draw makes, a part of the number that the environment can
// raise: with a fixed seed, where nothing may disagree, and with a fresh one, where
// one rare and unknown disagreement is shown and not held against a change that
// has nothing to do with it.
func judgeRandom(t *testing.T, part int, draw func(*generator) question) {
	configs := 2000
	environment(t, "LXCFG_RANDOM_CONFIGS", &configs)
	n := configs / part
	fresh := uint64(time.Now().UnixNano())
	environment(t, "LXCFG_RANDOM_SEED", &fresh)
	for _, run := range []struct {
		name      string
		seed      uint64
		tolerated int
	}{{"fixed", 1, 0}, {"fresh", fresh, max(1, n/1000)}} {
		t.Run(run.name, func(t *testing.T) {
			dir := t.TempDir()
			g := &generator{Rand: rand.New(rand.NewPCG(run.seed, 0)), dir: dir}
			g.makeIncludes(t)
			wrong := judgeEach(t, dir, n, func(int) question { return draw(g) })
			for _, d := range wrong[:min(len(wrong), 50)] {
				t.Logf("%s%s", d, g.included(d))
			}
			if len(wrong) > 0 {
				t.Logf("%d of %d disagree; again: LXCFG_RANDOM_SEED=%d LXCFG_RANDOM_CONFIGS=%d go test ./conformance -run %s/fresh",
					len(wrong), n, run.seed, configs, strings.TrimSuffix(t.Name(), "/"+run.name))
			}
			if len(wrong) > run.tolerated {
				t.Fail()
			}
		})
	}
}

// environment reads a number from a variable, if it is set.
func environment(t *testing.T, name string, into any) {
	t.Helper()
	if v := os.Getenv(name); v != "" {
		if _, err := fmt.Sscan(v, into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

// generator draws configurations. What it draws follows from the seed alone, but
// for the name of its directory.
type generator struct {
	*rand.Rand
	dir      string   // for includes
	includes []string // what lxc.include can name
}

// one draws an element.
func one[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

// in is true once in n times.
func (g *generator) in(n int) bool { return g.IntN(n) == 0 }

// config draws a configuration of a few lines.
func (g *generator) config() string {
	var lines []string
	for range 1 + g.IntN(5) {
		switch {
		case g.in(12):
			lines = append(lines, one(g, hostileLines))
		case g.in(12):
			lines = append(lines, "lxc.include = "+one(g, g.includes))
		case g.in(8):
			lines = append(lines, g.nic()...)
		default:
			lines = append(lines, g.setting(one(g, settable())))
		}
		last := lines[len(lines)-1]
		name, _, _ := strings.Cut(last, "=")
		switch g.IntN(12) {
		case 0: // once more
			lines = append(lines, last)
		case 1: // cleared
			lines = append(lines, name+"=")
		case 2: // and set again
			lines = append(lines, name+"=", last)
		}
	}
	text := strings.Join(lines, one(g, lineEnds))
	if g.in(30) {
		text = "\ufeff" + text
	}
	return text + one(g, []string{"\n", "\n", "", "\x00lxc.uts.name = lost\n"})
}

// defined draws a short configuration with options -s behind it.
func (g *generator) defined() question {
	q := question{text: g.setting(one(g, settable())) + "\n"}
	for range 1 + g.IntN(4) {
		option := g.setting(one(g, settable()))
		if g.in(6) {
			option = one(g, hostileLines)
		}
		// An option with two lines is refused, which LXC does not do
		// (docs/differences.md); no argument can hold a NUL.
		if !strings.ContainsAny(option, "\r\n\x00") {
			q.defines = append(q.defines, option)
		}
	}
	return q
}

// nic draws the lines of one interface, its type most often first.
func (g *generator) nic() []string {
	var interfaces []*keys.Key
	var lines []string
	for _, k := range settable() {
		if strings.HasPrefix(k.Name, "lxc.net.[i].") {
			interfaces = append(interfaces, k)
		}
	}
	kind := one(g, []string{"veth", "veth", "macvlan", "ipvlan", "vlan", "phys", "empty", "none"})
	index := one(g, []string{"0", "0", "1", "1", "00", "01"})
	for range 1 + g.IntN(4) {
		k := one(g, interfaces)
		// Half of the keys that need a type get the interface's own.
		if need, _, ok := strings.Cut(strings.TrimPrefix(k.Name, "lxc.net.[i]."), "."); ok && g.in(2) && need != kind {
			k = one(g, interfaces)
		}
		lines = append(lines, strings.Replace(g.setting(k), ".net.1", ".net.0", 1))
	}
	if at := g.IntN(len(lines)); !g.in(4) {
		lines = append([]string{"lxc.net.0.type = " + kind}, lines...)
	} else if g.in(2) {
		lines[at] = "lxc.net.0.type = " + kind
	}
	for i := range lines {
		lines[i] = strings.Replace(lines[i], "lxc.net.0", "lxc.net."+index, 1)
	}
	return lines
}

// setting draws a line with a key.
func (g *generator) setting(k *keys.Key) string {
	name, example, _ := strings.Cut(k.Example, " =")
	if members := familyMembers[k.Name]; members != nil {
		name = k.Name[:strings.IndexByte(k.Name, '[')] + one(g, members)
	}
	if strings.Contains(k.Name, "[i]") && g.in(2) {
		name = strings.Replace(name, ".0", ".1", 1)
	}
	if g.in(60) {
		name = one(g, []string{strings.ToUpper(name), name + "x", name + ".x", name[:len(name)-1], strings.TrimPrefix(name, "lxc."), name + "\v"})
	}
	values := spellings[k.Language()]
	value := strings.TrimSpace(example)
	switch n := g.IntN(10); {
	case n < 5 && len(values) > 0:
		value = one(g, values)
	case n == 5:
		value = one(g, hostileValues)
	case n == 6:
		value = ""
	}
	if g.in(8) {
		value = g.damaged(value)
	}
	if quote := one(g, []string{`"`, `'`}); g.in(12) {
		value = one(g, []string{quote + value + quote, quote + value, value + quote, quote + quote + value + quote + quote, quote + " " + value + " " + quote})
	}
	return one(g, margins) + name + one(g, equals) + value + one(g, []string{"", "", "", "", " ", "\t", " # comment", "\v", "\f"})
}

// damaged is a value with a character more or less.
func (g *generator) damaged(value string) string {
	n := g.IntN(len(value) + 1)
	if n < len(value) && g.in(2) {
		return value[:n] + value[n+1:]
	}
	return value[:n] + one(g, []string{" ", "x", "0", ":", "/", ",", "-", "+", ".", "\t", "\xff", "="}) + value[n:]
}

// settable are the keys to draw from: liblxc opens a log as it reads the line, and
// includes are drawn on their own.
func settable() []*keys.Key {
	var list []*keys.Key
	for _, k := range keys.All() {
		if k.Since <= keys.V5_0 && k.Name != keys.Include && k.Name != "lxc.log.file" {
			list = append(list, k)
		}
	}
	return list
}

// makeIncludes makes files and directories to include. A file includes only those
// of lower levels: liblxc dies of one that includes itself.
func (g *generator) makeIncludes(t *testing.T) {
	t.Helper()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(g.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	g.includes = []string{"", "/nonexistent", "/nonexistent/", "missing", "missing/", g.dir + "/missing.conf", "/dev/null", "/", `""`}
	for level := range 3 {
		folder := fmt.Sprintf("level%d", level)
		if err := os.MkdirAll(filepath.Join(g.dir, folder, "inner.conf"), 0o755); err != nil {
			t.Fatal(err)
		}
		var made []string
		for _, name := range []string{"a.conf", "b.conf", ".hidden.conf", ".conf", "UPPER.CONF", "no-suffix", "blank in.conf", "end.conf~"} {
			name = folder + "/" + name
			write(name, g.config())
			made = append(made, name, "./"+name, g.dir+"/"+name, g.dir+"//"+name)
		}
		write(folder+"/inner.conf/inner.conf", g.config())
		made = append(made, folder, folder+"/", g.dir+"/"+folder, g.dir+"/"+folder+"/", g.dir+"/"+folder+"//", `"`+folder+`"`,
			folder+"/inner.conf", folder+"/inner.conf/", folder+"/a.conf/", folder+"/*.conf")
		g.includes = append(g.includes, made...)
	}
}

// included are the files that a text names, to be shown with it.
func (g *generator) included(text string) string {
	if !strings.Contains(text, "lxc.include") {
		return ""
	}
	var files strings.Builder
	for _, folder := range []string{"level0", "level1", "level2"} {
		names, _ := filepath.Glob(filepath.Join(g.dir, folder, "*"))
		for _, name := range names {
			if data, err := os.ReadFile(name); err == nil && strings.Contains(text, folder) {
				fmt.Fprintf(&files, "\n%s: %q", name, data)
			}
		}
	}
	return files.String()
}
