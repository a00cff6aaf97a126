package migrate

import (
	"fmt"
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// setting rewrites one line.
func (m *migration) setting(s *setting) {
	name := s.key.String
	if m.dialect == grammar.LXC1 {
		name = m.fullName(s)
	}
	legacy, isLegacy := keys.LookupLegacy(unindexed(name))
	match, known := keys.Lookup(name)
	switch {
	case isLegacy && m.request.To >= keys.V2_1:
		m.rename(s, name, legacy)
	case isLegacy: // LXC 1.1 and 2.0 have the old names too
		value := s.value.String
		if modern, ok := keys.Lookup(strings.Replace(legacy.Modern, "[i]", "0", 1)); ok {
			value = m.value(s, modern.Key, value)
		}
		m.set(s, name, value)
	case known && (match.Key.Name == cgroupV1 || match.Key.Name == cgroupV1All) && m.cgroup2:
		m.limit(s, match)
	case known:
		value := s.value.String
		switch match.Key.Name {
		case "lxc.net":
			m.clearSections()
		case "lxc.net.[i].type":
			m.sections.started[int(match.Index)] = true
		case "lxc.rootfs.path":
			if m.backend != "" && m.request.To >= keys.V2_1 {
				value = m.withBackend(value)
			}
		}
		m.set(s, name, m.value(s, match.Key, value))
	}
}

// withBackend writes the kind of storage that lxc.rootfs.backend names before a
// path that has none.
func (m *migration) withBackend(path string) string {
	if kind, _, ok := strings.Cut(path, ":"); path == "" || ok && isStorage(kind) {
		return path
	}
	return m.backend + ":" + path
}

// isStorage reports whether a word is a kind of storage.
func isStorage(word string) bool {
	for _, path := range [...]string{":/a", ":/a:/b"} { // an overlay has two
		if r, ok := parse(grammar.Rootfs, word+path); ok && r.Type != "" && !strings.Contains(word, ":") {
			return true
		}
	}
	return false
}

// fullName is the name of the key that LXC 1 takes a longer name for. The name of a
// key that a later LXC has is meant for that one.
func (m *migration) fullName(s *setting) string {
	name := s.key.String
	if _, ok := keys.LookupLegacy(unindexed(name)); ok {
		return name
	}
	if _, ok := keys.Lookup(name); ok {
		return name
	}
	plain := unindexed(name)
	known, ok := keys.TakenFor(plain)
	switch {
	case !ok || known == keys.Include:
		return name
	case known == cgroupV1All: // not taken for it: LXC 1 wants a dot behind it
		m.note(s, diag.Warning, "meaning", fmt.Sprintf("%q is no limit, and no later LXC takes it", name), "Write it in full, or remove the line.")
		return name
	}
	if number := len(name) - len(plain); number > 0 && strings.HasPrefix(known, "lxc.network.") {
		const section = len("lxc.network.")
		known = known[:section] + name[section:section+number] + known[section:]
	}
	m.note(s, diag.Info, "meaning", fmt.Sprintf("LXC 1 takes %q for %q", name, known), "The line is written as LXC 1 understood it.")
	return known
}

// rename writes a line with an old name in full.
func (m *migration) rename(s *setting, name string, legacy keys.Legacy) {
	value := s.value.String
	switch {
	case strings.HasPrefix(legacy.Name, "lxc.network"):
		m.network(s, name, legacy)
		return
	case legacy.Name == "lxc.rootfs.backend":
		reason := "part of lxc.rootfs.path"
		if value != m.backend {
			reason = "it has no effect"
		}
		m.retire(s, reason)
		return
	case legacy.Modern == "":
		m.gone(s, legacy)
		return
	case legacy.Name == "lxc.rootfs" && m.backend != "":
		value = m.withBackend(value)
	case !isPlaceholder(value):
		value = legacy.Value(value)
		if !strings.HasSuffix(value, s.value.String) {
			m.rewritten(s, s.value.String, value)
		}
	}
	match, ok := keys.Lookup(legacy.Modern)
	if !ok {
		return
	}
	m.set(s, legacy.Modern, m.value(s, match.Key, value))
}

// gone retires a key that has no successor.
func (m *migration) gone(s *setting, legacy keys.Legacy) {
	m.retire(s, "LXC 2.1 removed it")
	severity := diag.Info
	if legacy.Name == "lxc.kmsg" {
		if number := strings.TrimLeft(s.value.String, "0"); number == "" || number[0] < '1' || number[0] > '9' {
			return // what it switched off is off
		}
		severity = diag.Warning
	}
	m.note(s, severity, "gone", fmt.Sprintf("%q has no successor", legacy.Name), legacy.Doc)
}
