package migrate

import (
	"cmp"
	"fmt"
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// whole is what has to be known of the whole configuration before its first
// line can be rewritten.
type whole struct {
	from    keys.Version // the LXC whose reading of values counts, zero for today's
	cgroup2 bool         // limits of cgroup v1 are rewritten
	backend string       // the last lxc.rootfs.backend
	modern  int          // above all indexes of lxc.net that the text has, for those of sections
	autodev bool         // lxc.autodev is set

	limits map[string]*setting // the last line of each file of cgroup v1
	became map[string][]string // for each file of cgroup v2, the rows of v1 that became it so far
	v2     limits2
	first  *setting // the first line with a name of LXC 1 and 2
	rootfs *setting
	drop   *setting // the first lxc.cap.drop
	keep   *setting // the first lxc.cap.keep
}

// survey reads all settings once.
func (m *migration) survey() {
	m.limits, m.became = make(map[string]*setting), make(map[string][]string)
	m.cgroup2 = m.request.Cgroup2 || keys.V7_0 <= m.request.To
	oldest := keys.V1_0 // that has all the names
	for i := range m.settings {
		s := &m.settings[i]
		name, value := s.key.String, s.value.String
		legacy, isLegacy := keys.LookupLegacy(unindexed(name))
		match, known := keys.Lookup(name)
		switch {
		case isLegacy:
			oldest = max(oldest, legacy.Since)
			m.first = cmp.Or(m.first, s)
		case known:
			oldest = max(oldest, match.Key.Since)
		}
		switch {
		case name == "lxc.rootfs.backend" && value != "":
			m.storage(s)
		case name == "lxc.rootfs" || name == "lxc.rootfs.path":
			m.rootfs = s
		case name == "lxc.autodev":
			m.autodev = true
		case name == "lxc.cap.drop" && m.drop == nil && value != "":
			m.drop = s
		case name == "lxc.cap.keep" && m.keep == nil && value != "":
			m.keep = s
		case known && strings.HasPrefix(match.Key.Name, "lxc.net.[i]"):
			m.modern = max(m.modern, int(match.Index)+1)
		case known && match.Key.Name == cgroupV1:
			m.limits[match.Part] = s
		case known && match.Key.Name == cgroupV2:
			m.v2.add(s, match.Part)
		}
	}
	if m.from = m.request.From; m.from == 0 && m.first != nil {
		m.from = oldest
	}
}

// storage takes a line lxc.rootfs.backend.
func (m *migration) storage(s *setting) {
	if isStorage(s.value.String) {
		m.backend = s.value.String
		return
	}
	m.note(s, diag.Warning, "rootfs", fmt.Sprintf("%q is no kind of storage that LXC still has", s.value.String),
		"Write one before lxc.rootfs.path, such as `dir:`, or leave it for LXC to find out.")
}

// crosses reports whether the way from the one LXC to the other leads past the
// first one of a version.
func (m *migration) crosses(v keys.Version) bool {
	return m.from != 0 && m.from < v && v <= m.request.To
}

// conclude notes what the configuration as a whole leaves open.
func (m *migration) conclude() {
	if m.drop != nil && m.keep != nil && m.crosses(keys.V2_0) {
		m.note(m.keep, diag.Warning, "conflict", "lxc.cap.drop and lxc.cap.keep exclude each other",
			"LXC 1 refused to start the container, and every later LXC refuses the file. Keep one of the two.")
	}
	if m.crosses(keys.V2_0) && !m.autodev && m.first != nil {
		m.note(m.first, diag.Info, "autodev", "lxc.autodev is 1 today when no line says otherwise",
			"LXC 1 decided by itself: yes for systemd only. Write `lxc.autodev = 0` if the rootfs has a /dev of its own that the container needs.")
	}
	for i := range m.unread {
		m.missing(&m.unread[i])
	}
	if m.backend != "" && m.rootfs == nil && m.request.To >= keys.V2_1 {
		for i := range m.settings {
			if s := &m.settings[i]; s.key.String == "lxc.rootfs.backend" {
				m.note(s, diag.Warning, "rootfs", "there is no path to write the kind of storage before",
					"Write `lxc.rootfs.path = "+m.backend+":PATH` where the path is set.")
			}
		}
	}
}

// missing tells of an include that could not be read. Between lines of networks a
// person has to look: it may start some, which would change the numbers below.
func (m *migration) missing(s *setting) {
	above, below := false, false
	for i := range m.settings {
		if other := &m.settings[i]; strings.HasPrefix(other.key.String, "lxc.network") {
			above = above || other.place < s.place
			below = below || other.place > s.place
		}
	}
	detail := "It has to be rewritten as well."
	if strings.HasPrefix(s.value.String, "/usr/share/lxc/config/") {
		detail += " LXC 3.0 left the files of distributions to the package lxc-templates; common.conf is still there."
	}
	severity := diag.Info
	if above && below {
		severity = diag.Warning
		detail += " Check the numbers of the interfaces below this line: they are right if the file starts no network."
	}
	m.note(s, severity, "include", fmt.Sprintf("%q cannot be read here", s.value.String), detail)
}

// unindexed is the name of a key of lxc.network without the number of a section.
func unindexed(name string) string {
	rest, ok := strings.CutPrefix(name, "lxc.network.")
	if !ok {
		return name
	}
	if digits, sub, ok := strings.Cut(rest, "."); ok && strings.Trim(digits, "0123456789") == "" && digits != "" {
		return "lxc.network." + sub
	}
	return name
}

// parse reads a value of a language, as a resolver would.
func parse[T any](l grammar.Language[T], text string) (T, bool) {
	v, err := l.Parse(grammar.Text{String: text})
	return v, err == nil
}
