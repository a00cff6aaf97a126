package migrate

import (
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// whole is what has to be known of the whole configuration before its first
// line can be rewritten.
type whole struct {
	lxc1    bool   // values mean what LXC 1 reads
	cgroup2 bool   // limits of cgroup v1 are rewritten
	backend string // the last lxc.rootfs.backend
	modern  int    // above all indexes of lxc.net that the text has, for those of sections
	autodev bool   // lxc.autodev is set

	limits map[string]*setting // the last line of each file of cgroup v1
	first  *setting            // the first line with a name of LXC 1 and 2
	rootfs *setting
	drop   *setting // the first lxc.cap.drop
	keep   *setting // the first lxc.cap.keep
}

// survey reads all settings once.
func (m *migration) survey() {
	m.limits = make(map[string]*setting)
	m.cgroup2 = m.request.Cgroup2 || keys.V7_0 <= m.request.To
	m.lxc1 = m.request.From != 0 && m.request.From <= keys.V1_1
	for i := range m.settings {
		s := &m.settings[i]
		name, value := s.key.String, s.value.String
		if _, isLegacy := keys.LookupLegacy(unindexed(name)); isLegacy && m.first == nil {
			m.first = s
			m.lxc1 = m.lxc1 || m.request.From == 0
		}
		match, known := keys.Lookup(name)
		switch {
		case name == "lxc.rootfs.backend" && value != "":
			m.backend = value
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
		}
	}
}

// conclude notes what the configuration as a whole leaves open.
func (m *migration) conclude() {
	if m.drop != nil && m.keep != nil && m.lxc1 {
		m.note(m.keep, diag.Warning, "conflict", "lxc.cap.drop and lxc.cap.keep exclude each other",
			"LXC 1 refused to start the container, and every later LXC refuses the file. Keep one of the two.")
	}
	if m.lxc1 && m.request.From <= keys.V1_1 && !m.autodev && m.first != nil && m.request.To >= keys.V2_0 {
		m.note(m.first, diag.Info, "autodev", "lxc.autodev is 1 today when no line says otherwise",
			"LXC 1 decided by itself: yes for systemd only. Write `lxc.autodev = 0` if the rootfs has a /dev of its own that the container needs.")
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
