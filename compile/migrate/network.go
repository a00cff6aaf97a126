package migrate

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/grammar/diag"
)

// sections counts the interfaces that lxc.network.type starts, as LXC 1 and 2 do.
type sections struct {
	next    int          // the index of the next one
	last    int          // the index of the one that keys without a number belong to
	started map[int]bool // the indexes there are, of lxc.net as well
}

// clearSections forgets them, as an empty lxc.network.type does.
func (m *migration) clearSections() {
	m.sections = sections{next: m.modern, last: -1, started: make(map[int]bool)}
}

// network rewrites a line of lxc.network.
func (m *migration) network(s *setting, name string, legacy keys.Legacy) {
	index := m.sections.last
	if digits, _, ok := strings.Cut(strings.TrimPrefix(name, "lxc.network."), "."); ok {
		if n, err := strconv.Atoi(digits); err == nil {
			index = n
		}
	}
	modern := legacy.Modern
	switch {
	case legacy.Name == "lxc.network.type" && s.value.String != "":
		index = m.sections.next // a number is ignored here
		m.sections.last = index
		m.sections.started[index] = true
		m.sections.next++
	case legacy.Name == "lxc.network.type", legacy.Name == "lxc.network":
		m.clearSections()
		modern = "lxc.net"
	case !m.sections.started[index]:
		m.note(s, diag.Warning, "section", fmt.Sprintf("%q belongs to no network", name),
			"No LXC takes it before a line `lxc.network.type = …`. Move it behind one, or write lxc.net with the number of the interface.")
		return
	}
	modern = strings.Replace(modern, "[i]", strconv.Itoa(index), 1)
	match, ok := keys.Lookup(modern)
	if !ok {
		return
	}
	if s.again {
		m.twice(s)
	}
	m.set(s, modern, m.value(s, match.Key, s.value.String))
}

// twice tells of networks in a file that is read twice, and so starts two sections
// with one line.
func (m *migration) twice(s *setting) {
	for _, n := range m.notes {
		if n.Code == "migrate/twice" && n.Subject.File == s.key.Range.File {
			return
		}
	}
	m.notes = append(m.notes, diag.Diagnostic{
		Code: "migrate/twice", Severity: diag.Warning, Effect: diag.Advice,
		Summary: fmt.Sprintf("%q is included twice, and each time its networks are others", s.key.Range.File),
		Detail:  "Interfaces have numbers now, so one text stands for one interface. Write the second one out.",
		Subject: s.content.Range, Key: s.key.String, Trail: s.trail,
	})
}

// typesFirst puts the type of an interface before its other settings: since LXC
// 4.0.7 it wipes them. In a file of an unknown LXC they may be meant to be wiped.
func (m *migration) typesFirst() {
	if m.request.To < keys.V4_0 || m.request.From >= keys.V4_0 {
		return
	}
	first := make(map[uint32]*setting)
	for i := range m.settings {
		s := &m.settings[i]
		match, ok := keys.Lookup(s.key.String)
		if !ok || !strings.HasPrefix(match.Key.Name, "lxc.net") {
			continue
		}
		above := first[match.Index]
		switch {
		case match.Key.Name == "lxc.net":
			clear(first)
		case match.Key.Name == "lxc.net.[i]":
			delete(first, match.Index)
		case match.Key.Name != "lxc.net.[i].type":
			first[match.Index] = cmp.Or(above, s)
		case above == nil || s.value.String == "":
		case m.crosses(keys.V4_0) && above.in == s.in:
			m.above(above, s.content.String)
			m.retire(s, "it stands above, because a type wipes what is set before it")
			delete(first, match.Index)
		default:
			m.note(s, diag.Warning, "type", fmt.Sprintf("since LXC 4.0.7 %q wipes what lines above set for the interface", s.key.String),
				fmt.Sprintf("Move the line above %q.", above.content.String))
			delete(first, match.Index)
		}
	}
}
