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
	case isLegacy:
		return
	case known && (match.Key.Name == cgroupV1 || match.Key.Name == cgroupV1All) && m.cgroup2:
		m.limit(s, match)
	case known:
		switch match.Key.Name {
		case "lxc.net":
			m.clearSections()
		case "lxc.net.[i].type":
			m.sections.started[int(match.Index)] = true
		}
		m.set(s, name, m.value(s, match.Key, s.value.String))
	}
}

// fullName is the name of the key that LXC 1 takes a longer name for.
func (m *migration) fullName(s *setting) string {
	name := s.key.String
	if _, ok := keys.LookupLegacy(unindexed(name)); ok {
		return name
	}
	if match, ok := keys.Lookup(name); ok && match.Key.Since <= keys.V1_1 {
		return name
	}
	known, ok := keys.TakenFor(name)
	if !ok || known == keys.Include {
		return name
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
		m.retire(s, "part of lxc.rootfs.path")
		return
	case legacy.Modern == "":
		m.gone(s, legacy)
		return
	case legacy.Name == "lxc.rootfs" && m.backend != "" && value != "" && !strings.HasPrefix(value, m.backend+":"):
		value = m.backend + ":" + value
	default:
		value = legacy.Value(value)
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
