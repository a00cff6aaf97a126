package migrate_test

import (
	"slices"
	"strings"
	"testing"

	"lxcfg/compile/keys"
	"lxcfg/compile/migrate"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// FuzzRewrite holds the rewriter to what it promises: it takes every text, loses no
// comment and no line, has nothing to do a second time, and what an LXC took the
// next one takes, unless a person is asked.
func FuzzRewrite(f *testing.F) {
	for _, text := range []string{
		"", "lxc.utsname = a\n# c\nlxc.tty=4x\r\n", "lxc.network.type = veth\nlxc.network.0.ipv4 = 1.2.3.4/024\nlxc.network.type =\n",
		"lxc.rootfs = /a\nlxc.rootfs.backend = 'lvm'\nlxc.arch = x\r \r\n", "lxc.cgroup.cpu.cfs_quota_us = 5\n lxc.cgroup.cpu.shares = \"9\" \nlxc.cgroup.x =",
		"lxc.kmsg = 1 \t\nfoo\n[x]\nlxc.pivotdir\x00", "lxc.mount.auto = sys\nlxc.id_map = u 00 01 1 x\nlxc.loglevel = 1x", "lxc.ttyx = '4'\nlxc.cgroup.memory.memsw.limit_in_bytes = 1G\nlxc.cgroup.memory.limit_in_bytes=1k",
		"lxc.net.0.link = a\n\tlxc.net.0.type = veth\r\nlxc.net.0.link=b\rlxc.net.0.type = empty", "lxc.tty = 4 # a\r\nlxc.id_map = u 0 1 2\t#b\nlxc.arch =\nlxc.mount =",
		"lxc.cgroup2.io.max = 8:0 rbps=1\nlxc.cgroup.blkio.throttle.read_bps_device = 8:0 1\nlxc.cgroup.blkio.throttle.write_bps_device =\nlxc.cgroup.devices.deny = a\nlxc.cgroup2.devices.deny = a\nlxc.cgroup =\n",
	} {
		for _, from := range []uint8{0, 1, 4} {
			f.Add(text, from, uint8(0))
		}
	}
	f.Fuzz(func(t *testing.T, text string, fromByte, toByte uint8) {
		from, to := keys.Version(fromByte)%(keys.Newest+1), keys.Version(toByte)%(keys.Newest+1)
		if to != 0 && to < from {
			t.Skip("nothing is rewritten for an older LXC")
		}
		r := migrate.Request{File: source.File{Name: "config", Text: text}, From: from, To: to}
		result := migrate.Rewrite(r)
		made := result.Files[0].New
		dialect := grammar.LXC
		if r.From != 0 && r.From <= keys.V1_1 {
			dialect = grammar.LXC1
		}
		after := kept(made, dialect)
		for _, line := range kept(text, dialect) {
			n := slices.Index(after, line) + 1
			if n == 0 {
				t.Fatalf("the line %q is lost in %q", line, made)
			}
			after = after[n:] // each line once, and in order
		}
		// Now it is a file for that LXC, which its names say unless they are still old.
		r.File.Text, r.From = made, 0
		if from != 0 && to != 0 && to < keys.V2_1 {
			r.From = to
		}
		if again := migrate.Rewrite(r).Files[0].New; again != made {
			t.Fatalf("%q becomes %q, and that %q", text, made, again)
		}
		if strings.ContainsAny(text, "@${%") {
			return // a placeholder of a template stays, and no LXC takes it
		}
		now := readAs(to, made)
		if from != 0 && to >= from && !result.Notes.Has(diag.Warning) && readAs(from, text).accepted && !now.accepted && !now.newer {
			t.Fatalf("LXC %s takes %q, LXC %s does not take %q, and nobody is told", from, text, to, made)
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
