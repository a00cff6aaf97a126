package diag_test

import (
	"slices"
	"testing"

	"lxcfg/grammar/diag"
)

func TestSuggest(t *testing.T) {
	keys := []string{"lxc.uts.name", "lxc.tty.max", "lxc.pty.max", "lxc.mount.entry", "lxc.mount.auto", "lxc.idmap"}
	for _, c := range []struct{ name, word, want string }{
		{"a wrong letter", "lxc.utz.name", "lxc.uts.name"},
		{"a letter too many", "lxc.idmaps", "lxc.idmap"},
		{"a letter too few", "lxc.mount.entr", "lxc.mount.entry"},
		{"two letters swapped", "lxc.mount.enrty", "lxc.mount.entry"},
		{"the first of two that are equally near", "lxc.rty.max", "lxc.tty.max"},
		{"nothing near", "lxc.seccomp.profile", ""},
		{"an empty word", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := diag.Suggest(c.word, slices.Values(keys))
			if got != c.want && (ok || c.want != "") || ok != (c.want != "") {
				t.Errorf("Suggest(%q) = %q, %v, want %q", c.word, got, ok, c.want)
			}
		})
	}
}
