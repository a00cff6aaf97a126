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
	name, section := key.String, len(r.sections)-1
	if digits, sub, ok := strings.Cut(strings.TrimPrefix(name, "lxc.network."), "."); ok {
		if n, isIndex := netIndex(digits); isIndex {
			name, section = "lxc.network."+sub, int(n)
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
		section = len(r.sections) // a number is ignored here: a type starts a section
		r.sections = append(r.sections, r.nextInterface())
	case old.Name == "lxc.network.type" || old.Name == "lxc.network":
		r.sections = nil
		modern = "lxc.net"
	case section < 0 || section >= len(r.sections):
		r.Findings = append(r.Findings, diag.Diagnostic{
			Code: "net/no-section", Severity: diag.Error, Effect: diag.RejectedAtLoad,
			Summary: fmt.Sprintf("%q belongs to no network", key.String),
			Detail:  "Write `lxc.network.type = …` before it: that line starts a network.",
			Subject: key.Range, Key: key.String, Trail: in.origin.Trail(),
		})
		return Match{}, false
	}
	if strings.Contains(modern, "[i]") {
		modern = strings.Replace(modern, "[i]", strconv.FormatUint(uint64(r.sections[section]), 10), 1)
	}
	r.legacy(Legacy{Name: key.String, Since: old.Since, Modern: modern}, key, in.origin.Trail())
	in.origin.Key = modern
	return Lookup(modern)
}

// nextInterface is the index of the interface that a section starts: LXC 2.1 takes
// lxc.net.[i] beside sections, and one is not the other's.
func (r *Resolver) nextInterface() uint32 {
	next := uint32(len(r.sections))
	for r.Config.Network.Find(next) != nil {
		next++
	}
	return next
}
