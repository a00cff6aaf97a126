package keys

import (
	"fmt"
	"strconv"
	"strings"

	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// section resolves lxc.network.*: without an index a key belongs to the section
// that the last lxc.network.type has started; with one, to a section by number.
func (r *Resolver) section(key grammar.Text, in *input) (Match, bool) {
	name, index := key.String, r.networks-1
	if digits, sub, ok := strings.Cut(strings.TrimPrefix(name, "lxc.network."), "."); ok {
		if n, isIndex := netIndex(digits); isIndex {
			name, index = "lxc.network."+sub, int(n)
		}
	}
	old, ok := LookupLegacy(name)
	if !ok && r.isLXC1() {
		if known, isPrefix := TakenFor(name); isPrefix && strings.HasPrefix(known, "lxc.network.") {
			r.takenFor(known, key, in.origin.Trail())
			old, ok = LookupLegacy(known)
		}
	}
	if !ok {
		r.unknown(key, in.origin.Trail())
		return Match{}, false
	}
	modern := old.Modern
	switch {
	case old.Name == "lxc.network.type" && in.value.String != "":
		index = r.networks // an index is ignored here: a type starts a section
		r.networks++
	case old.Name == "lxc.network.type" || old.Name == "lxc.network":
		r.networks = 0
		modern = "lxc.net"
	case index < 0 || index >= r.networks:
		r.Findings = append(r.Findings, diag.Diagnostic{
			Code: "net/no-section", Severity: diag.Error, Effect: diag.RejectedAtLoad,
			Summary: fmt.Sprintf("%q belongs to no network", key.String),
			Detail:  "Write `lxc.network.type = …` before it: that line starts a network.",
			Subject: key.Range, Key: key.String, Trail: in.origin.Trail(),
		})
		return Match{}, false
	}
	modern = strings.Replace(modern, "[i]", strconv.Itoa(index), 1)
	r.legacy(Legacy{Name: key.String, Since: old.Since, Modern: modern}, key, in.origin.Trail())
	in.origin.Key = modern
	return Lookup(modern)
}
