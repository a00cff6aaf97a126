package migrate_test

import (
	"slices"
	"strings"
	"testing"

	"lxcfg/compile/keys"
	"lxcfg/compile/migrate"
	"lxcfg/grammar"
	"lxcfg/grammar/source"
)

// FuzzRewrite holds the rewriter to what it promises: it takes every text, loses no
// comment and no line, makes nothing worse, and has nothing to do a second time.
func FuzzRewrite(f *testing.F) {
	for _, text := range []string{
		"", "lxc.utsname = a\n# c\nlxc.tty=4x\r\n", "lxc.network.type = veth\nlxc.network.0.ipv4 = 1.2.3.4/024\nlxc.network.type =\n",
		"lxc.rootfs = /a\nlxc.rootfs.backend = 'lvm'\nlxc.arch = x\r \r\n", "lxc.cgroup.cpu.cfs_quota_us = 5\n lxc.cgroup.cpu.shares = \"9\" \nlxc.cgroup.x =",
		"lxc.kmsg = 1 \t\nfoo\n[x]\nlxc.pivotdir\x00", "lxc.mount.auto = sys\nlxc.id_map = u 00 01 1 x\nlxc.loglevel = 1x", "lxc.ttyx = '4'\nlxc.cgroup.memory.memsw.limit_in_bytes = 1G\nlxc.cgroup.memory.limit_in_bytes=1k",
	} {
		for _, from := range []uint8{0, 1, 4} {
			f.Add(text, from, uint8(0))
		}
	}
	f.Fuzz(func(t *testing.T, text string, from, to uint8) {
		r := migrate.Request{File: source.File{Name: "config", Text: text}, From: keys.Version(from) % (keys.Newest + 1), To: keys.Version(to) % (keys.Newest + 1)}
		result := migrate.Rewrite(r)
		made := result.Files[0].New
		dialect := grammar.LXC
		if r.From != 0 && r.From <= keys.V1_1 {
			dialect = grammar.LXC1
		}
		before, after := kept(text, dialect), kept(made, dialect)
		for _, line := range before {
			if !slices.Contains(after, line) {
				t.Fatalf("the line %q is lost in %q", line, made)
			}
		}
		// The second time the text has the quotes that LXC 1 would take for text.
		if r.File.Text = made; r.From <= keys.V1_1 {
			r.From = 0
		}
		if again := migrate.Rewrite(r).Files[0].New; again != made {
			t.Fatalf("%q becomes %q, and that %q", text, made, again)
		}
	})
}

// kept lists the lines that no rewriting may touch. A carriage return inside a line
// of LXC 1 is not kept; TestRewrite has its case.
func kept(text string, dialect grammar.Dialect) []string {
	doc := grammar.ParseAs(source.File{Name: "config", Text: text}, dialect)
	var lines []string
	for l := range doc.Lines() {
		content := doc.Content(l).String
		if l.Kind != grammar.LineAssign && l.Kind != grammar.LineBlank && !strings.Contains(strings.TrimRight(content, " \t\r"), "\r") {
			lines = append(lines, content)
		}
	}
	return lines
}
